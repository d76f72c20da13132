/**
 * A server's data as of one moment: an RDB file, got as a replica gets it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { RedisConnection } from "../client/mod.ts";
import { encodeCommand } from "../resp/encode.ts";
import { concatBytes, fromBytes, toBytes } from "../util/byte_string.ts";
import { TransferError } from "./entry.ts";

const LF = 0x0a;
/** Length of the word that ends a file of unknown size. */
const MARK_SIZE = 40;
const LONGEST_LINE = 1024;

/** Where the received file goes. */
export interface SyncTarget {
  write(bytes: Uint8Array): void;
  /** Told now and then; `total` is 0 if the size is not known. */
  progress(done: number, total: number): void;
}

/**
 * Fetches the data over a connection, which is of no other use afterwards. Throws {@linkcode TransferError} if the server
 * does not give them.
 */
export async function fullSync(connection: RedisConnection, target: SyncTarget): Promise<void> {
  // Servers that know neither refuse them, which changes nothing.
  await connection.call("REPLCONF", "capa", "eof");
  await connection.call("REPLCONF", "rdb-only", "1");
  connection.send(encodeCommand(["SYNC"]));
  const bytes = new ByteStream(connection);
  const line = await headerLine(bytes);
  if (line.startsWith("$EOF:")) await receiveMarked(bytes, line.slice(5), target);
  else if (/^\$\d+$/.test(line)) await receiveSized(bytes, Number(line.slice(1)), target);
  else {
    throw new TransferError(`the server gives no full synchronisation: ${line.replace(/^-/, "")}`);
  }
}

/** Bytes of a connection, some of which can be put back. */
class ByteStream {
  readonly #connection: RedisConnection;
  #rest: Uint8Array | null = null;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  /** The next bytes, at least one. */
  async next(): Promise<Uint8Array> {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null && rest.length > 0) return rest;
    const bytes = await this.#connection.readBytes();
    if (bytes === null) {
      throw new TransferError("the server closed the connection during the synchronisation");
    }
    return bytes;
  }

  putBack(bytes: Uint8Array): void {
    this.#rest = bytes;
  }
}

/** The line before the file. Empty lines come while the server is preparing it. */
async function headerLine(bytes: ByteStream): Promise<string> {
  let pending: Uint8Array = new Uint8Array();
  for (;;) {
    pending = concatBytes([pending, await bytes.next()]);
    while (pending[0] === LF) pending = pending.subarray(1);
    const end = pending.indexOf(LF);
    if (end < 0 && pending.length < LONGEST_LINE) continue;
    if (end < 0) throw new TransferError("what the server sends is no full synchronisation");
    bytes.putBack(pending.subarray(end + 1));
    return fromBytes(pending, 0, end).replace(/\r$/, "");
  }
}

async function receiveSized(bytes: ByteStream, size: number, target: SyncTarget): Promise<void> {
  for (let done = 0; done < size;) {
    const chunk = (await bytes.next()).subarray(0, size - done);
    target.write(chunk);
    done += chunk.length;
    target.progress(done, size);
  }
}

/** A file that ends with `mark`; what follows it is the stream of commands, which nobody wants. */
async function receiveMarked(bytes: ByteStream, mark: string, target: SyncTarget): Promise<void> {
  const end = Buffer.from(toBytes(mark));
  if (end.length !== MARK_SIZE) throw new TransferError("what the server sends is no full synchronisation");
  let held: Uint8Array = new Uint8Array();
  for (let done = 0;;) {
    const chunk = concatBytes([held, await bytes.next()]);
    const at = Buffer.from(chunk.buffer).indexOf(end);
    // The mark may be cut in two by the end of the chunk.
    const ready = at >= 0 ? at : Math.max(0, chunk.length - MARK_SIZE + 1);
    target.write(chunk.subarray(0, ready));
    done += ready;
    target.progress(done, 0);
    if (at >= 0) return;
    held = chunk.slice(ready);
  }
}
