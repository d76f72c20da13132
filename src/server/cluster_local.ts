/**
 * `--cluster-local N`: a cluster of N processes of this program on this machine. Node i listens on the configured port
 * plus i and works in `node-PORT` below the configured directory.
 *
 * @module
 */

import { type CommandLine, type Config, ConfigFileError, localClusterSize } from "../config/mod.ts";
import { Log, logTarget } from "../observability/log.ts";
import { byteStringToUtf8, fromBytes, utf8ToByteString } from "../util/byte_string.ts";
import { LocalNode, type NodePlace } from "./cluster_local_node.ts";
import { BUS_PORT_OFFSET } from "./cluster_settings.ts";
import { giveUpStartingProcesses } from "./permissions.ts";
import { endingSignals } from "../util/signals.ts";
import { readConfig, readStdin } from "./startup.ts";
import { systemReason } from "../util/system_reason.ts";

const FAILED = 1;
const SLOT_COUNT = 16_384;
const HIGHEST_PORT = 65_535;
/** Milliseconds until all nodes accept connections, and then until the cluster works. */
const START_LIMIT = 30_000;
/** Milliseconds that a node has for its orderly end. */
const STOP_LIMIT = 10_000;
/** Milliseconds between two looks at a node that is not ready. */
const LOOK_PERIOD = 50;
/** Directives that name a port of one node, so that each node needs its own; 0 is none. */
const PORTS = [
  "port",
  "tls-port",
  "cluster-port",
  "cluster-announce-port",
  "cluster-announce-tls-port",
  "cluster-announce-bus-port",
] as const;
/** What a server may need from Deno. */
const PERMISSIONS = ["net", "read", "write", "env", "sys"] as const;

/** Why the cluster does not work; the message is for the operator. */
class StartError extends Error {
  override readonly name = "StartError";
}

/** Runs a cluster until it is shut down. The status that the process should exit with. */
export async function runLocalCluster(commandLine: CommandLine): Promise<number> {
  const program = ownProgram();
  const stdin = await readStdin(commandLine);
  let size = 0;
  const config = readConfig(commandLine, stdin, (read) => {
    size = localClusterSize(commandLine.localCluster!);
    checkPorts(read, size);
    checkPermission(program[0]);
    makeDirectories(read, size);
  });
  if (config === null) return FAILED;
  const log = new Log(config.get("loglevel"), logTarget(""));
  const places = Array.from({ length: size }, (_, i) => placeOf(i, program, commandLine, config, stdin));
  return await run(places, places.map((_, i) => isFresh(config, i)), log);
}

/** Starts all nodes, and ends all when a signal says so or when one has ended. */
async function run(places: readonly NodePlace[], fresh: readonly boolean[], log: Log): Promise<number> {
  const stop = new AbortController();
  const signalled = signal(log).then(() => null);
  log.notice(
    `Starting a cluster of ${places.length} nodes, ports ${places[0].port} to ${places.at(-1)!.port}`,
  );
  const nodes: LocalNode[] = [];
  try {
    for (const place of places) nodes.push(new LocalNode(place, (line) => log.raw(line)));
    giveUpStartingProcesses();
    const firstEnd = Promise.race([
      signalled,
      ...nodes.map(async (node) => ({ node, status: await node.ended })),
    ]);
    const ready = bringUp(nodes, fresh, log, stop.signal);
    const end = await Promise.race([firstEnd, ready.then(() => firstEnd)]);
    stop.abort();
    if (end === null) return await endAll(nodes, log);
    log.warning(
      `Node ${end.node.place.port} has ended unexpectedly, with status ${end.status.code}: ending the others`,
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    log.warning(error.message);
  }
  await endAll(nodes, log);
  return FAILED;
}

/** Settles when a signal asks for the end. */
function signal(log: Log): Promise<void> {
  return new Promise((resolve) => {
    for (const name of endingSignals()) {
      Deno.addSignalListener(name, () => {
        log.warning(`Received ${name}, ending all nodes`);
        resolve();
      });
    }
  });
}

/** The status of the first node that failed, or 0. */
async function endAll(nodes: readonly LocalNode[], log: Log): Promise<number> {
  const timer = setTimeout(() => {
    log.warning(`Killing the nodes that have not ended within ${STOP_LIMIT / 1000} seconds`);
    for (const node of nodes) node.signal("SIGKILL");
  }, STOP_LIMIT);
  let status = 0;
  await Promise.all(nodes.map(async (node) => {
    // Windows knows no signal that lets a process end in order.
    if (Deno.build.os === "windows") await node.ask("SHUTDOWN").catch(() => {});
    else node.signal("SIGTERM");
    const { code, signal } = await node.ended;
    // One that has just been started does not handle the signal yet, and ends as it was told.
    const obeyed = signal === "SIGTERM" || signal === "SIGINT";
    if (status === 0 && !obeyed) status = code;
  }));
  clearTimeout(timer);
  log.notice("All nodes have ended");
  return status;
}

/** Waits until all nodes work together, which new ones have to be told. Throws {@linkcode StartError}. */
async function bringUp(
  nodes: readonly LocalNode[],
  fresh: readonly boolean[],
  log: Log,
  stopped: AbortSignal,
): Promise<void> {
  const accepting = (node: LocalNode, i: number) => isAccepting(node, fresh[i]);
  await until(nodes, "does not accept connections", accepting, stopped);
  if (stopped.aborted) return;
  if (fresh.every(Boolean)) {
    await introduce(nodes);
    await until(
      nodes,
      "does not find the cluster complete",
      (node) => isWorking(node, nodes.length),
      stopped,
    );
  } else if (fresh.some(Boolean)) {
    const ports = nodes.filter((_, i) => fresh[i]).map(({ place }) => place.port);
    log.warning(
      `New beside nodes that have slots: ${ports.join(", ")}. redis-cli --cluster add-node adds them.`,
    );
  }
  if (!stopped.aborted) log.notice(`All ${nodes.length} nodes accept connections`);
}

/** Waits until a condition holds for each node. Throws {@linkcode StartError} with the log of the first without it. */
async function until(
  nodes: readonly LocalNode[],
  fault: string,
  condition: (node: LocalNode, index: number) => Promise<boolean>,
  stopped: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + START_LIMIT;
  for (const [i, node] of nodes.entries()) {
    while (!stopped.aborted && !await condition(node, i)) {
      if (performance.now() > deadline) {
        throw new StartError(
          `Node ${node.place.port} ${fault} after ${
            START_LIMIT / 1000
          } seconds. The end of its log:\n${node.lastLines}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_PERIOD));
    }
  }
}

/** True if the node's own process answers on its port; a new one has to have loaded its data too. */
async function isAccepting(node: LocalNode, fresh: boolean): Promise<boolean> {
  const info = await node.ask("INFO").catch(() => "");
  return info.includes(`process_id:${node.pid}\r\n`) && (!fresh || info.includes("loading:0\r\n"));
}

async function isWorking(node: LocalNode, size: number): Promise<boolean> {
  const info = await node.ask("CLUSTER", "INFO").catch(() => "");
  return info.includes("cluster_state:ok\r\n") && info.includes(`cluster_known_nodes:${size}\r\n`);
}

/** Gives new nodes their epochs, slots in equal parts, and each other. */
async function introduce(nodes: readonly LocalNode[]): Promise<void> {
  const bound = (i: number) => Math.round((i * SLOT_COUNT) / nodes.length);
  try {
    for (const [i, node] of nodes.entries()) {
      await node.ask("CLUSTER", "SET-CONFIG-EPOCH", String(i + 1));
      await node.ask("CLUSTER", "ADDSLOTSRANGE", String(bound(i)), String(bound(i + 1) - 1));
    }
    for (const { place: { hostname, port, busPort } } of nodes.slice(1)) {
      await nodes[0].ask("CLUSTER", "MEET", hostname, String(port), String(busPort));
    }
  } catch (error) {
    // The next start shall find new nodes again.
    await Promise.allSettled(nodes.map((node) => node.ask("CLUSTER", "RESET", "HARD")));
    throw error;
  }
}

/** The command that runs this program again, with the permissions of a server. */
function ownProgram(): string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const granted = PERMISSIONS.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
  return [Deno.execPath(), "run", ...granted.map((name) => `--allow-${name}`), Deno.mainModule];
}

function checkPermission(program: string): void {
  if (Deno.permissions.querySync({ name: "run", command: program }).state === "granted") return;
  throw new ConfigFileError(
    "--cluster-local starts processes, which Deno has to permit: --allow-run is missing",
    null,
  );
}

function placeOf(
  index: number,
  program: readonly string[],
  commandLine: CommandLine,
  config: Config,
  stdin: string,
): NodePlace {
  const { configFile, overrides } = commandLine;
  const options = overrides.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line));
  const own = [
    "cluster-enabled yes",
    `dir ${quoted(directoryOf(config, index))}`,
    ...PORTS.filter((name) => config.get(name) !== 0).map((name) => `${name} ${config.get(name) + index}`),
  ];
  const port = config.get("port") + index;
  return {
    hostname: reachable(config.get("bind")),
    port,
    busPort: busPortOf(config) + index,
    password: config.get("requirepass"),
    command: [
      ...program,
      ...(configFile === null ? [] : [configFile]),
      ...[...options.map(byteStringToUtf8), ...own].map((line) => `--${line}`),
      ...(commandLine.stdin ? ["-"] : []),
    ],
    stdin,
  };
}

/** An argument of a directive in quotes. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** An address on which a server with this `bind` is reached from its own machine. */
function reachable(bind: readonly string[]): string {
  const first = (bind[0] ?? "").replace(/^-/, "");
  if (first === "" || first === "*" || first === "0.0.0.0") return "127.0.0.1";
  return first === "::*" || first === "::" ? "::1" : first;
}

function busPortOf(config: Config): number {
  return config.get("cluster-port") || config.get("port") + BUS_PORT_OFFSET;
}

function checkPorts(config: Config, size: number): void {
  if (config.get("port") === 0) throw new ConfigFileError("--cluster-local needs a port other than 0", null);
  const highest = Math.max(busPortOf(config), ...PORTS.map((name) => config.get(name))) + size - 1;
  if (highest <= HIGHEST_PORT) return;
  throw new ConfigFileError(
    `--cluster-local ${size} needs the ports up to ${highest}, more than ${HIGHEST_PORT}: choose a lower port ` +
      "(the bus of each node is 10000 above it) or cluster-port",
    null,
  );
}

function directoryOf(config: Config, index: number): string {
  return byteStringToUtf8(config.get("dir")) + `/node-${config.get("port") + index}`;
}

/** Makes `dir` absolute, as the nodes change theirs, and a directory for each node. */
function makeDirectories(config: Config, size: number): void {
  const directory = config.get("dir");
  try {
    config.setFromArguments("dir", [utf8ToByteString(Deno.realPathSync(byteStringToUtf8(directory)))]);
    for (let i = 0; i < size; i++) Deno.mkdirSync(directoryOf(config, i), { recursive: true });
  } catch (error) {
    throw new ConfigFileError(`Can't make directories in '${directory}': ${systemReason(error)}`, null);
  }
}

/** True if a node has no slots and knows no others, as its `nodes.conf` of an earlier run says if there is one. */
function isFresh(config: Config, index: number): boolean {
  const name = byteStringToUtf8(config.get("cluster-config-file"));
  try {
    const text = fromBytes(Deno.readFileSync(`${directoryOf(config, index)}/${name}`));
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("vars"));
    // After eight fields the slots follow.
    return lines.length === 0 || (lines.length === 1 && lines[0].trim().split(" ").length <= 8);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}
