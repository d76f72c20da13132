import { assert, assertEquals } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { setCommands } from "../../../src/commands/set/mod.ts";
import { sortedSetCommands } from "../../../src/commands/sorted_set/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { formatDouble } from "../../../src/util/float.ts";
import { Random } from "../../../src/util/random.ts";
import { InProcess } from "../in_process.ts";

function session(): InProcess {
  return new InProcess([...sortedSetCommands, ...genericCommands, ...setCommands]);
}

Deno.test("sorted set commands raise the events of Redis", () => {
  const expected: [string, string[]][] = [
    ["ZADD a 1 a 2 b", ["new a", "zadd a"]],
    ["ZADD a 1 a", []],
    ["ZADD a 3 a", ["zadd a"]],
    ["ZADD a NX 4 a", []],
    ["ZADD a GT 1 a", []],
    ["ZADD missing XX 1 a", []],
    ["ZADD a INCR 1 a", ["zincr a"]],
    ["ZADD a INCR 0 a", []],
    ["ZINCRBY a 1 c", ["zincr a"]],
    ["ZREM a x", []],
    ["ZREM a c x", ["zrem a"]],
    ["ZPOPMIN a", ["zpopmin a"]],
    ["ZPOPMIN a 0", []],
    ["ZPOPMAX a 5", ["zpopmax a", "del a"]],
    ["ZPOPMAX a", []],
    ["ZADD a 1 a 2 b 3 c 4 d 5 e 6 f", ["new a", "zadd a"]],
    ["ZREMRANGEBYRANK a 9 10", []],
    ["ZREMRANGEBYRANK a 0 0", ["zremrangebyrank a"]],
    ["ZREMRANGEBYSCORE a 2 2", ["zremrangebyscore a"]],
    ["ZREMRANGEBYLEX a [c [c", ["zremrangebylex a"]],
    ["ZMPOP 2 x a MIN", ["zpopmin a"]],
    ["BZPOPMAX x a 0", ["zpopmax a"]],
    ["BZMPOP 0 2 x a MAX COUNT 9", ["zpopmax a", "del a"]],
    ["ZADD a 1 a 2 b", ["new a", "zadd a"]],
    ["ZUNIONSTORE d 2 a x", ["keymiss x", "new d", "zunionstore d"]],
    ["ZINTERSTORE d 2 a a", ["zinterstore d"]],
    ["ZDIFFSTORE d 2 a x", ["keymiss x", "zdiffstore d"]],
    ["ZRANGESTORE d a 0 0", ["zrangestore d"]],
    ["ZRANGESTORE d a 5 6", ["del d"]],
    ["ZRANGESTORE d x 0 1", ["keymiss x"]],
    ["ZINTERSTORE d 2 a x", ["keymiss x"]],
    ["ZADD d 1 x", ["new d", "zadd d"]],
    ["ZINTERSTORE d 2 a d", ["del d"]],
    ["ZREMRANGEBYSCORE a -inf inf", ["zremrangebyscore a", "del a"]],
    ["ZRANGE a 0 -1", ["keymiss a"]],
    ["ZSCAN a 0", ["keymiss a"]],
    ["ZRANDMEMBER a", ["keymiss a"]],
    ["ZREM a x", []],
  ];
  const server = session();
  for (const [command, events] of expected) {
    server.run(command);
    assertEquals(server.takeEvents(), events, command);
  }
});

Deno.test("what pops from one of several sorted sets, or may wait, is propagated in its plain form", () => {
  const expected: [string, string[][]][] = [
    ["ZADD a 1 a 2 b 3 c 4 d 5 e", [["ZADD", "a", "1", "a", "2", "b", "3", "c", "4", "d", "5", "e"]]],
    ["ZADD a 1 a", []],
    ["ZADD a INCR 1 a", [["ZADD", "a", "INCR", "1", "a"]]],
    ["ZMPOP 2 b a MIN COUNT 2", [["ZPOPMIN", "a", "2"]]],
    ["BZPOPMIN b a 0", [["ZPOPMIN", "a"]]],
    ["BZPOPMAX a 0", [["ZPOPMAX", "a"]]],
    ["BZMPOP 0 1 a MAX COUNT 9", [["ZPOPMAX", "a", "1"]]],
    ["ZMPOP 1 a MAX", []],
    ["ZPOPMIN a", []],
    ["ZADD a 1 a", [["ZADD", "a", "1", "a"]]],
    ["ZUNIONSTORE b 1 a", [["ZUNIONSTORE", "b", "1", "a"]]],
    ["ZREM a x", []],
    ["ZINTERSTORE c 1 x", []],
    ["ZPOPMAX a 3", [["ZPOPMAX", "a", "3"]]],
  ];
  const server = session();
  for (const [command, propagated] of expected) {
    server.run(command);
    assertEquals(server.takePropagated(), propagated, command);
  }
});

Deno.test("a refused command changes nothing and keeps no memory", () => {
  const server = session();
  const usedBefore = collectionArena.usedBytes;
  for (
    const command of [
      "ZADD a 1 a x b",
      "ZADD a XX 1 a",
      "ZUNION 2 a b WEIGHTS 1 x",
      "ZRANGESTORE d a 0 x",
      "ZUNIONSTORE d 2 a b FOO",
      "ZINTERSTORE d 2 a b",
      "ZDIFFSTORE d 1 x",
    ]
  ) {
    server.run(command);
    assertEquals(server.takeEvents().filter((event) => !event.startsWith("keymiss")), [], command);
  }
  assertEquals(server.run("EXISTS a d"), 0);
  assertEquals(collectionArena.usedBytes, usedBefore);
  server.run("ZADD a inf x");
  const used = collectionArena.usedBytes;
  server.takeEvents();
  server.run("ZINCRBY a -inf x");
  server.run("ZUNION 2 a a WITHSCORES");
  server.run("ZINTERCARD 2 a a");
  server.run("ZDIFF 1 a");
  assertEquals(server.takeEvents(), []);
  assertEquals(collectionArena.usedBytes, used);
  server.run("DEL a");
  assertEquals(collectionArena.usedBytes, usedBefore);
});

Deno.test("ZRANDMEMBER draws evenly, with repetition and without", () => {
  for (const most of [0, 128]) {
    const server = session();
    server.keyspace.limits.zsetMaxListpackEntries = most;
    for (let i = 0; i < 20; i++) server.run(`ZADD a ${i % 3} m${i}`);
    for (let i = 10; i < 20; i++) server.run(`ZREM a m${i}`);
    for (const command of ["ZRANDMEMBER a", "ZRANDMEMBER a -5", "ZRANDMEMBER a 5", "ZRANDMEMBER a 1"]) {
      const counts = new Map<string, number>();
      let drawn = 0;
      while (drawn < 5000) {
        const members = [server.run(command)].flat() as string[];
        if (command.endsWith(" 5")) assertEquals(new Set(members).size, 5);
        for (const member of members) counts.set(member, (counts.get(member) ?? 0) + 1);
        drawn += members.length;
      }
      assertEquals(counts.size, 10, command);
      for (const count of counts.values()) assert(Math.abs(count - 500) < 120, `${command}: ${count}`);
    }
  }
});

Deno.test("scores are read to the nearest double, however they are written", () => {
  const server = session();
  const random = new Random(17);
  for (let i = 0; i < 3000; i++) {
    const digits = Array.from({ length: 1 + random.below(20) }, () => random.below(10)).join("");
    const point = random.below(digits.length + 1);
    const sign = ["", "-", "+"][random.below(3)];
    const exponent = random.below(5) === 0 ? `e${random.below(40) - 20}` : "";
    const text = `${sign}${digits.slice(0, point)}.${digits.slice(point)}${exponent}`;
    server.run(["ZADD", "a", text, "member"]);
    // A listpack has no -0.
    assertEquals(server.run("ZSCORE a member"), formatDouble(Number(text) + 0), text);
    assertEquals(server.run(["ZCOUNT", "a", text, text]), 1, text);
  }
});
