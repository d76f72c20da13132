/**
 * Bytes with both views that the hot paths need: an array for single bytes, a `DataView` for unaligned words.
 *
 * @module
 */

/** Something that holds bytes; offsets into both views are the same. */
export interface ByteSource {
  readonly buffer: Uint8Array;
  readonly view: DataView;
}

/** A block of memory with both views. */
export class ByteBuffer implements ByteSource {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;

  /** `bytes` is a size or the memory itself. */
  constructor(bytes: number | Uint8Array<ArrayBuffer>) {
    this.buffer = typeof bytes === "number" ? new Uint8Array(bytes) : bytes;
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
  }

  /**
   * Gives the memory back at once, instead of when the garbage collector finds it: a small heap gives it no reason to
   * look. Both views are empty from now on. Costs about 0.15 ms a megabyte.
   */
  release(): void {
    this.buffer.buffer.transfer(0);
  }
}

/** From this size on `set(subarray)` is faster, although it allocates a view (measured: 100 bytes 44 and 55 ns). */
const WORD_COPY_LIMIT = 144;

/**
 * Copies `source[start..end)` to `target` at `at`, where there must be room. The two must not overlap. Short pieces,
 * which is what keys and values mostly are, go by words of eight bytes, the last one overlapping the one before.
 */
export function copyBytes(
  source: ByteSource,
  start: number,
  end: number,
  target: ByteSource,
  at: number,
): void {
  const size = end - start;
  if (size >= WORD_COPY_LIMIT) return target.buffer.set(source.buffer.subarray(start, end), at);
  if (size >= 8) {
    const from = source.view;
    const to = target.view;
    const shift = at - start;
    const last = end - 8;
    for (let i = start; i < last; i += 8) to.setBigUint64(i + shift, from.getBigUint64(i, true), true);
    to.setBigUint64(last + shift, from.getBigUint64(last, true), true);
    return;
  }
  const from = source.buffer;
  const to = target.buffer;
  for (let i = 0; i < size; i++) to[at + i] = from[start + i];
}
