/** Dumps and restores of running servers: this project's and redis-server. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { referenceAvailable, type RespClient, startRedis, startServer, type TestServer } from "../harness.ts";
import { samples } from "../persistence/rdb/samples.ts";
import type { Word } from "../support/bytes.ts";
import { freePort } from "../support/free_port.ts";
import { ROOT, serverCommand } from "../support/server_command.ts";
import { dump, restore, SCORES, sortedLines, SPECIAL, Workspace } from "./tools.ts";

const DONE = { code: 0, said: "" };
const ignore = !referenceAvailable();
const config = { "enable-debug-command": "yes", "repl-diskless-sync-delay": 0 };

function urlOf({ port }: TestServer): string {
  return `redis://127.0.0.1:${port}`;
}

async function fill(client: RespClient, commands: readonly Word[][]): Promise<void> {
  for (const command of commands) await client.ask(...command);
}

Deno.test(
  { name: "servers: every format and way carries the data to the other server and back", ignore },
  async () => {
    using work = new Workspace();
    await using ours = await startServer({ config });
    await using theirs = await startRedis({ config });
    using here = await ours.connect();
    using there = await theirs.connect();
    await fill(here, [...samples(), ...SPECIAL]);
    const digest = await here.ask("DEBUG", "DIGEST");
    const ways = [
      ["--format=ndjson", "--scan"],
      ["--format=ndjson", "--sync"],
      ["--format=resp"],
      ["--format=rdb", "--rdb-version=10"],
      ["--format=rdb", "--scan", "--rdb-version=10"],
    ];
    const path = work.file("dump");
    for (const [i, way] of ways.entries()) {
      const [from, to, target] = i % 2 === 0 ? [ours, theirs, there] : [theirs, ours, here];
      assertEquals(await dump(urlOf(from), ...way, "-o", path), DONE, way.join(" "));
      assertEquals(await restore(urlOf(to), "--flush", "-i", path), DONE, way.join(" "));
      assertEquals(await target.ask("DEBUG", "DIGEST"), digest, way.join(" "));
      assertEquals(await target.ask("PEXPIRETIME", "list:small"), 4_000_000_000_123);
      assertEquals(
        await target.ask("XINFO", "STREAM", "stream:emptied"),
        await here.ask("XINFO", "STREAM", "stream:emptied"),
      );
      assertEquals(await pendingOf(target), await pendingOf(here));
    }
  },
);

Deno.test({ name: "servers: scores come out as the same doubles", ignore }, async () => {
  using work = new Workspace();
  await using ours = await startServer({ config });
  await using theirs = await startRedis({ config });
  using here = await ours.connect();
  using there = await theirs.connect();
  for (const score of SCORES) await here.ask("ZADD", "scores", score, `member ${score}`);
  for (const format of ["ndjson", "resp"]) {
    assertEquals(await dump(urlOf(ours), "--format", format, "-o", work.file("a")), DONE);
    assertEquals(await restore(urlOf(theirs), "--flush", "-i", work.file("a")), DONE);
    assertEquals(await dump(urlOf(theirs), "--format", format, "-o", work.file("b")), DONE);
    assertEquals(await restore(urlOf(ours), "--flush", "-i", work.file("b")), DONE);
    for (const score of SCORES) {
      assertEquals(Number(await there.ask("ZSCORE", "scores", `member ${score}`)), Number(score));
      assertEquals(Number(await here.ask("ZSCORE", "scores", `member ${score}`)), Number(score));
    }
  }
});

function pendingOf(client: RespClient): Promise<unknown> {
  return client.ask("XPENDING", "stream:long", "readers", "-", "+", 100).then((list) =>
    (list as [string, string, number, number][]).map(([id, consumer, , count]) => [id, consumer, count])
  );
}

Deno.test({ name: "servers: a full synchronisation gives redis-server's own file", ignore }, async () => {
  using work = new Workspace();
  for (const diskless of ["yes", "no"]) {
    await using theirs = await startRedis({ config: { ...config, "repl-diskless-sync": diskless } });
    using there = await theirs.connect();
    await fill(there, samples());
    const digest = await there.ask("DEBUG", "DIGEST");
    assertEquals(
      await dump("-h", "127.0.0.1", "-p", String(theirs.port), "--format=rdb", "-o", work.file("a.rdb")),
      DONE,
    );
    await there.ask("FLUSHALL");
    assertEquals(await restore(urlOf(theirs), "-i", work.file("a.rdb")), DONE);
    assertEquals(await there.ask("DEBUG", "DIGEST"), digest);
  }
});

Deno.test("servers: keys that are there stay, unless they are to be replaced", async () => {
  using work = new Workspace();
  await using server = await startServer({ config: { databases: 4 } });
  using client = await server.connect();
  await client.ask("SET", "there", "old");
  const lines = ["there", "new"].map((key) => `{"key":"${key}","type":"string","value":"from the file"}\n`);
  const path = work.write("a.ndjson", lines.join(""));
  const { code, said } = await restore(urlOf(server), "-i", path);
  assertEquals(code, 1);
  assertStringIncludes(said, 'mini-redis restore: "there": BUSYKEY Target key name already exists.');
  assertStringIncludes(said, "1 keys could not be stored");
  assertEquals(await client.ask("MGET", "there", "new"), ["old", "from the file"]);
  assertEquals(await restore(urlOf(server), "-i", path, "--replace"), DONE);
  assertEquals(await client.ask("GET", "there"), "from the file");

  const far = work.write("far.ndjson", '{"db":7,"key":"a","type":"string","value":"1"}\n');
  const refused = await restore(urlOf(server), "-i", far);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.said, "the server has no database 7: ERR DB index is out of range");
  assertEquals(await client.ask("EXISTS", "a"), 0);

  const commands = work.write("a.resp", "*3\r\n$5\r\nRPUSH\r\n$5\r\nthere\r\n$1\r\na\r\n");
  const wrong = await restore(urlOf(server), "-i", commands);
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.said, '"there": WRONGTYPE');
  assertEquals(await restore(urlOf(server), "-i", commands, "--replace"), DONE);
  assertEquals(await client.ask("LRANGE", "there", 0, -1), ["a"]);
});

Deno.test("servers: large collections are read and written in pieces", async () => {
  using work = new Workspace();
  await using server = await startServer({ config });
  using client = await server.connect();
  const value = "v".repeat(8000);
  for (let i = 0; i < 6; i++) {
    const numbers = Array.from({ length: 200 }, (_, j) => i * 200 + j);
    client.call("RPUSH", "list", ...numbers.map((n) => value + n));
    client.call("HSET", "hash", ...numbers.flatMap((n) => [`f${n}`, n]));
    client.call("ZADD", "zset", ...numbers.flatMap((n) => [n / 8, `m${n}`]));
    await client.ask("SADD", "set", ...numbers.map((n) => `m${n}`));
  }
  const digest = await client.ask("DEBUG", "DIGEST");
  assertEquals(await dump(urlOf(server), "-o", work.file("a.ndjson")), DONE);
  assertEquals(await restore(urlOf(server), "--replace", "-i", work.file("a.ndjson")), DONE);
  assertEquals(await client.ask("DEBUG", "DIGEST"), digest);
  const { code, said } = await restore(urlOf(server), "-i", work.file("a.ndjson"));
  assertEquals(code, 1);
  assertStringIncludes(said, "4 keys could not be stored");
  assertEquals(await client.ask("DEBUG", "DIGEST"), digest);
});

Deno.test("servers: pattern, type and database choose; passwords are given", async () => {
  using work = new Workspace();
  await using server = await startServer({
    config: { requirepass: "secret", "repl-diskless-sync-delay": 0 },
  });
  using client = await server.connect();
  await fill(client, [["SET", "user:1", "a"], ["RPUSH", "user:2", "b"], ["SET", "x", "c"], ["SELECT", 2], [
    "SET",
    "user:1",
    "d",
  ]]);
  const place = `redis://:secret@127.0.0.1:${server.port}`;
  const keys = async (...options: string[]) => {
    assertEquals(await dump(...options, "-o", work.file("out")), DONE);
    return sortedLines(work.file("out")).filter((line) => line !== "").map((line) => JSON.parse(line).value);
  };
  assertEquals(await keys(place, "--pattern", "user:*"), ["a", ["b"], "d"]);
  assertEquals(await keys(place, "--pattern", "user:*", "--type", "string", "--db", "0"), ["a"]);
  assertEquals(await keys(`${place}/2`), ["d"]);
  assertEquals(await keys("-p", String(server.port), "-a", "secret", "--db=2", "--sync"), ["d"]);
  const { code, said } = await dump("-p", String(server.port), "-o", work.file("none"));
  assertEquals(code, 1);
  assertStringIncludes(said, "NOAUTH");
  const wrong = await dump("-p", String(server.port), "-a", "wrong", "--format=rdb", "-o", work.file("none"));
  assertStringIncludes(wrong.said, "WRONGPASS");
  const nobody = await dump("-p", String(freePort()), "-o", work.file("none"));
  assertEquals(nobody.code, 1);
  assertStringIncludes(nobody.said, "can't connect to 127.0.0.1:");
  assertEquals([...Deno.readDirSync(work.path)].map(({ name }) => name), ["out"]);
});

Deno.test("servers: a pipe from one tool to the other, and to redis-cli's --pipe form", async () => {
  await using from = await startServer({ config });
  await using to = await startServer({ config });
  using here = await from.connect();
  using there = await to.connect();
  await fill(here, SPECIAL);
  await here.ask("SELECT", 0);
  const digest = await here.ask("DEBUG", "DIGEST");
  for (const format of ["ndjson", "resp", "rdb"]) {
    const bytes = await runProgram(["dump", urlOf(from), "--format", format], null);
    await runProgram(["restore", urlOf(to), "--flush"], bytes);
    assertEquals(await there.ask("DEBUG", "DIGEST"), digest, format);
  }
});

/** Runs the program itself; its standard output. */
async function runProgram(args: string[], input: Uint8Array | null): Promise<Uint8Array> {
  const [program, ...leading] = serverCommand();
  const process = new Deno.Command(program, {
    args: [...leading, ...args],
    cwd: ROOT,
    stdin: input === null ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== null) {
    const writer = process.stdin.getWriter();
    await writer.write(input);
    await writer.close();
  }
  const { success, stdout, stderr } = await process.output();
  assert(success, new TextDecoder().decode(stderr));
  return stdout;
}
