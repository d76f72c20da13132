import { assert, assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { hashCommands } from "../../../src/commands/hash/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { InProcess } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...hashCommands, ...genericCommands]);
}

Deno.test("hash commands raise the events of Redis", () => {
  const server = session();
  const expected: [string, string[]][] = [
    ["HSET a f 1 g 2", ["new a", "hset a"]],
    ["HSET a f 1", ["hset a"]],
    ["HMSET a f 2", ["hset a"]],
    ["HSETNX a f 3", []],
    ["HSETNX a h 3", ["hset a"]],
    ["HSETNX b h 3", ["new b", "hset b"]],
    ["HINCRBY a f 1", ["hincrby a"]],
    ["HINCRBY c f 1", ["new c", "hincrby c"]],
    ["HINCRBYFLOAT a f 1", ["hincrbyfloat a"]],
    ["HINCRBYFLOAT d f 1", ["new d", "hincrbyfloat d"]],
    ["HINCRBYFLOAT a f x", []],
    ["HDEL a f x", ["hdel a"]],
    ["HDEL a x", []],
    ["HDEL a g h", ["hdel a", "del a"]],
    ["HDEL a g", []],
    ["HGET a g", ["keymiss a"]],
  ];
  for (const [command, events] of expected) {
    server.run(command);
    assertEquals(server.takeEvents(), events, command);
  }
});

Deno.test("hash commands: a float sum is propagated as its text", () => {
  const server = session();
  server.run("HSET a f 1.5");
  server.takePropagated();
  assertEquals(server.run("HINCRBYFLOAT a f 0.1"), "1.6");
  assertEquals(server.run("HINCRBYFLOAT b f 5e-1"), "0.5");
  server.run("HINCRBY a g 2");
  server.run("HINCRBYFLOAT a f x");
  server.run("HSETNX a f 1");
  assertEquals(server.takePropagated(), [
    ["HSET", "a", "f", "1.6"],
    ["HSET", "b", "f", "0.5"],
    ["HINCRBY", "a", "g", "2"],
  ]);
});

for (const [key, size] of [["listpack", 100], ["hashtable", 1000]] as const) {
  Deno.test(`hash commands: random fields of ${key}, with and without repetitions`, () => {
    const server = session();
    server.run(["HSET", key, ...Array.from({ length: size }, (_, i) => [`f${i}`, `v${i}`]).flat()]);
    assertEquals(server.run(`OBJECT ENCODING ${key}`), key);
    const all = new Set(server.run(`HKEYS ${key}`) as string[]);
    for (const count of [1, 5, size >> 1, size - 1, size, size + 5]) {
      const drawn = server.run(`HRANDFIELD ${key} ${count}`) as string[];
      assertEquals(drawn.length, Math.min(count, size));
      assertEquals(new Set(drawn).size, drawn.length);
      assert(new Set(drawn).isSubsetOf(all));
    }
    const flat = server.run(`HRANDFIELD ${key} ${-20 * size} WITHVALUES`) as string[];
    assertEquals(flat.length, 40 * size);
    const fields = new Set<string>();
    for (let i = 0; i < flat.length; i += 2) {
      assertEquals(flat[i + 1], flat[i].replace("f", "v"));
      fields.add(flat[i]);
    }
    // That one of 1,000 is missed in 20,000 draws has a probability of one in a million.
    assertEquals(fields, all);
    assert(all.has(server.run(`HRANDFIELD ${key}`) as string));
  });
}

Deno.test("hash commands give their memory back", () => {
  const used = collectionArena.usedBytes;
  const server = session();
  server.run(["HSET", "a", ...Array.from({ length: 600 }, (_, i) => [`f${i}`, `v${i}`]).flat()]);
  server.run(["HSET", "b", "f", "x".repeat(20_000)]);
  server.run("HSET b f 1");
  server.run("HINCRBY b f 1");
  server.run("HSET c f 1");
  server.run("COPY a d");
  server.run("HDEL c f");
  server.run("DEL a b d");
  assertEquals(server.run("EXISTS a b c d"), 0);
  assertEquals(collectionArena.usedBytes, used);
});
