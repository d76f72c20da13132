import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runBench } from "../../../src/tools/bench/bench.ts";
import { parseOptions } from "../../../src/tools/bench/options.ts";
import { referenceAvailable, runServer, startRedis, startServer, type TestServer } from "../../harness.ts";
import { freePort } from "../../support/free_port.ts";

interface Outcome {
  code: number;
  output: string;
  errors: string;
}

/** Runs a load in this process. */
async function bench(server: { port: number }, args: string, input = ""): Promise<Outcome> {
  const outcome = { code: 0, output: "", errors: "" };
  outcome.code = await runBench(parseOptions(["-p", String(server.port), ...args.split(" ")]), {
    write: (text) => outcome.output += text,
    writeError: (text) => outcome.errors += text,
    isTerminal: false,
    readInput: () => Promise.resolve(input),
  });
  return outcome;
}

async function ask(server: TestServer, ...words: string[]): Promise<unknown> {
  using client = await server.connect();
  return await client.ask(...words);
}

/** How often a command was called, for two commands that nothing else sends. */
async function callsOf(server: TestServer, command: string): Promise<number> {
  const stats = String(await ask(server, "INFO", "commandstats"));
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

function opensslAvailable(): boolean {
  try {
    return new Deno.Command("openssl", { args: ["version"] }).outputSync().success;
  } catch {
    return false;
  }
}

/** A text with all numbers alike. */
function form(text: string): string {
  return text.replace(
    /\d+(\.\d+)?/g,
    (number) => number.includes(".") ? `9.${"9".repeat(number.split(".")[1].length)}` : "9",
  );
}

Deno.test("bench", async (t) => {
  await using server = await startServer();

  await t.step("sends as many requests as were asked for, whatever the pipeline", async () => {
    const { code, errors, output } = await bench(
      server,
      "-n 1001 -P 7 -c 5 -r 100 -q incr counter:__rand_int__",
    );
    assertEquals([code, errors], [0, ""]);
    assertMatch(output, /^incr counter:__rand_int__: \d+\.\d\d requests per second, p50=\d+\.\d{3} msec\n$/);
    assertEquals(await callsOf(server, "incr"), 1001);
    assert(Number(await ask(server, "DBSIZE")) > 50);
  });

  await t.step("spreads connections over threads", async () => {
    const args = ["-p", String(server.port), "-n", "999", "-P", "4", "-c", "5", "--threads", "2"];
    const { code, output } = await runServer(["bench", ...args, "decr", "down"]);
    assertEquals(code, 0);
    assertStringIncludes(output, "  999 requests completed in ");
    assertStringIncludes(output, "  multi-thread: yes\n  threads: 2\n");
    assertMatch(output, /100\.000% <= .* \(cumulative count 999\)\n\nSummary/);
    assertEquals(await ask(server, "GET", "down"), "-999");
  });

  await t.step("runs the whole suite", async () => {
    const { code, output } = await bench(server, "-n 60 -P 8 -c 3 -q");
    assertEquals(code, 0);
    assertEquals(output.match(/requests per second/g)?.length, 20);
  });

  await t.step("selects a database, speaks RESP3, connects anew, takes input", async () => {
    const { code } = await bench(server, "-n 4 -c 2 -k 0 -q -3 --dbnum 2 -x set key", "a value\r\n");
    assertEquals(code, 0);
    using client = await server.connect();
    await client.ask("SELECT", "2");
    assertEquals(await client.ask("GET", "key"), "a value\r\n");
  });

  await t.step("sends and reads more than a socket takes at once", async () => {
    const { code, output } = await bench(server, "-n 60 -c 2 -P 10 -d 100000 -q -t set,get");
    assertEquals(code, 0);
    assertMatch(output, /^SET: .*\nGET: .*\n\n$/);
    assertEquals(String(await ask(server, "STRLEN", "key:__rand_int__")), "100000");
  });

  await t.step("ends with status 1 when the server answers an error, on any thread", async () => {
    const refusal = "Error from server: ERR wrong number of arguments for 'hset' command\n";
    const { code, errors } = await bench(server, "-n 100 -c 2 hset key:x field");
    assertEquals([code, errors], [1, refusal]);
    const args = ["-p", String(server.port), "-n", "100", "--threads", "2", "hset", "key:x", "field"];
    assertEquals(await runServer(["bench", ...args]), { code: 1, output: refusal });
    assertMatch((await bench(server, "-n 9 --dbnum 99 ping")).errors, /DB index is out of range/);
  });

  await t.step("prints the histogram", async () => {
    const { output } = await bench(server, "-n 500 -q --histogram ping");
    assertMatch(output, /\n {7}Value {5}Percentile TotalCount 1\/\(1-Percentile\)\n/);
    assertMatch(output, /\n +\d+\.\d{3} 1\.000000000000 {8}500\n#\[Mean +=/);
    assertMatch(output, /Total count +=\s+500\]\n/);
  });

  await t.step({
    name: "prints in the forms of redis-benchmark",
    ignore: !referenceAvailable(),
    async fn() {
      for (
        const args of [
          "-n 100 -t ping,set --csv",
          "-n 100 -t ping,lrange_100 -q",
          "-n 100 -P 2 -r 9 set __rand_int__ x",
        ]
      ) {
        const { stdout } = await new Deno.Command("redis-benchmark", {
          args: ["-p", String(server.port), ...args.split(" ")],
        }).output();
        // It also prints lines that it means to overwrite.
        const expected = new TextDecoder().decode(stdout).replace(/^.*\r(?!\n)/gm, "");
        // How many rows the distributions have depends on the latencies.
        const rows = (text: string) =>
          form(text).replace(/(9\.999% <= 9\.999 milliseconds .*\n)+/g, "$1").replace(/ +9/g, " 9");
        assertEquals(rows((await bench(server, args)).output), rows(expected));
      }
    },
  });
});

Deno.test("bench authenticates, and says so if it can't", async () => {
  await using server = await startServer({ config: { requirepass: "secret" } });
  assertEquals((await bench(server, "-n 10 -q -a secret set a b")).code, 0);
  assertEquals((await bench(server, "-n 10 -q -a secret --user default -3 set a b")).code, 0);
  const { code, errors } = await bench(server, "-n 10 -q -a wrong set a b");
  assertEquals(code, 1);
  assertMatch(errors, /WRONGPASS/);
  assertEquals((await bench(server, "-n 10 -q set a b")).code, 1);
});

Deno.test({
  name: "bench through a Unix socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    const path = `${await Deno.makeTempDir()}/s`;
    try {
      await using _server = await startServer({ config: { unixsocket: path } });
      assertEquals((await bench({ port: freePort() }, `-s ${path} -n 100 -q ping`)).code, 0);
    } finally {
      await Deno.remove(path.slice(0, -2), { recursive: true });
    }
  },
});

Deno.test("bench as a program: no server, wrong options, help", async () => {
  const port = freePort();
  const lost = await runServer(["bench", "-p", String(port), "-n", "1"]);
  assertEquals(lost.code, 1);
  assertStringIncludes(lost.output, `Could not connect to Redis at 127.0.0.1:${port}: Connection refused`);
  const wrong = await runServer(["bench", "-n"]);
  assertEquals(wrong.code, 1);
  assertStringIncludes(
    wrong.output,
    'Invalid option "-n" or option argument missing\n\nUsage: mini-redis bench',
  );
});

Deno.test({
  name: "bench over TLS",
  ignore: !referenceAvailable() || !opensslAvailable(),
  async fn() {
    const directory = await Deno.makeTempDir();
    try {
      const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`];
      const made = await new Deno.Command("openssl", {
        args: `req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${cert} -days 2 -subj /CN=localhost`
          .split(" "),
        stderr: "null",
      }).output();
      assert(made.success);
      const port = freePort();
      const tls = { "tls-port": port, "tls-cert-file": cert, "tls-key-file": key, "tls-auth-clients": "no" };
      await using _redis = await startRedis({ config: tls });
      assertEquals((await bench({ port }, `--tls --cacert ${cert} -n 50 -P 5 -q -t set`)).code, 0);
      assertEquals((await bench({ port }, "--tls --insecure -n 50 -c 3 -q -t get")).code, 0);
      const { code, errors } = await bench({ port }, "--tls -n 50 -q -t get");
      assertEquals(code, 1);
      assertMatch(errors, /^Could not connect to Redis at 127\.0\.0\.1:\d+: .*certificate/);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
