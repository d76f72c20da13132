/** The encodings that redis-server no longer writes, byte by byte. All values are byte strings. */
import { crc64 } from "../../../src/util/crc64.ts";
import { bytesOf, textOf } from "../../support/bytes.ts";
import { stringOf } from "./files.ts";

/** `size` little-endian bytes of an integer. */
export function little(value: number | bigint, size: number): string {
  let rest = BigInt.asUintN(64, BigInt(value));
  let text = "";
  for (let i = 0; i < size; i++, rest >>= 8n) text += String.fromCharCode(Number(rest & 255n));
  return text;
}

/** The same, the most significant byte first. */
export function big(value: number | bigint, size: number): string {
  return [...little(value, size)].reverse().join("");
}

/** A double, little-endian. */
export function double(value: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return textOf(bytes);
}

/** A payload of DUMP: type, body, version and checksum. */
export function payload(type: number, body: string, version = 9): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(String.fromCharCode(type) + body + little(version, 2));
  return bytesOf(textOf(bytes) + textOf(crc64(bytes)));
}

/** An entry of a ziplist: an integer takes the least form that holds it, text stays text. */
export type ZiplistEntry = string | number | bigint;

/** A ziplist; `wide` has every size of an entry before take five bytes. */
export function ziplist(entries: readonly ZiplistEntry[], wide = false): string {
  let text = "";
  let before = 0;
  let tail = 10;
  for (const entry of entries) {
    tail = 10 + text.length;
    const size = before < 254 && !wide ? little(before, 1) : `\xfe${little(before, 4)}`;
    const encoded = size + (typeof entry === "string" ? ziplistText(entry) : ziplistInteger(BigInt(entry)));
    before = encoded.length;
    text += encoded;
  }
  return little(text.length + 11, 4) + little(tail, 4) + little(Math.min(entries.length, 0xffff), 2) + text +
    "\xff";
}

function ziplistText(text: string): string {
  const size = text.length;
  if (size < 64) return little(size, 1) + text;
  return (size < 16384 ? big(0x4000 | size, 2) : `\x80${big(size, 4)}`) + text;
}

function ziplistInteger(value: bigint): string {
  if (value >= 0n && value <= 12n) return little(0xf1n + value, 1);
  const fits = (bits: number) => BigInt.asIntN(bits, value) === value;
  if (fits(8)) return `\xfe${little(value, 1)}`;
  if (fits(16)) return `\xc0${little(value, 2)}`;
  if (fits(24)) return `\xf0${little(value, 3)}`;
  return fits(32) ? `\xd0${little(value, 4)}` : `\xe0${little(value, 8)}`;
}

/** A zipmap with so many unused bytes behind each value. */
export function zipmap(pairs: readonly [string, string][], unused = 0): string {
  const size = (text: string) => text.length < 254 ? little(text.length, 1) : `\xfe${little(text.length, 4)}`;
  const entries = pairs.map(([field, value]) =>
    size(field) + field + size(value) + little(unused, 1) + value + "\0".repeat(unused)
  );
  return little(Math.min(pairs.length, 254), 1) + entries.join("") + "\xff";
}

/** A listpack of short texts and of integers up to 127, or up to 16 bits. */
export function listpack(entries: readonly (string | number)[]): string {
  const text = entries.map(listpackEntry).join("");
  return little(text.length + 7, 4) + little(entries.length, 2) + text + "\xff";
}

function listpackEntry(entry: string | number): string {
  if (typeof entry === "string") return little(0x80 | entry.length, 1) + entry + little(entry.length + 1, 1);
  if (entry >= 0 && entry < 128) return little(entry, 1) + "\x01";
  if (entry >= -4096 && entry < 4096) return big(0xc000 | (entry & 0x1fff), 2) + "\x02";
  return `\xf1${little(entry, 2)}\x03`;
}

/** A stream ID as a node's key or in a list of pending entries. */
export function rawId(milliseconds: number, sequence: number): string {
  return big(milliseconds, 8) + big(sequence, 8);
}

/** A length. */
export function size(value: number): string {
  if (value < 64) return little(value, 1);
  return value < 16384 ? big(0x4000 | value, 2) : `\x80${big(value, 4)}`;
}

/** A number of strings as a file has them. */
export function strings(...texts: string[]): string {
  return texts.map((text) => text.length < 16384 ? stringOf(text) : size(text.length) + text).join("");
}
