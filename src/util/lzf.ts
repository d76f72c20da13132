/**
 * LZF, the compression of strings in RDB files (Marc Lehmann's LibLZF format).
 *
 * A control byte below 32 announces that many literal bytes plus one. Otherwise its top three bits are a
 * match length less 2 (7: another byte follows, to be added), its low five bits and the next byte the
 * distance less 1.
 */

const HASH_BITS = 14;
const MAX_LITERAL = 32;
const MAX_DISTANCE = 8192;
const MAX_MATCH = 264;

/** Where the latest three bytes of a hash were seen; shared, as no call leaves anything in it. */
const seen = new Int32Array(1 << HASH_BITS);

/**
 * Compresses `input` into `output` and returns the number of bytes written, or 0 if they do not fit (or there
 * is no input). Give an output shorter than the input to learn whether compression pays.
 */
export function lzfCompress(input: Uint8Array, output: Uint8Array): number {
  seen.fill(-1);
  const length = input.length;
  let out = 0;
  let literals = 0;
  let i = 0;
  while (i < length - 2) {
    const slot = hash(input[i], input[i + 1], input[i + 2]);
    const candidate = seen[slot];
    seen[slot] = i;
    if (candidate < 0 || i - candidate > MAX_DISTANCE || !sameThree(input, candidate, i)) {
      i++;
      continue;
    }
    out = writeLiterals(input, literals, i, output, out);
    if (out < 0) return 0;
    const match = matchLength(input, candidate, i);
    out = writeMatch(match, i - candidate, output, out);
    if (out < 0) return 0;
    const end = i + match;
    // The last two positions of a match are enough to find what follows it again.
    for (i = Math.max(i + 1, end - 2); i < end; i++) {
      if (i < length - 2) seen[hash(input[i], input[i + 1], input[i + 2])] = i;
    }
    literals = end;
  }
  return Math.max(0, writeLiterals(input, literals, length, output, out));
}

/**
 * Decompresses `input` into `output` and returns the number of bytes written, or -1 if the input is damaged
 * or does not fit.
 */
export function lzfDecompress(input: Uint8Array, output: Uint8Array): number {
  let i = 0;
  let out = 0;
  while (i < input.length) {
    const control = input[i++];
    if (control < MAX_LITERAL) {
      const count = control + 1;
      if (i + count > input.length || out + count > output.length) return -1;
      for (const end = i + count; i < end;) output[out++] = input[i++];
      continue;
    }
    let match = control >> 5;
    if (match === 7 && i < input.length) match += input[i++];
    if (i >= input.length) return -1;
    let from = out - (((control & 31) << 8) | input[i++]) - 1;
    if (from < 0 || out + match + 2 > output.length) return -1;
    // Byte by byte, because a match may overlap what it writes.
    for (const end = out + match + 2; out < end;) output[out++] = output[from++];
  }
  return out;
}

function hash(a: number, b: number, c: number): number {
  return Math.imul((a << 16) | (b << 8) | c, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function sameThree(input: Uint8Array, a: number, b: number): boolean {
  return input[a] === input[b] && input[a + 1] === input[b + 1] && input[a + 2] === input[b + 2];
}

function matchLength(input: Uint8Array, candidate: number, position: number): number {
  const limit = Math.min(MAX_MATCH, input.length - position);
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
): number {
  for (let i = start; i < end;) {
    const count = Math.min(MAX_LITERAL, end - i);
    if (out + 1 + count > output.length) return -1;
    output[out++] = count - 1;
    for (const stop = i + count; i < stop;) output[out++] = input[i++];
  }
  return out;
}

/** Writes one back reference; the new output position, or -1 if it does not fit. */
function writeMatch(match: number, distance: number, output: Uint8Array, out: number): number {
  if (out + 3 > output.length) return -1;
  const count = match - 2;
  const offset = distance - 1;
  output[out++] = (Math.min(count, 7) << 5) | (offset >> 8);
  if (count >= 7) output[out++] = count - 7;
  output[out++] = offset & 255;
  return out;
}
