/**
 * Checks an RDB file from front to back without a keyspace: every opcode, every encoding, the checksum.
 *
 * Values are read as the server reads them, so that what passes here loads there; each is dropped before the next, and
 * memory holds one value at a time. Compact encodings are walked through, as Redis does with
 * `sanitize-dump-payload yes`.
 *
 * @module
 */

import { Collection } from "../../data/collection.ts";
import { EncodingLimits } from "../../data/encoding_limits.ts";
import { ModuleOpcode, NEWEST_READABLE, Opcode, ValueType } from "../../persistence/rdb/format.ts";
import { CHECKSUM_SIZE, MAGIC } from "../../persistence/rdb/format.ts";
import { isValueType, loadValue } from "../../persistence/rdb/load_value.ts";
import { moduleName, skipModuleData } from "../../persistence/rdb/module_data.ts";
import { type ByteInput, RdbError, RdbReader } from "../../persistence/rdb/reader.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { equalBytes } from "../../util/byte_string.ts";
import { type Doing, typeName } from "./names.ts";
import { type Print, printable } from "./printer.ts";

/** Bytes of the header: the magic word and four digits. */
const HEADER_SIZE = MAGIC.length + 4;
/** Since this version files end with a checksum. */
const CHECKSUM_SINCE = 5;
/** No deadline was read. */
const NONE = -1;
const UNEXPECTED_END = "Unexpected EOF reading RDB file";
const NO_CHECKSUM = new Uint8Array(CHECKSUM_SIZE);

/** The file is wrong in a way that only the checker looks for. */
class CheckError extends Error {
  override name = "CheckError";
}

/** Checks one file, and tells what it finds in the words of redis-check-rdb. */
export class RdbChecker {
  /** Keys read, those of them with a deadline, and those whose deadline is over. */
  keys = 0;
  expires = 0;
  alreadyExpired = 0;

  readonly #reader: RdbReader;
  readonly #print: Print;
  readonly #now: number;
  readonly #limits = new EncodingLimits();
  readonly #slice = new ByteSlice();
  #version = 0;
  #doing: Doing = "start";
  #key: string | null = null;
  #type = NONE;
  #deadline: number | bigint = NONE;

  /** `input` is at the beginning of the file; `now` in milliseconds decides which keys are expired. */
  constructor(input: ByteInput, print: Print, now: number) {
    // The size is not told: a reader that knew it would stop at a count that can't be, and not where the file ends.
    this.#reader = RdbReader.over(input, Infinity, true);
    this.#print = print;
    this.#now = now;
  }

  /** Bytes read so far: when the file is sound, where what may follow begins. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** Reads the file. False if it is damaged. `name` is that of the file, a byte string. */
  check(name: string): boolean {
    this.#tell(`Checking RDB file ${name}`);
    try {
      this.#readFile();
    } catch (error) {
      this.#tellError(reasonOf(error));
      return false;
    }
    this.#tell("\\o/ RDB looks OK! \\o/");
    this.#tellCounts();
    return true;
  }

  #readFile(): void {
    this.#readHeader();
    for (;;) {
      this.#doing = "read-type";
      const type = this.#reader.byte();
      if (type === Opcode.END) break;
      if (isValueType(type)) this.#readEntry(type);
      else this.#readOpcode(type);
    }
    if (this.#version >= CHECKSUM_SINCE) this.#verifyChecksum();
  }

  #readHeader(): void {
    const reader = this.#reader;
    reader.bytes(HEADER_SIZE, this.#slice);
    const header = this.#slice.text();
    if (!header.startsWith(MAGIC)) throw new CheckError("Wrong signature trying to load DB from file");
    const digits = /^ *[0-9]+/.exec(header.slice(MAGIC.length))?.[0] ?? "0";
    this.#version = Number(digits);
    if (this.#version < 1 || this.#version > NEWEST_READABLE) {
      throw new CheckError(`Can't handle RDB format version ${this.#version}`);
    }
  }

  #readOpcode(opcode: number): void {
    const reader = this.#reader;
    switch (opcode) {
      case Opcode.EXPIRE_SECONDS:
        this.#doing = "read-expire";
        this.#deadline = reader.integer32() * 1000;
        return;
      case Opcode.EXPIRE_MILLISECONDS:
        this.#doing = "read-expire";
        this.#deadline = reader.exactInteger64();
        return;
      case Opcode.FREQUENCY:
        reader.byte();
        return;
      case Opcode.IDLE:
        reader.wideSize();
        return;
      case Opcode.SELECT_DB:
        this.#doing = "read-len";
        return this.#tell(`Selecting DB ID ${reader.wideSize()}`);
      case Opcode.RESIZE_DB:
        this.#doing = "read-len";
        reader.wideSize();
        reader.wideSize();
        return;
      case Opcode.AUX:
        return this.#readField();
      case Opcode.MODULE_AUX:
        return this.#readModuleField();
      case Opcode.FUNCTION_PRE_GA:
        throw new CheckError(`Pre-release function format not supported ${this.#version}`);
      case Opcode.FUNCTION2:
        this.#doing = "read-functions";
        return reader.string(this.#slice);
      default:
        throw new CheckError(`Invalid object type: ${opcode}`);
    }
  }

  #readField(): void {
    this.#doing = "read-aux";
    const name = this.#reader.text(this.#slice);
    const value = this.#reader.text(this.#slice);
    this.#tell(`AUX FIELD ${printable(name)} = '${printable(value)}'`);
  }

  #readModuleField(): void {
    const reader = this.#reader;
    this.#doing = "read-module-aux";
    const id = reader.wideSize();
    const opcode = reader.size();
    reader.wideSize();
    if (opcode !== ModuleOpcode.UNSIGNED) throw new CheckError("bad when_opcode");
    this.#tell(`MODULE AUX for: ${moduleName(id)}`);
    skipModuleData(reader);
  }

  #readEntry(type: number): void {
    this.#type = type;
    this.#doing = "read-key";
    this.#key = this.#reader.text(this.#slice);
    this.keys++;
    this.#doing = "read-object-value";
    this.#readValue(type);
    if (this.#deadline !== NONE) {
      this.expires++;
      if (this.#deadline < this.#now) this.alreadyExpired++;
    }
    this.#key = null;
    this.#type = this.#deadline = NONE;
  }

  /** Modules are not needed to pass over their values. */
  #readValue(type: number): void {
    if (type === ValueType.MODULE_2) {
      this.#reader.wideSize();
      return skipModuleData(this.#reader);
    }
    const value = loadValue(this.#reader, type, this.#limits);
    if (value === null) throw new CheckError("Empty key: a collection without elements");
    if (value instanceof Collection) value.release();
  }

  #verifyChecksum(): void {
    const reader = this.#reader;
    this.#doing = "check-sum";
    const expected = reader.checksum()!;
    const stored = reader.storedChecksum();
    if (equalBytes(stored, NO_CHECKSUM)) {
      this.#tell("RDB file was saved with checksum disabled: no check performed.");
    } else if (!equalBytes(stored, expected)) throw new CheckError("RDB CRC error");
    else this.#tell("Checksum OK");
  }

  #tell(text: string): void {
    this.#print(`[offset ${this.#reader.offset}] ${text}\n`);
  }

  #tellError(reason: string): void {
    this.#print("--- RDB ERROR DETECTED ---\n");
    this.#tell(reason);
    const more = (text: string) => this.#print(`[additional info] ${text}\n`);
    more(`While doing: ${this.#doing}`);
    if (this.#key !== null) more(`Reading key '${printable(this.#key)}'`);
    if (this.#type !== NONE) more(`Reading type ${this.#type} (${typeName(this.#type)})`);
    this.#tellCounts();
  }

  #tellCounts(): void {
    this.#print(
      `[info] ${this.keys} keys read\n[info] ${this.expires} expires\n` +
        `[info] ${this.alreadyExpired} already expired\n`,
    );
  }
}

/** Why the reading ended. Throws what has nothing to do with the file. */
function reasonOf(error: unknown): string {
  if (error instanceof CheckError) return error.message;
  if (error instanceof RdbError) {
    return error.message === "Unexpected end of file" ? UNEXPECTED_END : error.message;
  }
  // A damaged length that no memory can hold: the file has less than that.
  if (error instanceof RangeError) return UNEXPECTED_END;
  throw error;
}
