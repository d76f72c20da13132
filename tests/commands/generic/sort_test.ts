import { assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { listCommands } from "../../../src/commands/list/mod.ts";
import { setCommands } from "../../../src/commands/set/mod.ts";
import { sortedSetCommands } from "../../../src/commands/sorted_set/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { InProcess } from "../in_process.ts";

function start(): InProcess {
  const groups = [genericCommands, listCommands, setCommands, sortedSetCommands, stringCommands];
  return new InProcess(groups.flat());
}

Deno.test("sort: events and propagation", () => {
  const session = start();
  session.run("RPUSH l 3 1 2");
  session.takeEvents();
  session.takePropagated();
  session.run("SORT l STORE out");
  assertEquals(session.takeEvents(), ["new out", "sortstore out"]);
  assertEquals(session.takePropagated(), [["SORT", "l", "STORE", "out"]]);
  session.run("SORT l STORE out");
  assertEquals(session.takeEvents(), ["sortstore out"]);
  session.takePropagated();
  session.run("SORT missing STORE out");
  assertEquals(session.takeEvents(), ["keymiss missing", "del out"]);
  assertEquals(session.takePropagated(), [["SORT", "missing", "STORE", "out"]]);
  session.run("SORT missing STORE out");
  session.run("SORT l BY w_* LIMIT 0 1");
  assertEquals(session.takeEvents(), ["keymiss missing", "keymiss w_3", "keymiss w_1", "keymiss w_2"]);
  assertEquals(session.takePropagated(), []);
});

Deno.test("sort: an error changes nothing", () => {
  const session = start();
  session.run("RPUSH l 3 x 2");
  session.run("SET out v");
  session.takeEvents();
  session.run("SORT l STORE out");
  assertEquals(session.takeEvents(), []);
  assertEquals(session.run("GET out"), "v");
});

Deno.test("sort: a key that expires meanwhile counts as missing", () => {
  const session = start();
  session.run("RPUSH l 1 2");
  session.run("SET w_1 9");
  session.run("SET w_2 5");
  session.run("PEXPIRE w_1 10");
  assertEquals(session.run("SORT l BY w_* GET w_*"), ["5", "9"]);
  session.advance(11);
  assertEquals(session.run("SORT l BY w_* GET w_*"), [null, "5"]);
});

Deno.test("sort: a sorted set is kept as a skip list afterwards, with the same members", () => {
  const session = start();
  session.run("ZADD z 1 c 2 b 3 a");
  session.run("SORT z ALPHA");
  assertEquals(session.run("OBJECT ENCODING z"), "skiplist");
  assertEquals(session.run("ZRANGE z 0 -1 WITHSCORES"), ["c", "1", "b", "2", "a", "3"]);
});

Deno.test("sort: what is stored and dropped gives its memory back", () => {
  const before = collectionArena.usedBytes;
  const session = start();
  session.run("RPUSH l 3 1 2");
  session.run("ZADD z 1 1");
  for (let round = 0; round < 3; round++) {
    session.run("SORT l DESC STORE out");
    session.run("SORT l STORE l");
    session.run("SORT z STORE out");
  }
  session.run("DEL out l z");
  assertEquals(collectionArena.usedBytes, before);
});
