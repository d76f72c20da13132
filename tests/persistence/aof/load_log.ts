import { commandTable } from "../../../src/commands/mod.ts";
import { datasetDigest } from "../../../src/commands/server/dataset_digest.ts";
import { AofDirectory } from "../../../src/persistence/aof/directory.ts";
import { systemDisk } from "../../../src/persistence/aof/disk.ts";
import { AofLoader, type LoadResult } from "../../../src/persistence/aof/loader.ts";
import { type Manifest, ManifestError } from "../../../src/persistence/aof/manifest.ts";
import { bytesOf, encodeCommand } from "../../support/bytes.ts";
import { splitWords } from "../../support/split_words.ts";
import { InProcess } from "../../commands/in_process.ts";

/** Names by default. */
export const NAMES = { directory: "appendonlydir", filename: "appendonly.aof" };

/** Lines for the server's log, as they come. */
export class LineRecord {
  readonly lines: string[] = [];

  notice(line: string): void {
    this.lines.push(`* ${line}`);
  }

  warning(line: string): void {
    this.lines.push(`# ${line}`);
  }

  /** Whether a line holds the words. */
  has(words: string): boolean {
    return this.lines.some((line) => line.includes(words));
  }
}

/** Data after loading a log, and how that went. */
export interface Loaded {
  readonly session: InProcess;
  readonly result: LoadResult;
  readonly digest: string;
  readonly log: LineRecord;
  readonly libraries: string[];
  /** How often the loading paused. */
  readonly pauses: number;
}

/** An empty server in this process, with all commands. */
export function emptySession(): InProcess {
  const session = new InProcess(commandTable);
  session.dispatcher.propagator = null;
  return session;
}

/** Removes all keys. */
export function clear({ keyspace }: InProcess): void {
  for (const database of keyspace.databases()) database.clear();
}

/** Loads the log in a data directory, into the session if one is given. A bad manifest counts as a failure. */
export function loadLog(
  root: string,
  { acceptsTruncated = true, upgrades = false, session = emptySession() } = {},
): Loaded {
  const directory = new AofDirectory(NAMES, root);
  const log = new LineRecord();
  const libraries: string[] = [];
  const loader = new AofLoader(directory, {
    keyspace: session.keyspace,
    registry: session.dispatcher.registry,
    services: session.context.services,
    log,
    clock: { now: () => 1_700_000_000_000, monotonic: () => 0 },
    acceptsTruncated,
    verifiesChecksum: true,
    largestArgument: 512 * 1024 * 1024,
    onLibrary: (text) => libraries.push(text),
  });
  let manifest: Manifest;
  try {
    manifest = directory.readManifest();
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    for (const line of error.report) log.warning(line);
    const result: LoadResult = {
      status: "failed",
      totalSize: 0,
      baseSize: 0,
      commands: 0,
      snapshotKeys: 0,
      cutBytes: 0,
    };
    return { session, result, digest: "", log, libraries, pauses: 0 };
  }
  if (upgrades) manifest = directory.upgrade(manifest, log);
  const steps = loader.load(manifest);
  let pauses = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) pauses++;
  const digest = datasetDigest(session.keyspace);
  return { session, result: step.value, digest, log, libraries, pauses };
}

/** The digest of the data that commands make in an empty server. */
export function digestAfter(commands: readonly string[]): string {
  const session = emptySession();
  for (const command of commands) session.run(command);
  return datasetDigest(session.keyspace);
}

/** Commands as they stand in a log; words as splitWords reads them. */
export function logOf(commands: readonly string[]): string {
  return commands.map((command) => encodeCommand(splitWords(command))).join("");
}

/** Writes a log: its files by name, byte strings, and a manifest unless it is null. */
export function writeLog(root: string, manifest: string | null, files: Record<string, string>): void {
  const directory = new AofDirectory(NAMES, root);
  systemDisk.makeDirectory(directory.path);
  if (manifest !== null) Deno.writeFileSync(`${directory.path}/appendonly.aof.manifest`, bytesOf(manifest));
  for (const [name, content] of Object.entries(files)) {
    Deno.writeFileSync(directory.pathOf(name), bytesOf(content));
  }
}

/** A directory for one test, removed at its end. */
export class TemporaryDirectory {
  readonly path = Deno.makeTempDirSync({ prefix: "aof-test-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
