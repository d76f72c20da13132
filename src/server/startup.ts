/**
 * From the command line to a serving process, and to its end.
 *
 * @module
 */

import { toArrayBuffer } from "@std/streams";
import { type CommandLine, type Config, ConfigFileError, ConfigReadError, load } from "../config/mod.ts";
import { Log, logTarget } from "../observability/log.ts";
import { byteStringToUtf8, fromBytes, utf8ToByteString } from "../util/byte_string.ts";
import { SystemClock } from "../util/clock.ts";
import { COMMIT, DIRTY } from "../util/commit.ts";
import { endingSignals, ignoredSignals } from "../util/signals.ts";
import { REDIS_VERSION, VERSION } from "../util/version.ts";
import { banner, connectHint } from "./banner.ts";
import { ListenError } from "./listener.ts";
import { giveUpStartingProcesses } from "./permissions.ts";
import { PidFile } from "./pid_file.ts";
import { Server } from "./server.ts";
import { signalRequest } from "./shutdown.ts";
import { unsupportedWarnings } from "./unsupported.ts";
import { systemReason } from "../util/system_reason.ts";

const FAILED = 1;

/** The answer to `--version`: in the form that programs around redis-server parse. */
export function versionLine(): string {
  return `Redis server v=${REDIS_VERSION} sha=${COMMIT}:${DIRTY} malloc=libc bits=64 build=mini-redis-${VERSION}`;
}

/** The answer to `--help`. */
export function usage(): string {
  return `mini-redis ${VERSION}, compatible with Redis ${REDIS_VERSION}

Usage: mini-redis [/path/to/redis.conf] [options] [-]
       mini-redis - (read config from stdin)
       mini-redis -v or --version
       mini-redis -h or --help
       mini-redis --cluster-local N [options] (run a cluster of N processes, ports from --port on)

Every directive of redis.conf is an option. Options come after the file and override it.

Examples:
       mini-redis (run the server with default conf)
       echo 'maxmemory 128mb' | mini-redis -
       mini-redis /etc/redis/6379.conf
       mini-redis --port 7777
       mini-redis --port 7777 --bind 0.0.0.0 --requirepass secret
       mini-redis /etc/myredis.conf --loglevel verbose -`;
}

/** Runs a server until it is shut down. The status that the process should exit with. */
export async function runServer(commandLine: CommandLine): Promise<number> {
  giveUpStartingProcesses();
  const config = readConfig(commandLine, await readStdin(commandLine), (read) => {
    enterDirectory(read);
    checkLogFile(read);
  });
  if (config === null) return FAILED;
  const log = new Log(config.get("loglevel"), logTarget(byteStringToUtf8(config.get("logfile"))));
  announceStart(config, log);
  const server = new Server(config, new SystemClock(), log);
  try {
    server.open();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    for (const line of error.message.split("\n")) log.warning(line);
    return FAILED;
  }
  const pidFile = PidFile.create(config, log);
  listenToSignals(server, log);
  announceReady(server, log);
  server.serve();
  // A shutdown does not wait until everything is loaded.
  const loaded = await Promise.race([server.load(), server.finished.then(() => null)]);
  if (loaded === false) {
    pidFile?.remove();
    return FAILED;
  }
  if (loaded) {
    for (const kind of server.listeners.kinds) {
      log.notice(`Ready to accept connections ${kind}`);
    }
  }
  const status = await server.finished;
  pidFile?.remove();
  return status;
}

/** What the standard input has to add to the configuration, a byte string. */
export async function readStdin(commandLine: CommandLine): Promise<string> {
  return commandLine.stdin ? fromBytes(new Uint8Array(await toArrayBuffer(Deno.stdin.readable))) : "";
}

/** The configuration, after `prepare` has had it; null after a report of what is wrong with either. */
export function readConfig(
  commandLine: CommandLine,
  stdin: string,
  prepare: (config: Config) => void,
): Config | null {
  try {
    // The file is named as the system gave its name, files that it includes as byte strings.
    const read = (path: string) => readFile(path === commandLine.configFile ? path : byteStringToUtf8(path));
    const config = load(commandLine, read, () => stdin);
    prepare(config);
    return config;
  } catch (error) {
    if (error instanceof ConfigFileError) {
      Deno.stderr.writeSync(new TextEncoder().encode(error.report(REDIS_VERSION)));
    } else if (error instanceof ConfigReadError) {
      new Log("notice", logTarget("")).warning(error.message);
    } else throw error;
    return null;
  }
}

/** A file as a byte string. */
function readFile(path: string): string {
  return fromBytes(Deno.readFileSync(path));
}

/** Changes to `dir`, which becomes absolute. Data will be written there, so it has to be writable if any are. */
function enterDirectory(config: Config): void {
  const directory = config.get("dir");
  const origin = config.origin("dir") ?? null;
  try {
    Deno.chdir(byteStringToUtf8(directory));
  } catch (error) {
    throw new ConfigFileError(`Can't chdir to '${directory}': ${systemReason(error)}`, origin);
  }
  config.setFromArguments("dir", [utf8ToByteString(Deno.cwd())], config.origin("dir"));
  if (config.get("save").length === 0 && !config.get("appendonly")) return;
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir: ".", prefix: "temp-" }));
  } catch (error) {
    throw new ConfigFileError(`Can't write to the directory '${directory}': ${systemReason(error)}`, origin);
  }
}

function checkLogFile(config: Config): void {
  const path = config.get("logfile");
  if (path === "") return;
  try {
    Deno.openSync(byteStringToUtf8(path), { append: true, create: true }).close();
  } catch (error) {
    throw new ConfigFileError(
      `Can't open the log file: ${systemReason(error)}`,
      config.origin("logfile") ?? null,
    );
  }
}

function announceStart(config: Config, log: Log): void {
  log.notice(
    `mini-redis is starting: version=${VERSION}, compatible with Redis ${REDIS_VERSION}, bits=64, ` +
      `deno=${Deno.version.deno}, pid=${Deno.pid}, just started`,
  );
  if (config.file !== null) log.notice(`Configuration loaded from ${config.file}`);
  else {
    log.notice(
      "No config file specified, using the default config. In order to specify a config file use " +
        "mini-redis /path/to/redis.conf",
    );
  }
  for (const warning of [...idleWarnings(config), ...unsupportedWarnings(config)]) log.warning(warning);
}

/** Of the directives without effect one deserves its own words. */
function idleWarnings(config: Config): string[] {
  const others = config.warnings().filter((line) => !line.includes("'daemonize'"));
  if (!config.get("daemonize")) return others;
  return [
    ...others,
    "directive 'daemonize' has no effect: the server stays in the foreground; use your system's supervisor",
  ];
}

function announceReady(server: Server, log: Log): void {
  const { config } = server.services;
  const isTerminal = config.get("logfile") === "" && Deno.stdout.isTerminal();
  if (isTerminal || config.get("always-show-logo")) log.raw(banner(config, server.listeners.port));
  log.notice(`PID: ${Deno.pid}`);
  const mode = config.get("cluster-enabled") ? "cluster" : "standalone";
  log.notice(`Running mode=${mode}, port: ${server.listeners.port}.`);
  log.notice("Server initialized");
  log.notice(`Data directory: ${Deno.cwd()}`);
  log.notice(`Connect with: ${connectHint(config, server.listeners.port)}`);
}

/** Has the signals that ask for an end obeyed. */
function listenToSignals(server: Server, log: Log): void {
  for (const signal of endingSignals()) {
    Deno.addSignalListener(signal, () => {
      log.warning(`Received ${signal} scheduling shutdown...`);
      const directive = signal === "SIGINT" ? "shutdown-on-sigint" : "shutdown-on-sigterm";
      server.services.control.shutdown(signalRequest(server.services.config.get(directive)));
    });
  }
  for (const signal of ignoredSignals()) {
    Deno.addSignalListener(signal, () => log.notice(`Received ${signal}, which is ignored`));
  }
}
