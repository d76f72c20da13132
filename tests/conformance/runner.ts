/**
 * Conformance tests: the same script is sent to this project's server and to a real redis-server, in RESP2 and in
 * RESP3, and the raw replies are compared byte for byte. The tests are ignored, and counted as such, where no
 * redis-server of version 7 is installed.
 *
 * ```ts
 * conformance("string: SETRANGE", [
 *   "SET a hello",
 *   "SETRANGE a 6 x",
 *   ["SET", "bin\x00\xff", "v"],
 *   unordered("KEYS *"),
 *   on("b", "GET a"),
 * ]);
 * ```
 *
 * One pair of servers is shared by the tests of a file; every script starts with empty databases and fresh
 * connections. What a script changes besides (CONFIG SET, ACL), it has to change back.
 */
import { Random } from "./random.ts";
import {
  referenceAvailable,
  type ServerOptions,
  startRedis,
  startServer,
  type TestServer,
} from "../harness.ts";
import { compareScript, type Protocol, report, type Target } from "./compare.ts";
import { compareSequence, type RandomCommand, reportSequence } from "./sequence.ts";
import { type StepInput, toSteps } from "./steps.ts";

export { sortReply } from "./normalise.ts";
export * from "./steps.ts";
export type { RandomCommand } from "./sequence.ts";
export { Random };

/** The two servers of this test file, once one of its tests has run. */
let pair: Promise<[TestServer, TestServer]> | undefined;
let serverOptions: ServerOptions = { config: { "enable-debug-command": "yes" } };

/** Starts the servers of this test file with these options; to be called before any test runs. */
export function serversWith(options: ServerOptions): void {
  serverOptions = { ...options, config: { ...serverOptions.config, ...options.config } };
}

Deno.test.afterAll(stopPair);

async function stopPair(): Promise<void> {
  // Servers that didn't start have failed a test already.
  const servers = await pair?.catch(() => []) ?? [];
  pair = undefined;
  const ends = await Promise.allSettled(servers.map((server) => server[Symbol.asyncDispose]()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

async function startPair(): Promise<[TestServer, TestServer]> {
  const reference = await startRedis(serverOptions);
  try {
    return [await startServer(serverOptions), reference];
  } catch (error) {
    await reference[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Runs something that describes a failure, or says nothing, with the two servers. After a failure the servers are
 * stopped: what a script left unfinished (a password, a pause) must not make the following ones fail.
 */
async function withServers(
  run: (ours: Target, reference: Target) => Promise<string | undefined>,
): Promise<void> {
  const [ours, reference] = await (pair ??= startPair());
  let failure: string | undefined = "(exception)";
  try {
    failure = await run(await target(ours), await target(reference));
  } finally {
    // That a server doesn't end properly either is no news then.
    if (failure !== undefined) await stopPair().catch(() => {});
  }
  if (failure !== undefined) throw new Error(failure);
}

async function target(server: TestServer): Promise<Target> {
  using client = await server.connect();
  const [, major, minor] = /redis_version:(\d+)\.(\d+)/.exec(String(await client.ask("INFO", "server"))) ??
    [];
  const is72 = Number(major) > 7 || Number(major) === 7 && Number(minor) >= 2;
  return { is72, connect: () => server.connect() };
}

/** What can be said about a script or sequence besides its content. */
export interface ConformanceOptions {
  /** Both, unless named. */
  protocols?: readonly Protocol[];
  /** Command groups besides that of the test which it uses; the test is ignored while one has no folder. */
  needs?: readonly string[];
}

/** Registers one test per protocol. */
function register(
  name: string,
  options: ConformanceOptions,
  run: (protocol: Protocol) => Promise<void>,
): void {
  const ignore = !referenceAvailable() || !(options.needs ?? []).every(groupExists);
  for (const protocol of options.protocols ?? [2, 3]) {
    Deno.test({ name: `${name} [RESP${protocol}]`, ignore, fn: () => run(protocol as Protocol) });
  }
}

/** True if the project has the commands of this group. A server named in the environment is taken to have all. */
function groupExists(group: string): boolean {
  if (Deno.env.get("MINI_REDIS_SERVER")) return true;
  try {
    return Deno.statSync(new URL(`../../src/commands/${group}`, import.meta.url)).isDirectory;
  } catch {
    return false;
  }
}

/** Registers a script as tests, one for RESP2 and one for RESP3. */
export function conformance(
  name: string,
  inputs: readonly StepInput[],
  options: ConformanceOptions = {},
): void {
  const steps = inputs.flatMap(toSteps);
  register(name, options, (protocol) =>
    withServers(async (ours, reference) => {
      const differences = await compareScript(ours, reference, steps, protocol);
      return differences.length > 0 ? report(name, protocol, steps.length, differences) : undefined;
    }));
}

/** A sequence of generated commands. */
export interface RandomisedOptions extends ConformanceOptions {
  /** Start of the generator, so that a failure can be repeated; `CONFORMANCE_SEED` in the environment replaces it. */
  seed: number;
  /** How many commands. */
  count: number;
  generate(random: Random): RandomCommand;
}

/** Registers the comparison of generated commands, sent in pipelines, as tests like {@link conformance}. */
export function randomised(name: string, options: RandomisedOptions): void {
  const seed = Number(Deno.env.get("CONFORMANCE_SEED") ?? options.seed);
  register(name, options, (protocol) =>
    withServers(async (ours, reference) => {
      const random = new Random(seed);
      const commands = Array.from({ length: options.count }, () => options.generate(random));
      const mismatch = await compareSequence(ours, reference, commands, protocol);
      return mismatch && reportSequence(name, protocol, seed, commands, mismatch);
    }));
}
