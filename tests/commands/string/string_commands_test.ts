import { assert, assertEquals } from "@std/assert";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { Random } from "../../../src/util/random.ts";
import { bytesOf } from "../../support/bytes.ts";
import { InProcess, START_TIME } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...stringCommands, ...genericCommands]);
}

/** Runs the commands one after the other and tells what each raised. */
function eventsOf(commands: readonly string[]): string[][] {
  const server = session();
  return commands.map((command) => {
    server.run(command);
    return server.takeEvents();
  });
}

Deno.test("string commands raise the events of Redis", () => {
  const expected: [string, string[]][] = [
    ["SET a 1", ["new a", "set a"]],
    ["SET a 2 EX 10", ["set a", "expire a"]],
    ["SET b 2 PX 10 NX", ["new b", "set b", "expire b"]],
    ["SET b 2 NX", []],
    ["SET missing 2 XX", []],
    ["SET a 3 GET", ["set a"]],
    ["SET c 3 GET", ["keymiss c", "new c", "set c"]],
    ["SETNX c 1", []],
    ["SETEX c 10 1", ["set c", "expire c"]],
    ["GETSET c 2", ["set c"]],
    ["GET missing", ["keymiss missing"]],
    ["MGET a missing", ["keymiss missing"]],
    ["MSET a 1 d 2", ["set a", "new d", "set d"]],
    ["MSETNX d 1 e 2", []],
    ["MSETNX e 1 e 2", ["new e", "set e", "set e"]],
    ["APPEND e x", ["append e"]],
    ["APPEND f x", ["new f", "append f"]],
    ["SETRANGE f 1 y", ["setrange f"]],
    ["SETRANGE g 1 y", ["new g", "setrange g"]],
    ["SETRANGE g 1 ''", []],
    ["INCR d", ["incrby d"]],
    ["DECRBY h 5", ["new h", "incrby h"]],
    ["INCRBYFLOAT h 0.5", ["incrbyfloat h"]],
    ["INCRBYFLOAT i 0.5", ["new i", "incrbyfloat i"]],
    ["GETEX d", []],
    ["GETEX d PERSIST", []],
    ["GETEX d EX 10", ["expire d"]],
    ["GETEX d PERSIST", ["persist d"]],
    ["GETEX d EXAT 1", ["del d"]],
    ["GETDEL e", ["del e"]],
    ["GETDEL e", ["keymiss e"]],
    ["STRLEN e", ["keymiss e"]],
    ["LCS a e", ["keymiss e"]],
  ];
  assertEquals(eventsOf(expected.map(([command]) => command)), expected.map(([, events]) => events));
});

Deno.test("an expired key is deleted, with its event, before it is overwritten", () => {
  for (
    const command of [
      "SET a 1",
      "SET a 1 KEEPTTL",
      "SETEX a 10 1",
      "MSET a 1",
      "SETNX a 1",
      "APPEND a 1",
      "INCR a",
    ]
  ) {
    const server = session();
    server.run("SET a 5 PX 10");
    server.advance(11);
    server.takeEvents();
    server.run(command);
    assertEquals(server.takeEvents().slice(0, 2), ["expired a", "new a"], command);
    assertEquals(server.run("GET a"), "1", command);
    assertEquals(server.run("PTTL a"), command.startsWith("SETEX") ? 10_000 : -1, command);
  }
});

Deno.test("string commands are propagated so that repeating them gives the same", () => {
  const in10s = String(START_TIME + 10_000);
  const expected: [string, string[][]][] = [
    ["SET a 1", [["SET", "a", "1"]]],
    ["SET a 1 EX 10 GET", [["SET", "a", "1", "PXAT", in10s]]],
    ["SET a 1 PX 10000 XX", [["SET", "a", "1", "PXAT", in10s]]],
    ["SET a 1 EXAT 1700000010", [["SET", "a", "1", "PXAT", in10s]]],
    [`SET a 1 PXAT ${in10s}`, [["SET", "a", "1", "PXAT", in10s]]],
    ["SET a 1 get xx", [["SET", "a", "1", "xx"]]],
    ["SET a 1 NX", []],
    ["SETEX a 10 1", [["SET", "a", "1", "PXAT", in10s]]],
    ["PSETEX a 10000 1", [["SET", "a", "1", "PXAT", in10s]]],
    ["GETSET a 2", [["SET", "a", "2"]]],
    ["GET a", []],
    ["INCRBYFLOAT a 0.5", [["SET", "a", "2.5", "KEEPTTL"]]],
    ["APPEND a x", [["APPEND", "a", "x"]]],
    ["GETEX a", []],
    ["GETEX a EX 10", [["PEXPIREAT", "a", in10s]]],
    ["GETEX a PERSIST", [["PERSIST", "a"]]],
    ["GETEX a EXAT 1", [["DEL", "a"]]],
    ["SET a 1", [["SET", "a", "1"]]],
    ["GETDEL a", [["DEL", "a"]]],
    ["GETDEL a", []],
  ];
  const server = session();
  for (const [command, propagated] of expected) {
    server.run(command);
    assertEquals(server.takePropagated(), propagated, command);
  }
});

Deno.test("a change with a deadline counts once", () => {
  const server = session();
  server.run("SET a 1 EX 10");
  assertEquals(server.keyspace.dirty, 1);
  server.run("MSET a 1 b 2 c 3");
  assertEquals(server.keyspace.dirty, 4);
});

/** A string as the commands should keep it: bytes in a plain text. */
type Model = Map<string, string>;

/** The operations of the model test, by name: the reply that is expected, after doing the same to the model. */
const operations: Record<string, (model: Model, key: string, random: Random) => [string[], unknown]> = {
  set: (model, key, random) => {
    const value = randomText(random);
    model.set(key, value);
    return [["SET", key, value], "OK"];
  },
  append: (model, key, random) => {
    const value = (model.get(key) ?? "") + randomText(random);
    const before = model.get(key)?.length ?? 0;
    model.set(key, value);
    return [["APPEND", key, value.slice(before)], value.length];
  },
  setrange: (model, key, random) => {
    const old = model.get(key) ?? "";
    const offset = random.below(random.below(4) === 0 ? 12_000 : old.length + 20);
    const piece = randomText(random);
    if (piece === "") return [["SETRANGE", key, String(offset), piece], old.length];
    const padded = old.padEnd(offset, "\0");
    model.set(key, padded.slice(0, offset) + piece + padded.slice(offset + piece.length));
    return [["SETRANGE", key, String(offset), piece], model.get(key)!.length];
  },
  getrange: (model, key, random) => {
    const value = model.get(key) ?? "";
    const start = random.below(value.length + 10);
    const end = start + random.below(200);
    return [["GETRANGE", key, String(start), String(end)], value.slice(start, end + 1)];
  },
  copy: (model, key) => {
    if (key === "copy") return [["COPY", key, key], undefined];
    const value = model.get(key);
    if (value !== undefined) model.set("copy", value);
    return [["COPY", key, "copy", "REPLACE"], value === undefined ? 0 : 1];
  },
  rename: (model, key) => {
    const value = model.get(key);
    if (value === undefined) return [["RENAMENX", "copy", "copy"], model.has("copy") ? 0 : undefined];
    model.delete(key);
    model.set("renamed", value);
    return [["RENAME", key, "renamed"], "OK"];
  },
  del: (model, key) => [["DEL", key], model.delete(key) ? 1 : 0],
};

/** Lengths around the arena's size classes and its limit. */
function randomText(random: Random): string {
  const length = [0, 1, 7, 30, 100, 1000, 8187 - 10 + random.below(20), 9000][random.below(8)];
  const letter = String.fromCharCode(random.below(256));
  return letter.repeat(length);
}

Deno.test("strings keep their bytes through changes of length, place and owner", () => {
  const server = session();
  const random = new Random(7);
  const model: Model = new Map();
  const keys = ["a", "b", "c", "copy", "renamed"];
  const names = Object.keys(operations);
  for (let step = 0; step < 6000; step++) {
    const key = keys[random.below(keys.length)];
    const [command, expected] = operations[names[random.below(names.length)]](model, key, random);
    const reply = server.run(command);
    if (expected !== undefined) assert(reply === expected, `step ${step}: ${command[0]}`);
    assert(server.run(["GET", key]) === (model.get(key) ?? null), `step ${step}: ${command[0]} ${key}`);
    // What was long once stays on the heap, so only the model's length is bounded here.
    if ((model.get(key)?.length ?? 0) > 40_000) {
      operations.del(model, key, random) && server.run(["DEL", key]);
    }
  }
  for (const key of keys) server.run(["DEL", key]);
  assertEquals(server.context.db.arena.usedBytes, 0);
});

Deno.test("OBJECT ENCODING follows how a string came about", () => {
  const server = session();
  const encodings: [string[], string][] = [
    [["SET k 12345"], "int"],
    [["SET k 12345", "APPEND k 6"], "raw"],
    [["SET k 12345", "APPEND k 6", "COPY k l", "RENAME l k"], "raw"],
    [["SET k 12345", "APPEND k 6", "INCR k"], "int"],
    [["APPEND k 6"], "int"],
    [["SETRANGE k 0 6"], "raw"],
    [["INCRBYFLOAT k 6"], "embstr"],
    [["INCRBYFLOAT k 6", "MOVE k 1", "MOVE k 1"], "embstr"],
    [["INCRBYFLOAT k 6", "INCRBY k 9007199254740993"], "int"],
    [[`SET k ${"x".repeat(44)}`], "embstr"],
    [[`SET k ${"x".repeat(45)}`], "raw"],
    [[`SET k ${"1".repeat(20)}`], "embstr"],
    [[`SET k ${"x".repeat(9000)}`, "SET k 1"], "int"],
  ];
  for (const [commands, encoding] of encodings) {
    for (const command of commands) server.run(command);
    if (server.run("EXISTS k") === 0) server.client.database = 1;
    assertEquals(server.run("OBJECT ENCODING k"), encoding, commands.join("; "));
    server.run("DEL k");
    server.client.database = 0;
  }
});

Deno.test("counters are exact on both sides of 2^53", () => {
  const server = session();
  const random = new Random(11);
  let model = 0n;
  server.run("SET n 0");
  for (let step = 0; step < 5000; step++) {
    const bits = 1 + random.below(62);
    const magnitude = BigInt(random.uint32()) * BigInt(random.uint32()) % (1n << BigInt(bits));
    const increment = random.below(2) === 0 ? magnitude : -magnitude;
    const sum = model + increment;
    const fits = BigInt.asIntN(64, sum) === sum;
    const command = random.below(2) === 0
      ? ["INCRBY", "n", `${increment}`]
      : ["DECRBY", "n", `${-increment}`];
    const reply = server.raw(command);
    assertEquals(reply, fits ? `:${sum}\r\n` : "-ERR increment or decrement would overflow\r\n");
    if (fits) model = sum;
    assertEquals(server.run("GET n"), String(model));
  }
});

Deno.test("the string limit holds for APPEND and SETRANGE", () => {
  const server = session();
  server.config.setFromArguments("proto-max-bulk-len", ["1mb"]);
  const tooLong = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
  server.run(["SET", "a", bytesOf("x".repeat(1 << 20))]);
  assertEquals(server.raw("APPEND a x"), tooLong);
  assertEquals(server.raw("APPEND a ''"), ":1048576\r\n");
  assertEquals(server.raw("SETRANGE a 1048576 x"), tooLong);
  assertEquals(server.raw("SETRANGE b 9223372036854775807 x"), tooLong);
  assertEquals(server.raw("SETRANGE b 1048575 x"), ":1048576\r\n");
});

Deno.test("the access frequency of a key outlives its value", () => {
  const server = session();
  server.keyspace.accessClock.frequency = true;
  server.keyspace.accessClock.logFactor = 0;
  server.run("SET a 1");
  for (let i = 0; i < 10; i++) server.run("GET a");
  assertEquals(server.run("OBJECT FREQ a"), 15);
  server.run("SET a 2");
  assertEquals(server.run("OBJECT FREQ a"), 16);
  server.run("APPEND a x");
  assertEquals(server.run("OBJECT FREQ a"), 17);
  server.run("SET a 2 EX 100");
  assertEquals(server.run("OBJECT FREQ a"), 18);
});
