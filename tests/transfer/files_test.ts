/** Dumps and restores between files: no server takes part. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commandTable } from "../../src/commands/mod.ts";
import { datasetDigest } from "../../src/commands/server/dataset_digest.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { InProcess } from "../commands/in_process.ts";
import { dispose, fileOf } from "../persistence/rdb/files.ts";
import { redisAvailable } from "../harness.ts";
import { bytesOf } from "../support/bytes.ts";
import { digestOfRdb, dump, restore, sampleSession, sortedLines, Workspace } from "./tools.ts";

const DONE = { code: 0, said: "" };

Deno.test("files: through NDJSON all types come out as they went in, groups and deadlines included", async () => {
  using work = new Workspace();
  const session = sampleSession();
  const used = collectionArena.usedBytes;
  const first = work.writeRdb("first.rdb", session.keyspace);
  const [a, b, made] = [work.file("a.ndjson"), work.file("b.ndjson"), work.file("made.rdb")];
  assertEquals(await dump(first, "-o", a), DONE);
  assertEquals(await restore(made, "-i", a), DONE);
  assertEquals(digestOfRdb(made), datasetDigest(session.keyspace));
  assertEquals(await dump(made, "-o", b), DONE);
  assertEquals(sortedLines(b), sortedLines(a));
  assertEquals(collectionArena.usedBytes, used);
  dispose(session.keyspace);
});

Deno.test("files: a file of commands means the same, and so does an append-only file behind a snapshot", async () => {
  using work = new Workspace();
  const session = sampleSession();
  const first = work.writeRdb("first.rdb", session.keyspace, 10);
  const [commands, made] = [work.file("a.resp"), work.file("made.rdb")];
  assertEquals(await dump(first, "--format", "resp", "-o", commands), DONE);
  assertEquals(await dump(commands, "--format", "rdb", "-o", made), DONE);
  assertEquals(digestOfRdb(made), datasetDigest(session.keyspace));
  dispose(session.keyspace);

  const session2 = new InProcess(commandTable);
  session2.run("SET a 1");
  const snapshot = fileOf(session2.keyspace);
  // The field that tells of commands behind the snapshot, as Redis 5 and 6 wrote it.
  const field = bytesOf("\xfa\x0caof-preamble\xc0\x01");
  const log = new Uint8Array([...snapshot.subarray(0, 9), ...field, ...snapshot.subarray(9, -8)]);
  const tail = bytesOf("\0\0\0\0\0\0\0\0*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\r\n*3\r\n$3\r\nSET\r\n$1\r\nc");
  const torn = work.write("appendonly.aof", new Uint8Array([...log, ...tail]));
  const { code, said } = await dump(torn, "-o", work.file("log.ndjson"));
  assertEquals(code, 1);
  assertStringIncludes(said, "the last 18 bytes are no whole command or transaction: left out");
  assertEquals(Deno.statSync(torn).size, log.length + tail.length, "the file is as it was");
  assertEquals(sortedLines(work.file("log.ndjson")), [
    "",
    '{"db":0,"key":"a","type":"string","expireAt":null,"value":"1"}',
    '{"db":0,"key":"b","type":"string","expireAt":null,"value":"2"}',
  ]);
});

Deno.test("files: a multi-part append-only file is read by its manifest", async () => {
  using work = new Workspace();
  Deno.mkdirSync(work.file("appendonlydir"));
  const manifest = work.write(
    "appendonlydir/appendonly.aof.manifest",
    "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.2.incr.aof seq 2 type i\n",
  );
  work.write("appendonlydir/appendonly.aof.1.base.aof", "*3\r\n$5\r\nRPUSH\r\n$1\r\nl\r\n$1\r\na\r\n");
  work.write(
    "appendonlydir/appendonly.aof.2.incr.aof",
    "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*3\r\n$5\r\nRPUSH\r\n$1\r\nl\r\n$1\r\nb\r\n*1\r\n$8\r\nFLUSHALL\r\n" +
      "*3\r\n$5\r\nRPUSH\r\n$1\r\nm\r\n$1\r\nc\r\n",
  );
  for (const path of [manifest, work.file("appendonlydir"), work.file("appendonlydir/")]) {
    assertEquals(await dump(path, "-o", work.file("out")), DONE);
    assertEquals(
      Deno.readTextFileSync(work.file("out")),
      '{"db":3,"key":"m","type":"list","expireAt":null,"value":["c"]}\n',
    );
  }
  Deno.removeSync(work.file("appendonlydir/appendonly.aof.2.incr.aof"));
  const { code, said } = await dump(manifest, "-o", work.file("none"));
  assertEquals(code, 1);
  assertStringIncludes(said, "appendonly.aof.2.incr.aof");
  assertEquals([...Deno.readDirSync(work.path)].map(({ name }) => name).sort(), ["appendonlydir", "out"]);
});

Deno.test(
  { name: "files: RDB of version 10 is what redis-check-rdb accepts", ignore: !redisAvailable() },
  async () => {
    using work = new Workspace();
    const session = sampleSession();
    const digest = datasetDigest(session.keyspace);
    const first = work.writeRdb("first.rdb", session.keyspace);
    const made = work.file("made.rdb");
    assertEquals(await dump(first, "--format=rdb", "--rdb-version=10", "-o", made), DONE);
    assertEquals(digestOfRdb(made), digest);
    const { success, stdout } = new Deno.Command("redis-check-rdb", { args: [made] }).outputSync();
    assert(success, new TextDecoder().decode(stdout));
    dispose(session.keyspace);
  },
);

Deno.test("files: pattern, type and database choose", async () => {
  using work = new Workspace();
  const session = new InProcess(commandTable);
  for (
    const line of ["SET user:1 a", "SET user:2 b", "LPUSH user:l c", "SET x 1", "SELECT 2", "SET user:1 d"]
  ) {
    session.run(line);
  }
  const path = work.writeRdb("a.rdb", session.keyspace);
  const keys = async (...options: string[]) => {
    assertEquals(await dump(path, "-o", work.file("out"), ...options), DONE);
    return sortedLines(work.file("out")).filter((line) => line !== "").map((line) => {
      const { db, key } = JSON.parse(line);
      return `${db} ${key}`;
    });
  };
  assertEquals(await keys(), ["0 user:1", "0 user:2", "0 user:l", "0 x", "2 user:1"]);
  assertEquals(await keys("--db", "all", "--pattern", "*"), [
    "0 user:1",
    "0 user:2",
    "0 user:l",
    "0 x",
    "2 user:1",
  ]);
  assertEquals(await keys("--db", "2"), ["2 user:1"]);
  assertEquals(await keys("--pattern", "user:[12]", "--db=0"), ["0 user:1", "0 user:2"]);
  assertEquals(await keys("--type", "list"), ["0 user:l"]);
});

Deno.test("files: function libraries travel with the whole", async () => {
  using work = new Workspace();
  const session = new InProcess(commandTable);
  session.run("SET a 1");
  const code = "#!lua name=mine\nredis.register_function('f', function() return 1 end)";
  const path = work.write("a.rdb", fileOf(session.keyspace, { functions: [code] }));
  assertEquals(await dump(path, "-o", work.file("a.ndjson")), DONE);
  const [first] = Deno.readTextFileSync(work.file("a.ndjson")).split("\n");
  assertEquals(JSON.parse(first), { library: code });
  assertEquals(await restore(work.file("b.rdb"), "-i", work.file("a.ndjson")), DONE);
  assertEquals(await dump(work.file("b.rdb"), "--format", "resp", "-o", work.file("b.resp")), DONE);
  assertStringIncludes(
    Deno.readTextFileSync(work.file("b.resp")),
    `*3\r\n$8\r\nFUNCTION\r\n$4\r\nLOAD\r\n$${code.length}\r\n`,
  );
  assertEquals(await dump(path, "--type", "string", "-o", work.file("c.ndjson")), DONE);
  assertEquals(Deno.readTextFileSync(work.file("c.ndjson")).includes("library"), false);
});

Deno.test("files: what can't be read is told in one line, and leaves nothing behind", async () => {
  using work = new Workspace();
  const session = new InProcess(commandTable);
  session.run(["SET", "a", "x".repeat(100)]);
  const file = fileOf(session.keyspace);
  const broken = file.slice();
  broken[broken.length - 40] ^= 1;
  const cases: [path: string, reason: string][] = [
    [work.file("missing"), `can't read ${work.file("missing")}: No such file or directory`],
    [work.path, `${work.path} has no manifest of an append-only file`],
    [work.write("other", "hello"), "is none of what can be read"],
    [work.write("short.rdb", file.subarray(0, -20)), "Unexpected end of file"],
    [work.write("broken.rdb", broken), "RDB CRC error"],
    [work.write("new.rdb", "REDIS0099"), "Can't handle RDB format version 99"],
    [work.write("bad.aof", "*1\r\n$4\r\nNOPE\r\n"), "NOPE"],
    [work.write("bad.ndjson", '{"db":0}\n'), 'line 1, column 9: an entry needs "key", "type" and "value"'],
  ];
  for (const [path, reason] of cases) {
    const { code, said } = await dump(path, "-o", work.file("out"));
    assertEquals(code, 1, path);
    assertStringIncludes(said, reason);
    assertStringIncludes(said, "mini-redis dump: ");
    const left = [...Deno.readDirSync(work.path)].map(({ name }) => name).filter((name) =>
      name.startsWith("out")
    );
    assertEquals(left, [], path);
  }
  const there = await restore(
    work.write("there.rdb", ""),
    "-i",
    work.write("one", '{"key":"a","type":"string","value":"1"}'),
  );
  assertEquals(there, {
    code: 1,
    said: `mini-redis restore: ${work.file("there.rdb")} is there already: --replace writes it anew`,
  });
  const twice = work.write("twice", '{"key":"a","type":"string","value":"1"}\n'.repeat(2));
  const { code, said } = await restore(work.file("twice.rdb"), "-i", twice);
  assertEquals(code, 1);
  assertStringIncludes(said, 'the key "a" of database 0 comes twice');
});

Deno.test("files: a command line that makes no sense ends with status 2 and the usage", async () => {
  const dumps = [
    ["--nonsense"],
    ["a", "b"],
    ["a", "--format", "xml"],
    ["a", "--type", "blob"],
    ["a", "--db", "x"],
    ["a", "-p", "1"],
    ["--sync", "--scan"],
    ["-p", "x"],
    ["redis://host:port"],
    ["a", "--rdb-version", "9"],
    ["a", "--pattern", ""],
  ];
  for (const args of dumps) {
    const { code, said } = await dump(...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(said, "Usage: mini-redis dump");
  }
  for (const args of [["a", "b"], ["redis://127.0.0.1/3"], ["-x"]]) {
    const { code, said } = await restore(...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(said, "Usage: mini-redis restore");
  }
});
