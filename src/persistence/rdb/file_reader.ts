/**
 * RDB files, read.
 *
 * @module
 */

import { Collection } from "../../data/collection.ts";
import type { Database } from "../../keyspace/database.ts";
import { type Deadline, setDeadline, toDeadline } from "../../keyspace/deadline.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { equalBytes, escapeForDisplay } from "../../util/byte_string.ts";
import type { LoadDelay } from "../load_delay.ts";
import { CHECKSUM_SIZE, MAGIC, ModuleOpcode, NEWEST_READABLE, Opcode } from "./format.ts";
import { readLibrary } from "./functions.ts";
import {
  hasManyParts,
  isValueType,
  type LoadedValue,
  loadInSteps,
  loadValue,
  storeValue,
} from "./load_value.ts";
import { moduleName, skipModuleData } from "./module_data.ts";
import type { RdbReader } from "./reader.ts";
import { rdbSettings } from "./settings.ts";

/** Bytes of the header: the magic word and four digits. */
const HEADER_SIZE = 9;
/** Since this version files end with a checksum. */
const CHECKSUM_SINCE = 5;
/** The reader yields after this many bytes, which take about a millisecond. */
const STEP_BYTES = 64 * 1024;
/** Keys without elements that are told of one by one. */
const MOST_TOLD = 10;
/** No deadline, idle time or frequency was read. */
const NONE = -1;

/** Where messages go. */
export interface LoadLog {
  notice(text: string): void;
  warning(text: string): void;
}

/** A key of a file, before its value. */
export interface RdbEntry {
  readonly database: number;
  readonly key: string;
  /** RDB type of the value. */
  readonly type: number;
  /** Milliseconds since the epoch; null for none. */
  readonly deadline: Deadline | null;
}

/** Reads the value of an entry, all of it, in steps, in the place of storing it. */
export type RdbVisitor = (entry: RdbEntry, reader: RdbReader) => Iterable<void>;

/** How a file is read. */
export interface RdbLoadOptions {
  readonly keyspace: Keyspace;
  readonly log: LoadLog;
  /** Drops keys whose time is over: what a master does, and neither a replica nor the base of an append-only file. */
  readonly dropExpired: boolean;
  /** Told of each key that was dropped, with the number of its database. */
  readonly onDropped?: (database: number, key: string) => void;
  /** Lets keys of the file take the place of those that there are, instead of refusing the file. */
  readonly replaceExisting: boolean;
  /** Gets the entries, expired ones too, for whoever does not want them stored. */
  readonly visitor?: RdbVisitor;
  /** Waits after each key. */
  readonly delay?: LoadDelay;
}

/** Reads one file into a keyspace. Its checksum is verified if the reader computes one. */
export class RdbFileReader {
  keysLoaded = 0;
  keysExpired = 0;
  /** Keys whose collections had no elements, which old versions could leave behind. */
  emptyKeys = 0;
  /** The auxiliary fields by name: `redis-ver`, `repl-id` and so on. */
  readonly fields = new Map<string, string>();
  /** The texts of the function libraries, byte strings. */
  readonly functions: string[] = [];

  readonly #reader: RdbReader;
  readonly #options: RdbLoadOptions;
  #version = 0;
  #database: Database;
  #deadline: number | bigint = NONE;
  #idle = NONE;
  #frequency = NONE;
  readonly #slice = new ByteSlice();

  constructor(reader: RdbReader, options: RdbLoadOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#database = options.keyspace.database(0);
  }

  /** Bytes read so far. When all is read something else may follow, such as commands. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** Reads the file, in steps. Throws `RdbError`; what was read before is stored then. */
  *load(): Generator<void> {
    const reader = this.#reader;
    const { delay } = this.#options;
    this.#readHeader();
    let pause = reader.offset + STEP_BYTES;
    for (;;) {
      const type = reader.byte();
      if (type === Opcode.END) break;
      if (this.#options.visitor !== undefined && isValueType(type)) {
        yield* this.#visit(type, this.#options.visitor);
      } else if (hasManyParts(type)) yield* this.#readInSteps(type);
      else if (isValueType(type)) this.#readEntry(type);
      else this.#readOpcode(type);
      if (delay?.isOn && isValueType(type)) yield* delay.wait(1);
      if (reader.offset < pause) continue;
      yield;
      delay?.refresh();
      pause = reader.offset + STEP_BYTES;
    }
    if (this.#version >= CHECKSUM_SINCE) this.#verifyChecksum();
    this.#tellEnd();
  }

  #readHeader(): void {
    const reader = this.#reader;
    reader.bytes(HEADER_SIZE, this.#slice);
    const header = this.#slice.text();
    if (!header.startsWith(MAGIC)) reader.fail("Wrong signature trying to load DB from file");
    const digits = header.slice(MAGIC.length);
    const version = /^[0-9]{4}$/.test(digits) ? Number(digits) : 0;
    if (version < 1 || version > NEWEST_READABLE) reader.fail(`Can't handle RDB format version ${version}`);
    this.#version = version;
  }

  #readOpcode(opcode: number): void {
    const reader = this.#reader;
    switch (opcode) {
      case Opcode.EXPIRE_SECONDS:
        this.#deadline = reader.integer32() * 1000;
        return;
      case Opcode.EXPIRE_MILLISECONDS:
        this.#deadline = reader.exactInteger64();
        return;
      case Opcode.FREQUENCY:
        this.#frequency = reader.byte();
        return;
      case Opcode.IDLE:
        this.#idle = reader.size();
        return;
      case Opcode.SELECT_DB:
        return this.#selectDatabase();
      case Opcode.RESIZE_DB:
        reader.size();
        reader.size();
        return;
      case Opcode.AUX:
        return this.#readField();
      case Opcode.MODULE_AUX:
        return this.#skipModule();
      case Opcode.FUNCTION_PRE_GA:
      case Opcode.FUNCTION2:
        this.functions.push(readLibrary(reader, opcode));
        return;
      default:
        reader.fail(`Unknown RDB encoding type ${opcode}`);
    }
  }

  #selectDatabase(): void {
    const index = this.#reader.size();
    const { keyspace } = this.#options;
    if (index >= keyspace.databaseCount) {
      this.#reader.fail(
        "FATAL: Data file was created with a Redis server configured to handle more than " +
          `${keyspace.databaseCount} databases. Exiting`,
      );
    }
    this.#database = keyspace.database(index);
  }

  #readField(): void {
    const name = this.#reader.text(this.#slice);
    const value = this.#reader.text(this.#slice);
    const { keyspace, log } = this.#options;
    this.fields.set(name, value);
    if (name.startsWith("%")) log.notice(`RDB '${name}': ${value}`);
    else if (name === "redis-ver") log.notice(`Loading RDB produced by version ${value}`);
    else if (name === "ctime") {
      const age = Math.max(0, Math.floor(keyspace.now / 1000) - Number(value));
      log.notice(`RDB age ${age} seconds`);
    } else if (name === "used-mem") {
      log.notice(`RDB memory usage when created ${(Number(value) / (1024 * 1024)).toFixed(2)} Mb`);
    } else if (name === "aof-preamble" && Number(value) !== 0) log.notice("RDB has an AOF tail");
    else if (name === "aof-base" && Number(value) !== 0) log.notice("RDB is base AOF");
  }

  #skipModule(): void {
    const reader = this.#reader;
    const name = moduleName(reader.wideSize());
    if (reader.size() !== ModuleOpcode.UNSIGNED) reader.fail("bad when_opcode");
    reader.wideSize();
    skipModuleData(reader);
    this.#options.log.warning(
      `The RDB file contains AUX module data I can't load: no matching module '${name}'. It is skipped.`,
    );
  }

  #readEntry(type: number): void {
    const key = this.#reader.key(this.#slice);
    this.#finish(key, loadValue(this.#reader, type, this.#options.keyspace.limits));
  }

  *#readInSteps(type: number): Generator<void> {
    const key = this.#reader.key(this.#slice);
    this.#finish(key, yield* loadInSteps(this.#reader, type, this.#options.keyspace.limits));
  }

  *#visit(type: number, visitor: RdbVisitor): Generator<void> {
    const key = this.#reader.key(this.#slice);
    const deadline = typeof this.#deadline === "bigint" ? toDeadline(this.#deadline) : this.#deadline;
    const entry = {
      database: this.#database.index,
      key,
      type,
      deadline: deadline === NONE ? null : deadline,
    };
    this.#deadline = this.#idle = this.#frequency = NONE;
    yield* visitor(entry, this.#reader);
    this.keysLoaded++;
  }

  /** Does with a value what is to be done. */
  #finish(key: string, value: LoadedValue): void {
    const { keyspace, dropExpired } = this.#options;
    if (value === null) this.#noteEmpty(key);
    else if (dropExpired && this.#deadline !== NONE && this.#deadline < keyspace.now) {
      if (value instanceof Collection) value.release();
      this.keysExpired++;
      this.#options.onDropped?.(this.#database.index, key);
    } else this.#store(key, value);
    this.#deadline = this.#idle = this.#frequency = NONE;
  }

  #store(key: string, value: ByteSlice | Collection): void {
    const database = this.#database;
    const size = database.size;
    storeValue(database, key, value);
    this.keysLoaded++;
    if (database.size === size && !this.#options.replaceExisting) {
      this.#reader.fail(`RDB has duplicated key ${escapeForDisplay(key)} in DB ${database.index}`);
    }
    const deadline = this.#deadline;
    if (deadline !== NONE) {
      setDeadline(database, key, typeof deadline === "bigint" ? toDeadline(deadline) : deadline);
    }
    if (this.#idle !== NONE || this.#frequency !== NONE) {
      setAccessClock(database, key, this.#idle, this.#frequency);
    }
  }

  #noteEmpty(key: string): void {
    if (this.emptyKeys++ >= MOST_TOLD) return;
    this.#options.log.warning(`rdbLoadObject skipping empty key: ${escapeForDisplay(key)}`);
  }

  #verifyChecksum(): void {
    const reader = this.#reader;
    const { log } = this.#options;
    const expected = reader.checksum();
    const stored = reader.storedChecksum();
    if (expected === null || rdbSettings.skipChecksums) return;
    if (equalBytes(stored, new Uint8Array(CHECKSUM_SIZE))) {
      log.warning("RDB file was saved with checksum disabled: no check performed.");
    } else if (!equalBytes(stored, expected)) {
      log.warning(
        `Wrong RDB checksum expected: (${hexOf(expected)}) but got (${hexOf(stored)}). Aborting now.`,
      );
      reader.fail("RDB CRC error");
    }
  }

  #tellEnd(): void {
    const counts = `keys loaded: ${this.keysLoaded}, keys expired: ${this.keysExpired}`;
    const { log } = this.#options;
    if (this.emptyKeys === 0) log.notice(`Done loading RDB, ${counts}.`);
    else log.warning(`Done loading RDB, ${counts}, empty keys skipped: ${this.emptyKeys}.`);
  }
}

/**
 * Sets a key's access clock from what was saved of it, as far as the present policy can use it: seconds since the last
 * use, or a frequency, of which -1 says that there is none.
 */
export function setAccessClock(database: Database, key: string, idle: number, frequency: number): void {
  const { accessClock } = database.keyspace;
  const value = database.stored(key);
  if (value === undefined) return;
  if (accessClock.frequency) {
    if (frequency >= 0) database.setClock(value, accessClock.ofCounter(frequency));
  } else if (idle >= 0) database.setClock(value, accessClock.ofIdleSeconds(idle));
}

/** Eight little-endian bytes as a number in hexadecimal, without leading zeros. */
function hexOf(bytes: Uint8Array): string {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true).toString(16);
}
