/**
 * `mini-redis dump`: the data of a server or file as NDJSON, as commands, or as an RDB file.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import type { ConnectOptions } from "../../client/mod.ts";
import { matchesEverything } from "../../util/glob.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { CommandTarget } from "../../transfer/command_target.ts";
import type { EntryReceiver, EntrySource } from "../../transfer/entry.ts";
import { SelectingReceiver, type Selection, selectsAll } from "../../transfer/filter.ts";
import { fullSync } from "../../transfer/full_sync.ts";
import { Input } from "../../transfer/input.ts";
import { NdjsonWriter } from "../../transfer/ndjson_writer.ts";
import { openFile, openInput, TemporarySource } from "../../transfer/open_source.ts";
import { openOutput, type Output } from "../../transfer/output.ts";
import { ProgressBar } from "../../transfer/progress.ts";
import { RdbWriterTarget } from "../../transfer/rdb_writer.ts";
import {
  ADDRESS_OPTIONS,
  addressOf,
  isServerUrl,
  namesServer,
  reach,
  readDatabase,
  readVersion,
  refuseUnknown,
  runTool,
  text,
  transfer,
  UsageError,
  Warnings,
} from "../../transfer/run_tool.ts";
import { ServerSource } from "../../transfer/server_source.ts";
import { makeTemporary, removeTemporary } from "../../transfer/temporary_file.ts";
import type { TypeName } from "../../keyspace/value.ts";

const USAGE = `Usage: mini-redis dump [SOURCE] [options]

SOURCE is a server (redis://, rediss:// or unix:// URL) or a file: an RDB file, an append-only file, the directory or
manifest of one, NDJSON; - is standard input. Without it, the server at 127.0.0.1:6379.

  --format FORMAT     ndjson (default), resp (commands for redis-cli --pipe) or rdb
  -o, --output FILE   where to write; standard output by default
  --pattern GLOB      only keys that match, as KEYS has it
  --type TYPE         only keys of this type: string, list, set, zset, hash or stream
  --db N|all          only this database; all by default
  --sync              read a server as a replica does: everything as of one moment (default for rdb)
  --scan              read a server by SCAN and the types' commands (default for ndjson and resp)
  --rdb-version N     write RDB version 10 (for Redis 7.0) or 11 (7.2, default)
  -h HOST, -p PORT, -s SOCKET, -a PASSWORD, --user NAME, -u URL, --tls, --insecure, --cacert FILE
                      the server, as for redis-cli; REDISCLI_AUTH may hold the password
  --help              this text`;

const FORMATS = ["ndjson", "resp", "rdb"] as const;
const TYPES: readonly string[] = ["string", "list", "set", "zset", "hash", "stream"];
const NEWEST_VERSION = 11;

interface DumpOptions {
  readonly format: typeof FORMATS[number];
  readonly output: string | null;
  readonly selection: Selection;
  /** How a server is read. */
  readonly way: "sync" | "scan";
  readonly version: number | undefined;
}

/** Runs the tool; the exit status. */
export function run(args: string[]): Promise<number> {
  return runTool("dump", USAGE, async () => {
    const flags = parseArgs(args, {
      string: ["format", "output", "pattern", "type", "db", "rdb-version", ...ADDRESS_OPTIONS.string],
      boolean: ["sync", "scan", "help", ...ADDRESS_OPTIONS.boolean],
      alias: { o: "output" },
      unknown: (argument: string) => refuseUnknown(argument),
    });
    if (flags.help) {
      console.info(USAGE);
      return 0;
    }
    const [place, ...others] = flags._.map(String);
    if (others.length > 0) throw new UsageError(`one source only, not ${others[0]} too`);
    const options = readOptions(flags);
    if (place === undefined || isServerUrl(place)) {
      return await dumpServer(addressOf(place, flags), options);
    }
    if (namesServer(flags)) throw new UsageError(`either a file or a server, not ${place} and a server`);
    return await dumpFile(place, options);
  });
}

function readOptions(flags: Readonly<Record<string, unknown>>): DumpOptions {
  const format = text(flags, "format") ?? "ndjson";
  if (!isFormat(format)) throw new UsageError(`--format is one of ${FORMATS.join(", ")}, not ${format}`);
  const type = text(flags, "type") ?? null;
  if (type !== null && !TYPES.includes(type)) {
    throw new UsageError(`--type is one of ${TYPES.join(", ")}, not ${type}`);
  }
  if (flags.sync === true && flags.scan === true) throw new UsageError("either --sync or --scan");
  const pattern = text(flags, "pattern");
  const bytes = pattern === undefined ? null : utf8ToByteString(pattern);
  const isSync = flags.sync === true || (format === "rdb" && flags.scan !== true);
  return {
    format,
    output: text(flags, "output") ?? null,
    selection: {
      pattern: bytes === null || matchesEverything(bytes) ? null : bytes,
      type: type as TypeName | null,
      database: readDatabase(text(flags, "db")),
    },
    way: isSync ? "sync" : "scan",
    version: readVersion(text(flags, "rdb-version")),
  };
}

function isFormat(format: string): format is typeof FORMATS[number] {
  return (FORMATS as readonly string[]).includes(format);
}

async function dumpServer(address: ConnectOptions, options: DumpOptions): Promise<number> {
  const bar = new ProgressBar();
  const warnings = new Warnings("dump", bar);
  const selection = address.database !== undefined && options.selection.database === null
    ? { ...options.selection, database: address.database }
    : options.selection;
  if (options.way === "scan") {
    const source = new ServerSource(await reach(address), selection, warnings.add);
    return await dumpSource(source, { ...options, selection }, bar, warnings);
  }
  if (options.format === "rdb" && options.version === undefined && selectsAll(selection)) {
    return await copySnapshot(address, openOutput(options.output), bar);
  }
  const source = await syncedSource(address, bar, warnings);
  return await dumpSource(source, { ...options, selection }, bar, warnings);
}

async function dumpFile(path: string, options: DumpOptions): Promise<number> {
  const bar = new ProgressBar();
  const warnings = new Warnings("dump", bar);
  const source = path === "-"
    ? openInput(Input.standard(), warnings.add, null)
    : openFile(path, warnings.add);
  return await dumpSource(source, options, bar, warnings);
}

async function dumpSource(
  source: EntrySource,
  options: DumpOptions,
  bar: ProgressBar,
  warnings: Warnings,
): Promise<number> {
  let output: Output;
  try {
    output = openOutput(options.output);
  } catch (error) {
    source.close();
    throw error;
  }
  const target = new SelectingReceiver(targetFor(options, output), options.selection);
  try {
    await transfer(source, target, bar);
  } catch (error) {
    output.discard();
    throw error;
  }
  return warnings.count > 0 ? 1 : 0;
}

function targetFor({ format, version }: DumpOptions, output: Output): EntryReceiver {
  if (format === "ndjson") return new NdjsonWriter(output);
  if (format === "resp") return new CommandTarget(output);
  return new RdbWriterTarget(output, version ?? NEWEST_VERSION);
}

/** The server's own file goes to the output as it comes. */
async function copySnapshot(address: ConnectOptions, output: Output, bar: ProgressBar): Promise<number> {
  try {
    await receive(address, output, bar);
    await output.commit();
    return 0;
  } catch (error) {
    output.discard();
    throw error;
  } finally {
    bar.clear();
  }
}

/** The server's data by way of a file, since they are converted or cut down. */
async function syncedSource(
  address: ConnectOptions,
  bar: ProgressBar,
  warnings: Warnings,
): Promise<EntrySource> {
  const path = makeTemporary(".rdb");
  try {
    const spool = openOutput(path);
    try {
      await receive(address, spool, bar);
      await spool.commit();
    } catch (error) {
      spool.discard();
      throw error;
    } finally {
      bar.clear();
    }
    return new TemporarySource(openFile(path, warnings.add), path);
  } catch (error) {
    removeTemporary(path);
    throw error;
  }
}

async function receive(address: ConnectOptions, output: Output, bar: ProgressBar): Promise<void> {
  using connection = await reach({ ...address, database: 0 });
  await fullSync(connection, {
    write: (bytes) => output.write(bytes),
    progress: (done, total) => bar.show({ done, total, unit: "bytes" }),
  });
}
