/**
 * Append-only files, and any other commands in RESP, as a source: they are run in memory first.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { Dispatcher } from "../command/dispatch.ts";
import { CommandRegistry } from "../command/registry.ts";
import { commandTable } from "../commands/mod.ts";
import { Config } from "../config/mod.ts";
import { Collection } from "../data/collection.ts";
import { type Database, NO_EXPIRY } from "../keyspace/database.ts";
import { deadlineOf } from "../keyspace/deadline.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import { LongString, typeNameOf } from "../keyspace/value.ts";
import { AofDirectory } from "../persistence/aof/directory.ts";
import { type Disk, systemDisk } from "../persistence/aof/disk.ts";
import { AofLoader } from "../persistence/aof/loader.ts";
import { Manifest, ManifestError } from "../persistence/aof/manifest.ts";
import { ByteBuffer } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { utf8ToByteString } from "../util/byte_string.ts";
import { Random } from "../util/random.ts";
import { systemReason } from "../util/system_reason.ts";
import { type EntryReceiver, type EntrySource, type Progress, TransferError } from "./entry.ts";
import { walkValue } from "./walk_value.ts";

const DATABASES = 65_536;
const LARGEST_ARGUMENT = 512 * 1024 * 1024;
const MANIFEST_END = ".manifest";
/** Keys between two pauses. */
const STEP = 16;

/** Nothing is cut off here: the files belong to a server. */
const READ_ONLY: Disk = { ...systemDisk, truncate: () => {} };

/** A log on the disk: the directory that it is in, and its files in order. */
interface Log {
  readonly directory: AofDirectory;
  readonly manifest: Manifest;
}

/** Runs a log's commands in memory and hands on what there is then. */
export class LogSource implements EntrySource {
  readonly #log: Log;
  readonly #warn: (text: string) => void;
  readonly #keyspace = new Keyspace(DATABASES, new Random(0));
  readonly #libraries: string[] = [];
  #progress: Progress = { done: 0, total: 0, unit: "bytes" };

  private constructor(log: Log, warn: (text: string) => void) {
    this.#log = log;
    this.#warn = warn;
  }

  /** A file of commands, with or without a snapshot before them. */
  static file(path: string, warn: (text: string) => void): LogSource {
    const name = utf8ToByteString(basename(path));
    const directory = directoryAt(dirname(path), name);
    return new LogSource({ directory, manifest: new Manifest(null, [], [{ name, sequence: 1 }]) }, warn);
  }

  /** What a manifest names: its path, or the directory that it is in. Throws {@linkcode TransferError}. */
  static manifest(path: string, warn: (text: string) => void): LogSource {
    const manifestPath = path.endsWith(MANIFEST_END) ? path : findManifest(path);
    const name = utf8ToByteString(basename(manifestPath).slice(0, -MANIFEST_END.length));
    const directory = directoryAt(dirname(manifestPath), name);
    try {
      return new LogSource({ directory, manifest: directory.readManifest() }, warn);
    } catch (error) {
      const reason = error instanceof ManifestError
        ? `line ${error.lineNumber}: ${error.message}`
        : systemReason(error);
      throw new TransferError(`can't read ${manifestPath}: ${reason}`);
    }
  }

  get progress(): Progress {
    return this.#progress;
  }

  *send(receiver: EntryReceiver): Iterable<void> {
    yield* this.#load();
    for (const library of this.#libraries) receiver.library(library);
    const databases = [...this.#keyspace.databases()].filter(({ size }) => size > 0);
    const total = databases.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for (const database of databases) {
      for (const handle of database.entries()) {
        yield* sendEntry(database, handle, receiver);
        if (++done % STEP > 0) continue;
        this.#progress = { done, total, unit: "keys" };
        yield;
      }
    }
  }

  close(): void {
    for (const database of this.#keyspace.databases()) database.release();
  }

  *#load(): Iterable<void> {
    const warnings: string[] = [];
    const steps = this.#loader(warnings).load(this.#log.manifest);
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      const { loadedBytes, totalBytes } = step.value;
      this.#progress = { done: loadedBytes, total: totalBytes, unit: "bytes" };
      yield;
    }
    if (step.value.status === "failed") {
      throw new TransferError(warnings.join("\n") || `can't read ${this.#log.directory.path}`);
    }
    if (step.value.status === "none") throw new TransferError("the manifest names no file");
    if (step.value.cutBytes > 0) {
      this.#warn(`the last ${step.value.cutBytes} bytes are no whole command or transaction: left out`);
    }
  }

  #loader(warnings: string[]): AofLoader {
    const keyspace = this.#keyspace;
    const registry = new CommandRegistry(commandTable);
    const dispatcher = new Dispatcher(registry, keyspace, () => 0);
    return new AofLoader(this.#log.directory, {
      keyspace,
      registry,
      // What a log's commands ask for of a server; that it is loading keeps FLUSHALL from writing a snapshot.
      services: { config: new Config(), dispatcher, keyspace, cluster: null, persistence: { loading: {} } },
      log: { notice: () => {}, warning: (line) => warnings.push(line) },
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      acceptsTruncated: true,
      verifiesChecksum: true,
      largestArgument: LARGEST_ARGUMENT,
      onLibrary: (text) => this.#libraries.push(text),
    });
  }
}

function findManifest(path: string): string {
  const names = [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) =>
    name.endsWith(MANIFEST_END) && !name.startsWith("temp-")
  );
  if (names.length === 1) return join(path, names[0]);
  throw new TransferError(
    names.length === 0
      ? `${path} has no manifest of an append-only file`
      : `${path} has several manifests, ${names.sort().join(", ")}: name one of them`,
  );
}

/** The directory of a log, whose files are beside each other in `path`. */
function directoryAt(path: string, filename: string): AofDirectory {
  return new AofDirectory(
    { directory: utf8ToByteString(basename(path)) || ".", filename },
    dirname(path),
    READ_ONLY,
  );
}

function* sendEntry(database: Database, handle: number, receiver: EntryReceiver): Iterable<void> {
  const value = database.valueOf(handle);
  const key = database.keyOf(handle);
  const expires = database.deadlineOf(handle) !== NO_EXPIRY;
  receiver.begin({
    database: database.index,
    key,
    type: typeNameOf(value),
    deadline: expires ? deadlineOf(database, key) : null,
  });
  if (value instanceof Collection) yield* walkValue(value, receiver);
  else {
    const text = new ByteSlice();
    if (typeof value === "number") {
      const start = database.arena.offset(handle);
      text.set(database.arena.page(handle), start, start + database.arena.length(handle));
    } else if (value instanceof LongString) {
      text.set(new ByteBuffer(value.bytes as Uint8Array<ArrayBuffer>), 0, value.length);
    }
    receiver.text(text);
  }
  receiver.end();
}
