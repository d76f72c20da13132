/**
 * The package for npm, as somebody gets it who installs it: the tools by `npx`, the library in Node, its
 * types, and the examples with Vitest and Jest. One installation serves all.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../src/util/version.ts";
import { freePort } from "../support/free_port.ts";
import { Installation, installExamples, npmReachable, succeeded } from "../support/npm_package.ts";
import { RespClient } from "../support/resp_client.ts";
import { ROOT } from "../support/server_command.ts";

/** TypeScript's own checks of the types: not a part of the examples. */
const TYPESCRIPT = { typescript: "7.0.2", "@types/node": "20.19.0" };

const LIBRARY_PROGRAM = `
  import assert from "node:assert/strict";
  import { createRequire } from "node:module";
  import { RedisError, startServer } from "mini-redis";
  assert.equal(createRequire(import.meta.url)("mini-redis").startServer, startServer);

  const lines = [];
  const redis = await startServer({ clock: "manual", log: (line) => lines.push(line), maxmemoryPolicy: "allkeys-lru" });
  assert.equal(redis.url, \`redis://127.0.0.1:\${redis.port}\`);
  assert.deepEqual({ ...await redis.call("CONFIG", "GET", "maxmemory-policy") }, { "maxmemory-policy": "allkeys-lru" });
  assert.equal(await redis.call("SET", "k", new Uint8Array([0, 255]), "EX", 300), "OK");
  assert.deepEqual(await redis.callBuffers("GET", "k"), new Uint8Array([0, 255]));
  const begin = await redis.clock.now();
  await redis.clock.advance("5m");
  assert.equal(await redis.clock.now(), begin + 300_000);
  assert.equal(await redis.call("EXISTS", "k"), 0);

  assert.equal(await redis.load({ a: "1", z: { $zset: { x: 1.5 }, $ttl: "1m" }, s: new Set(["m"]) }), 3);
  const before = await redis.snapshot();
  await redis.flush();
  await redis.rollback(before);
  assert.equal(await redis.call("ZSCORE", "z", "x"), 1.5);

  async function whereItWasCalled() {
    await redis.call("INCR", "z");
  }
  await assert.rejects(whereItWasCalled, (error) =>
    error instanceof RedisError && error.code === "WRONGTYPE" && error.stack.includes("whereItWasCalled"));
  await assert.rejects(redis.clock.advance(-1), RangeError);

  const popped = redis.call("BLPOP", "list", 0);
  await redis.call("RPUSH", "list", "element");
  assert.deepEqual(await popped, ["list", "element"]);
  await redis.fail.refuseWrites();
  await redis.fail.reset();

  await redis[Symbol.asyncDispose]();
  await redis.stop();
  await assert.rejects(redis.call("PING"), /the server was stopped/);
  assert.ok(lines.length > 0);
  await assert.rejects(startServer({ host: "no.such.host.invalid" }), Error);
  await assert.rejects(startServer({ noSuchDirective: 1 }), Error);
  console.log("done");
`;

/** Ends without any ceremony, its server running. */
const DYING_PROGRAM = `
  const { startServer } = require("mini-redis");
  startServer().then((redis) => {
    require("node:fs").writeSync(1, String(redis.port));
    process.kill(process.pid, "SIGKILL");
  });
`;

const TYPES_PROGRAM = `
  import { type RedisServer, RedisError, type Snapshot, startServer } from "mini-redis";
  export async function use(): Promise<number> {
    await using redis: RedisServer = await startServer({ port: 0, clock: "manual", maxmemory: "1gb", save: "" });
    const before: Snapshot = await redis.snapshot();
    await redis.load({ list: ["a", 1], hash: { field: true }, sorted: { $zset: { a: 1 } } });
    await redis.rollback(before);
    const bytes = await redis.callBuffers("GET", new Uint8Array(1));
    // @ts-expect-error: a function is no argument
    await redis.call("GET", () => 1);
    // @ts-expect-error: the port is a number
    await startServer({ port: new Set() });
    return bytes instanceof RedisError ? bytes.code.length : redis.port;
  }
`;

Deno.test({
  name: "the npm package, installed from its tarball",
  ignore: !await npmReachable(),
  fn: async (t) => {
    await using place = await Installation.make();
    // Those who wait for this find out whether it failed.
    const examples = installExamples(place, ["vitest", "jest"], TYPESCRIPT);
    examples.catch(() => {});

    await t.step("npx runs the server and its tools", async () => {
      assertStringIncludes(await place.succeed("npx", "mini-redis", "--version"), `mini-redis-${VERSION}`);
      const { code, stderr, stdout } = await place.run([bin(place), "check-rdb", "no-such-file"]);
      assert(code !== 0);
      assertStringIncludes(stdout + stderr, "no-such-file");
    });
    await t.step("the server answers, and ends by SIGTERM", () => serves(place));
    await t.step("neither a network nor the user's configuration is needed", () => isolated(place));
    await t.step("a system without a deno is told what to do", async () => {
      const { code, stderr } = await place.run([bin(place)], { env: { MINI_REDIS_DENO: "/no/such/deno" } });
      assertEquals(code, 1);
      assertMatch(stderr, /^mini-redis: can't run \/no\/such\/deno: /);
    });
    await t.step("the library in Node", async () => {
      await place.write("library.mjs", LIBRARY_PROGRAM);
      assertEquals(await place.succeed("node", "library.mjs"), "done\n");
    });
    await t.step("the program in its README", async () => {
      const program = /^```js\n(.*?)^```$/ms.exec(await Deno.readTextFile(`${ROOT}npm/README.md`))![1];
      await place.write("readme.mjs", program);
      assertMatch(await place.succeed("node", "readme.mjs"), /^redis:\/\/127\.0\.0\.1:\d+\n0\n$/);
    });
    await t.step("a server ends with its program", () => endsWithParent(place));

    await examples;
    await t.step("the types, for modules of both kinds", () => typesAreRight(place));
    await t.step(
      "the example for Vitest",
      () => runsExample(place, "vitest", ["vitest", "run"], / 5 passed /),
    );
    await t.step("the example for Jest", () => runsExample(place, "jest", ["jest"], / 5 passed,/));
  },
});

function bin(place: Installation): string {
  return `${place.dir}/node_modules/.bin/mini-redis`;
}

async function serves(place: Installation): Promise<void> {
  const port = freePort();
  const server = new Deno.Command(bin(place), {
    args: ["--port", String(port), "--save", ""],
    cwd: place.dir,
    stdout: "piped",
  }).spawn();
  const output = server.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let log = "";
  while (!log.includes("Ready to accept connections")) {
    const { value, done } = await output.next();
    if (done) throw new Error(`the server ended:\n${log}`);
    log += value;
  }
  {
    using client = await RespClient.connect({ port });
    assertEquals(await client.ask("PING"), "PONG");
  }
  server.kill("SIGTERM");
  for (let next = await output.next(); !next.done; next = await output.next()) log += next.value;
  assertEquals((await server.status).code, 0);
  assertStringIncludes(log, "ready to exit");
}

async function isolated(place: Installation): Promise<void> {
  await Deno.mkdir(`${place.dir}/project/home`, { recursive: true });
  await place.write("project/deno.json", "not JSON");
  await place.write(
    "project/package.json",
    '{ "dependencies": { "no-such-package-is-installed": "1.0.0" } }',
  );
  // An address where nothing listens.
  const nowhere = "http://127.0.0.1:1";
  const env = { DENO_DIR: `${place.dir}/project/home`, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere };
  for (const args of [["--version"], ["cli", "--version"]]) {
    const command = [bin(place), ...args];
    assertMatch(succeeded(await place.run(command, { folder: "project", env }), command), /\d\.\d/);
  }
}

async function endsWithParent(place: Installation): Promise<void> {
  await place.write("dying.cjs", DYING_PROGRAM);
  const { stdout } = await place.run(["node", "dying.cjs"]);
  const port = Number(stdout);
  assert(port > 0, `no port: ${stdout}`);
  for (;;) {
    try {
      (await Deno.connect({ port })).close();
      await new Promise((resolve) => setTimeout(resolve, 10));
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return;
      throw error;
    }
  }
}

async function typesAreRight(place: Installation): Promise<void> {
  for (const kind of ["mts", "cts"]) await place.write(`examples/types.${kind}`, TYPES_PROGRAM);
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"];
  const tsc = ["node_modules/.bin/tsc", ...options];
  for (
    const command of [
      [...tsc, "types.mts", "types.cts"],
      // The declarations of Vitest and its like aren't what is checked.
      [...tsc, "--skipLibCheck", "--allowImportingTsExtensions", "vitest/rate_limit.test.ts"],
    ]
  ) {
    assertEquals(succeeded(await place.run(command, { folder: "examples" }), command), "");
  }
}

/** @param passed what the output has if all tests of the example passed */
async function runsExample(
  place: Installation,
  folder: string,
  [program, ...args]: readonly string[],
  passed: RegExp,
): Promise<void> {
  const command = [`${place.dir}/examples/node_modules/.bin/${program}`, ...args];
  // CI: no summary that rewrites itself, no question.
  const finished = await place.run(command, { folder: `examples/${folder}`, env: { CI: "true" } });
  succeeded(finished, command);
  assertMatch(finished.stdout + finished.stderr, passed);
}
