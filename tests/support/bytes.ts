/** Byte strings (one char, 0..255, per byte) to and from bytes, for tests; slow and simple on purpose. */

/**
 * The bytes of a byte string.
 * @throws {RangeError} if a char is above 255: that text has no defined bytes, so the test is wrong
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) throw new RangeError(`not a byte string: char ${code} at ${i}`);
    bytes[i] = code;
  }
  return bytes;
}

/** The byte string of some bytes. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return text;
}

/** One argument of a command: byte string, bytes, or a number (sent in decimal). */
export type Word = string | Uint8Array | number;

/** The byte string of an argument. */
export function wordText(word: Word): string {
  return word instanceof Uint8Array ? textOf(word) : String(word);
}

/** A command as the array of bulk strings that clients send. */
export function encodeCommand(words: readonly Word[]): string {
  const texts = words.map(wordText);
  return `*${texts.length}\r\n${texts.map((text) => `$${text.length}\r\n${text}\r\n`).join("")}`;
}
