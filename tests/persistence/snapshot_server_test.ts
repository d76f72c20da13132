/** SAVE, BGSAVE and what belongs to them, by a server's files. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  referenceAvailable,
  ReplyError,
  type RespClient,
  runServer,
  startRedis,
  startServer,
} from "../harness.ts";
import type { Word } from "../support/bytes.ts";
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

const DEBUG = { "enable-debug-command": true };

Deno.test("SAVE and BGSAVE write what another server loads", async () => {
  await using server = await startServer({ config: DEBUG });
  using client = await server.connect();
  await fill(client);
  const before = Number(await client.ask("LASTSAVE"));
  assertEquals(await client.ask("SAVE"), "OK");
  assertEquals(filesIn(server.dir), ["dump.rdb"]);
  assertEquals(await digestOfCopy(server.dir), await digest(client));
  await client.ask("SET", "more", "1");
  assertEquals(await info(client, "rdb_changes_since_last_save"), "1");
  assertEquals(await client.ask("BGSAVE"), "Background saving started");
  await untilQuiet(client);
  assertEquals(await digestOfCopy(server.dir), await digest(client));
  assert(Number(await client.ask("LASTSAVE")) >= before);
  assertEquals(await info(client, "rdb_changes_since_last_save"), "0");
  assertEquals(await info(client, "rdb_saves"), "2");
  assertEquals((await Deno.stat(`${server.dir}/dump.rdb`)).mode! & 0o777, 0o600);
});

Deno.test("BGSAVE waits for a rewrite only if it is told so, and one of its own is refused", async () => {
  // It would last for minutes, but FLUSHALL ends it.
  await using server = await startServer({ config: { ...DEBUG, "rdb-key-save-delay": 10_000 } });
  using client = await server.connect();
  await client.ask("DEBUG", "POPULATE", 20_000);
  const replies = await pipeline(client, ["BGSAVE"], ["BGSAVE"], ["SAVE"], ["BGREWRITEAOF"], [
    "BGSAVE",
    "NOW",
  ]);
  assertEquals(replies.map(String), [
    "Background saving started",
    "ReplyError: ERR Background save already in progress",
    "ReplyError: ERR Background save already in progress",
    "Background append only file rewriting scheduled",
    "ReplyError: ERR syntax error",
  ]);
  assertEquals(await info(client, "rdb_bgsave_in_progress"), "1");
  assertEquals(await client.ask("CONFIG", "SET", "rdb-key-save-delay", "0"), "OK");
  await client.ask("FLUSHALL");
  await untilQuiet(client);
  assertEquals(await info(client, "aof_rewrites"), "1");
  const again = await pipeline(client, ["BGREWRITEAOF"], ["BGSAVE"], ["BGREWRITEAOF"], [
    "BGSAVE",
    "SCHEDULE",
  ]);
  assertEquals(again.slice(0, 3).map(String), [
    "Background append only file rewriting started",
    "ReplyError: ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order " +
    "to schedule a BGSAVE whenever possible.",
    "ReplyError: ERR Background append only file rewriting already in progress",
  ]);
  assertEquals(again[3], "Background saving scheduled");
  await until("the scheduled save is done", async () => await info(client, "rdb_saves") === "1");
});

Deno.test("save points have the server save by itself", async () => {
  await using server = await startServer({ config: { ...DEBUG, save: [1, 3] } });
  using client = await server.connect();
  await pipeline(client, ["SET", "a", 1], ["SET", "b", 2], ["SET", "c", 3]);
  await server.waitForLog(/3 changes in 1 seconds\. Saving\.\.\./);
  await server.waitForLog(/Background saving terminated with success/);
  assertEquals(await digestOfCopy(server.dir), await digest(client));
});

/** Moves what is in 200 accounts about, by every kind of command, until told to stop. */
async function shuffle(client: RespClient, isOver: () => boolean, onBatch: () => void): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    const [from, to] = [i * 7 % 200, i * 13 % 200];
    const batch: Word[][] = [
      ["MULTI"],
      ["DECRBY", `account:${from}`, i % 100],
      ["INCRBY", `account:${to}`, i % 100],
      ["EXEC"],
      ["LMOVE", `list:${from}`, `list:${to}`, "LEFT", "RIGHT"],
      ["SMOVE", `set:${from}`, `set:${to}`, `member ${from}`],
      ["RENAME", `moving:${i % 50}`, `moving:${(i + 1) % 50}`],
      ["SET", `new:${i}`, "x"],
      ["ZINCRBY", "scores", 1, `m${i % 5000}`],
      ["UNLINK", `victim:${i}`],
      ["SELECT", "2"],
      ["HINCRBY", "hash", `f${i % 3000}`, 1],
      ...(i === 20 ? [["FLUSHDB"]] : []),
      ["SELECT", "0"],
      ...(i % 30 === 29 ? [["SWAPDB", "0", "4"], ["SWAPDB", "4", "0"]] : []),
    ];
    await pipeline(client, ...batch);
    onBatch();
  }
}

for (const command of ["BGSAVE", "BGREWRITEAOF"]) {
  for (const preamble of command === "BGSAVE" ? [true] : [true, false]) {
    const format = preamble ? "" : " as commands";
    Deno.test(`${command}${format}: the image is that of the moment, whatever is written meanwhile`, async () => {
      await using server = await startServer({ config: { ...DEBUG, "aof-use-rdb-preamble": preamble } });
      using client = await server.connect();
      await client.ask("DEBUG", "POPULATE", 8000, "filler", 20);
      await client.ask("DEBUG", "POPULATE", 3000, "victim", 20);
      for (let i = 0; i < 200; i++) {
        await pipeline(client, ["SET", `account:${i}`, 1000], ["RPUSH", `list:${i}`, i], [
          "SADD",
          `set:${i}`,
          `member ${i}`,
        ]);
      }
      for (let i = 0; i < 50; i++) await client.ask("SET", `moving:${i}`, i);
      const scores = Array.from({ length: 5000 }, (_, i) => [i, `m${i}`]).flat();
      const fields = Array.from({ length: 3000 }, (_, i) => [`f${i}`, i]).flat();
      await pipeline(client, ["ZADD", "scores", ...scores], ["SELECT", 2], ["HSET", "hash", ...fields], [
        "SELECT",
        0,
      ]);
      let isOver = false;
      let batches = 0;
      using first = await server.connect();
      const writers = [shuffle(first, () => isOver, () => batches++)];
      await until("writers are at work", async () => Number(await client.ask("EXISTS", "new:5")) === 1);
      // Both in one batch, with nobody in between.
      const [expected, reply] = await pipeline(client, ["DEBUG", "DIGEST"], [command]);
      assertMatch(String(reply), /started/);
      await untilQuiet(client);
      // On a fast machine all that was written meanwhile may have been sent before.
      const enough = batches + 2;
      await until("something is written afterwards", () => batches >= enough);
      isOver = true;
      await Promise.all(writers);
      assertNotEquals(await digest(client), expected);
      const config = { appendonly: command === "BGREWRITEAOF" };
      assertEquals(await digestOfCopy(server.dir, config), expected);
    });
  }
}

Deno.test("a save that fails leaves the old file whole and stops writes until one succeeds", async () => {
  await using server = await startServer({ config: { ...DEBUG, save: [3600, 1000] } });
  using client = await server.connect();
  await client.ask("SET", "a", "1");
  await client.ask("SAVE");
  const old = await Deno.readFile(`${server.dir}/dump.rdb`);
  await client.ask("SET", "b", "2");
  // No file can take the place of a directory.
  await Deno.rename(`${server.dir}/dump.rdb`, `${server.dir}/kept.rdb`);
  await Deno.mkdir(`${server.dir}/dump.rdb`);
  assertEquals(await client.ask("BGSAVE"), "Background saving started");
  await until("the save has failed", async () => await info(client, "rdb_last_bgsave_status") === "err");
  await server.waitForLog(/Background saving error/);
  const refusal =
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. ";
  for (const words of [["SET", "c", "3"], ["PING"], ["DEL", "a"]]) {
    await assertRejects(() => client.ask(...words), ReplyError, refusal);
  }
  assertEquals(await client.ask("GET", "b"), "2");
  assertMatch(
    String((await pipeline(client, ["MULTI"], ["SET", "c", "3"], ["EXEC"])).at(-1)),
    /EXECABORT/,
  );
  await assertRejects(() => client.ask("SAVE"), ReplyError, "ERR");
  assertEquals(filesIn(server.dir), ["kept.rdb"]);
  assertEquals(await Deno.readFile(`${server.dir}/kept.rdb`), old);
  await Deno.remove(`${server.dir}/dump.rdb`);
  await client.ask("BGSAVE");
  await until("a save has succeeded", async () => await info(client, "rdb_last_bgsave_status") === "ok");
  assertEquals(await client.ask("SET", "c", "3"), "OK");
  assertEquals(await client.ask("PING"), "PONG");
});

Deno.test("without save points, or with stop-writes-on-bgsave-error no, a failure stops nothing", async () => {
  await using server = await startServer();
  using client = await server.connect();
  await Deno.mkdir(`${server.dir}/dump.rdb`);
  await assertRejects(() => client.ask("SAVE"), ReplyError, "ERR");
  assertEquals(await info(client, "rdb_last_bgsave_status"), "ok");
  await client.ask("BGSAVE");
  await until("the save has failed", async () => await info(client, "rdb_last_bgsave_status") === "err");
  assertEquals(await client.ask("SET", "a", "1"), "OK");
  assertEquals(await client.ask("CONFIG", "SET", "save", "3600 1"), "OK");
  await assertRejects(() => client.ask("SET", "a", "1"), ReplyError, "MISCONF");
  assertEquals(await client.ask("CONFIG", "SET", "stop-writes-on-bgsave-error", "no"), "OK");
  assertEquals(await client.ask("SET", "a", "1"), "OK");
  await Deno.remove(`${server.dir}/dump.rdb`);
});

Deno.test("a dump.rdb that is no file ends the start with a message", async () => {
  using dir = new TemporaryDirectory();
  await Deno.mkdir(`${dir.path}/dump.rdb`);
  const { code, output } = await runServer(["--port", "0", "--dir", dir.path, "--save", ""]);
  assertEquals(code, 1);
  assertStringIncludes(output, "can't open the RDB file dump.rdb for reading");
});

Deno.test("SHUTDOWN SAVE during a snapshot saves what there is then", async () => {
  for (const words of [["SHUTDOWN", "SAVE"], ["SHUTDOWN", "NOSAVE"]]) {
    // The snapshot would last for a minute.
    await using server = await startServer({ config: { ...DEBUG, "rdb-key-save-delay": 20_000 } });
    using client = await server.connect();
    await client.ask("DEBUG", "POPULATE", 3000, "filler", 100);
    await client.ask("BGSAVE");
    await client.ask("SET", "last", "1");
    const expected = await digest(client);
    assertEquals(await info(client, "rdb_bgsave_in_progress"), "1");
    await client.send(...words);
    assertEquals((await server.exited()).code, 0);
    const isSaved = words[1] === "SAVE";
    assertEquals(filesIn(server.dir), isSaved ? ["dump.rdb"] : []);
    if (isSaved) assertEquals(await digestOfCopy(server.dir), expected);
  }
});

Deno.test("SHUTDOWN saves if there are save points", async () => {
  await using server = await startServer({ config: { ...DEBUG, save: [3600, 1] } });
  using client = await server.connect();
  await fill(client);
  const expected = await digest(client);
  await client.send("SHUTDOWN");
  await server.exited();
  await server.start();
  assertEquals(await digestOf(server), expected);
});

Deno.test("SAVE and DEBUG RELOAD during a rewrite of the append-only file do not spoil it", async () => {
  for (const words of [["SAVE"], ["DEBUG", "RELOAD"]]) {
    await using server = await startServer({ config: { ...DEBUG, appendonly: true } });
    using client = await server.connect();
    await fill(client);
    await client.ask("DEBUG", "POPULATE", 2000, "filler", 50);
    const [expected] = await pipeline(client, ["DEBUG", "DIGEST"], ["BGREWRITEAOF"]);
    assertEquals(await client.ask(...words), "OK");
    assertEquals(await digest(client), expected);
    await untilQuiet(client);
    await server.kill();
    await server.start();
    assertEquals(await digestOf(server), expected, words.join(" "));
  }
});

Deno.test("DEBUG RELOAD during a snapshot, with its options", async () => {
  await using server = await startServer({ config: { ...DEBUG, "rdb-key-save-delay": 100 } });
  using client = await server.connect();
  await fill(client);
  await client.ask("DEBUG", "POPULATE", 2000, "filler", 50);
  await client.ask("BGSAVE");
  await client.ask("SET", "last", "1");
  const expected = await digest(client);
  assertEquals(await client.ask("DEBUG", "RELOAD"), "OK");
  assertEquals(await digest(client), expected);
  await untilQuiet(client);
  assertEquals(await digestOfCopy(server.dir), expected);
  await client.ask("SET", "unsaved", "1");
  assertEquals(await client.ask("DEBUG", "RELOAD", "NOSAVE"), "OK");
  assertEquals(await digest(client), expected);
  await client.ask("SET", "unsaved", "1");
  assertEquals(await client.ask("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE"), "OK");
  assertEquals(await client.ask("GET", "unsaved"), "1");
});

Deno.test("FLUSHALL leaves an empty snapshot if there are save points, and ends one under way", async () => {
  await using server = await startServer({
    // Minutes.
    config: { ...DEBUG, save: [3600, 1], "rdb-key-save-delay": 10_000 },
  });
  using client = await server.connect();
  await client.ask("DEBUG", "POPULATE", 20_000);
  await client.ask("BGSAVE");
  assertEquals(await info(client, "rdb_bgsave_in_progress"), "1");
  await client.ask("CONFIG", "SET", "rdb-key-save-delay", "0");
  await client.ask("FLUSHALL");
  await untilQuiet(client);
  await server.kill();
  await server.start();
  using after = await server.connect();
  assertEquals(await after.ask("DBSIZE"), 0);
});

Deno.test({
  name: "a dump.rdb of redis-server is loaded, at the start and by DEBUG RELOAD",
  ignore: !referenceAvailable(),
  async fn() {
    await using redis = await startRedis({ config: DEBUG });
    using client = await redis.connect();
    await fill(client);
    await client.ask("SAVE");
    const expected = await digest(client);
    await using server = await startServer({ config: on(redis.dir) });
    assertEquals(await digestOf(server), expected);
    await server.waitForLog(/DB loaded from disk: \d+\.\d{3} seconds/);
    using ours = await server.connect();
    assertEquals(await ours.ask("DEBUG", "RELOAD", "NOSAVE"), "OK");
    assertEquals(await digestOf(server), expected);
  },
});
