import { assertEquals } from "@std/assert";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { deadlineOf, setDeadline } from "../../src/keyspace/deadline.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { systemSeeded } from "../../src/util/random.ts";

/** A keyspace at time 1000 with one key in database 2, whose time was over at 500. */
function withExpiredKey(): Keyspace {
  const keyspace = new Keyspace(4, systemSeeded());
  store(keyspace, "key", "value");
  keyspace.database(2).setExpiry("key", 500);
  keyspace.setTime(1000);
  return keyspace;
}

function store(keyspace: Keyspace, key: string, text: string): void {
  keyspace.database(2).setBytes(key, new ByteBuffer(toBytes(text)), 0, text.length);
}

Deno.test("a replica hides a key past its deadline, and its master's commands see it", () => {
  const keyspace = withExpiredKey();
  const database = keyspace.database(2);
  keyspace.replica = true;
  assertEquals(database.find("key"), undefined);
  assertEquals(database.peek("key"), undefined);
  assertEquals(database.findForWrite("key"), undefined);
  assertEquals(database.expireIfDue("key"), true);
  assertEquals(database.size, 1);
  assertEquals(keyspace.deletesExpired, false);
  keyspace.applying = true;
  assertEquals(database.find("key") === undefined, false);
  assertEquals(database.expireIfDue("key"), false);
  keyspace.applying = false;
  keyspace.replica = false;
  assertEquals(database.find("key"), undefined);
  assertEquals(database.size, 0);
  assertEquals(keyspace.expired, 1);
});

Deno.test("on a replica that lets clients write, what they write over is deleted if its time is over", () => {
  const keyspace = withExpiredKey();
  const database = keyspace.database(2);
  keyspace.replica = true;
  keyspace.writable = true;
  assertEquals(database.find("key"), undefined);
  assertEquals(database.size, 1);
  assertEquals(database.findForWrite("key"), undefined);
  assertEquals(database.size, 0);
});

Deno.test("a deadline that is past when a command sets it ends the key at once, but not on a replica", () => {
  const keyspace = withExpiredKey();
  assertEquals(keyspace.isOver(1000), true);
  assertEquals(keyspace.isOver(1001), false);
  keyspace.replica = true;
  assertEquals(keyspace.isOver(1000), false);
});

Deno.test("a keyspace takes over what was loaded beside it, deadlines to the digit", () => {
  const keyspace = withExpiredKey();
  const held = keyspace.database(2);
  store(keyspace, "old", "value");
  const sibling = keyspace.sibling();
  assertEquals(sibling.limits, keyspace.limits);
  store(sibling, "new", "other");
  setDeadline(sibling.database(2), "new", 2n ** 62n + 1n);
  store(sibling, "soon", "other");
  sibling.database(2).setExpiry("soon", 5000);
  keyspace.takeOver(sibling);
  assertEquals(keyspace.database(2), held);
  assertEquals([...held.entries()].map((handle) => held.keyOf(handle)).sort(), ["new", "soon"]);
  assertEquals(deadlineOf(held, "new"), 2n ** 62n + 1n);
  assertEquals(held.expiryOf("soon"), 5000);
  assertEquals(held.find("old"), undefined);
  assertEquals(held.expiring, 2);
});
