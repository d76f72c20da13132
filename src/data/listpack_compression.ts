/**
 * The entries of a listpack, compressed by LZF: four bytes of length, then what LZF wrote.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { lzfCompress, lzfDecompress } from "../util/lzf.ts";
import { MemoryBlock } from "./memory_block.ts";

/** Smaller listpacks, header and end byte included, are not compressed. */
export const MIN_COMPRESS_BYTES = 48;
/** Compression has to save more than this. Both are Redis's limits. */
const MIN_COMPRESS_IMPROVE = 8;
const PREFIX_SIZE = 4;
/** Room for the output of the compression is kept up to this size, which is that of the largest nodes of a list. */
const KEPT_SIZE = 65536;

let kept = new Uint8Array(0);

/** Bytes `start` to `end` compressed, in a block of their own; null if that does not pay. */
export function compressBytes({ buffer }: ByteSource, start: number, end: number): MemoryBlock | null {
  const room = end - start - MIN_COMPRESS_IMPROVE - 1;
  if (room <= 0) return null;
  const output = roomFor(room);
  const size = lzfCompress(buffer, output, start, end, 0, room);
  if (size === 0) return null;
  const block = new MemoryBlock(PREFIX_SIZE + size);
  block.view.setUint32(block.offset, size, true);
  block.buffer.set(output.subarray(0, size), block.offset + PREFIX_SIZE);
  return block;
}

/** Bytes of the block that {@linkcode compressBytes} has filled. */
export function compressedSize({ view, offset }: MemoryBlock): number {
  return PREFIX_SIZE + view.getUint32(offset, true);
}

/** Expands what {@linkcode compressBytes} made out of `size` bytes, to `target` at `at`. */
export function expandBytes(block: MemoryBlock, target: Uint8Array, at: number, size: number): void {
  const { buffer, offset } = block;
  const output = target.subarray(at, at + size);
  lzfDecompress(buffer, output, offset + PREFIX_SIZE, offset + compressedSize(block));
}

function roomFor(size: number): Uint8Array {
  if (size > KEPT_SIZE) return new Uint8Array(size);
  if (kept.length < size) kept = new Uint8Array(size > KEPT_SIZE / 8 ? KEPT_SIZE : KEPT_SIZE / 8);
  return kept;
}
