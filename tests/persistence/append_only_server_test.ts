/** The append-only file of a whole server: switched on and off, rewritten, loaded. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { copySync } from "@std/fs";
import { referenceAvailable, type RespClient, startRedis, startServer, type TestServer } from "../harness.ts";
import {
  digest,
  digestOf,
  digestOfCopy,
  filesIn,
  fill,
  info,
  on,
  pipeline,
  TemporaryDirectory,
  until,
  untilQuiet,
} from "./tools.ts";

// With `everysec` what is acknowledged while an fsync is under way may be lost with the process, as with redis-server.
const DEBUG = { "enable-debug-command": true, appendfsync: "always" };
const AOF = { ...DEBUG, appendonly: true };

/** Kills the server and starts it on what is in its directory. */
async function crash(server: TestServer): Promise<RespClient> {
  await server.kill();
  await server.start();
  return await server.connect();
}

/** Counts in a key of its own until told to stop; what was acknowledged last. */
async function count(server: TestServer, key: string, isOver: () => boolean): Promise<number> {
  using client = await server.connect();
  let last = 0;
  while (!isOver()) {
    const replies = await pipeline(client, ...Array.from({ length: 10 }, () => ["INCR", key]));
    last = Number(replies.at(-1));
  }
  return last;
}

for (const preamble of [true, false]) {
  Deno.test(`what is in the log is loaded again, aof-use-rdb-preamble ${preamble ? "yes" : "no"}`, async () => {
    await using server = await startServer({ config: { ...AOF, "aof-use-rdb-preamble": preamble } });
    using client = await server.connect();
    await fill(client);
    const expected = await digest(client);
    using second = await crash(server);
    assertEquals(await digest(second), expected);
    await server.waitForLog(/DB loaded from append only file: \d+\.\d{3} seconds/);
    assertEquals(await second.ask("BGREWRITEAOF"), "Background append only file rewriting started");
    await second.ask("SET", "after", "1");
    const after = await digest(second);
    await untilQuiet(second);
    using third = await crash(server);
    assertEquals(await digest(third), after);
    assertEquals(await third.ask("DEBUG", "LOADAOF"), "OK");
    assertEquals(await digest(third), after);
    const directory = `${server.dir}/appendonlydir`;
    const base = preamble ? "appendonly.aof.2.base.rdb" : "appendonly.aof.2.base.aof";
    assertEquals(filesIn(directory), [base, "appendonly.aof.2.incr.aof", "appendonly.aof.manifest"].sort());
    assertEquals((await Deno.stat(directory)).mode! & 0o777, 0o700);
    for (const name of filesIn(directory)) {
      assertEquals((await Deno.stat(`${directory}/${name}`)).mode! & 0o777, 0o600, name);
    }
  });
}

Deno.test("CONFIG SET appendonly yes and no while others write", async () => {
  await using server = await startServer({ config: DEBUG });
  using client = await server.connect();
  await client.ask("DEBUG", "POPULATE", 5000, "filler", 50);
  let isOver = false;
  const counts = ["a", "b"].map((key) => count(server, key, () => isOver));
  for (let i = 0; i < 3; i++) {
    assertEquals(await client.ask("CONFIG", "SET", "appendonly", "yes"), "OK");
    // The second time it is switched off before the first rewrite is complete.
    if (i !== 1) await untilQuiet(client);
    assertEquals(await info(client, "aof_enabled"), "1");
    if (i < 2) assertEquals(await client.ask("CONFIG", "SET", "appendonly", "no"), "OK");
  }
  isOver = true;
  const [a, b] = await Promise.all(counts);
  await server.kill();
  await using second = await startServer({ config: on(server.dir, { appendonly: true }) });
  using after = await second.connect();
  assertEquals([Number(await after.ask("GET", "a")), Number(await after.ask("GET", "b"))], [a, b]);
  assertEquals(await after.ask("DBSIZE"), 5002);
});

Deno.test("the log that is switched on during a rewrite begins with a rewrite of its own", async () => {
  await using server = await startServer({ config: DEBUG });
  using client = await server.connect();
  await client.ask("DEBUG", "POPULATE", 20_000, "filler", 50);
  // In one batch: the rewrite gets no turn before the log is switched on.
  const [begun, during, ...written] = await pipeline(client, ["BGREWRITEAOF"], ["INFO", "persistence"], [
    "CONFIG",
    "SET",
    "appendonly",
    "yes",
  ], ["SET", "after", "1"]);
  assertMatch(String(begun), /started/);
  assertStringIncludes(String(during), "aof_rewrite_in_progress:1");
  assertEquals(written, ["OK", "OK"]);
  await untilQuiet(client);
  assertEquals(await info(client, "aof_last_bgrewrite_status"), "ok");
  assertEquals(await client.ask("SET", "last", "2"), "OK");
  assert(!server.log.includes("Error trying to rename"), server.log);
  await server.kill();
  await using second = await startServer({ config: on(server.dir, { appendonly: true }) });
  using after = await second.connect();
  assertEquals([await after.ask("GET", "after"), await after.ask("GET", "last")], ["1", "2"]);
  assertEquals(await after.ask("DBSIZE"), 20_002);
});

Deno.test("the log that is switched on during a snapshot has all that is written from its own beginning on", async () => {
  // It would last for a minute, were the keys not written anew: what is about to change is recorded at once.
  await using server = await startServer({ config: { ...DEBUG, "rdb-key-save-delay": 10_000 } });
  using client = await server.connect();
  await client.ask("DEBUG", "POPULATE", 6000, "filler", 50);
  await client.ask("BGSAVE");
  assertEquals(await client.ask("CONFIG", "SET", "appendonly", "yes"), "OK");
  assertEquals(await info(client, "aof_rewrite_scheduled"), "1");
  let isOver = false;
  const counted = count(server, "a", () => isOver);
  await until("it counts", async () => Number(await client.ask("GET", "a")) > 0);
  assertEquals(await info(client, "rdb_bgsave_in_progress"), "1");
  await client.ask("MSET", ...Array.from({ length: 6000 }, (_, i) => [`filler:${i}`, "new"]).flat());
  await untilQuiet(client);
  isOver = true;
  const last = await counted;
  await server.kill();
  await using second = await startServer({ config: on(server.dir, { appendonly: true }) });
  using after = await second.connect();
  assertEquals(Number(await after.ask("GET", "a")), last);
});

Deno.test("the log is rewritten by itself when it has grown, under load", async () => {
  await using server = await startServer({
    config: { ...AOF, "auto-aof-rewrite-min-size": "20kb", "auto-aof-rewrite-percentage": 50 },
  });
  using client = await server.connect();
  let isOver = false;
  const counts = ["a", "b"].map((key) => count(server, key, () => isOver));
  await until("three rewrites", async () => Number(await info(client, "aof_rewrites")) >= 3);
  isOver = true;
  const [a, b] = await Promise.all(counts);
  await server.waitForLog(/Starting automatic rewriting of AOF on \d+% growth/);
  using after = await crash(server);
  assertEquals([Number(await after.ask("GET", "a")), Number(await after.ask("GET", "b"))], [a, b]);
});

Deno.test("the files have the names of the configuration", async () => {
  await using server = await startServer({
    config: { ...AOF, appenddirname: "the log", appendfilename: "file with spaces.aof" },
  });
  using client = await server.connect();
  await client.ask("SET", "a", "1");
  assertEquals(filesIn(server.dir), [
    "the log/file with spaces.aof.1.base.rdb",
    "the log/file with spaces.aof.1.incr.aof",
    "the log/file with spaces.aof.manifest",
  ]);
  using after = await crash(server);
  assertEquals(await after.ask("GET", "a"), "1");
});

Deno.test("with both files there the append-only file is what counts", async () => {
  await using server = await startServer({ config: AOF });
  using client = await server.connect();
  await pipeline(client, ["SET", "a", "old"], ["SAVE"], ["SET", "a", "new"]);
  using after = await crash(server);
  assertEquals(await after.ask("GET", "a"), "new");
  assertEquals(await digestOfCopy(server.dir, { appendonly: false }) === await digest(after), false);
});

Deno.test("a snapshot without a log is taken over when appendonly is switched on for the next start", async () => {
  await using server = await startServer({ config: DEBUG });
  using client = await server.connect();
  await fill(client);
  await client.ask("SAVE");
  const expected = await digest(client);
  await server.stop();
  await using second = await startServer({ config: on(server.dir, { appendonly: true }) });
  assertEquals(await digestOf(second), expected);
  await second.kill();
  await Deno.remove(`${server.dir}/dump.rdb`);
  await second.start();
  assertEquals(await digestOf(second), expected);
});

Deno.test("a log from before Redis 7 is taken over", async () => {
  using dir = new TemporaryDirectory();
  const words = (...all: string[]) =>
    `*${all.length}\r\n${all.map((w) => `$${w.length}\r\n${w}\r\n`).join("")}`;
  const old = words("SELECT", "0") + words("SET", "a", "1") + words("MULTI") + words("INCR", "a") +
    words("EXEC");
  await Deno.writeTextFile(`${dir.path}/appendonly.aof`, old);
  await using server = await startServer({ config: on(dir.path, { appendonly: true }) });
  using client = await server.connect();
  assertEquals(await client.ask("INCR", "a"), 3);
  await server.waitForLog(/Successfully migrated an old-style AOF/);
  assertEquals(filesIn(dir.path), [
    "appendonlydir/appendonly.aof",
    "appendonlydir/appendonly.aof.1.incr.aof",
    "appendonlydir/appendonly.aof.manifest",
  ]);
  using after = await crash(server);
  assertEquals(await after.ask("GET", "a"), "3");
  await after.ask("BGREWRITEAOF");
  await untilQuiet(after);
  using last = await crash(server);
  assertEquals(await last.ask("GET", "a"), "3");
});

Deno.test("a torn tail is cut off with a warning, and a damaged middle refuses to start", async () => {
  await using server = await startServer({ config: AOF });
  using client = await server.connect();
  await pipeline(client, ["SET", "a", "1"], ["MULTI"], ["SET", "a", "2"], ["SET", "b", "2"], ["EXEC"]);
  await server.kill();
  const path = `${server.dir}/appendonlydir/appendonly.aof.1.incr.aof`;
  const whole = await Deno.readFile(path);
  await Deno.writeFile(path, whole.subarray(0, whole.length - 3));
  await server.start();
  using after = await server.connect();
  assertEquals([await after.ask("GET", "a"), await after.ask("GET", "b")], ["1", null]);
  await server.waitForLog(/The last \d+ bytes of appendonly\.aof\.1\.incr\.aof are cut off/);
  await after.ask("SET", "c", "3");
  using again = await crash(server);
  assertEquals([await again.ask("GET", "a"), await again.ask("GET", "c")], ["1", "3"]);
  await server.kill();
  const damaged = await Deno.readFile(path);
  damaged[damaged.indexOf(0x24) + 1] = 0x78;
  await Deno.writeFile(path, damaged);
  const message = await server.start().then(() => "started", (error) => String(error));
  assertMatch(
    message,
    /Bad file format reading the append only file appendonly\.aof\.1\.incr\.aof, at offset \d+/,
  );
  assertEquals((await server.exited()).code, 1);
});

Deno.test("keys that expire or are evicted are logged as DEL", async () => {
  await using server = await startServer({ config: { ...AOF, "aof-use-rdb-preamble": false } });
  using client = await server.connect();
  await pipeline(client, ["SET", "lazy", "1", "PX", "1"], ["SET", "active", "1", "PX", "1"], ["SELECT", "1"]);
  await pipeline(client, ["SET", "evicted", "x".repeat(1000)], ["SET", "kept", "1", "EX", "1000"]);
  await until("the keys have expired", async () => String(await info(client, "expired_keys")) === "2");
  await pipeline(client, ["CONFIG", "SET", "maxmemory-policy", "allkeys-random", "maxmemory", "1"]);
  await client.call("SET", "more", "1");
  await pipeline(client, ["CONFIG", "SET", "maxmemory", "0"]);
  assertEquals(await client.ask("DBSIZE"), 0);
  await until("the log is written", async () => await info(client, "aof_buffer_length") === "0");
  const log = await Deno.readTextFile(`${server.dir}/appendonlydir/appendonly.aof.1.incr.aof`);
  for (const key of ["lazy", "active", "evicted", "kept"]) {
    assertStringIncludes(log, `DEL\r\n$${key.length}\r\n${key}\r\n`);
  }
  assertStringIncludes(log, "PXAT");
  using after = await crash(server);
  assertEquals(await after.ask("INFO", "keyspace"), "# Keyspace\r\n");
});

Deno.test({
  name: "redis-server's append-only file is loaded, and redis-server loads ours",
  ignore: !referenceAvailable(),
  async fn() {
    await using redis = await startRedis({ config: { ...AOF, "aof-timestamp-enabled": true } });
    using client = await redis.connect();
    await fill(client);
    await client.ask("BGREWRITEAOF");
    await untilQuiet(client);
    await client.ask("FLUSHALL");
    await fill(client);
    const theirs = await digest(client);
    await redis.kill();
    assertEquals(await digestOfCopy(redis.dir, { appendonly: true }), theirs);

    await using server = await startServer({ config: { ...AOF, "aof-use-rdb-preamble": false } });
    using ours = await server.connect();
    await fill(ours);
    await ours.ask("BGREWRITEAOF");
    await untilQuiet(ours);
    await pipeline(ours, ["SET", "after", "1"], ["SELECT", "5"], ["SPOP", "set:many", 100], [
      "SADD",
      "other",
      "x",
    ]);
    const expected = await digest(ours);
    await server.kill();
    assertEquals(await digestOfCopy(server.dir, { appendonly: true }, startRedis), expected);
    const { code, stdout } = await new Deno.Command("redis-check-aof", {
      args: [`${server.dir}/appendonlydir/appendonly.aof.manifest`],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stdout));
  },
});

/** Loading that ends only when the delay is set to 0. */
const SLOW_TO_LOAD = { ...AOF, "key-load-delay": 60_000_000 };

Deno.test("connections that come while data are being loaded are told so", async () => {
  await using server = await startServer({ config: SLOW_TO_LOAD });
  using client = await server.connect();
  await pipeline(
    client,
    ...Array.from({ length: 2000 }, (_, i) => ["RPUSH", `list:${i % 50}`, ..."abcdefghij"]),
  );
  await server.kill();
  const from = server.log.length;
  const started = server.start();
  await server.waitForLog(/Server initialized/, from);
  {
    using during = await server.connect();
    assertEquals(
      String((await pipeline(during, ["PING"]))[0]),
      "ReplyError: LOADING Redis is loading the dataset in memory",
    );
    const text = String(await during.ask("INFO", "persistence"));
    assertStringIncludes(text, "loading:1");
    for (const field of ["start_time", "total_bytes", "loaded_bytes", "loaded_perc", "eta_seconds"]) {
      assertMatch(text, new RegExp(`^loading_${field}:\\d`, "m"));
    }
    assertEquals(await during.ask("CONFIG", "SET", "key-load-delay", 0), "OK");
  }
  await started;
  using after = await server.connect();
  assertEquals(await after.ask("LLEN", "list:0"), 400);
});

Deno.test("SIGTERM ends a server that is loading, and its data stay", async () => {
  await using server = await startServer({ config: SLOW_TO_LOAD });
  using client = await server.connect();
  await pipeline(
    client,
    ...Array.from({ length: 2000 }, (_, i) => ["RPUSH", `list:${i % 50}`, ..."abcdefghij"]),
  );
  await server.kill();
  let from = server.log.length;
  const interrupted = server.start().catch(() => {});
  await server.waitForLog(/Server initialized/, from);
  server.signal("SIGTERM");
  assertEquals((await server.exited()).code, 0);
  await interrupted;
  from = server.log.length;
  const started = server.start();
  await server.waitForLog(/Server initialized/, from);
  {
    using during = await server.connect();
    assertEquals(await during.ask("CONFIG", "SET", "key-load-delay", 0), "OK");
  }
  await started;
  using after = await server.connect();
  assertEquals(await after.ask("LLEN", "list:0"), 400);
});

for (const preamble of [true, false]) {
  Deno.test(`what is pending in streams survives, deleted or not, aof-use-rdb-preamble ${preamble ? "yes" : "no"}`, async () => {
    await using server = await startServer({ config: { ...AOF, "aof-use-rdb-preamble": preamble } });
    using client = await server.connect();
    for (const key of ["trimmed", "emptied"]) {
      for (let i = 1; i <= 200; i++) await client.send("XADD", key, `${i}-0`, "field", `value ${i}`);
      for (let i = 1; i <= 200; i++) await client.read();
      for (const group of ["a", "b"]) {
        await client.ask("XGROUP", "CREATE", key, group, "0");
        await client.ask(
          "XREADGROUP",
          "GROUP",
          group,
          `reader of ${group}`,
          "COUNT",
          150,
          "STREAMS",
          key,
          ">",
        );
      }
      await client.ask("XACK", key, "a", "3-0", "149-0");
      await client.ask("XDEL", key, "5-0", "148-0", "170-0");
    }
    await client.ask("XTRIM", "trimmed", "MAXLEN", 100);
    await client.ask("XTRIM", "emptied", "MAXLEN", 0);
    const observe = async (client: RespClient) => {
      const streams = [];
      for (const key of ["trimmed", "emptied"]) {
        const full = await client.ask("XINFO", "STREAM", key, "FULL", "COUNT", 0);
        // Consumers count as seen when they are loaded, and what is in the tree depends on its history.
        const text = JSON.stringify(full).replace(/"(radix-tree-\w+|seen-time|active-time)",-?\d+,?/g, "");
        streams.push(text, await client.ask("XRANGE", key, "-", "+"));
      }
      return streams;
    };
    const expected = await observe(client);
    using second = await crash(server);
    assertEquals(await observe(second), expected);
    await second.ask("BGREWRITEAOF");
    await untilQuiet(second);
    using third = await crash(server);
    assertEquals(await observe(third), expected);
    // The reference need not know the format of the preamble.
    if (!referenceAvailable || preamble) return;
    using copy = new TemporaryDirectory();
    copySync(`${server.dir}/appendonlydir`, `${copy.path}/appendonlydir`);
    await using redis = await startRedis({ config: on(copy.path, { appendonly: true }) });
    using reference = await redis.connect();
    for (const key of ["trimmed", "emptied"]) {
      for (const group of ["a", "b"]) {
        const command = ["XPENDING", key, group];
        assertEquals(await reference.ask(...command), await third.ask(...command));
      }
    }
  });
}

Deno.test("SHUTDOWN with the log brings everything to the disk, FORCE while it is being switched on", async () => {
  await using server = await startServer({ config: AOF });
  using client = await server.connect();
  await client.ask("SET", "a", "1");
  await client.send("SHUTDOWN");
  assertEquals((await server.exited()).code, 0);
  assertStringIncludes(server.log, "Calling fsync() on the AOF file.");
  await server.start();
  using after = await server.connect();
  assertEquals(await after.ask("GET", "a"), "1");
  await pipeline(after, ["CONFIG", "SET", "appendonly", "no"], ["DEBUG", "POPULATE", 20_000]);
  const [, reply] = await pipeline(after, ["CONFIG", "SET", "appendonly", "yes"], ["SHUTDOWN"]);
  assertMatch(String(reply), /ERR Errors trying to SHUTDOWN/);
  await after.send("SHUTDOWN", "FORCE");
  assertEquals((await server.exited()).code, 0);
});

Deno.test("a copy of the directory at any moment of a rewrite loads", async () => {
  await using server = await startServer({ config: { ...AOF, appendfsync: "always" } });
  using client = await server.connect();
  await client.ask("DEBUG", "POPULATE", 3000, "filler", 50);
  await client.ask("BGREWRITEAOF");
  await untilQuiet(client);
  for (let i = 0; i < 5; i++) {
    await client.ask("BGREWRITEAOF");
    const counted = Number(await client.ask("INCR", "counter"));
    using copy = new TemporaryDirectory();
    copyAtOnce(server.dir, copy.path);
    await using second = await startServer({ config: on(copy.path, { appendonly: true }) });
    using after = await second.connect();
    assertEquals([Number(await after.ask("GET", "counter")), await after.ask("DBSIZE")], [counted, 3001]);
    await untilQuiet(client);
  }
});

/** Copies a directory in which files come and go. What was copied without a change in between is what a crash leaves. */
function copyAtOnce(from: string, to: string): void {
  for (;;) {
    try {
      for (const { name } of Deno.readDirSync(to)) Deno.removeSync(`${to}/${name}`, { recursive: true });
      const before = namesIn(from);
      copySync(from, to, { overwrite: true });
      if (namesIn(from) === before) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** The names of all files below a directory, and what its manifest says: what tells one state of a log from the next. */
function namesIn(dir: string): string {
  return filesIn(dir).join() + Deno.readTextFileSync(`${dir}/appendonlydir/appendonly.aof.manifest`);
}
