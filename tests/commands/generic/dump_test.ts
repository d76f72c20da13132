import { assert, assertEquals } from "@std/assert";
import { commandTable } from "../../../src/commands/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { bytesOf } from "../../support/bytes.ts";
import { InProcess, START_TIME } from "../in_process.ts";

function dumped(session: InProcess, key: string): string {
  return session.run(["DUMP", key]) as string;
}

Deno.test("DUMP and RESTORE: a value goes from one key to another", () => {
  const used = collectionArena.usedBytes;
  const session = new InProcess(commandTable);
  assertEquals(session.run("DUMP missing"), null);
  for (
    const command of ["SET s 12", "RPUSH l a b", "SADD i 1", "HSET h f v", "ZADD z 1 a", "XADD x 1-1 f v"]
  ) {
    session.run(command);
    const key = command.split(" ")[1];
    assertEquals(session.run(["RESTORE", `${key}2`, 0, bytesOf(dumped(session, key))]), "OK");
    assertEquals(dumped(session, `${key}2`), dumped(session, key));
  }
  for (const database of session.keyspace.databases()) database.release();
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("RESTORE: events, and what is propagated", () => {
  const session = new InProcess(commandTable);
  session.run("SET a hello");
  const payload = dumped(session, "a");
  const restore = (...words: (string | number)[]) => {
    session.takeEvents();
    session.takePropagated();
    const [key, ttl, ...options] = words;
    const reply = session.run(["RESTORE", key, ttl, bytesOf(payload), ...options]);
    return [reply, session.takeEvents(), session.takePropagated()];
  };
  assertEquals(restore("b", 0), ["OK", ["new b", "restore b"], [["RESTORE", "b", "0", payload]]]);
  const deadline = String(START_TIME + 5000);
  assertEquals(restore("b", 5000, "REPLACE"), [
    ...["OK", ["new b", "restore b"]],
    [["RESTORE", "b", deadline, payload, "REPLACE", "ABSTTL"]],
  ]);
  assertEquals(restore("c", deadline, "ABSTTL"), [
    ...["OK", ["new c", "restore c"]],
    [["RESTORE", "c", deadline, payload, "ABSTTL"]],
  ]);
  assertEquals(session.run("PEXPIRETIME b"), Number(deadline));
  // A time that is over already: only what was there goes.
  assertEquals(restore("b", 1, "ABSTTL", "REPLACE"), ["OK", ["del b"], [["DEL", "b"]]]);
  assertEquals(restore("b", 1, "ABSTTL", "REPLACE"), ["OK", [], []]);
  assertEquals(restore("d", START_TIME, "ABSTTL"), ["OK", [], []]);
});

Deno.test("RESTORE: access clocks", () => {
  const session = new InProcess(commandTable);
  session.run("SET a hello");
  const payload = bytesOf(dumped(session, "a"));
  session.run(["RESTORE", "b", 0, payload, "IDLETIME", 1000]);
  assertEquals(session.run("OBJECT IDLETIME b"), 1000);
  session.keyspace.accessClock.frequency = true;
  session.run(["RESTORE", "c", 0, payload, "FREQ", 77]);
  assertEquals(session.run("OBJECT FREQ c"), 77);
});

Deno.test("RESTORE: a list wakes whoever waits for it", () => {
  const session = new InProcess(commandTable);
  session.run("RPUSH l a b");
  const payload = bytesOf(dumped(session, "l"));
  session.as("waiting").raw("BLPOP k 0");
  session.as("").run(["RESTORE", "k", 0, payload]);
  assertEquals(session.received("waiting"), "*2\r\n$1\r\nk\r\n$1\r\na\r\n");
  assertEquals(session.run("LRANGE k 0 -1"), ["b"]);
});

Deno.test("RESTORE: the limits of the encodings hold for what is loaded", () => {
  const session = new InProcess(commandTable);
  const words = Array.from({ length: 20 }, (_, i) => [i, `m${i}`]).flat();
  session.run(["HSET", "h", ...words]);
  session.run(["ZADD", "z", ...words]);
  session.run(["SADD", "s", ...words]);
  session.run(["SADD", "i", ...words.filter((word) => typeof word === "number")]);
  const { limits } = session.keyspace;
  const payloads = ["h", "z", "s", "i"].map((key) => bytesOf(dumped(session, key)));
  limits.hashMaxListpackEntries = limits.zsetMaxListpackEntries = limits.setMaxListpackEntries = 10;
  limits.setMaxIntsetEntries = 10;
  const encodings = payloads.map((payload) => {
    assertEquals(session.run(["RESTORE", "k", 0, payload, "REPLACE"]), "OK");
    return session.run("OBJECT ENCODING k");
  });
  assertEquals(encodings, ["hashtable", "skiplist", "hashtable", "hashtable"]);
  assert(session.keyspace.dirty > 0);
});
