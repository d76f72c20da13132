import { assertEquals } from "@std/assert";
import { Client, type Transport } from "../../src/command/client.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { WatchEffect } from "../../src/effects/watch.ts";
import { Effects } from "../../src/effects/mod.ts";
import { Events } from "../../src/keyspace/change.ts";
import { Watches } from "../../src/tx/mod.ts";
import { newKeyspace, setText } from "../keyspace/recording.ts";

/** Watches that hear of the keyspace's changes, and two clients. */
function setUp(): { keyspace: Keyspace; watches: Watches; a: Client; b: Client } {
  const keyspace = newKeyspace(4);
  const watches = new Watches(keyspace);
  const effects = new Effects([new WatchEffect(watches)]);
  watches.onActiveChange = () => keyspace.sink = effects.refresh();
  const [a, b] = [1, 2].map((id) => new Client(id, {} as Transport, 0));
  return { keyspace, watches, a, b };
}

function write(keyspace: Keyspace, key: string, database = 0): void {
  setText(keyspace.database(database), key, "v");
  keyspace.database(database).changed(key, Events.SET);
}

Deno.test("Watches: a change of the key makes those who watch it dirty, and nobody else", () => {
  const { keyspace, watches, a, b } = setUp();
  watches.add(a, 0, "k");
  watches.add(a, 0, "k");
  watches.add(b, 1, "k");
  assertEquals([watches.count(a), watches.count(b)], [1, 1]);
  write(keyspace, "other");
  assertEquals([watches.isDirty(a), watches.isDirty(b)], [false, false]);
  write(keyspace, "k");
  assertEquals([watches.isDirty(a), watches.isDirty(b)], [true, false]);
  assertEquals([watches.count(a), watches.count(b)], [0, 1]);
  watches.clear(a);
  assertEquals(watches.isDirty(a), false);
});

Deno.test("Watches: the keyspace tells of changes only while somebody watches", () => {
  const { keyspace, watches, a, b } = setUp();
  assertEquals(keyspace.sink, null);
  watches.add(a, 0, "k");
  watches.add(b, 0, "k");
  watches.clear(a);
  assertEquals(keyspace.sink !== null, true);
  watches.clear(b);
  assertEquals(keyspace.sink, null);
  watches.add(a, 0, "k");
  write(keyspace, "k");
  assertEquals([keyspace.sink, watches.isDirty(a)], [null, true]);
});

Deno.test("Watches: expiry is a change, the deletion of what had expired before is none", () => {
  const { keyspace, watches, a, b } = setUp();
  const database = keyspace.database(0);
  write(keyspace, "k");
  database.setExpiry("k", keyspace.now + 10);
  watches.add(a, 0, "k");
  keyspace.setTime(keyspace.now + 10);
  assertEquals(watches.isDirty(a), false);
  keyspace.setTime(keyspace.now + 1);
  assertEquals(watches.isDirty(a), true);
  watches.add(b, 0, "k");
  database.find("k");
  assertEquals(watches.isDirty(b), false);
  write(keyspace, "k");
  assertEquals(watches.isDirty(b), true);
});

Deno.test("Watches: emptying a database changes the keys that are there", () => {
  const { keyspace, watches, a, b } = setUp();
  write(keyspace, "k");
  watches.add(a, 0, "k");
  watches.add(b, 0, "missing");
  keyspace.clear(keyspace.database(0));
  assertEquals([watches.isDirty(a), watches.isDirty(b)], [true, false]);
});

Deno.test("Watches: an expired key that is flushed away is no change", () => {
  const { keyspace, watches, a } = setUp();
  write(keyspace, "k");
  keyspace.database(0).setExpiry("k", keyspace.now - 1);
  watches.add(a, 0, "k");
  keyspace.clear(keyspace.database(0));
  assertEquals(watches.isDirty(a), false);
});

Deno.test("Watches: SWAPDB changes keys that are in either database", () => {
  const { keyspace, watches, a, b } = setUp();
  const c = new Client(3, {} as Transport, 0);
  write(keyspace, "here", 0);
  write(keyspace, "there", 1);
  watches.add(a, 0, "here");
  watches.add(b, 0, "there");
  watches.add(c, 0, "nowhere");
  keyspace.swap(0, 1);
  assertEquals([a, b, c].map((client) => watches.isDirty(client)), [true, true, false]);
});

Deno.test("Watches: after SWAPDB a watch still means the database of that number", () => {
  const { keyspace, watches, a } = setUp();
  watches.add(a, 0, "k");
  keyspace.swap(0, 1);
  write(keyspace, "k", 1);
  assertEquals(watches.isDirty(a), false);
  write(keyspace, "k", 0);
  assertEquals(watches.isDirty(a), true);
});

Deno.test("Watches: SWAPDB with an expired key on either side", () => {
  const { keyspace, watches, a, b } = setUp();
  for (const [database, key] of [[0, "both"], [1, "both"], [1, "late"]] as const) {
    write(keyspace, key, database);
    keyspace.database(database).setExpiry(key, keyspace.now - 1);
  }
  watches.add(a, 0, "both");
  watches.add(b, 0, "late");
  keyspace.swap(0, 1);
  assertEquals([watches.isDirty(a), watches.isDirty(b)], [false, false]);
});
