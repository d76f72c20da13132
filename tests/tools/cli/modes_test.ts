import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { columnOf, spectrumLine } from "../../../src/tools/cli/latency_spectrum.ts";
import { Exit } from "../../../src/tools/cli/session.ts";
import { runProgram } from "../../../src/tools/cli/program.ts";
import { formatBytes } from "../../../src/tools/cli/stat.ts";
import { redisAvailable, startRedis, startServer, type TestServer } from "../../harness.ts";
import { Collected, runOurs, runReal } from "./support.ts";

const SERVERS = [["this server", startServer], ["redis-server", startRedis]] as const;

/** Fills a server with a key of each type. */
async function fill(server: TestServer): Promise<void> {
  using client = await server.connect();
  for (let i = 1; i <= 30; i++) await client.ask("SET", `key:${i}`, "x".repeat(i));
  await client.ask("RPUSH", 'l"q', "a", "b", "c");
  await client.ask("SADD", "s", "a", "b");
  await client.ask("ZADD", "z", "1", "a");
  await client.ask("HSET", "h", "a", "1", "b", "2");
  await client.ask("XADD", "st", "*", "a", "1");
}

/** The lines without those on the way, whose order is that of the scan; sorted, as redis-cli's order is random. */
function summary(text: string): string[] {
  return text.split("\n").filter((line) => !/^\[\d/.test(line)).sort();
}

for (const [name, start] of SERVERS) {
  Deno.test({
    name: `cli: the modes that look at every key agree with redis-cli's at ${name}`,
    ignore: !redisAvailable(),
    async fn() {
      await using server = await start({ config: { "maxmemory-policy": "allkeys-lfu" } });
      await fill(server);
      const modes = [
        "--bigkeys",
        "--memkeys",
        "--memkeys-samples 1",
        "--bigkeys --pattern key:*",
        "--bigkeys -i 0.001",
      ];
      modes.push("--scan", "--scan --no-raw --pattern *q*", "--hotkeys", "-n 5 --bigkeys", "-n 5 --scan");
      for (const mode of modes) {
        const args = ["-p", String(server.port), ...mode.split(" ")];
        const [ours, real] = [await runOurs(args), await runReal(args)];
        const unlisted = mode === "--hotkeys" ? /^(?!hot key)/ : /^/;
        const shown = (text: string) => summary(text).filter((line) => unlisted.test(line));
        assertEquals(shown(ours.output), shown(real.output), mode);
        assertEquals([ours.status, ours.errors], [real.status, real.errors], mode);
      }
    },
  });

  Deno.test({
    name: `cli: an image and the stream of writes come from ${name}`,
    ignore: !redisAvailable(),
    async fn() {
      await using server = await start({ config: { "repl-diskless-sync-delay": 0 } });
      using client = await server.connect();
      await client.ask("SET", "k", "v".repeat(200_000));
      const path = `${server.dir}/saved.rdb`;
      const saved = await runOurs(["-p", String(server.port), "--rdb", path]);
      assertEquals(saved.status, 0);
      assertMatch(saved.errors, /Transfer finished with success/);
      const image = await Deno.readFile(path);
      assertEquals(new TextDecoder().decode(image.subarray(0, 5)), "REDIS");
      assertStringIncludes(saved.errors, `${image.length} bytes`.replace(/ bytes$/, ""));
      assertEquals(await streamOf(server), ['"SELECT","0"\n', '"set","a","b c"\n']);
    },
  });
}

/** What the stream shows of a write made when it has begun. */
async function streamOf(server: TestServer): Promise<string[]> {
  const shown: string[] = [];
  const output = new Collected();
  output.write = (text) => {
    if (!/^"ping"/i.test(text)) shown.push(text);
    if (shown.length === 2) throw new Exit(7);
  };
  output.writeError = (text) => {
    if (/^SYNC done/.test(text)) write(server);
  };
  const surroundings = { terminal: false, environment: () => undefined };
  assertEquals(await runProgram(["-p", String(server.port), "--replica"], surroundings, output), 7);
  return shown;
}

async function write(server: TestServer): Promise<void> {
  using client = await server.connect();
  await client.ask("set", "a", "b c");
}

/** Runs until so many texts were printed; the texts. */
async function printedBy(args: string[], count: number): Promise<string[]> {
  const shown: string[] = [];
  const output = new Collected();
  output.write = (text) => {
    if (shown.push(text) === count) throw new Exit(0);
  };
  await runProgram(args, { terminal: false, environment: () => undefined }, output);
  return shown;
}

Deno.test("cli: figures line by line, and latency in each form", async () => {
  await using server = await startServer();
  const port = ["-p", String(server.port)];
  const [heading, row] = await printedBy([...port, "--stat", "-i", "0.001"], 3);
  assertMatch(heading, /^------- data ------ -+ load -+ - child -\nkeys {7}mem {6}clients blocked requests/);
  assertMatch(row, /^0 {10}\S+[BKM] +1 {7}0 {7}\d+ \(\+\d+\) +\d+ +\n$/);
  const [line] = await printedBy([...port, "--latency", "--no-raw"], 1);
  assertEquals(line.slice(0, 8), "\x1b[0G\x1b[2K");
  assertMatch(line.slice(8), /^min: \d+, max: \d+, avg: \d+\.\d\d \(1 samples\)$/);
  const once = async (...form: string[]) =>
    (await runOurs([...port, "--latency", "-i", "0.01", ...form])).output;
  assertMatch(await once("--raw"), /^\d+ \d+ \d+\.\d\d \d+\n$/);
  assertMatch(await once("--csv"), /^\d+,\d+,\d+\.\d\d,\d+\n$/);
  assertMatch(await once("--json"), /^\{"min": \d+, "max": \d+, "avg": \d+\.\d\d, "count": \d+\}\n$/);
  const history = await printedBy([...port, "--latency-history", "-i", "0.001", "--raw"], 2);
  assertMatch(
    history.join(""),
    /^\d+ \d+ \d+\.\d\d 1\n -- \d+\.\d\d seconds range\n$|^(\d+ \d+ \d+\.\d\d \d\n){2}$/,
  );
});

Deno.test("cli: the distribution of latencies is drawn as redis-cli does", async () => {
  assertEquals([0, 10, 10.1, 999, 1000, 1001, 60_000_000, 60_000_001].map(columnOf), [
    ...[0, 0, 1, 4, 4, 5, 29, 30],
  ]);
  const counts = new Array(31).fill(0);
  counts[0] = 3;
  counts[30] = 1;
  const line = spectrumLine(counts);
  assert(line.startsWith("\x1b[38;5;0m\x1b[48;5;226m.\x1b[48;5;0m-"), line);
  assert(line.endsWith("\x1b[48;5;0mQ\x1b[48;5;239m?\x1b[0m\n"), line);
  await using server = await startServer();
  const args = ["-p", String(server.port), "--latency-dist", "-i", "0.02"];
  for (const form of [[], ["--mono"]]) {
    const [legend, first, second] = await printedBy([...args, ...form], 3);
    for (const drawn of [first, second]) {
      assertMatch(drawn.replaceAll("\x1b", ""), /^\[38;5;0m(\[48;5;\d+m[-.*#1-9A-Q?]){31}\[0m\n$/);
    }
    if (redisAvailable()) assertEquals(await beginningOfReal([...args, ...form], legend.length), legend);
  }
});

/** The first characters that redis-cli prints, which would not end by itself. */
async function beginningOfReal(args: string[], length: number): Promise<string> {
  await using process = new Deno.Command("redis-cli", { args, stdin: "null", stdout: "piped" }).spawn();
  let text = "";
  for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length >= length) break;
  }
  process.kill("SIGKILL");
  return text.slice(0, length);
}

Deno.test("cli: bytes are shortened as redis-cli does", () => {
  assertEquals([0, 1023, 1024, 1536, 2 ** 20, 2130706432].map(formatBytes), [
    "0B",
    "1023B",
    "1.00K",
    "1.50K",
    "1.00M",
    "1.98G",
  ]);
});

Deno.test("cli: intrinsic latency needs no server", async () => {
  const { output, status } = await runOurs(["--intrinsic-latency", "0"]);
  assertEquals(status, 0);
  assertMatch(output, /\n\d+ total runs \(avg latency: /);
});

Deno.test("cli: help, version, and what it hasn't got", async () => {
  assertMatch((await runOurs(["--version"])).output, /^redis-cli 7\.2\.\d+ \(mini-redis \d+\.\d+\.\d+\)\n$/);
  const { output, status } = await runOurs(["-h"]);
  assertEquals(status, 0);
  assertStringIncludes(output, "--quoted-pattern <pat>");
  const cluster = await runOurs(["--cluster", "info", "--foo"]);
  assertEquals(cluster.status, 1);
  assertMatch(cluster.errors, /redis-cli --cluster/);
  assertMatch((await runOurs(["--ldb"])).errors, /--ldb is not supported by this client/);
  assertMatch((await runOurs(["-p", "70000"])).errors, /^Invalid server port/);
  assertMatch(
    (await runOurs(["--cacert", "/nonexistent/ca"])).errors,
    /^Can't read '\/nonexistent\/ca': No such file/,
  );
});
