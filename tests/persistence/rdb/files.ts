/** RDB files in memory: data of a keyspace as a file, and back. */
import { Keyspace } from "../../../src/keyspace/keyspace.ts";
import { RdbFileReader, type RdbLoadOptions } from "../../../src/persistence/rdb/file_reader.ts";
import { type RdbFileOptions, RdbFileWriter } from "../../../src/persistence/rdb/file_writer.ts";
import { RdbReader } from "../../../src/persistence/rdb/reader.ts";
import { Snapshot } from "../../../src/persistence/snapshot.ts";
import { crc64 } from "../../../src/util/crc64.ts";
import { Random } from "../../../src/util/random.ts";
import { START_TIME } from "../../commands/in_process.ts";
import { bytesOf } from "../../support/bytes.ts";

/** A keyspace at the time at which the sessions of the tests begin. */
export function newKeyspace(now = START_TIME): Keyspace {
  const keyspace = new Keyspace(16, new Random(1));
  keyspace.setTime(now);
  return keyspace;
}

const DEFAULTS: RdbFileOptions = {
  compress: true,
  checksum: true,
  clocks: null,
  now: START_TIME,
  usedMemory: 1_000_000,
  isAofBase: false,
  functions: [],
};

/** The data as a file. */
export function fileOf(keyspace: Keyspace, options: Partial<RdbFileOptions> = {}): Uint8Array<ArrayBuffer> {
  const writer = new RdbFileWriter({ ...DEFAULTS, ...options });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  new Snapshot(keyspace, writer).complete(() => {
    for (let chunk = writer.take(); chunk !== null; chunk = writer.take()) {
      chunks.push(chunk.slice());
      writer.reuse(chunk);
    }
  });
  return joined(chunks);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** What reading a file has given. */
export interface Loaded {
  readonly keyspace: Keyspace;
  readonly reader: RdbFileReader;
  /** The messages, the warnings with a `#` before them. */
  readonly log: string[];
}

/** Reads a file into an empty keyspace, or the one that the options name; `pieces` has it come in small pieces. */
export function load(
  file: Uint8Array<ArrayBuffer>,
  options: Partial<RdbLoadOptions> = {},
  pieces = false,
): Loaded {
  const keyspace = options.keyspace ?? newKeyspace();
  const log: string[] = [];
  const reader = new RdbFileReader(
    RdbReader.over(inputOf(file, pieces ? 1000 : file.length), file.length, true),
    {
      log: { notice: (text) => log.push(text), warning: (text) => log.push(`# ${text}`) },
      dropExpired: true,
      replaceExisting: false,
      ...options,
      keyspace,
    },
  );
  for (const _ of reader.load());
  return { keyspace, reader, log };
}

function inputOf(file: Uint8Array, most: number): { readSync(target: Uint8Array): number | null } {
  let at = 0;
  return {
    readSync(target) {
      const size = Math.min(target.length, most, file.length - at);
      target.set(file.subarray(at, at + size));
      at += size;
      return size === 0 ? null : size;
    },
  };
}

/** Gives back all memory. */
export function dispose(keyspace: Keyspace): void {
  for (const database of keyspace.databases()) database.release();
}

/** A file of this version with these contents, byte strings: header, contents, end and, from version 5 on, checksum. */
export function fileWith(version: number, ...contents: string[]): Uint8Array<ArrayBuffer> {
  const body = bytesOf(`REDIS${String(version).padStart(4, "0")}${contents.join("")}\xff`);
  return version < 5 ? body : joined([body, crc64(body)]);
}

/** A string of up to 63 bytes, or 16383, as a file has it. */
export function stringOf(text: string): string {
  if (text.length < 64) return String.fromCharCode(text.length) + text;
  return String.fromCharCode(0x40 | (text.length >> 8), text.length & 255) + text;
}
