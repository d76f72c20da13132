import { assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { listCommands } from "../../../src/commands/list/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { InProcess } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...listCommands, ...genericCommands, ...stringCommands]);
}

Deno.test("list commands raise the events of Redis", () => {
  const expected: [string, string[]][] = [
    ["LPUSH a 1 2", ["new a", "lpush a"]],
    ["RPUSH a 3", ["rpush a"]],
    ["LPUSHX missing 1", []],
    ["LPUSHX a 0", ["lpush a"]],
    ["RPUSHX a 4 5", ["rpush a"]],
    ["LSET a 0 x", ["lset a"]],
    ["LSET a 100 x", []],
    ["LINSERT a BEFORE x y", ["linsert a"]],
    ["LINSERT a BEFORE missing y", []],
    ["LREM a 0 y", ["lrem a"]],
    ["LREM a 0 missing", []],
    ["LTRIM a 0 -1", ["ltrim a"]],
    ["LTRIM a 0 -2", ["ltrim a"]],
    ["LPOP a", ["lpop a"]],
    ["LPOP a 0", []],
    ["RPOP a 3", ["rpop a"]],
    ["LMOVE a b LEFT RIGHT", ["new b", "rpush b", "lpop a", "del a"]],
    ["RPOPLPUSH b b", ["lpush b", "rpop b"]],
    ["BLMOVE b c RIGHT LEFT 0", ["new c", "lpush c", "rpop b", "del b"]],
    ["LMPOP 2 b c RIGHT COUNT 5", ["rpop c", "del c"]],
    ["LMPOP 2 b c RIGHT COUNT 5", []],
    ["RPUSH c 1 2 3", ["new c", "rpush c"]],
    ["BLPOP b c 0", ["lpop c"]],
    ["BRPOP b c 0", ["rpop c"]],
    ["BLMPOP 0 1 c LEFT", ["lpop c", "del c"]],
    ["RPUSH c 1 1", ["new c", "rpush c"]],
    ["LREM c 0 1", ["lrem c", "del c"]],
    ["RPUSH c 1 1", ["new c", "rpush c"]],
    ["LTRIM c 5 6", ["ltrim c", "del c"]],
    ["LRANGE c 0 -1", ["keymiss c"]],
    ["LLEN c", ["keymiss c"]],
    ["LPOP c", []],
  ];
  const server = session();
  for (const [command, events] of expected) {
    server.run(command);
    assertEquals(server.takeEvents(), events, command);
  }
});

Deno.test("what pops from one of several lists, or may wait, is propagated in its plain form", () => {
  const expected: [string, string[][]][] = [
    ["RPUSH a 1 2 3 4 5 6 7 8 9", [["RPUSH", "a", "1", "2", "3", "4", "5", "6", "7", "8", "9"]]],
    ["LMPOP 2 b a LEFT COUNT 2", [["LPOP", "a", "2"]]],
    ["LMPOP 1 a RIGHT", [["RPOP", "a", "1"]]],
    ["BLPOP b a 0", [["LPOP", "a"]]],
    ["BRPOP a 0", [["RPOP", "a"]]],
    ["BLMOVE a b left RIGHT 0", [["LMOVE", "a", "b", "left", "RIGHT"]]],
    ["BRPOPLPUSH a b 0", [["RPOPLPUSH", "a", "b"]]],
    ["BLMPOP 0 2 c a RIGHT COUNT 100", [["RPOP", "a", "2"]]],
    ["LMPOP 1 a LEFT", []],
    ["LPOP a", []],
    ["LTRIM b 0 -1", []],
    ["LTRIM b 0 0", [["LTRIM", "b", "0", "0"]]],
    ["LREM b 0 missing", []],
    ["LMOVE b c LEFT LEFT", [["LMOVE", "b", "c", "LEFT", "LEFT"]]],
  ];
  const server = session();
  for (const [command, propagated] of expected) {
    server.run(command);
    assertEquals(server.takePropagated(), propagated, command);
  }
});

Deno.test("a client that waited is served, and what it did is propagated after what made it possible", () => {
  const server = session();
  assertEquals(server.as("b").raw("BLPOP x a 0"), "");
  assertEquals(server.as("c").raw("BLMOVE a t LEFT RIGHT 0"), "");
  assertEquals(server.as("d").raw("BLMPOP 0 1 a RIGHT COUNT 5"), "");
  server.takePropagated();
  assertEquals(server.as("").run("RPUSH a 1 2 3 4"), 4);
  assertEquals(server.received("b"), "*2\r\n$1\r\na\r\n$1\r\n1\r\n");
  assertEquals(server.received("c"), "$1\r\n2\r\n");
  assertEquals(server.received("d"), "*2\r\n$1\r\na\r\n*2\r\n$1\r\n4\r\n$1\r\n3\r\n");
  assertEquals(server.takePropagated(), [
    ["RPUSH", "a", "1", "2", "3", "4"],
    ["LPOP", "a"],
    ["LMOVE", "a", "t", "LEFT", "RIGHT"],
    ["RPOP", "a", "2"],
  ]);
  assertEquals(server.run("LRANGE t 0 -1"), ["2"]);
});

Deno.test("lists give their memory back however they go", () => {
  const before = collectionArena.usedBytes;
  const server = session();
  const values = Array.from({ length: 3000 }, (_, i) => `value ${i}`);
  for (const key of ["a", "b", "c"]) server.run(["RPUSH", key, ...values]);
  server.run("COPY a d");
  server.run("COPY a b REPLACE");
  server.run("SET b v");
  server.run("RENAME c d");
  server.run("LMOVE a a LEFT RIGHT");
  server.run("LINSERT a AFTER 'value 1500' x");
  server.run("LSET a 1000 y");
  server.run("LPOP a 1000");
  server.run("LTRIM a 10 20");
  server.run("DEL a");
  server.run("RPOP d 10000");
  server.run("RPUSH e 1");
  server.run("LMOVE e e LEFT LEFT");
  server.run("BLMOVE e f LEFT LEFT 0");
  server.run("LPOP f");
  assertEquals(server.run("KEYS *"), ["b"]);
  assertEquals(collectionArena.usedBytes, before);
});
