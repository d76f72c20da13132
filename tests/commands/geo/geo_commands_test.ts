import { assertEquals } from "@std/assert";
import { geoCommands } from "../../../src/commands/geo/mod.ts";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { sortedSetCommands } from "../../../src/commands/sorted_set/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { InProcess } from "../in_process.ts";

const SICILY = "GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";

function start(): InProcess {
  return new InProcess([...geoCommands, ...genericCommands, ...sortedSetCommands]);
}

Deno.test("geo: events and propagation of GEOADD", () => {
  const session = start();
  session.run(SICILY);
  assertEquals(session.takeEvents(), ["new Sicily", "zadd Sicily"]);
  assertEquals(session.takePropagated().length, 1);
  session.run(SICILY);
  session.run("GEOADD Sicily NX 0 0 Palermo");
  session.run("GEOADD missing XX 0 0 Palermo");
  assertEquals(session.takeEvents(), []);
  assertEquals(session.takePropagated(), []);
  session.run("GEOADD Sicily 0 0 Palermo");
  assertEquals(session.takeEvents(), ["zadd Sicily"]);
  assertEquals(session.takePropagated(), [["GEOADD", "Sicily", "0", "0", "Palermo"]]);
});

Deno.test("geo: events and propagation of stored searches", () => {
  const session = start();
  session.run(SICILY);
  session.takeEvents();
  session.takePropagated();
  const found = "GEOSEARCHSTORE out Sicily FROMLONLAT 15 37 BYRADIUS 200 km";
  session.run(found);
  assertEquals(session.takeEvents(), ["new out", "geosearchstore out"]);
  assertEquals(session.takePropagated(), [found.split(" ")]);
  session.run("GEORADIUS Sicily 15 37 200 km STORE out");
  assertEquals(session.takeEvents(), ["georadiusstore out"]);
  session.takePropagated();
  const none = "GEORADIUSBYMEMBER missing a 1 km STOREDIST out";
  session.run(none);
  assertEquals(session.takeEvents(), ["keymiss missing", "del out"]);
  assertEquals(session.takePropagated(), [none.split(" ")]);
  session.run(none);
  session.run("GEOSEARCHSTORE out Sicily FROMLONLAT 0 0 BYRADIUS 1 m");
  session.run("GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km");
  assertEquals(session.takeEvents(), ["keymiss missing"]);
  assertEquals(session.takePropagated(), []);
});

Deno.test("geo: COUNT takes the nearest, COUNT ANY the first that come", () => {
  const session = start();
  const places = Array.from({ length: 200 }, (_, i) => `${10 + i / 100} ${40 + i / 200} p${i}`);
  session.run(`GEOADD far ${places.join(" ")}`);
  const nearest = session.run("GEOSEARCH far FROMLONLAT 11 40.5 BYRADIUS 500 km ASC");
  assertEquals(session.run("GEOSEARCH far FROMLONLAT 11 40.5 BYRADIUS 500 km COUNT 7"), first(nearest, 7));
  const all = session.run("GEOSEARCH far FROMLONLAT 11 40.5 BYRADIUS 500 km");
  assertEquals(session.run("GEOSEARCH far FROMLONLAT 11 40.5 BYRADIUS 500 km COUNT 7 ANY"), first(all, 7));
});

function first(reply: unknown, count: number): unknown[] {
  if (!Array.isArray(reply)) throw new Error("no array");
  return reply.slice(0, count);
}

Deno.test("geo: what is stored and dropped gives its memory back", () => {
  const before = collectionArena.usedBytes;
  const session = start();
  for (let round = 0; round < 3; round++) {
    session.run(SICILY);
    session.run("GEOSEARCHSTORE out Sicily FROMLONLAT 15 37 BYRADIUS 200 km");
    session.run("GEOSEARCHSTORE Sicily Sicily FROMLONLAT 15 37 BYRADIUS 100 km STOREDIST");
  }
  session.run("DEL out Sicily");
  assertEquals(collectionArena.usedBytes, before);
});
