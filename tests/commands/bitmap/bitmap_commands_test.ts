import { assert, assertEquals } from "@std/assert";
import { bitmapCommands } from "../../../src/commands/bitmap/mod.ts";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { LongString } from "../../../src/keyspace/value.ts";
import { InProcess } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...bitmapCommands, ...stringCommands, ...genericCommands]);
}

Deno.test("bitmap commands raise the events of Redis, and are propagated if they changed something", () => {
  const server = session();
  const expected: [string, string[]][] = [
    ["GETBIT a 0", ["keymiss a"]],
    ["SETBIT a 0 0", ["new a", "setbit a"]],
    ["SETBIT a 0 0", []],
    ["SETBIT a 0 1", ["setbit a"]],
    ["SETBIT a 0 1", []],
    ["SETBIT a 9 0", ["setbit a"]],
    ["GETBIT a 9", []],
    ["BITCOUNT missing", ["keymiss missing"]],
    ["BITPOS missing 1", ["keymiss missing"]],
    ["BITFIELD missing GET u8 0", ["keymiss missing"]],
    ["BITFIELD a GET u8 0", []],
    ["BITFIELD a SET u8 0 128", []],
    ["BITFIELD a SET u8 0 127 INCRBY u8 0 1", ["setbit a"]],
    ["BITFIELD a SET u8 100 0 GET u8 0", ["setbit a"]],
    ["BITFIELD a OVERFLOW FAIL INCRBY u1 200 5", []],
    ["BITFIELD b OVERFLOW FAIL INCRBY u1 0 5", ["new b"]],
    ["BITFIELD_RO a GET u8 0", []],
    ["BITOP OR d a missing", ["keymiss missing", "new d", "set d"]],
    ["BITOP NOT d a", ["set d"]],
    ["BITOP AND d missing", ["keymiss missing", "del d"]],
    ["BITOP AND d missing", ["keymiss missing"]],
  ];
  for (const [command, events] of expected) {
    server.run(command);
    assertEquals(server.takeEvents(), events, command);
    const isChange = events.some((event) => !/^(?:keymiss|new)/.test(event));
    assertEquals(server.takePropagated(), isChange ? [command.split(" ")] : [], command);
  }
});

Deno.test("BITFIELD counts each operation that changed something", () => {
  const server = session();
  const changesOf = (command: string) => {
    const before = server.keyspace.dirty;
    server.run(command);
    return server.keyspace.dirty - before;
  };
  assertEquals(changesOf("BITFIELD a SET u8 0 1 SET u8 8 0 OVERFLOW FAIL INCRBY u1 0 9 GET u8 0"), 2);
  assertEquals(changesOf("BITFIELD a SET u8 0 1 SET u8 8 0"), 0);
  assertEquals(changesOf("BITFIELD a SET u8 0 2 SET u8 8 0 INCRBY u8 8 1"), 2);
  assertEquals(changesOf("SETBIT a 7 1"), 1);
  assertEquals(changesOf("SETBIT a 7 1"), 0);
});

Deno.test("a bitmap that grows keeps its object and its room", () => {
  const server = session();
  server.run("SETBIT a 100000 1");
  const value = server.context.db.stored("a");
  if (!(value instanceof LongString)) throw new Error("a long string is an object");
  let allocations = 0;
  let { bytes } = value;
  for (let byte = 12_600; byte < 100_000; byte++) {
    server.run(["SETBIT", "a", byte * 8, 1]);
    if (value.bytes !== bytes) allocations++;
    bytes = value.bytes;
  }
  assertEquals(server.context.db.stored("a"), value);
  assert(allocations < 10, `${allocations} times moved`);
  assertEquals(server.run("BITCOUNT a"), 100_000 - 12_600 + 1);
});

Deno.test("BITOP drops the destination's deadline and whatever it held; its sources stay", () => {
  const server = session();
  server.run("SET a abc");
  server.run("SET d x EX 100");
  server.run("BITOP OR d a d");
  assertEquals(server.run("TTL d"), -1);
  assertEquals(server.run("OBJECT ENCODING d"), "raw");
  server.run(["SET", "long", "z".repeat(20_000)]);
  server.run("EXPIRE d 100");
  assertEquals(server.run("BITOP XOR d a long"), 20_000);
  assertEquals(server.run("TTL d"), -1);
  assertEquals(server.run("GET a"), "abc");
  assertEquals(server.run("GETRANGE d 0 4"), "\x1b\x18\x19zz");
});

Deno.test("an expired destination is gone before the result is stored", () => {
  const server = session();
  server.run("SET a abc");
  server.run("SET d x PX 10");
  server.advance(11);
  server.takeEvents();
  server.run("BITOP NOT d a");
  assertEquals(server.takeEvents(), ["expired d", "new d", "set d"]);
});
