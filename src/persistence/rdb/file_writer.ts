/**
 * RDB files, written entry by entry.
 *
 * @module
 */

import type { Database } from "../../keyspace/database.ts";
import { deadlineOf } from "../../keyspace/deadline.ts";
import type { Value } from "../../keyspace/value.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { Crc64 } from "../../util/crc64.ts";
import { REDIS_VERSION } from "../../util/version.ts";
import type { ImageWriter } from "../snapshot.ts";
import { CHECKSUM_SIZE, MAGIC, Opcode, RDB_VERSION } from "./format.ts";
import { writeLibraries } from "./functions.ts";
import { isLargeValue, saveInSteps, saveValue, valueType } from "./save_value.ts";
import { RdbWriter } from "./writer.ts";

/** What is worth writing to a file: less than a slice of the walk gives. */
const CHUNK_SIZE = 32 * 1024;

/** Bytes that go into the checksum at a time, at least. */
const SUM_SIZE = 4096;

/** What a file is to hold besides the keys. */
export interface RdbFileOptions {
  /** Format: 11 unless told; 10 is Redis 7.0's. */
  readonly version?: number;
  /** `rdbcompression` and `rdbchecksum`. */
  readonly compress: boolean;
  readonly checksum: boolean;
  /** What the access clocks hold that go into the file; null for none. Redis writes them under policies that use them. */
  readonly clocks: "lru" | "lfu" | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Bytes of the data in memory. */
  readonly usedMemory: number;
  /** Whether the file is the base of an append-only file. */
  readonly isAofBase: boolean;
  /** Where replication stands, for a file that a replica or a restarted server goes on from. */
  readonly replication?: { readonly database: number; readonly id: string; readonly offset: number };
  /** The texts of the function libraries, byte strings. */
  readonly functions: Iterable<string>;
}

/** Writes one file into memory, from which the caller takes chunks away. */
export class RdbFileWriter implements ImageWriter {
  readonly #version: number;
  readonly #clocks: "lru" | "lfu" | null;
  readonly #crc: Crc64 | null;
  readonly #file: RdbWriter;
  /** What is written while an entry is being written in steps, and comes behind it. */
  #aside: RdbWriter | null = null;
  /** Bytes of `file` that are in the checksum. */
  #summed = 0;
  #ended = false;
  readonly #selected = new Set<number>();
  readonly #key = new ByteSlice();

  constructor(options: RdbFileOptions) {
    this.#version = options.version ?? RDB_VERSION;
    this.#clocks = options.clocks;
    this.#crc = options.checksum ? new Crc64() : null;
    this.#file = new RdbWriter(options.compress);
    this.#begin(options);
  }

  select(index: number, database: Database): void {
    const writer = this.#writer;
    writer.byte(Opcode.SELECT_DB);
    writer.size(index);
    if (this.#selected.has(index)) return;
    this.#selected.add(index);
    writer.byte(Opcode.RESIZE_DB);
    writer.size(database.size);
    writer.size(database.expiring);
  }

  entry(database: Database, handle: number): void {
    const value = database.valueOf(handle);
    this.#head(database, handle, value);
    saveValue(this.#writer, database, value, this.#version);
    // Here, as far as can be, where it belongs to what the caller measures.
    if (this.#file.length - this.#summed >= SUM_SIZE) this.#sum();
  }

  entryInSteps(database: Database, handle: number): Iterator<void> | null {
    const value = database.valueOf(handle);
    if (this.#aside !== null || !isLargeValue(value)) return null;
    this.#head(database, handle, value);
    this.#aside = new RdbWriter(this.#file.compress);
    return this.#steps(database, value);
  }

  end(): void {
    const file = this.#file;
    file.byte(Opcode.END);
    this.#sum();
    const checksum = this.#crc?.digest();
    for (let i = 0; i < CHECKSUM_SIZE; i++) file.byte(checksum?.[i] ?? 0);
    this.#summed = file.length;
    this.#ended = true;
  }

  take(): Uint8Array<ArrayBuffer> | null {
    const { length } = this.#file;
    if (length < CHUNK_SIZE && !(this.#ended && length > 0)) return null;
    this.#sum();
    this.#summed = 0;
    return this.#file.take();
  }

  /** Gives back what {@linkcode take} gave, once it was written, to be used again. */
  reuse(taken: Uint8Array<ArrayBuffer>): void {
    this.#file.reuse(taken);
  }

  get #writer(): RdbWriter {
    return this.#aside ?? this.#file;
  }

  *#steps(database: Database, value: Value): Generator<void> {
    yield* saveInSteps(this.#file, database, value, this.#version);
    this.#file.append(this.#aside!);
    this.#aside = null;
  }

  #begin({ now, usedMemory, replication, isAofBase, functions }: RdbFileOptions): void {
    const file = this.#file;
    file.bytes(MAGIC + String(this.#version).padStart(4, "0"));
    this.#auxiliary("redis-ver", REDIS_VERSION);
    this.#auxiliary("redis-bits", "64");
    this.#auxiliary("ctime", String(Math.floor(now / 1000)));
    this.#auxiliary("used-mem", String(usedMemory));
    if (replication !== undefined) {
      this.#auxiliary("repl-stream-db", String(replication.database));
      this.#auxiliary("repl-id", replication.id);
      this.#auxiliary("repl-offset", String(replication.offset));
    }
    this.#auxiliary("aof-base", isAofBase ? "1" : "0");
    writeLibraries(file, functions);
  }

  #auxiliary(name: string, value: string): void {
    this.#file.byte(Opcode.AUX);
    this.#file.text(name);
    this.#file.text(value);
  }

  /** What comes before a value: deadline, access clock, type and key. */
  #head(database: Database, handle: number, value: Value): void {
    const writer = this.#writer;
    const { arena } = database;
    if (arena.hasDeadline(handle)) writeDeadline(writer, database, handle);
    if (this.#clocks !== null) this.#accessClock(writer, database, value);
    writer.byte(valueType(value, this.#version));
    const key = this.#key;
    if (arena.keyPiece(handle, key)) writer.string(key.source, key.start, key.end);
    else writer.text(database.keyOf(handle));
  }

  #accessClock(writer: RdbWriter, database: Database, value: Value): void {
    const { accessClock } = database.keyspace;
    const clock = database.clockOf(value);
    if (this.#clocks === "lru") {
      writer.byte(Opcode.IDLE);
      writer.size(accessClock.idleSeconds(clock));
    } else {
      writer.byte(Opcode.FREQUENCY);
      writer.byte(accessClock.counter(clock));
    }
  }

  #sum(): void {
    this.#crc?.update(this.#file.written(), this.#summed);
    this.#summed = this.#file.length;
  }
}

function writeDeadline(writer: RdbWriter, database: Database, handle: number): void {
  let deadline: number | bigint = database.deadlineOf(handle);
  if (!Number.isSafeInteger(deadline)) deadline = deadlineOf(database, database.keyOf(handle));
  writer.byte(Opcode.EXPIRE_MILLISECONDS);
  if (typeof deadline === "number") writer.integer64(deadline);
  else writer.bigInteger64(deadline);
}
