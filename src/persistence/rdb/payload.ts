/**
 * Values and libraries in a message: DUMP and RESTORE, FUNCTION DUMP and RESTORE.
 *
 * A payload is a type, the value (or all libraries, each behind its type), the version in two bytes, and the CRC-64 of
 * all before in eight; both little-endian.
 *
 * @module
 */

import type { EncodingLimits } from "../../data/encoding_limits.ts";
import type { Database } from "../../keyspace/database.ts";
import type { Value } from "../../keyspace/value.ts";
import { equalBytes } from "../../util/byte_string.ts";
import { crc64 } from "../../util/crc64.ts";
import { CHECKSUM_SIZE, NEWEST_READABLE, Opcode, RDB_VERSION, RDB_VERSION_7_0 } from "./format.ts";
import { readLibrary, writeLibraries } from "./functions.ts";
import { isValueType, type LoadedValue, loadValue } from "./load_value.ts";
import { RdbError, RdbReader } from "./reader.ts";
import { saveValue, valueType } from "./save_value.ts";
import { rdbSettings } from "./settings.ts";
import { RdbWriter } from "./writer.ts";

const VERSION_SIZE = 2;
const FOOTER_SIZE = VERSION_SIZE + CHECKSUM_SIZE;
/** Larger payloads take the memory along that they were written in. */
const LARGEST_COPIED = 16 * 1024;
/** One for each way of writing strings. */
const PLAIN = new RdbWriter(false);
const COMPRESSING = new RdbWriter(true);

/** The payload of a value, with strings compressed if `compress` is set, as Redis of that version would read it. */
export function dumpPayload(
  database: Database,
  value: Value,
  compress: boolean,
  version = RDB_VERSION,
): Uint8Array<ArrayBuffer> {
  const writer = compress ? COMPRESSING : PLAIN;
  // What a value that failed left.
  if (writer.length > 0) writer.take();
  writer.byte(valueType(value, version));
  saveValue(writer, database, value, version);
  const payload = sealed(writer, version);
  if (payload.length > LARGEST_COPIED) return payload;
  const copy = payload.slice();
  writer.reuse(payload);
  return copy;
}

/** The payload of function libraries, given by their texts, as Redis 7.0 and later read it. */
export function dumpLibraries(texts: Iterable<string>): Uint8Array<ArrayBuffer> {
  const writer = new RdbWriter(false);
  writeLibraries(writer, texts);
  return sealed(writer, RDB_VERSION_7_0);
}

/** The texts of the libraries in a payload that {@linkcode isPayload}. Throws an `RdbError` if there is something else. */
export function readLibraries(bytes: Uint8Array<ArrayBuffer>): string[] {
  const end = bytes.length - FOOTER_SIZE;
  const reader = RdbReader.of(bytes.subarray(0, end));
  const texts: string[] = [];
  while (reader.offset < end) {
    const opcode = reader.byte();
    if (opcode !== Opcode.FUNCTION2) reader.fail("given type is not a function");
    texts.push(readLibrary(reader, opcode));
  }
  return texts;
}

/** What was written, with the footer. */
function sealed(writer: RdbWriter, version: number): Uint8Array<ArrayBuffer> {
  writer.integer16(version);
  const checksum = crc64(writer.written());
  for (const byte of checksum) writer.byte(byte);
  return writer.take();
}

/** Whether a payload has a version that can be read, and the right checksum. */
export function isPayload(bytes: Uint8Array): boolean {
  const end = bytes.length - FOOTER_SIZE;
  if (end < 0 || (bytes[end] | (bytes[end + 1] << 8)) > NEWEST_READABLE) return false;
  const checked = end + VERSION_SIZE;
  return rdbSettings.skipChecksums || equalBytes(crc64(bytes, 0, checked), bytes.subarray(checked));
}

/** The value of a payload, as {@linkcode loadValue} gives it; null also if it is damaged. */
export function readPayload(bytes: Uint8Array<ArrayBuffer>, limits: EncodingLimits): LoadedValue {
  const reader = RdbReader.of(bytes.subarray(0, bytes.length - FOOTER_SIZE));
  try {
    const type = reader.byte();
    return isValueType(type) ? loadValue(reader, type, limits) : null;
  } catch (error) {
    if (error instanceof RdbError) return null;
    throw error;
  }
}
