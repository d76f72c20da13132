/**
 * Loading the data at the start, or again.
 *
 * @module
 */

import type { CommandRegistry } from "../command/registry.ts";
import type { Config } from "../config/mod.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Clock } from "../util/clock.ts";
import type { LineLog } from "./aof/directory.ts";
import { ManifestError } from "./aof/manifest.ts";
import { AofLoader } from "./aof/loader.ts";
import { LoadDelay } from "./load_delay.ts";
import type { Persistence } from "./mod.ts";
import { RdbFileReader } from "./rdb/file_reader.ts";
import { type ByteInput, RdbError, RdbReader } from "./rdb/reader.ts";
import { systemReason } from "../util/system_reason.ts";

/** Milliseconds between two lines of the log that tell how far a load has come. */
const REPORT_PERIOD = 2000;
/** Values are as long as this at most, whatever clients may send. */
const LARGEST_VALUE = 512 * 1024 * 1024;

/** What loading has to do with. */
export interface LoadParts {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly registry: CommandRegistry;
  readonly log: LineLog;
  readonly clock: Clock;
  readonly persistence: Persistence;
  /** What commands reach by their context. */
  readonly services: object;
}

/** How a snapshot is to be loaded: see `RdbLoadOptions`. */
export interface SnapshotLoadOptions {
  readonly replaceExisting: boolean;
  readonly dropExpired: boolean;
}

/**
 * Loads what there is, the append-only file if that is on, else the snapshot, in steps: between two of them others may be
 * served. False if it is damaged; the log has the reason, and the server must not go on.
 */
export function* loadData(parts: LoadParts): Generator<void, boolean> {
  const { clock, config, keyspace, log, persistence } = parts;
  const start = clock.monotonic();
  beginLoading(parts);
  try {
    const result = config.get("appendonly") ? yield* loadLog(parts) : null;
    if (result === "failed") return false;
    const seconds = () => ((clock.monotonic() - start) / 1000).toFixed(3);
    if (result === "loaded") log.notice(`DB loaded from append only file: ${seconds()} seconds`);
    else {
      const dropExpired = config.get("replicaof") === null;
      const loaded = yield* loadSnapshot(parts, { replaceExisting: false, dropExpired });
      if (loaded === "failed") {
        log.warning("Fatal error loading the DB, check server logs. Exiting.");
        return false;
      }
      if (loaded === "loaded") log.notice(`DB loaded from disk: ${seconds()} seconds`);
    }
  } finally {
    persistence.loading = null;
    persistence.snapshots.savedDirty = keyspace.dirty;
  }
  return true;
}

/** Loads the append-only file alone: DEBUG LOADAOF. */
export function* reloadLog(parts: LoadParts): Generator<void, boolean> {
  beginLoading(parts);
  try {
    return (yield* loadLog(parts)) !== "failed";
  } finally {
    parts.persistence.loading = null;
  }
}

/** Loads the snapshot alone: DEBUG RELOAD. */
export function* reloadSnapshot(parts: LoadParts, options: SnapshotLoadOptions): Generator<void, boolean> {
  beginLoading(parts);
  try {
    return (yield* loadSnapshot(parts, options)) !== "failed";
  } finally {
    parts.persistence.loading = null;
  }
}

/** Says that a load is under way; whoever began it sets `persistence.loading` to null at its end. */
export function beginLoading({ clock, persistence }: LoadParts): void {
  persistence.loading = { startedAt: Math.floor(clock.now() / 1000), totalBytes: 0, loadedBytes: 0 };
}

/** `none`: there is no append-only file. */
function* loadLog(parts: LoadParts): Generator<void, "loaded" | "none" | "failed"> {
  const { clock, config, keyspace, log, persistence, registry, services } = parts;
  const { appendOnly } = persistence;
  const libraries: string[] = [];
  const loader = new AofLoader(appendOnly.directory, {
    keyspace,
    registry,
    services,
    log,
    clock,
    acceptsTruncated: config.get("aof-load-truncated"),
    largestArgument: Math.max(config.get("proto-max-bulk-len"), LARGEST_VALUE),
    verifiesChecksum: config.get("rdbchecksum"),
    onLibrary: (text) => libraries.push(text),
    delay: loadDelay(parts),
  });
  let manifest;
  try {
    manifest = appendOnly.readManifest(true);
  } catch (error) {
    const lines = error instanceof ManifestError ? error.report : systemReason(error).split("\n");
    for (const line of lines) log.warning(line);
    return "failed";
  }
  const steps = loader.load(manifest);
  const report = reporter(parts);
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    report(step.value.loadedBytes, step.value.totalBytes);
    yield;
  }
  const { status, totalSize, baseSize } = step.value;
  if (status === "failed") return "failed";
  persistence.logSizes = { totalSize, baseSize };
  persistence.functions = libraries;
  return status === "none" ? "none" : "loaded";
}

/** Opens the append-only file for appending, after loading. Throws what it could not do. */
export function openLog(persistence: Persistence): void {
  const { totalSize, baseSize } = persistence.logSizes;
  persistence.appendOnly.openAtStart(
    totalSize,
    baseSize,
    (path, format) => persistence.writeBase(path, format),
  );
}

function* loadSnapshot(
  parts: LoadParts,
  options: SnapshotLoadOptions,
): Generator<void, "loaded" | "none" | "failed"> {
  const { log, persistence } = parts;
  if (persistence.directory.isNew) return "none";
  const path = persistence.snapshotPath;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    log.warning(`Fatal error: can't open the RDB file ${path} for reading: ${systemReason(error)}`);
    return "failed";
  }
  try {
    const { isFile, size } = file.statSync();
    if (!isFile) {
      log.warning(`Fatal error: can't open the RDB file ${path} for reading: Not a regular file`);
      return "failed";
    }
    yield* snapshotSteps(parts, file, size, options);
    return "loaded";
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    log.warning(`${error.message}, at offset ${error.offset} of the RDB file ${path}`);
    log.warning("Terminating server after rdb file reading failure.");
    return "failed";
  } finally {
    file.close();
  }
}

/** Loads a snapshot of `size` bytes from the beginning of `file`; where it ends. Throws `RdbError`. */
export function* snapshotSteps(
  parts: LoadParts,
  file: ByteInput,
  size: number,
  options: SnapshotLoadOptions,
): Generator<void, number> {
  const { clock, config, keyspace, log, persistence } = parts;
  const checked = config.get("rdbchecksum");
  const dropped: [database: number, key: string][] = [];
  const reader = new RdbFileReader(RdbReader.over(file, size, checked), {
    keyspace,
    log,
    ...options,
    // Replicas that go on from this snapshot have the keys still, and have to be told.
    onDropped: (database, key) => reader.fields.has("repl-id") && dropped.push([database, key]),
    delay: loadDelay(parts),
  });
  const report = reporter(parts);
  keyspace.setTime(clock.now());
  for (const _ of reader.load()) {
    report(reader.offset, size);
    yield;
    keyspace.setTime(clock.now());
  }
  const { fields } = reader;
  persistence.lastLoad = { expired: reader.keysExpired, loaded: reader.keysLoaded, fields, dropped };
  persistence.functions = reader.functions;
  return reader.offset;
}

function loadDelay({ config, keyspace }: LoadParts): LoadDelay {
  return new LoadDelay(() => config.get("key-load-delay"), keyspace.random);
}

/** Notes how far the load has come, for INFO, and now and then in the log. */
function reporter({ clock, log, persistence }: LoadParts): (loaded: number, total: number) => void {
  let reported = clock.monotonic();
  return (loaded, total) => {
    const { loading } = persistence;
    if (loading === null) return;
    loading.loadedBytes = loaded;
    loading.totalBytes = total;
    if (clock.monotonic() - reported < REPORT_PERIOD) return;
    reported = clock.monotonic();
    log.notice(
      `Loading data: ${megabytes(loaded)} of ${megabytes(total)} MB (${Math.floor(loaded / total * 100)}%)`,
    );
  };
}

function megabytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(1);
}
