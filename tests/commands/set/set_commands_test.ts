import { assert, assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { setCommands } from "../../../src/commands/set/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { InProcess } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...setCommands, ...stringCommands, ...genericCommands]);
}

Deno.test("set commands raise the events of Redis", () => {
  const server = session();
  const expected: [string, string[]][] = [
    ["SADD a 1 2 3 x", ["new a", "sadd a"]],
    ["SADD a 1 4", ["sadd a"]],
    ["SADD a 1", []],
    ["SREM a 4 9", ["srem a"]],
    ["SREM a 9", []],
    ["SMOVE a b 1", ["srem a", "new b", "sadd b"]],
    ["SMOVE a b 9", []],
    ["SADD b 2", ["sadd b"]],
    ["SMOVE a b 2", ["srem a"]],
    ["SMOVE a a 3", []],
    ["SMOVE a b 3", ["srem a", "sadd b"]],
    ["SMOVE a b x", ["srem a", "del a", "sadd b"]],
    ["SMOVE a b x", []],
    ["SINTERSTORE c b b", ["new c", "sinterstore c"]],
    ["SUNIONSTORE c b missing", ["keymiss missing", "sunionstore c"]],
    ["SDIFFSTORE c b missing", ["keymiss missing", "sdiffstore c"]],
    ["SINTERSTORE c b missing", ["keymiss missing", "del c"]],
    ["SDIFFSTORE c b b", []],
    ["SUNIONSTORE d b", ["new d", "sunionstore d"]],
    ["SPOP d 2", ["spop d"]],
    ["SPOP d 5", ["spop d", "del d"]],
    ["SPOP d 0", []],
    ["SPOP d", []],
    ["SADD e 1", ["new e", "sadd e"]],
    ["SPOP e", ["spop e", "del e"]],
    ["SREM b 1 2 3 x y", ["srem b", "del b"]],
    ["SMEMBERS b", ["keymiss b"]],
  ];
  for (const [command, events] of expected) {
    server.run(command);
    assertEquals(server.takeEvents(), events, command);
  }
});

Deno.test("set commands: what is random is propagated as what it did", () => {
  const server = session();
  server.run("SADD ints 1 2 3 4 5 6 7 8 9");
  server.takePropagated();

  const one = String(server.run("SPOP ints"));
  assertEquals(server.takePropagated(), [["SREM", "ints", one]]);
  const several = server.run("SPOP ints 3") as string[];
  assertEquals(server.takePropagated(), [["SREM", "ints", ...several]]);
  server.run("SPOP ints 0");
  server.run("SRANDMEMBER ints 3");
  assertEquals(server.takePropagated(), []);
  server.run("SPOP ints 5");
  assertEquals(server.takePropagated(), [["DEL", "ints"]]);
  server.config.setFromArguments("lazyfree-lazy-server-del", ["yes"]);
  server.run("SADD ints 1");
  server.run("SPOP ints 1");
  assertEquals(server.takePropagated(), [["SADD", "ints", "1"], ["UNLINK", "ints"]]);

  server.run(["SADD", "many", ...Array.from({ length: 3000 }, (_, i) => `m${i}`)]);
  server.takePropagated();
  const popped = server.run("SPOP many 2500") as string[];
  const [multi, ...removals] = server.takePropagated();
  assertEquals([multi, removals.pop()], [["MULTI"], ["EXEC"]]);
  assertEquals(removals.map((command) => command.length), [1026, 1026, 454]);
  assertEquals(removals.flatMap((command) => command.slice(2)), popped);

  server.run("SADD many x");
  server.run("SADD many x");
  server.run("SREM many y");
  assertEquals(server.takePropagated(), [["SADD", "many", "x"]]);
});

Deno.test("set commands: random members of every encoding, with and without repetitions", () => {
  const server = session();
  server.run(["SADD", "intset", ...Array.from({ length: 50 }, (_, i) => `${i}`)]);
  server.run(["SADD", "listpack", ...Array.from({ length: 50 }, (_, i) => `m${i}`)]);
  server.run(["SADD", "hashtable", ...Array.from({ length: 500 }, (_, i) => `m${i}`)]);
  for (const key of ["intset", "listpack", "hashtable"]) {
    assertEquals(server.run(`OBJECT ENCODING ${key}`), key);
    const all = new Set(server.run(`SMEMBERS ${key}`) as string[]);
    for (const count of [1, 5, all.size >> 1, all.size - 1, all.size, all.size + 5]) {
      const drawn = server.run(`SRANDMEMBER ${key} ${count}`) as string[];
      assertEquals(drawn.length, Math.min(count, all.size));
      assertEquals(new Set(drawn).size, drawn.length);
      assert(new Set(drawn).isSubsetOf(all));
    }
    const repeated = server.run(`SRANDMEMBER ${key} ${-20 * all.size}`) as string[];
    assertEquals(repeated.length, 20 * all.size);
    // That one of 500 is missed in 10,000 draws has a probability of one in a million.
    assertEquals(new Set(repeated), all);
    assert(all.has(server.run(`SRANDMEMBER ${key}`) as string));
  }
});

Deno.test("set commands give their memory back", () => {
  const used = collectionArena.usedBytes;
  const server = session();
  server.run(["SADD", "a", ...Array.from({ length: 700 }, (_, i) => `${i}`)]);
  server.run(["SADD", "b", ...Array.from({ length: 90 }, (_, i) => `m${i}`), "1", "2"]);
  server.run("SADD c 1 2 3");
  for (const command of ["SINTER a b", "SUNION a b c", "SDIFF a b", "SDIFF c a", "SINTERCARD 2 a b"]) {
    server.run(command);
  }
  for (
    const command of ["SINTERSTORE d a b", "SINTERSTORE d a x", "SUNIONSTORE d a b", "SUNIONSTORE d c b"]
  ) {
    server.run(command);
  }
  server.run("SDIFFSTORE a a c");
  server.run("SET b string");
  server.run("SUNIONSTORE b a");
  server.run("SPOP a 650");
  server.run("SPOP a 100");
  server.run("DEL b c d");
  assertEquals(server.run("EXISTS a b c d"), 0);
  assertEquals(collectionArena.usedBytes, used);
});
