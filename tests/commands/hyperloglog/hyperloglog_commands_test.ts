import { assert, assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { hyperloglogCommands } from "../../../src/commands/hyperloglog/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { InProcess } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...hyperloglogCommands, ...stringCommands, ...genericCommands]);
}

/** What is told of a string whose bytes changed, but not what they mean: an event that nobody is notified of. */
const REPRESENTATION = " a";

Deno.test("HyperLogLog commands raise the events of Redis, and are propagated if the string changed", () => {
  const server = session();
  const expected: [string, string[]][] = [
    ["PFCOUNT a", ["keymiss a"]],
    ["PFCOUNT a b", ["keymiss a", "keymiss b"]],
    ["PFADD a", ["new a", "pfadd a"]],
    ["PFADD a", []],
    ["PFADD a x", ["pfadd a"]],
    ["PFADD a x", []],
    ["PFCOUNT a", [REPRESENTATION]],
    ["PFCOUNT a", []],
    ["PFCOUNT a b", ["keymiss b"]],
    ["PFADD b x y z", ["new b", "pfadd b"]],
    ["PFMERGE a b", ["pfadd a"]],
    ["PFMERGE a b", ["pfadd a"]],
    ["PFMERGE c a missing", ["keymiss c", "keymiss missing", "new c", "pfadd c"]],
    ["PFDEBUG ENCODING a", []],
    ["PFDEBUG DECODE a", []],
    ["PFDEBUG TODENSE a", [REPRESENTATION]],
    ["PFDEBUG TODENSE a", []],
    ["PFDEBUG GETREG a", []],
    ["PFADD a y", []],
    ["PFADD a w", ["pfadd a"]],
  ];
  for (const [command, events] of expected) {
    server.run(command);
    assertEquals(server.takeEvents(), events, command);
    const isChange = events.some((event) => !/^(?:keymiss|new)/.test(event));
    assertEquals(server.takePropagated(), isChange ? [command.split(" ")] : [], command);
  }
});

Deno.test("PFADD counts a new key and each register that it raised", () => {
  const server = session();
  server.run("PFADD a x y z x y");
  assertEquals(server.keyspace.dirty, 4);
  server.run("PFADD a x q");
  assertEquals(server.keyspace.dirty, 5);
});

Deno.test("what was added before the damage showed stays, and is told", () => {
  const server = session();
  // One register of one, the rest is missing: an element either finds its register or the damage.
  const start = "HYLL\x01" + "\x00".repeat(11);
  server.run(["SET", "a", start + "\x5f\xff"]);
  let outcome: unknown = 1;
  let before = "";
  for (let i = 0; outcome === 1 || outcome === 0; i++) {
    before = String(server.run("GET a"));
    server.takePropagated();
    outcome = server.run(["PFADD", "a", `e${i}`, `f${i}`]);
  }
  assert(String(outcome).includes("INVALIDOBJ Corrupted HLL object detected"), String(outcome));
  const isChanged = server.run("GET a") !== before;
  assertEquals(server.takePropagated().length, isChanged ? 1 : 0);
});

Deno.test("deadline and encoding of the string are kept as in Redis", () => {
  const server = session();
  server.run("PFADD a x");
  server.run("EXPIRE a 100");
  assertEquals(server.run("OBJECT ENCODING a"), "raw");
  server.run(["PFADD", "a", ...Array.from({ length: 3000 }, (_, i) => String(i))]);
  assertEquals(server.run("PFDEBUG ENCODING a"), "dense");
  assertEquals(server.run("STRLEN a"), 12_304);
  assertEquals(server.run("TTL a"), 100);
  assertEquals(server.run("OBJECT ENCODING a"), "raw");
});

Deno.test("PFSELFTEST runs", () => {
  assertEquals(session().run("PFSELFTEST"), "OK");
});
