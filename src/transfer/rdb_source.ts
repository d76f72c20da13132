/**
 * RDB files as a source.
 *
 * @module
 */

import { Keyspace } from "../keyspace/keyspace.ts";
import { type LoadLog, type RdbEntry, RdbFileReader } from "../persistence/rdb/file_reader.ts";
import { ValueType } from "../persistence/rdb/format.ts";
import { moduleName, skipModuleData } from "../persistence/rdb/module_data.ts";
import { RdbError, RdbReader } from "../persistence/rdb/reader.ts";
import { escapeForDisplay } from "../util/byte_string.ts";
import { Random } from "../util/random.ts";
import { type EntryReceiver, type EntrySource, type Progress, TransferError } from "./entry.ts";
import type { Input } from "./input.ts";
import { sendValue, typeNameOfRdb } from "./rdb_value.ts";

/** More than anybody has; those that the file has are made. */
const DATABASES = 65_536;

/** What a server would log of the file; what is wrong with it comes as an error, too. */
const SILENT: LoadLog = { notice: () => {}, warning: () => {} };

/** Reads an RDB file, whose checksum is verified. */
export class RdbSource implements EntrySource {
  readonly #input: Input;
  readonly #warn: (text: string) => void;
  #librariesSent = 0;
  #reader: RdbFileReader | null = null;

  /** What can't be read but can be passed over is left out, and told to `warn`. */
  constructor(input: Input, warn: (text: string) => void) {
    this.#input = input;
    this.#warn = warn;
  }

  get progress(): Progress {
    const { size } = this.#input;
    const done = this.#reader?.offset ?? 0;
    return { done, total: size === Number.MAX_SAFE_INTEGER ? 0 : size, unit: "bytes" };
  }

  *send(receiver: EntryReceiver): Iterable<void> {
    const input = RdbReader.over(this.#input, this.#input.size, true);
    const reader = this.#reader = new RdbFileReader(input, {
      keyspace: new Keyspace(DATABASES, new Random(0)),
      log: SILENT,
      dropExpired: false,
      replaceExisting: false,
      visitor: (entry, value) => {
        this.#sendLibraries(receiver);
        return this.#entry(entry, value, receiver);
      },
    });
    try {
      yield* reader.load();
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      throw new TransferError(`${this.#input.name}, at offset ${error.offset}: ${error.message}`);
    }
    this.#sendLibraries(receiver);
  }

  close(): void {
    this.#input.close();
  }

  #sendLibraries(receiver: EntryReceiver): void {
    const { functions } = this.#reader!;
    while (this.#librariesSent < functions.length) receiver.library(functions[this.#librariesSent++]);
  }

  #entry(entry: RdbEntry, reader: RdbReader, receiver: EntryReceiver): Iterable<void> {
    const type = typeNameOfRdb(entry.type);
    if (type !== undefined) return sendValue(reader, entry.type, { ...entry, type }, receiver);
    if (entry.type !== ValueType.MODULE_2) reader.fail(`Unknown RDB encoding type ${entry.type}`);
    const name = moduleName(reader.wideSize());
    skipModuleData(reader);
    this.#warn(`the key ${escapeForDisplay(entry.key)} is left out: the module type ${name} is not known`);
    return [];
  }
}
