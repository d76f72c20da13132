/**
 * Ziplists, the compact encoding before listpacks: Redis 2.2 to 6.2.
 *
 * Total size, offset of the last entry (4 bytes each), number of entries (2 bytes), the entries, 255; all little-endian.
 * An entry is the size of the one before (1 byte, or 254 and 4 bytes), an encoding, and data:
 *
 * | first byte | what                                                           |
 * | ---------- | -------------------------------------------------------------- |
 * | 00…        | string, length in the other 6 bits                             |
 * | 01…        | string, length in the other 6 bits and a further byte          |
 * | 10…        | string, length in 4 further bytes; this and that big-endian    |
 * | 0xc0       | integer of 16 bits                                             |
 * | 0xd0, 0xe0 | of 32, of 64 bits                                              |
 * | 0xf0, 0xfe | of 24, of 8 bits                                               |
 * | 0xf1 to fd | the integers 0 to 12                                           |
 *
 * @module
 */

import { Listpack } from "../../data/listpack.ts";
import type { ByteSource } from "../../util/byte_buffer.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { built } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

const HEADER_SIZE = 10;
const END_BYTE = 255;
/** Announces a size of four bytes. */
const WIDE = 254;
const COUNT_UNKNOWN = 0xffff;
const MESSAGE = "Ziplist integrity check failed.";

const ziplist = new ByteSlice();

/** Reads a string that is a ziplist, and gives its elements. */
export function readZiplist(reader: RdbReader): Listpack {
  reader.string(ziplist);
  return built(new Listpack(ziplist.length), reader, appendEntries);
}

function appendEntries(target: Listpack, reader: RdbReader): void {
  const { source, start, end, length } = ziplist;
  if (length < HEADER_SIZE + 1 || source.view.getUint32(start, true) !== length) reader.fail(MESSAGE);
  const last = end - 1;
  if (source.buffer[last] !== END_BYTE) reader.fail(MESSAGE);
  let at = start + HEADER_SIZE;
  let before = 0;
  let tail = HEADER_SIZE;
  while (at < last) {
    tail = at - start;
    const wide = source.buffer[at] === WIDE;
    const header = wide ? 5 : 1;
    if (at + header >= last) reader.fail(MESSAGE);
    const announced = wide ? source.view.getUint32(at + 1, true) : source.buffer[at];
    const size = header + appendEntry(target, reader, source, at + header, last);
    if (announced !== before) reader.fail(MESSAGE);
    before = size;
    at += size;
  }
  const count = source.view.getUint16(start + 8, true);
  const isCounted = count === COUNT_UNKNOWN || count === target.count;
  if (!isCounted || source.view.getUint32(start + 4, true) !== tail) reader.fail(MESSAGE);
}

/** Appends the element whose encoding is at `at`; bytes of encoding and data, which must end by `last`. */
function appendEntry(
  target: Listpack,
  reader: RdbReader,
  source: ByteSource,
  at: number,
  last: number,
): number {
  const first = source.buffer[at];
  if (first >= 0xc0) return appendInteger(target, reader, source, at, last);
  const header = first < 0x40 ? 1 : first < 0x80 ? 2 : 5;
  if (at + header > last) reader.fail(MESSAGE);
  let length = first & 0x3f;
  if (header === 2) length = (length << 8) | source.buffer[at + 1];
  else if (header === 5) length = source.view.getUint32(at + 1);
  const size = header + length;
  if (at + size > last) reader.fail(MESSAGE);
  target.append(source, at + header, at + size);
  return size;
}

function appendInteger(
  target: Listpack,
  reader: RdbReader,
  source: ByteSource,
  at: number,
  last: number,
): number {
  const first = source.buffer[at];
  const size = integerSize(first);
  if (size === 0 || at + size > last) reader.fail(MESSAGE);
  const { buffer, view } = source;
  if (first === 0xe0) target.appendBigInteger(view.getBigInt64(at + 1, true));
  else if (first === 0xd0) target.appendInteger(view.getInt32(at + 1, true));
  else if (first === 0xc0) target.appendInteger(view.getInt16(at + 1, true));
  else if (first === 0xfe) target.appendInteger(view.getInt8(at + 1));
  else if (first === 0xf0) {
    target.appendInteger((view.getInt8(at + 3) << 16) | (buffer[at + 2] << 8) | buffer[at + 1]);
  } else target.appendInteger((first & 0x0f) - 1);
  return size;
}

/** Bytes of encoding and data of an integer; 0 for what is none. */
function integerSize(first: number): number {
  switch (first) {
    case 0xc0:
      return 3;
    case 0xd0:
      return 5;
    case 0xe0:
      return 9;
    case 0xf0:
      return 4;
    case 0xfe:
      return 2;
    default:
      return first >= 0xf1 && first <= 0xfd ? 1 : 0;
  }
}
