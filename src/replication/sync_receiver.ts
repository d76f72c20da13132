/**
 * Receiving a master's data: an RDB file, announced with its length or ended by a mark.
 *
 * @module
 */

import type { ByteInput } from "../persistence/rdb/reader.ts";
import { equalBytes, toBytes } from "../util/byte_string.ts";
import { lineBehindBlanks } from "./handshake.ts";
import { LinkError, type MasterConnection } from "./connection.ts";

/** Received bytes are handed on in pieces of this size. */
const PIECE_SIZE = 256 * 1024;
const MARK_SIZE = 40;

/** What the master announces: the file's length in bytes, or the mark that comes behind it. */
export type Announcement = { readonly length: number } | { readonly mark: Uint8Array };

/** Takes what is received. */
export interface ImageSink {
  /** Takes a piece; the caller may change it when the promise resolves, unless it `keeps` pieces. */
  write(piece: Uint8Array): Promise<void> | void;
  /** Whether pieces belong to the sink once they are handed over. */
  readonly keeps: boolean;
}

/** Waits until the master begins to send. Throws {@linkcode LinkError}. */
export async function readAnnouncement(connection: MasterConnection): Promise<Announcement> {
  const line = await lineBehindBlanks(connection);
  if (line.startsWith("-")) throw new LinkError(`MASTER aborted replication with an error: ${line}`);
  const match = /^\$(?:EOF:(.{40})|([0-9]{1,15}))$/s.exec(line);
  if (match === null) {
    throw new LinkError(
      `Bad protocol from MASTER, the first byte is not '$' (we received '${line}'), are you sure the host and port ` +
        "are right?",
    );
  }
  return match[1] === undefined ? { length: Number(match[2]) } : { mark: toBytes(match[1]) };
}

/**
 * Receives the file and hands it to `sink`. `onProgress` is called with the number of bytes received so far. A mark ends
 * what the master sends at first: the stream begins only when it was told that the replica is ready. Throws
 * {@linkcode LinkError}, and what the sink throws.
 */
export async function receiveImage(
  connection: MasterConnection,
  announcement: Announcement,
  sink: ImageSink,
  onProgress: (received: number) => void,
): Promise<void> {
  if ("length" in announcement) await receiveLength(connection, announcement.length, sink, onProgress);
  else await receiveToMark(connection, announcement.mark, sink, onProgress);
}

async function receiveLength(
  connection: MasterConnection,
  length: number,
  sink: ImageSink,
  onProgress: (received: number) => void,
): Promise<void> {
  let received = 0;
  let piece = new Uint8Array(PIECE_SIZE);
  while (received < length) {
    const size = Math.min(PIECE_SIZE, length - received);
    let filled = 0;
    while (filled < size) {
      filled += await connection.read(piece.subarray(filled, size));
      onProgress(received + filled);
    }
    await sink.write(piece.subarray(0, size));
    if (sink.keeps) piece = new Uint8Array(PIECE_SIZE);
    received += size;
  }
}

async function receiveToMark(
  connection: MasterConnection,
  mark: Uint8Array,
  sink: ImageSink,
  onProgress: (received: number) => void,
): Promise<void> {
  let received = 0;
  let piece = new Uint8Array(PIECE_SIZE);
  let filled = 0;
  for (;;) {
    const size = await connection.read(piece.subarray(filled));
    filled += size;
    received += size;
    onProgress(received);
    const kept = filled - MARK_SIZE;
    if (kept >= 0 && equalBytes(piece.subarray(kept, filled), mark)) {
      return await sink.write(piece.subarray(0, kept));
    }
    if (filled < PIECE_SIZE) continue;
    // The last bytes stay, as they may be the mark's beginning.
    const tail = piece.slice(kept);
    await sink.write(piece.subarray(0, kept));
    if (sink.keeps) piece = new Uint8Array(PIECE_SIZE);
    piece.set(tail);
    filled = MARK_SIZE;
  }
}

/** Keeps what is received in memory, to be read from there; what was read is let go. */
export class MemoryImage implements ImageSink, ByteInput {
  readonly keeps = true;
  size = 0;
  readonly #pieces: Uint8Array[] = [];
  #next = 0;
  /** Bytes of the next piece that were read. */
  #position = 0;

  write(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.size += piece.length;
  }

  readSync(target: Uint8Array): number | null {
    if (this.#next === this.#pieces.length) return null;
    const piece = this.#pieces[this.#next];
    const size = Math.min(target.length, piece.length - this.#position);
    target.set(piece.subarray(this.#position, this.#position + size));
    this.#position += size;
    if (this.#position === piece.length) {
      this.#pieces[this.#next++] = NOTHING;
      this.#position = 0;
    }
    return size;
  }
}

const NOTHING = new Uint8Array(0);
