/**
 * Glob matching as Redis's `stringmatchlen` does it, on byte strings (one char, 0..255, per byte).
 *
 * `*` any run, `?` one byte, `[a-z]` and `[^a-z]` classes, `\x` the byte x itself. The odd corners are kept:
 * an unterminated class ends with the pattern, a range may end in `]`, an escaped byte in a class is compared
 * case-sensitively, range limits are signed bytes, and a text of no bytes matches the empty pattern only
 * (not even `*`: commands that take `*` for "everything" must ask {@link matchesEverything} first).
 */

const STAR = 0x2a;
const QUESTION_MARK = 0x3f;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;

/** True for the pattern `*`, which KEYS, SCAN and their like take as "no filter". */
export function matchesEverything(pattern: string): boolean {
  return pattern === "*";
}

/**
 * Whether the whole of `text` matches `pattern`.
 *
 * Every element but `*` takes exactly one byte, so going back to the latest `*` only is enough: the time is
 * at most pattern length times text length.
 */
export function globMatch(pattern: string, text: string, ignoreCase = false): boolean {
  const patternLength = pattern.length;
  const textLength = text.length;
  if (textLength === 0) return patternLength === 0;
  let position = 0;
  let afterStar = -1;
  let retryFrom = 0;
  for (let i = 0; i < textLength;) {
    if (position < patternLength && pattern.charCodeAt(position) === STAR) {
      position = skipStars(pattern, position);
      if (position === patternLength) return true;
      afterStar = position;
      retryFrom = i;
      continue;
    }
    const next = position < patternLength ? matchOne(pattern, position, text.charCodeAt(i), ignoreCase) : -1;
    if (next >= 0) {
      position = next;
      i++;
    } else if (afterStar >= 0) {
      position = afterStar;
      i = ++retryFrom;
    } else {
      return false;
    }
  }
  return skipStars(pattern, position) === patternLength;
}

function skipStars(pattern: string, position: number): number {
  while (pattern.charCodeAt(position) === STAR) position++;
  return position;
}

/** Matches one byte with the element at `position`: the position after the element, or -1 for no match. */
function matchOne(pattern: string, position: number, byte: number, ignoreCase: boolean): number {
  let expected = pattern.charCodeAt(position);
  if (expected === QUESTION_MARK) return position + 1;
  if (expected === OPEN_BRACKET) return matchClass(pattern, position + 1, byte, ignoreCase);
  if (expected === BACKSLASH && position + 1 < pattern.length) expected = pattern.charCodeAt(++position);
  return sameByte(expected, byte, ignoreCase) ? position + 1 : -1;
}

/** Matches one byte with the class whose text begins at `position`, after the `[`. */
function matchClass(pattern: string, position: number, byte: number, ignoreCase: boolean): number {
  const length = pattern.length;
  const negated = pattern.charCodeAt(position) === CARET;
  if (negated) position++;
  let found = false;
  while (position < length) {
    const char = pattern.charCodeAt(position);
    if (char === BACKSLASH && position + 1 < length) {
      if (pattern.charCodeAt(position + 1) === byte) found = true;
      position += 2;
    } else if (char === CLOSE_BRACKET) {
      return found !== negated ? position + 1 : -1;
    } else if (position + 2 < length && pattern.charCodeAt(position + 1) === DASH) {
      if (inRange(char, pattern.charCodeAt(position + 2), byte, ignoreCase)) found = true;
      position += 3;
    } else {
      if (sameByte(char, byte, ignoreCase)) found = true;
      position++;
    }
  }
  return found !== negated ? length : -1;
}

/** Range limits compare as C's signed char does on x86-64, and are ordered before they are lowered. */
function inRange(first: number, last: number, byte: number, ignoreCase: boolean): boolean {
  let low = signed(first);
  let high = signed(last);
  if (low > high) [low, high] = [high, low];
  if (!ignoreCase) return signed(byte) >= low && signed(byte) <= high;
  const lowered = signed(lower(byte));
  return lowered >= lower(low) && lowered <= lower(high);
}

function sameByte(left: number, right: number, ignoreCase: boolean): boolean {
  return left === right || (ignoreCase && lower(left) === lower(right));
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}
