/**
 * Longest common subsequence of two byte sequences.
 *
 * The textbook dynamic programme (Wagner and Fischer, 1974): O(n·m) time. Of the table of lengths only two rows are
 * kept; to walk back one bit per cell is enough, which says in which direction the longer one lies.
 *
 * @module
 */

/** A run of equal bytes that belongs to the subsequence: both ends are included. */
export interface MatchingRange {
  readonly firstStart: number;
  readonly firstEnd: number;
  readonly secondStart: number;
  readonly secondEnd: number;
}

/** Length, bytes and ranges (from the last to the first) of a longest common subsequence. */
export interface CommonSubsequence {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly ranges: MatchingRange[];
}

/** The length of a longest common subsequence. */
export function commonSubsequenceLength(first: Uint8Array, second: Uint8Array): number {
  return fillTable(first, second, null);
}

/** A longest common subsequence; among several the one that prefers the later bytes of `first`. */
export function commonSubsequence(first: Uint8Array, second: Uint8Array): CommonSubsequence {
  const rowSize = bitRowSize(second);
  const up = new Uint8Array((first.length + 1) * rowSize);
  const length = fillTable(first, second, up);
  const bytes = new Uint8Array(length);
  const ranges: MatchingRange[] = [];
  let left = length;
  let i = first.length;
  let j = second.length;
  while (i > 0 && j > 0) {
    if (first[i - 1] !== second[j - 1]) {
      if ((up[i * rowSize + (j >> 3)] >> (j & 7)) & 1) i--;
      else j--;
      continue;
    }
    const firstEnd = i - 1;
    const secondEnd = j - 1;
    while (i > 0 && j > 0 && first[i - 1] === second[j - 1]) {
      bytes[--left] = first[--i];
      j--;
    }
    ranges.push({ firstStart: i, firstEnd, secondStart: j, secondEnd });
  }
  return { length, bytes, ranges };
}

/** Computes the lengths row by row; sets the bit of a cell in `up` where the row above promises more. */
function fillTable(first: Uint8Array, second: Uint8Array, up: Uint8Array | null): number {
  const width = second.length + 1;
  const rowSize = bitRowSize(second);
  let above = new Uint32Array(width);
  let row = new Uint32Array(width);
  for (let i = 1; i <= first.length; i++) {
    const byte = first[i - 1];
    for (let j = 1; j < width; j++) {
      if (byte === second[j - 1]) row[j] = above[j - 1] + 1;
      else if (above[j] > row[j - 1]) {
        row[j] = above[j];
        if (up !== null) up[i * rowSize + (j >> 3)] |= 1 << (j & 7);
      } else row[j] = row[j - 1];
    }
    [above, row] = [row, above];
  }
  return above[second.length];
}

/** Bytes per row of the bit table. */
function bitRowSize(second: Uint8Array): number {
  return (second.length + 8) >> 3;
}
