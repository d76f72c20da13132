/**
 * A full synchronisation, as a replica gets it: what a server sends behind SYNC, an RDB file that is no RESP.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { encodeCommand } from "../resp/encode.ts";
import { concatBytes, fromBytes, toBytes } from "../util/byte_string.ts";
import type { RedisConnection } from "./connection.ts";

const LF = 0x0a;
/** Size of the random text that ends a file whose size the server didn't know. */
const MARK_SIZE = 40;
/** Longest line before the file. */
const LONGEST_LINE = 1024;

/** The server gives no full synchronisation, or not all of it. */
export class SyncError extends Error {
  override readonly name = "SyncError";
}

/** A file on its way. */
export interface FullSync {
  /** Bytes; null if only the end will tell. */
  size: number | null;
  /** The file in pieces. What the server sends after it stays in the connection. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/**
 * Asks for the file and reads its header.
 * @throws {SyncError} if the server refuses or hangs up
 */
export async function startFullSync(connection: RedisConnection): Promise<FullSync> {
  connection.send(encodeCommand(["SYNC"]));
  const { line, rest } = await readLine(connection);
  const [, mark, digits] = /^\$(?:EOF:(.*)|(\d+))$/.exec(line) ?? [];
  if (mark?.length === MARK_SIZE) return { size: null, pieces: () => untilMark(connection, rest, mark) };
  const size = Number(digits);
  if (!Number.isSafeInteger(size)) throw new SyncError(`SYNC with master failed: ${line}`);
  return { size, pieces: () => ofSize(connection, rest, size) };
}

/** The first line that isn't empty (empty ones keep the connection alive) and what came behind it. */
async function readLine(connection: RedisConnection): Promise<{ line: string; rest: Uint8Array }> {
  let received: Uint8Array = new Uint8Array(0);
  for (;;) {
    const end = received.indexOf(LF);
    if (end < 0 && received.length > LONGEST_LINE) {
      throw new SyncError("SYNC with master failed: what the server sends is no header");
    }
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
  if (bytes === null) throw new SyncError("Server closed the connection during SYNC");
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

async function* untilMark(
  connection: RedisConnection,
  first: Uint8Array,
  mark: string,
): AsyncGenerator<Uint8Array> {
  const wanted = Buffer.from(toBytes(mark));
  let held = first;
  for (;;) {
    const at = Buffer.from(held.buffer, held.byteOffset, held.byteLength).indexOf(wanted);
    // The mark may be cut in two by the end of what has come.
    const ready = at >= 0 ? at : Math.max(0, held.length - MARK_SIZE + 1);
    if (ready > 0) yield held.subarray(0, ready);
    if (at >= 0) return connection.unread(held.subarray(at + MARK_SIZE));
    held = concatBytes([held.subarray(ready), await nextBytes(connection)]);
  }
}
