/**
 * LZF, the compression of strings in RDB files (Marc Lehmann's LibLZF format).
 *
 * A control byte below 32 announces that many literal bytes plus one. Otherwise its top three bits are a
 * match length less 2 (7: another byte follows, to be added), its low five bits and the next byte the
 * distance less 1.
 */

const HASH_BITS = 14;
/** For shorter inputs a part of the table will do, which stays in the processor's nearest cache. */
const SHORT_INPUT = 512;
const SHORT_HASH_BITS = 10;
const MAX_LITERAL = 32;
const MAX_DISTANCE = 8192;
const MAX_MATCH = 264;

/** Where the latest three bytes of a hash were seen, counted from {@linkcode origin}; what lies before is from earlier calls. */
const seen = new Int32Array(1 << HASH_BITS);
/** Where the present input begins: inputs are taken to lie one behind the other, so that the table need not be emptied. */
let origin = 1;
const LAST_ORIGIN = 2 ** 30;

/**
 * Compresses bytes `start` to `end` of `input` into bytes `at` to `limit` of `output`, by default all of both, and
 * returns the number of bytes written, or 0 if they do not fit (or there is no input). Give an output shorter than the
 * input to learn whether compression pays. Input and output may lie in the same array, but must not overlap.
 */
export function lzfCompress(
  input: Uint8Array,
  output: Uint8Array,
  start = 0,
  end = input.length,
  at = 0,
  limit = output.length,
): number {
  const length = end - start;
  if (origin + length > LAST_ORIGIN) {
    seen.fill(0);
    origin = 1;
  }
  const base = origin - start;
  origin += length;
  const shift = 32 - (length < SHORT_INPUT ? SHORT_HASH_BITS : HASH_BITS);
  let out = at;
  let literals = start;
  let i = start;
  // The three bytes from `i` on are the lower ones of the word.
  let word = (input[i] << 8) | input[i + 1];
  while (i < end - 2) {
    word = (word << 8) | input[i + 2];
    const slot = hash(word, shift);
    const candidate = seen[slot] - base;
    seen[slot] = base + i;
    if (candidate < start || i - candidate > MAX_DISTANCE || !sameThree(input, candidate, i)) {
      i++;
      continue;
    }
    out = writeLiterals(input, literals, i, output, out, limit);
    if (out < 0) return 0;
    const match = matchLength(input, candidate, i, end);
    out = writeMatch(match, i - candidate, output, out, limit);
    if (out < 0) return 0;
    const behind = i + match;
    // The last two positions of a match are enough to find what follows it again.
    for (i = Math.max(i + 1, behind - 2); i < behind; i++) {
      if (i >= end - 2) continue;
      word = (input[i] << 16) | (input[i + 1] << 8) | input[i + 2];
      seen[hash(word, shift)] = base + i;
    }
    word = (input[i] << 8) | input[i + 1];
    literals = behind;
  }
  return Math.max(0, writeLiterals(input, literals, end, output, out, limit) - at);
}

/**
 * Decompresses bytes `start` to `end` of `input` into bytes 0 to `limit` of `output` and returns the number of bytes
 * written, or -1 if the input is damaged or does not fit.
 */
export function lzfDecompress(
  input: Uint8Array,
  output: Uint8Array,
  start = 0,
  end = input.length,
  limit = output.length,
): number {
  let i = start;
  let out = 0;
  while (i < end) {
    const control = input[i++];
    if (control < MAX_LITERAL) {
      const count = control + 1;
      if (i + count > end || out + count > limit) return -1;
      for (const stop = i + count; i < stop;) output[out++] = input[i++];
      continue;
    }
    let match = control >> 5;
    if (match === 7 && i < end) match += input[i++];
    if (i >= end) return -1;
    let from = out - (((control & 31) << 8) | input[i++]) - 1;
    if (from < 0 || out + match + 2 > limit) return -1;
    // Byte by byte, because a match may overlap what it writes.
    for (const stop = out + match + 2; out < stop;) output[out++] = output[from++];
  }
  return out;
}

/** Hash of the lower three bytes of a word. */
function hash(word: number, shift: number): number {
  return Math.imul(word << 8, 0x9e3779b1) >>> shift;
}

function sameThree(input: Uint8Array, a: number, b: number): boolean {
  return input[a] === input[b] && input[a + 1] === input[b + 1] && input[a + 2] === input[b + 2];
}

function matchLength(input: Uint8Array, candidate: number, position: number, end: number): number {
  const limit = Math.min(MAX_MATCH, end - position);
  let match = 3;
  while (match < limit && input[candidate + match] === input[position + match]) match++;
  return match;
}

/** Writes input[start..end) as literal runs; the new output position, or -1 if it does not fit. */
function writeLiterals(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  out: number,
  limit: number,
): number {
  for (let i = start; i < end;) {
    const count = Math.min(MAX_LITERAL, end - i);
    if (out + 1 + count > limit) return -1;
    output[out++] = count - 1;
    for (const stop = i + count; i < stop;) output[out++] = input[i++];
  }
  return out;
}

/** Writes one back reference; the new output position, or -1 if it does not fit. */
function writeMatch(
  match: number,
  distance: number,
  output: Uint8Array,
  out: number,
  limit: number,
): number {
  if (out + 3 > limit) return -1;
  const count = match - 2;
  const offset = distance - 1;
  output[out++] = (Math.min(count, 7) << 5) | (offset >> 8);
  if (count >= 7) output[out++] = count - 7;
  output[out++] = offset & 255;
  return out;
}
