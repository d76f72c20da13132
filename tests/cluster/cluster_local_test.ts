/** `--cluster-local`: one command, a whole cluster. */

import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { Cluster } from "ioredis";
import { ConfigFileError, localClusterSize, parseCommandLine } from "../../src/config/mod.ts";
import { runServer } from "../harness.ts";
import { freePorts } from "../support/free_port.ts";
import { RespClient } from "../support/resp_client.ts";
import { serverCommand } from "../support/server_command.ts";
import { until } from "../persistence/tools.ts";

const SIZE = 3;
const KEYS = 200;

/** A server named in the environment, such as a binary, has to have the permission to start processes by itself. */
const IS_NAMED = Boolean(Deno.env.get("MINI_REDIS_SERVER")?.trim());

function clusterCommand(): string[] {
  const words = serverCommand();
  return IS_NAMED ? words : [...words.slice(0, -1), "--allow-run", words.at(-1)!];
}

/** The process that runs the cluster, with all of its log. */
class LocalCluster {
  log = "";
  readonly #process: Deno.ChildProcess;
  readonly #logged: Promise<unknown>;
  isOver = false;

  constructor(args: readonly string[]) {
    const [program, ...leading] = clusterCommand();
    this.#process = new Deno.Command(program, {
      args: [...leading, "--cluster-local", `${SIZE}`, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#logged = Promise.all([this.#read(this.#process.stdout), this.#read(this.#process.stderr)]);
    this.#process.status.then(() => this.isOver = true);
  }

  async untilReady(): Promise<void> {
    await until("the cluster is ready", () => this.isOver || this.log.includes("nodes accept connections"));
    assertEquals(this.isOver, false, this.log);
  }

  /** The exit status after `signal`, or after what else ends it. */
  async end(signal?: Deno.Signal): Promise<number> {
    if (signal !== undefined) this.#process.kill(signal);
    await this.#logged;
    return (await this.#process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOver) await this.end("SIGTERM");
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.log += text;
  }
}

async function ask(port: number, ...words: string[]): Promise<string> {
  using client = await RespClient.connect({ port });
  return String(await client.ask(...words));
}

/** Writes and reads keys, and looks that each node has its part. */
async function useCluster(port: number): Promise<void> {
  const client = new Cluster([{ host: "127.0.0.1", port }]);
  try {
    const names = Array.from({ length: KEYS }, (_, i) => `key:${i}`);
    await Promise.all(names.map((name) => client.set(name, `value of ${name}`)));
    const values = await Promise.all(names.map((name) => client.get(name)));
    assertEquals(values, names.map((name) => `value of ${name}`));
  } finally {
    client.disconnect();
  }
  let total = 0;
  for (let i = 0; i < SIZE; i++) {
    const size = Number(await ask(port + i, "DBSIZE"));
    assertEquals(size > 0, true, `keys of node ${i}`);
    total += size;
  }
  assertEquals(total, KEYS);
}

function pids(log: string): number[] {
  return [...log.matchAll(/^\[\d+\] \d+:M .* PID: (\d+)$/gm)].map(([, pid]) => Number(pid));
}

function isRunning(pid: number): boolean {
  return new Deno.Command("kill", { args: ["-0", `${pid}`], stderr: "null" }).outputSync().success;
}

Deno.test({
  name: "--cluster-local: a cluster, its end, its restart, and the end of one node",
  ignore: Deno.build.os === "windows",
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "mini-redis-test-" });
    const port = freePorts(SIZE);
    const args = ["--port", `${port}`, "--cluster-port", `${freePorts(SIZE)}`, "--dir", dir, "--save", ""];
    args.push("--appendonly", "yes", "--bind", "127.0.0.1", "--maxmemory 700mb");
    try {
      {
        await using cluster = new LocalCluster(args);
        await cluster.untilReady();
        await useCluster(port);
        assertStringIncludes(await ask(port + 2, "CONFIG", "GET", "maxmemory"), "734003200");
        assertEquals(await cluster.end("SIGTERM"), 0, cluster.log);
        assertMatch(cluster.log, /^\[\d+\] .* bye bye\.\.\.$/m);
        assertEquals(pids(cluster.log).length, SIZE);
        assertEquals(pids(cluster.log).filter(isRunning), []);
      }
      await using cluster = new LocalCluster(args);
      await cluster.untilReady();
      for (let i = 0; i < SIZE; i++) {
        await until(
          "the slots are back",
          async () => /cluster_state:ok\r\n/.test(await ask(port + i, "CLUSTER", "INFO")),
        );
      }
      await useCluster(port);
      Deno.kill(pids(cluster.log)[1], "SIGKILL");
      assertEquals(await cluster.end(), 1);
      assertMatch(cluster.log, /Node \d+ has ended unexpectedly/);
      assertEquals(pids(cluster.log).filter(isRunning), []);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("--cluster-local is taken out of the options, wherever it stands", () => {
  const parse = (...args: string[]) => {
    const { localCluster, overrides, configFile } = parseCommandLine(args);
    return [localCluster, overrides.split("\n").map((line) => line.trim()).filter(Boolean), configFile];
  };
  assertEquals(parse("--cluster-local", "3", "--port", "7000"), ["3", ['port "7000"'], null]);
  assertEquals(parse("a.conf", "--port", "1", "--Cluster-Local 5"), ["5", ['port "1"'], "a.conf"]);
  assertEquals(parse("--cluster-local", "3", "--cluster-local", "4"), ["4", [], null]);
  assertEquals(parse("--cluster-local"), ["", [], null]);
  assertEquals(parse("--requirepass", "--cluster-local"), [null, ['requirepass "--cluster-local"'], null]);
  assertEquals(parse("--port", "1")[0], null);
  assertEquals(["3", "64"].map(localClusterSize), [3, 64]);
  for (const value of ["", "2", "65", "3 4", "-3", "3.5", "three"]) {
    assertThrows(() => localClusterSize(value), ConfigFileError, `not '${value}'`);
  }
});

Deno.test("--cluster-local: numbers of nodes that are refused", async () => {
  const { code, output } = await runServer(["--port", "7000", "--cluster-local", "2"]);
  assertEquals(code, 1);
  assertStringIncludes(output, "--cluster-local takes the number of nodes, from 3 to 64, not '2'");
  const ports = await runServer(["--cluster-local", "64", "--port", "55500"]);
  assertStringIncludes(ports.output, "needs the ports up to 65563");
  if (IS_NAMED) return;
  const forbidden = await runServer(["--cluster-local", "3", "--port", "7000"]);
  assertStringIncludes(forbidden.output, "--allow-run is missing");
});
