import { assert, assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { InProcess, START_TIME } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...stringCommands, ...genericCommands]);
}

Deno.test("generic commands raise the events of Redis", () => {
  const expected: [string, string[]][] = [
    ["MSET a 1 b 2 c 3", ["new a", "set a", "new b", "set b", "new c", "set c"]],
    ["DEL a missing a", ["del a"]],
    ["UNLINK b", ["del b"]],
    ["RENAME c d", ["new d", "rename_from c", "rename_to d"]],
    ["RENAME d d", []],
    ["SET e 1", ["new e", "set e"]],
    ["RENAME d e", ["new e", "rename_from d", "rename_to e"]],
    ["RENAMENX e f", ["new f", "rename_from e", "rename_to f"]],
    ["RENAMENX f f", []],
    ["COPY f g", ["new g", "copy_to g"]],
    ["COPY f g", []],
    ["COPY f g REPLACE", ["new g", "copy_to g"]],
    ["COPY f g DB 2", ["new g@2", "copy_to g@2"]],
    ["COPY missing g", ["keymiss missing"]],
    ["MOVE f 3", ["new f@3", "move_from f", "move_to f@3"]],
    ["MOVE f 3", []],
    ["EXPIRE g 100", ["expire g"]],
    ["EXPIRE g 100 NX", []],
    ["PERSIST g", ["persist g"]],
    ["PERSIST g", []],
    ["EXPIRE g -1", ["del g"]],
    ["EXPIRE g -1", []],
    ["EXISTS g", ["keymiss g"]],
    ["TOUCH g", ["keymiss g"]],
    ["TYPE g", ["keymiss g"]],
    ["TTL g", ["keymiss g"]],
    ["PEXPIRETIME g", ["keymiss g"]],
    ["OBJECT ENCODING g", []],
    ["SCAN 0", []],
    ["KEYS *", []],
    ["RANDOMKEY", []],
  ];
  const server = session();
  for (const [command, events] of expected) {
    server.run(command);
    assertEquals(server.takeEvents(), events, command);
  }
});

Deno.test("expire commands are propagated with an absolute time, or as DEL", () => {
  const in10s = String(START_TIME + 10_000);
  const expected: [string, string[][]][] = [
    ["SET a 1", [["SET", "a", "1"]]],
    ["EXPIRE a 10", [["PEXPIREAT", "a", in10s]]],
    ["EXPIRE a 10 XX LT", []],
    ["PEXPIRE a 9999 XX LT", [["PEXPIREAT", "a", String(START_TIME + 9999), "XX", "LT"]]],
    ["EXPIREAT a 1700000010", [["PEXPIREAT", "a", in10s]]],
    [`PEXPIREAT a ${in10s}`, [["PEXPIREAT", "a", in10s]]],
    ["PERSIST a", [["PERSIST", "a"]]],
    ["PERSIST a", []],
    ["EXPIRE a 0", [["DEL", "a"]]],
    ["EXPIRE a 10", []],
    ["DEL a", []],
    ["MSET a 1 b 2", [["MSET", "a", "1", "b", "2"]]],
    ["DEL a missing b", [["DEL", "a", "missing", "b"]]],
  ];
  const server = session();
  for (const [command, propagated] of expected) {
    server.run(command);
    assertEquals(server.takePropagated(), propagated, command);
  }
});

Deno.test("RENAME, COPY and MOVE count as one change", () => {
  const server = session();
  server.run("SET a 1 EX 100");
  for (const command of ["RENAME a b", "COPY b c", "MOVE c 1"]) {
    const before = server.keyspace.dirty;
    server.run(command);
    assertEquals(server.keyspace.dirty, before + 1, command);
  }
});

Deno.test("deadlines beyond 2^53 are exact and follow the key", () => {
  const server = session();
  const far = "9223372036854775807";
  server.run(`SET a 1 PXAT ${far}`);
  assertEquals(server.raw("PEXPIRETIME a"), `:${far}\r\n`);
  assertEquals(server.raw("PTTL a"), `:${BigInt(far) - BigInt(START_TIME)}\r\n`);
  server.run("RENAME a b");
  server.run("COPY b c");
  server.run("MOVE b 1");
  assertEquals(server.raw("PEXPIRETIME c"), `:${far}\r\n`);
  assertEquals(server.run("PEXPIREAT c 9007199254740993 GT"), 0);
  assertEquals(server.run("PEXPIREAT c 9007199254740993 LT"), 1);
  assertEquals(server.run("PEXPIREAT c 9007199254740992 LT"), 1);
  assertEquals(server.run("PEXPIREAT c 9007199254740993 GT"), 1);
  assertEquals(server.raw("PEXPIRETIME c"), ":9007199254740993\r\n");
  server.run("PERSIST c");
  assertEquals(server.run("TTL c"), -1);
  server.client.database = 1;
  assertEquals(server.raw("PEXPIRETIME b"), `:${far}\r\n`);
});

Deno.test("exact deadlines outlast the clearing-out of those whose keys are gone", () => {
  const server = session();
  for (let i = 0; i < 10_000; i++) server.run(["SET", `k${i % 5}`, "v", "PXAT", `${2n ** 60n + BigInt(i)}`]);
  for (let i = 0; i < 5000; i++) {
    server.run(["SET", `gone${i}`, "v", "PXAT", "9223372036854775807"]);
    server.run(["DEL", `gone${i}`]);
  }
  assertEquals(server.raw("PEXPIRETIME k4"), `:${2n ** 60n + 9999n}\r\n`);
});

Deno.test("access times: what touches a key and what does not", () => {
  const server = session();
  server.run("SET a 1");
  server.advance(10_000);
  for (
    const command of ["EXISTS a", "TTL a", "TYPE a", "OBJECT ENCODING a", "KEYS *", "SCAN 0", "RANDOMKEY"]
  ) {
    server.run(command);
    assertEquals(server.run("OBJECT IDLETIME a"), 10, command);
  }
  server.client.noTouch = true;
  server.run("GET a");
  assertEquals(server.run("OBJECT IDLETIME a"), 10);
  server.run("TOUCH a");
  assertEquals(server.run("OBJECT IDLETIME a"), 0);
  server.client.noTouch = false;
  server.advance(5000);
  server.run("RENAME a b");
  assertEquals(server.run("OBJECT IDLETIME b"), 0);
});

Deno.test("hits and misses count for reads only", () => {
  const server = session();
  server.run("SET a 1");
  const counted = (command: string) => {
    const { hits, misses } = server.keyspace;
    server.run(command);
    return [server.keyspace.hits - hits, server.keyspace.misses - misses];
  };
  assertEquals(counted("GET a"), [1, 0]);
  assertEquals(counted("EXISTS a missing a"), [2, 1]);
  assertEquals(counted("OBJECT REFCOUNT missing"), [0, 1]);
  assertEquals(counted("TTL a"), [1, 0]);
  assertEquals(counted("SET a 2 XX"), [0, 0]);
  assertEquals(counted("SET a 2 GET"), [1, 0]);
  assertEquals(counted("INCR a"), [0, 0]);
  assertEquals(counted("EXPIRE missing 10"), [0, 0]);
  assertEquals(counted("DEL missing"), [0, 0]);
});

Deno.test("OBJECT FREQ and IDLETIME depend on the eviction policy", () => {
  const server = session();
  server.run("SET a 1");
  assert(server.raw("OBJECT FREQ a").startsWith("-ERR An LFU maxmemory policy is not selected"));
  server.keyspace.accessClock.frequency = true;
  assert(server.raw("OBJECT IDLETIME a").startsWith("-ERR An LFU maxmemory policy is selected"));
  server.run("SET b 1");
  assertEquals(server.run("OBJECT FREQ b"), 5);
  assertEquals(server.run("OBJECT FREQ missing"), null);
});

Deno.test("small integers are shared unless eviction needs their access times", () => {
  const server = session();
  server.run("MSET a 9999 b 10000 c -1 d text");
  assertEquals(server.run("OBJECT REFCOUNT a"), 2147483647);
  for (const key of ["b", "c", "d"]) assertEquals(server.run(`OBJECT REFCOUNT ${key}`), 1);
  server.config.setFromArguments("maxmemory", ["100mb"]);
  assertEquals(server.run("OBJECT REFCOUNT a"), 2147483647);
  server.config.setFromArguments("maxmemory-policy", ["allkeys-lru"]);
  assertEquals(server.run("OBJECT REFCOUNT a"), 1);
});

Deno.test("expired keys are not listed", () => {
  const server = session();
  server.run("MSET a 1 b 2");
  server.run("PEXPIRE a 10");
  server.advance(11);
  server.takeEvents();
  assertEquals(server.run("KEYS *"), ["b"]);
  assertEquals(server.takeEvents(), []);
  assertEquals(server.run("SCAN 0 MATCH x* COUNT 100"), ["0", []]);
  assertEquals(server.takeEvents(), []);
  assertEquals(server.run("SCAN 0 COUNT 100"), ["0", ["b"]]);
  assertEquals(server.takeEvents(), ["expired a"]);
  server.run("PEXPIRE b 10");
  server.advance(11);
  assertEquals(server.run("RANDOMKEY"), null);
  assertEquals(server.context.db.size, 0);
});

Deno.test("RANDOMKEY ends while a pause holds expiry back", () => {
  const server = session();
  server.run("SET a 1 PX 10");
  server.advance(11);
  server.keyspace.expiryPaused = true;
  assertEquals(server.run("RANDOMKEY"), "a");
});

Deno.test("RANDOMKEY draws every key about equally often", () => {
  const server = session();
  const drawn = new Map<string, number>();
  for (let i = 0; i < 10; i++) server.run(`SET k${i} v`);
  for (let i = 0; i < 10_000; i++) {
    const key = String(server.run("RANDOMKEY"));
    drawn.set(key, (drawn.get(key) ?? 0) + 1);
  }
  assertEquals(drawn.size, 10);
  for (const [key, times] of drawn) assert(times > 800 && times < 1200, `${key}: ${times}`);
});
