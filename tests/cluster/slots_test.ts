import { assert, assertEquals } from "@std/assert";
import { formatRange, keySlot, parseRange, SLOT_COUNT, SlotSet, slotsOf } from "../../src/cluster/slots.ts";

Deno.test("slots: of keys, and of keys with tags", () => {
  // As CLUSTER KEYSLOT of redis-server answers.
  assertEquals(keySlot("foo"), 12182);
  assertEquals(keySlot(""), 0);
  assertEquals(keySlot("{foo}bar"), 12182);
  assertEquals(keySlot("a{foo}{bar}"), 12182);
  assertEquals(keySlot("foo{}{bar}"), 8363);
  assertEquals(keySlot("123456789"), 12739);
});

Deno.test("slots: sets and ranges", () => {
  const set = new SlotSet();
  for (const slot of [5, 0, 1, 16383, 7, 6]) assert(set.add(slot));
  assert(!set.add(5));
  assert(set.delete(0));
  assert(!set.delete(0));
  assertEquals(set.size, 5);
  assertEquals(set.list(), [1, 5, 6, 7, 16383]);
  assertEquals(slotsOf(set.bytes), set.list());
  assertEquals(set.ranges(), [[1, 1], [5, 7], [16383, 16383]]);
  assertEquals(new SlotSet().ranges(), []);
  const most = new SlotSet();
  for (let slot = 3; slot < SLOT_COUNT; slot++) if (slot !== 64 && slot !== 71) most.add(slot);
  assertEquals(most.ranges(), [[3, 63], [65, 70], [72, SLOT_COUNT - 1]]);
  const copy = set.bytes.slice();
  assert(set.equals(copy));
  copy[3] = 1;
  assert(!set.equals(copy));
});

Deno.test("slots: the bits are where the bus has them", () => {
  const set = new SlotSet();
  set.add(0);
  set.add(9);
  set.add(SLOT_COUNT - 1);
  assertEquals([set.bytes[0], set.bytes[1], set.bytes[2047]], [1, 2, 128]);
});

Deno.test("slots: text of ranges", () => {
  assertEquals(formatRange([5, 5]), "5");
  assertEquals(parseRange("5-10"), [5, 10]);
  assertEquals(parseRange("16383"), [16383, 16383]);
  for (const bad of ["", "a", "1-", "-1", "2-1", "16384", "0-16384", "1-2-3", " 1", "999999"]) {
    assertEquals(parseRange(bad), null, bad);
  }
});
