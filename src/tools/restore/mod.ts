/**
 * `mini-redis restore`: a dump back into a server, or into an RDB file.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { type ConnectOptions, type RedisConnection, type Reply, ReplyError } from "../../client/mod.ts";
import { type EntrySource, TransferError } from "../../transfer/entry.ts";
import { Input } from "../../transfer/input.ts";
import { isLogPath, openFile, openInput, recognise } from "../../transfer/open_source.ts";
import { openOutput } from "../../transfer/output.ts";
import { ProgressBar } from "../../transfer/progress.ts";
import { RdbWriterTarget } from "../../transfer/rdb_writer.ts";
import { replay } from "../../transfer/replay.ts";
import {
  ADDRESS_OPTIONS,
  addressOf,
  isServerUrl,
  namesServer,
  reach,
  readVersion,
  refuseUnknown,
  runTool,
  text,
  transfer,
  UsageError,
  Warnings,
} from "../../transfer/run_tool.ts";
import { ServerTarget } from "../../transfer/server_target.ts";

const USAGE = `Usage: mini-redis restore [TARGET] [options]

TARGET is a server (redis://, rediss:// or unix:// URL) or the path of an RDB file to be written. Without it, the server
at 127.0.0.1:6379.

  -i, --input FILE    an RDB file, an append-only file, the directory or manifest of one, commands in RESP, or NDJSON;
                      standard input by default. What it is shows by its content.
  --replace           replace keys that are there already, and an RDB file that is there; else each is an error
  --flush             delete all keys of the server first
  --rdb-version N     write RDB version 10 (for Redis 7.0) or 11 (7.2); for a server, what it reads
  -h HOST, -p PORT, -s SOCKET, -a PASSWORD, --user NAME, -u URL, --tls, --insecure, --cacert FILE
                      the server, as for redis-cli; REDISCLI_AUTH may hold the password
  --help              this text`;

const NEWEST_VERSION = 11;
const VERSION_7_0 = 10;

interface RestoreOptions {
  /** Null for standard input. */
  readonly input: string | null;
  readonly replace: boolean;
  readonly flush: boolean;
  readonly version: number | undefined;
}

/** Runs the tool; the exit status. */
export function run(args: string[]): Promise<number> {
  return runTool("restore", USAGE, async () => {
    const flags = parseArgs(args, {
      string: ["input", "rdb-version", ...ADDRESS_OPTIONS.string],
      boolean: ["replace", "flush", "help", ...ADDRESS_OPTIONS.boolean],
      alias: { i: "input" },
      unknown: (argument: string) => refuseUnknown(argument),
    });
    if (flags.help) {
      console.info(USAGE);
      return 0;
    }
    const [place, ...others] = flags._.map(String);
    if (others.length > 0) {
      throw new UsageError(`one target only, not ${others[0]} too; what is read is named by --input`);
    }
    const input = text(flags, "input");
    const options = {
      input: input === undefined || input === "-" ? null : input,
      replace: flags.replace,
      flush: flags.flush,
      version: readVersion(text(flags, "rdb-version")),
    };
    if (place === undefined || isServerUrl(place)) {
      return await restoreToServer(addressOf(place, flags), options);
    }
    if (namesServer(flags)) throw new UsageError(`either a file or a server, not ${place} and a server`);
    return await restoreToFile(place, options);
  });
}

async function restoreToFile(path: string, options: RestoreOptions): Promise<number> {
  if (!options.replace && exists(path)) {
    throw new TransferError(`${path} is there already: --replace writes it anew`);
  }
  const bar = new ProgressBar();
  const warnings = new Warnings("restore", bar);
  const source = openSource(options, warnings);
  const output = openOutput(path);
  try {
    await transfer(source, new RdbWriterTarget(output, options.version ?? NEWEST_VERSION), bar);
  } catch (error) {
    output.discard();
    throw error;
  }
  return warnings.count > 0 ? 1 : 0;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function openSource({ input }: RestoreOptions, warnings: Warnings): EntrySource {
  return input === null ? openInput(Input.standard(), warnings.add, null) : openFile(input, warnings.add);
}

async function restoreToServer(address: ConnectOptions, options: RestoreOptions): Promise<number> {
  if (address.database !== undefined && address.database !== 0) {
    throw new UsageError("a dump says itself which databases its keys go to: the URL must not name one");
  }
  const bar = new ProgressBar();
  const warnings = new Warnings("restore", bar);
  const { input } = options;
  // What is read is looked at first: nothing may be deleted for a file that isn't there.
  const commands = options.replace || (input !== null && isLogPath(input)) ? null : openCommands(input);
  const source = commands?.kind === "commands" ? null : openRest(options, commands?.input ?? null, warnings);
  using connection = await reach(address);
  if (options.flush) refuseError(await connection.call("FLUSHALL"));
  if (source === null) {
    using file = commands!.input;
    return await replay(file, connection, bar, warnings.add) > 0 ? 1 : 0;
  }
  const version = options.version ?? await payloadVersion(connection);
  const isEmpty = options.flush;
  if (version === null && !options.replace && !isEmpty) {
    source.close();
    throw new TransferError(
      "servers before Redis 7.0 get commands, which would mix with the keys that are there: use --replace or --flush",
    );
  }
  const target = new ServerTarget(connection, { version, replace: options.replace, isEmpty }, warnings.add);
  await transfer(source, target, bar);
  if (target.errors > 0) console.error(`mini-redis restore: ${target.errors} keys could not be stored`);
  return warnings.count > 0 ? 1 : 0;
}

function openCommands(path: string | null): { input: Input; kind: ReturnType<typeof recognise> } {
  const input = path === null ? Input.standard() : Input.file(path);
  return { input, kind: recognise(input) };
}

function openRest(options: RestoreOptions, input: Input | null, warnings: Warnings): EntrySource {
  return input === null ? openSource(options, warnings) : openInput(input, warnings.add, options.input);
}

/** The version of payloads that a server reads; null if it is one before Redis 7.0. */
async function payloadVersion(connection: RedisConnection): Promise<number | null> {
  const info = await connection.call("INFO", "server");
  refuseError(info);
  const match = /^redis_version:(\d+)\.(\d+)/m.exec(String(info));
  if (match === null) return VERSION_7_0;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major < 7) return null;
  return major > 7 || minor >= 2 ? NEWEST_VERSION : VERSION_7_0;
}

function refuseError(reply: Reply): void {
  if (reply instanceof ReplyError) throw new TransferError(`the server answers: ${reply.message}`);
}
