/**
 * What is to be sent on one connection, in order.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import { releaseBuffer, type Reply } from "../resp/reply.ts";

/** Up to this size replies go through the connection's own buffer; larger ones take the writer's buffer along. */
const OWN_LIMIT = 16 * 1024;
const SMALLEST_OWN = 256;
/** Own buffers larger than this are given up when the connection is idle. */
const KEPT_WHEN_IDLE = 1024;
/** Smallest and largest buffer in which messages gather behind a write that is under way. */
const SMALLEST_PIECE = 1024;
const LARGEST_PIECE = 16 * 1024;

const NO_MEMORY = new ByteBuffer(0);

/** A filled part of a buffer that this queue owns. */
interface Piece {
  memory: ByteBuffer;
  start: number;
  end: number;
}

/**
 * Writes pieces one after the other. While nothing waits, a batch's reply goes straight to the socket; what comes
 * while the peer is slow waits here and is counted, so that the output-buffer limits can be held.
 */
export class OutputQueue {
  /** Bytes that wait or are being written. */
  pendingBytes = 0;
  /** Size of the last replies that {@linkcode take} was given. */
  lastWriteSize = 0;

  readonly #connection: Deno.Conn;
  readonly #onSent: () => void;
  readonly #onFailed: (error: unknown) => void;
  /** Used again for every small reply. Holds `#filled` bytes that are not yet being sent. */
  #own: ByteBuffer | null = null;
  #filled = 0;
  /** View of the own buffer's first `#viewSize` bytes: replies tend to have the size of the one before. */
  #view: Uint8Array | null = null;
  /** Being written; null while the socket is idle. */
  #sending: Piece | null = null;
  readonly #ownPiece: Piece = { memory: NO_MEMORY, start: 0, end: 0 };
  readonly #waiting: Piece[] = [];
  /** How often {@linkcode hold} was called without a {@linkcode release}. */
  #holds = 0;
  #onIdle: (() => void)[] = [];
  readonly #written = (size: number) => this.#advance(size);
  readonly #failed = (error: unknown) => this.#onFailed(error);

  /** `onSent` is called whenever the socket took something, `onFailed` when the connection is broken. */
  constructor(connection: Deno.Conn, onSent: () => void, onFailed: (error: unknown) => void) {
    this.#connection = connection;
    this.#onSent = onSent;
    this.#onFailed = onFailed;
  }

  /** Pieces that wait behind the one being written. */
  get queuedPieces(): number {
    return this.#waiting.length;
  }

  /** Bytes that the socket is busy with. */
  get writingBytes(): number {
    return this.#sending === null ? 0 : this.#sending.end - this.#sending.start;
  }

  /** Memory of the buffers held, in bytes. */
  get bufferSize(): number {
    let size = this.#own?.buffer.length ?? 0;
    if (this.#sending !== null && this.#sending !== this.#ownPiece) {
      size += this.#sending.memory.buffer.length;
    }
    for (const piece of this.#waiting) size += piece.memory.buffer.length;
    return size;
  }

  /** Queues what `reply` holds, and empties it; {@linkcode flush} sends it. */
  take(reply: Reply): void {
    const end = reply.length;
    this.lastWriteSize = end;
    if (end <= OWN_LIMIT) {
      this.append(reply.written, 0, end);
      reply.truncate(0);
    } else {
      this.#flushOwn();
      this.pendingBytes += end;
      this.#waiting.push({ memory: reply.take(), start: 0, end });
    }
  }

  /** Queues a copy of `source[start..end)`; {@linkcode flush} sends it. */
  append(source: ByteSource, start: number, end: number): void {
    const size = end - start;
    this.pendingBytes += size;
    if (this.#sending === null && this.#waiting.length === 0 && this.#filled + size <= OWN_LIMIT) {
      const own = this.#ownWithRoom(size);
      copyBytes(source, start, end, own, this.#filled);
      this.#filled += size;
      return;
    }
    this.#flushOwn();
    const last = this.#pieceWithRoom(size);
    copyBytes(source, start, end, last.memory, last.end);
    last.end += size;
  }

  /** Starts sending what was queued. */
  flush(): void {
    if (this.#holds > 0) return;
    this.#flushOwn();
    if (this.#sending === null) this.#sendNext();
  }

  /** Sends nothing more until {@linkcode release} was called as often. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    if (--this.#holds === 0) this.flush();
  }

  /** Drops what waits and is not being sent. */
  dropWaiting(): void {
    this.pendingBytes = this.writingBytes;
    this.#waiting.length = 0;
    this.#filled = 0;
  }

  /** Gives memory back that a quiet connection does not need. */
  trim(): void {
    if (this.#sending !== null || this.#filled > 0 || this.#own === null) return;
    if (this.#own.buffer.length <= KEPT_WHEN_IDLE) return;
    this.#own = null;
    this.#view = null;
    this.#ownPiece.memory = NO_MEMORY;
  }

  /** Resolves when nothing is left to send, or nothing can be sent any more. */
  idle(): Promise<void> {
    if (this.pendingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Forgets what waits; the connection is closed. */
  discard(): void {
    this.#waiting.length = 0;
    this.#filled = 0;
    this.#sending = null;
    this.pendingBytes = 0;
    this.#announceIdle();
  }

  #ownWithRoom(size: number): ByteBuffer {
    const needed = this.#filled + size;
    const own = this.#own;
    if (own !== null && own.buffer.length >= needed) return own;
    const capacity = Math.max(SMALLEST_OWN, 2 ** Math.ceil(Math.log2(needed)));
    const grown = new ByteBuffer(capacity);
    if (own !== null && this.#filled > 0) copyBytes(own, 0, this.#filled, grown, 0);
    this.#own = grown;
    this.#view = null;
    return grown;
  }

  /** The last waiting piece if it has room and is ours to fill, else a new one. */
  #pieceWithRoom(size: number): Piece {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.end + size <= Math.min(last.memory.buffer.length, LARGEST_PIECE)) {
      return last;
    }
    const usual = Math.min(SMALLEST_PIECE * (this.#waiting.length + 1), LARGEST_PIECE);
    const piece = { memory: new ByteBuffer(Math.max(size, usual)), start: 0, end: 0 };
    this.#waiting.push(piece);
    return piece;
  }

  /**
   * Starts sending the own buffer, or gives it its place among what waits. Nothing waits or is being sent while it holds
   * anything.
   */
  #flushOwn(): void {
    const size = this.#filled;
    if (size === 0) return;
    this.#filled = 0;
    if (this.#holds > 0) {
      this.#waiting.push({ memory: this.#own!, start: 0, end: size });
      this.#own = null;
      this.#view = null;
      return;
    }
    this.#ownPiece.memory = this.#own!;
    this.#ownPiece.start = 0;
    this.#ownPiece.end = size;
    if (this.#view?.length !== size) this.#view = this.#own!.buffer.subarray(0, size);
    this.#sending = this.#ownPiece;
    this.#connection.write(this.#view).then(this.#written, this.#failed);
  }

  #send(piece: Piece): void {
    this.#sending = piece;
    this.#connection.write(piece.memory.buffer.subarray(piece.start, piece.end)).then(
      this.#written,
      this.#failed,
    );
  }

  #sendNext(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#send(next);
  }

  #advance(size: number): void {
    const piece = this.#sending;
    if (piece === null) return;
    this.pendingBytes -= size;
    piece.start += size;
    if (piece.start < piece.end) this.#send(piece);
    else this.#finish(piece);
    this.#onSent();
  }

  #finish(piece: Piece): void {
    if (piece !== this.#ownPiece) releaseBuffer(piece.memory);
    this.#sending = null;
    if (this.#waiting.length > 0) {
      if (this.#holds === 0) this.#sendNext();
    } else if (this.#onIdle.length > 0 && this.pendingBytes === 0) this.#announceIdle();
  }

  #announceIdle(): void {
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}
