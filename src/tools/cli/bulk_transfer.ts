/**
 * What a server sends behind SYNC: an image of its data that is no RESP.
 *
 * @module
 */

import type { RedisConnection } from "../../client/mod.ts";
import { encodeCommand } from "../../resp/encode.ts";
import { concatBytes, equalBytes, fromBytes } from "../../util/byte_string.ts";

const LF = 0x0a;
/** Size of the random text that ends an image whose size the server didn't know. */
const MARK_SIZE = 40;

/** An image on its way. */
export interface BulkTransfer {
  /** Bytes; null if only the end will tell. */
  size: number | null;
  /** The image in pieces. What the server sends after it stays in the connection. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/**
 * Asks for the image and reads its header.
 * @throws {Error} if the server refuses or hangs up
 */
export async function startTransfer(connection: RedisConnection): Promise<BulkTransfer> {
  connection.send(encodeCommand(["SYNC"]));
  const { line, rest } = await readLine(connection);
  if (!line.startsWith("$")) throw new Error(`SYNC with master failed: ${line}`);
  if (line.startsWith("$EOF:")) {
    const mark = line.slice(5);
    return { size: null, pieces: () => untilMark(connection, rest, mark) };
  }
  const size = Number(line.slice(1));
  if (!Number.isSafeInteger(size) || size < 0) throw new Error(`SYNC with master failed: ${line}`);
  return { size, pieces: () => ofSize(connection, rest, size) };
}

/** The first line that isn't empty (empty ones keep the connection alive) and what came behind it. */
async function readLine(connection: RedisConnection): Promise<{ line: string; rest: Uint8Array }> {
  let received: Uint8Array = new Uint8Array(0);
  for (;;) {
    const end = received.indexOf(LF);
    if (end < 0) received = concatBytes([received, await nextBytes(connection)]);
    else {
      const line = fromBytes(received, 0, end).trimEnd();
      received = received.subarray(end + 1);
      if (line !== "") return { line, rest: received };
    }
  }
}

async function nextBytes(connection: RedisConnection): Promise<Uint8Array> {
  const bytes = await connection.readBytes();
  if (bytes === null) throw new Error("Server closed the connection");
  return bytes;
}

async function* ofSize(
  connection: RedisConnection,
  first: Uint8Array,
  size: number,
): AsyncGenerator<Uint8Array> {
  let bytes = first;
  let left = size;
  for (;;) {
    const piece = bytes.subarray(0, left);
    left -= piece.length;
    if (piece.length > 0) yield piece;
    if (left === 0) return connection.unread(bytes.subarray(piece.length));
    bytes = await nextBytes(connection);
  }
}

/** Behind the mark the server sends nothing before it was spoken to: the mark is the end of what there is. */
async function* untilMark(
  connection: RedisConnection,
  first: Uint8Array,
  mark: string,
): AsyncGenerator<Uint8Array> {
  const wanted = Uint8Array.from(mark, (char) => char.charCodeAt(0));
  let held = first;
  for (;;) {
    const split = Math.max(0, held.length - MARK_SIZE);
    if (held.length >= MARK_SIZE && equalBytes(held.subarray(split), wanted)) {
      if (split > 0) yield held.subarray(0, split);
      return;
    }
    if (split > 0) yield held.subarray(0, split);
    held = concatBytes([held.subarray(split), await nextBytes(connection)]);
  }
}
