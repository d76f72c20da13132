/**
 * Zipmaps, the compact encoding of hashes up to Redis 2.4.
 *
 * The number of fields (254: too many to say), then fields and values in turn, 255. A field is a length and the bytes; a
 * value a length, the number of unused bytes behind it, the bytes, and the unused ones. A length is one byte, or 254 and
 * four bytes, little-endian.
 *
 * @module
 */

import { Listpack } from "../../data/listpack.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { built } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

const END_BYTE = 255;
/** Announces a length of four bytes; as the number of fields, that it is not told. */
const WIDE = 254;
const MESSAGE = "Zipmap integrity check failed.";

const zipmap = new ByteSlice();
/** Length that {@linkcode readLength} has read. */
let length = 0;

/** Reads a string that is a zipmap; fields and values in turn. */
export function readZipmap(reader: RdbReader): Listpack {
  reader.string(zipmap);
  return built(new Listpack(zipmap.length), reader, appendFields);
}

function appendFields(target: Listpack, reader: RdbReader): void {
  const { source, start, end } = zipmap;
  const last = end - 1;
  if (last <= start || source.buffer[last] !== END_BYTE) reader.fail(MESSAGE);
  let at = start + 1;
  while (at < last) {
    at = readLength(reader, at, last);
    target.append(source, at, at + length);
    at = readLength(reader, at + length, last);
    const unused = source.buffer[at++];
    if (at + length + unused > last) reader.fail(MESSAGE);
    target.append(source, at, at + length);
    at += length + unused;
  }
  const count = source.buffer[start];
  if (at !== last || (count !== WIDE && count !== target.count / 2)) reader.fail(MESSAGE);
}

/** Reads the length at `at`, behind which so many bytes and one more must come before `last`; where they begin. */
function readLength(reader: RdbReader, at: number, last: number): number {
  const { source } = zipmap;
  const first = source.buffer[at];
  const begin = at + (first === WIDE ? 5 : 1);
  if (first === END_BYTE || begin >= last) reader.fail(MESSAGE);
  length = first === WIDE ? source.view.getUint32(at + 1, true) : first;
  if (begin + length >= last) reader.fail(MESSAGE);
  return begin;
}
