/**
 * A run of the load generator from its options to its end.
 *
 * @module
 */

import { concatBytes, fromBytes } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import { LoadError, type LoadPlan } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { CSV_HEADER, csvLine, fullReport, histogramText, quietLine, type Result } from "./report.ts";
import { type Request, request } from "./requests.ts";
import { findServers, type Output, placeOf, ServerError, type Servers } from "./servers.ts";
import { selectTests, type Test } from "./suite.ts";
import { prepareLoad } from "./threads.ts";

const IDLE_PERIOD = 250;

/** Where a run has its input from and prints to. */
export interface Surroundings extends Output {
  /** Whether a line that is rewritten can be seen. */
  readonly isTerminal: boolean;
  /** All of standard input, a byte string. */
  readInput(): Promise<string>;
}

/** Runs what the options ask for; the status to exit with. */
export async function runBench(options: BenchOptions, surroundings: Surroundings): Promise<number> {
  for (const warning of options.warnings) surroundings.writeError(`${warning}\n`);
  if (options.inputLast) options.command.push(await surroundings.readInput());
  try {
    const servers = await findServers(options, surroundings);
    if (options.idle) await holdConnections(options, servers, surroundings);
    else await new Bench(options, servers, surroundings).run();
    return 0;
  } catch (error) {
    surroundings.writeError(`${messageOf(error, options)}\n`);
    return 1;
  }
}

function messageOf(error: unknown, { connection }: BenchOptions): string {
  if (error instanceof LoadError || error instanceof ServerError) return error.message;
  return `Could not connect to Redis at ${placeOf(connection)}: ${systemReason(error)}`;
}

/** Opens connections, and keeps them until the process is ended. */
async function holdConnections(options: BenchOptions, servers: Servers, output: Output): Promise<never> {
  const { clients } = options;
  output.write(`Creating ${clients} idle connections and waiting forever (Ctrl+C when done)\n`);
  const plan = planOf(options, servers, new Uint8Array(0));
  using _load = await prepareLoad(plan, options.threads);
  for (;;) {
    output.write(`clients: ${clients}\r`);
    await new Promise((resolve) => setTimeout(resolve, IDLE_PERIOD));
  }
}

/** Runs the tests one after the other. */
class Bench {
  readonly #options: BenchOptions;
  readonly #servers: Servers;
  readonly #surroundings: Surroundings;

  constructor(options: BenchOptions, servers: Servers, surroundings: Surroundings) {
    this.#options = options;
    this.#servers = servers;
    this.#surroundings = surroundings;
  }

  async run(): Promise<void> {
    const { command, csv, keepAlive, loop } = this.#options;
    const output = this.#surroundings;
    if (!keepAlive) {
      output.writeError(
        "WARNING: Keepalive disabled. Each batch leaves a port that can't be used again for a while: " +
          "many of them need 'echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse' on Linux\n",
      );
    }
    if (csv) output.write(CSV_HEADER);
    const tests = selectTests(this.#options);
    do {
      for (const test of tests) this.#report(await this.#measure(test));
      if (!csv && command.length === 0) output.write("\n");
    } while (loop);
  }

  async #measure({ payload, request, title }: Test): Promise<Result> {
    const { clients, keepAlive, requests, threads } = this.#options;
    using load = await prepareLoad(planOf(this.#options, this.#servers, request), threads);
    using _progress = this.#progress(title, load.tally);
    const start = performance.now();
    const histogram = await load.run();
    const seconds = (performance.now() - start) / 1000;
    const { settings } = this.#servers;
    return { title, requests, seconds, histogram, clients, payload, keepAlive, settings, threads };
  }

  #progress(title: string, tally: ConstructorParameters<typeof Progress>[1]): Progress | null {
    const { isTerminal } = this.#surroundings;
    if (!isTerminal || this.#options.csv) return null;
    return new Progress(title, tally, (text) => this.#surroundings.write(text));
  }

  #report(result: Result): void {
    const { csv, histogram, quiet } = this.#options;
    const output = this.#surroundings;
    output.write(csv ? csvLine(result) : quiet ? quietLine(result) : fullReport(result));
    if (histogram) output.write(`\n${histogramText(result.histogram)}\n`);
  }
}

function planOf(options: BenchOptions, servers: Servers, bytes: Request): LoadPlan {
  const { clients, keepAlive, keyspace, pipeline, precision, requests } = options;
  const greeting = greetingOf(options);
  return {
    targets: servers.targets(bytes),
    greeting: concatBytes(greeting),
    greetingReplies: greeting.length,
    pipeline: Math.min(pipeline, requests),
    keyspace,
    clients,
    requests,
    keepAlive,
    precision,
  };
}

/** What each connection says before it takes part. */
function greetingOf({ cluster, connection, tracking }: BenchOptions): Request[] {
  const { database = 0, password, protocol, username } = connection;
  const commands: Request[] = [];
  if (password !== undefined) {
    commands.push(username === undefined ? request("AUTH", password) : request("AUTH", username, password));
  }
  if (protocol === 3) commands.push(request("HELLO", "3"));
  if (tracking) commands.push(request("CLIENT", "TRACKING", "ON"));
  if (database !== 0 && !cluster) commands.push(request("SELECT", String(database)));
  return commands;
}

/** Reads standard input to its end. */
export async function readStandardInput(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of Deno.stdin.readable) chunks.push(chunk);
  return fromBytes(concatBytes(chunks));
}
