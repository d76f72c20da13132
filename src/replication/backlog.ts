/**
 * The end of the replication stream, kept for replicas that were away for a while.
 *
 * @module
 */

/**
 * A ring of bytes. Offsets count the bytes of the stream since its beginning, as `master_repl_offset` does: the first
 * byte ever has offset 1.
 */
export class Backlog {
  #ring: Uint8Array<ArrayBuffer>;
  /** Where the next byte goes. */
  #head = 0;
  #length = 0;
  /** Offset of the last byte, 0 before the first. */
  #end: number;

  /** `size` in bytes (`repl-backlog-size`); `end` is the stream's offset so far. */
  constructor(size: number, end: number) {
    this.#ring = new Uint8Array(size);
    this.#end = end;
  }

  /** Bytes that it can hold. */
  get size(): number {
    return this.#ring.length;
  }

  /** Bytes that it holds: `repl_backlog_histlen`. */
  get length(): number {
    return this.#length;
  }

  /** Offset of the first byte that it holds, or would: `repl_backlog_first_byte_offset`. */
  get firstOffset(): number {
    return this.#end - this.#length + 1;
  }

  /** Appends to the stream. */
  append(bytes: Uint8Array): void {
    const ring = this.#ring;
    this.#end += bytes.length;
    const kept = bytes.length > ring.length ? bytes.subarray(bytes.length - ring.length) : bytes;
    const first = Math.min(kept.length, ring.length - this.#head);
    ring.set(kept.subarray(0, first), this.#head);
    ring.set(kept.subarray(first), 0);
    this.#head = (this.#head + kept.length) % ring.length;
    this.#length = Math.min(this.#length + kept.length, ring.length);
  }

  /** Whether a replica that wants the stream from `offset` on can have it from here. */
  has(offset: number): boolean {
    return offset >= this.firstOffset && offset <= this.#end + 1;
  }

  /** The stream from `offset` on, which {@linkcode has} must allow: up to two pieces, valid until the next append. */
  *from(offset: number): Iterable<Uint8Array> {
    const count = this.#end - offset + 1;
    const start = (this.#head - count + this.#ring.length) % this.#ring.length;
    const first = Math.min(count, this.#ring.length - start);
    if (first > 0) yield this.#ring.subarray(start, start + first);
    if (count > first) yield this.#ring.subarray(0, count - first);
  }

  /** Changes the size; what was kept stays, as far as it fits. */
  resize(size: number): void {
    const kept = Math.min(this.#length, size);
    const pieces = [...this.from(this.#end - kept + 1)].map((piece) => piece.slice());
    this.#ring = new Uint8Array(size);
    this.#head = 0;
    this.#length = 0;
    this.#end -= kept;
    for (const piece of pieces) this.append(piece);
  }
}
