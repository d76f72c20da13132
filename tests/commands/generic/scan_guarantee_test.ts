import { assert, assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { Random } from "../../../src/util/random.ts";
import { InProcess } from "../in_process.ts";

const KEYS = 100_000;

function filled(): InProcess {
  const server = new InProcess([...stringCommands, ...genericCommands]);
  server.keyspace.sink = null;
  server.dispatcher.propagator = null;
  for (let i = 0; i < KEYS; i++) server.run(["SET", `stay:${i}`, "v"]);
  return server;
}

/** One whole scan; `between` is called before each step. Answers how often each key was met. */
function scanAll(server: InProcess, options: string[], between: () => void): Map<string, number> {
  const met = new Map<string, number>();
  let cursor = "0";
  do {
    between();
    const [next, keys] = server.run(["SCAN", cursor, ...options]) as [string, string[]];
    for (const key of keys) met.set(key, (met.get(key) ?? 0) + 1);
    cursor = next;
  } while (cursor !== "0");
  return met;
}

function missing(met: Map<string, number>): string[] {
  const lost: string[] = [];
  for (let i = 0; i < KEYS; i++) if (!met.has(`stay:${i}`)) lost.push(`stay:${i}`);
  return lost;
}

Deno.test("SCAN meets every key that stays, whatever else comes and goes", () => {
  const server = filled();
  const random = new Random(3);
  let fresh = 0;
  for (const count of ["17", "100", "5000"]) {
    const met = scanAll(server, ["COUNT", count], () => {
      for (let i = 0; i < 5; i++) {
        const name = `passing:${random.below(50_000)}`;
        server.run(random.below(2) === 0 ? ["SET", name, String(fresh++)] : ["DEL", name]);
      }
      // A value that is stored anew is the same key.
      server.run(["SET", `stay:${random.below(KEYS)}`, "w"]);
    });
    assertEquals(missing(met), [], `COUNT ${count}`);
  }
});

Deno.test("SCAN meets every key in spite of other scans at the same time", () => {
  const server = filled();
  const random = new Random(4);
  const others = Array.from({ length: 30 }, () => "0");
  const met = scanAll(server, ["COUNT", "50"], () => {
    const one = random.below(others.length);
    [others[one]] = server.run(["SCAN", others[one], "COUNT", "13"]) as [string, string[]];
    server.run(["SET", `passing:${random.below(10_000)}`, "v"]);
  });
  assertEquals(missing(met), []);
});

Deno.test("SCAN ends after the database was emptied and filled again, and then meets what is there", () => {
  const server = filled();
  let steps = 0;
  const met = scanAll(server, ["COUNT", "1000"], () => {
    if (++steps === 40) {
      server.keyspace.clear(server.context.db);
      for (let i = 0; i < 1000; i++) server.run(["SET", `new:${i}`, "v"]);
    }
  });
  assert([...met.keys()].filter((key) => key.startsWith("new:")).length < 1000);
  const after = scanAll(server, ["COUNT", "10"], () => {});
  assertEquals(after.size, 1000);
  assert([...after.values()].every((times) => times === 1));
});

Deno.test("SCAN with filters meets exactly what matches", () => {
  const server = filled();
  const met = scanAll(server, ["COUNT", "1000", "MATCH", "stay:9999?", "TYPE", "string"], () => {});
  assertEquals([...met.keys()].sort(), Array.from({ length: 10 }, (_, i) => `stay:9999${i}`));
  assertEquals(scanAll(server, ["COUNT", "1000", "TYPE", "hash"], () => {}).size, 0);
});

Deno.test("SCAN steps stay near COUNT", () => {
  const server = filled();
  let cursor = "0";
  let met = 0;
  for (let step = 0; step < 100; step++) {
    const [next, keys] = server.run(["SCAN", cursor, "COUNT", "25"]) as [string, string[]];
    assert(keys.length <= 50, `step ${step}: ${keys.length}`);
    met += keys.length;
    cursor = next;
  }
  assert(met >= 1500, `${met} keys in 100 steps`);
});
