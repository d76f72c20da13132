import { assert, assertEquals } from "@std/assert";
import { LARGEST_SLOT } from "../../src/data/slab_arena.ts";
import { EntryArena, RAW_FLAG, TEXT_FLAG } from "../../src/keyspace/entry_arena.ts";
import { decodeKey, keyHash } from "../../src/keyspace/key.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";
import { randomBytes } from "../resp/frames.ts";

interface Expected {
  key: string;
  value: string;
  flags: number;
  clock: number;
  deadline: boolean;
}

function write(arena: EntryArena, handle: number, value: string): void {
  arena.page(handle).buffer.set(toBytes(value), arena.offset(handle));
}

function check(arena: EntryArena, handle: number, expected: Expected): void {
  assertEquals(arena.key(handle), expected.key);
  assertEquals(fromBytes(arena.view(handle)), expected.value);
  assertEquals(arena.length(handle), expected.value.length);
  assertEquals(arena.flags(handle), expected.flags);
  assertEquals(arena.clock(handle), expected.clock);
  assertEquals(arena.hasDeadline(handle), expected.deadline);
  assert(!arena.isObject(handle));
  assert(arena.matches(handle, expected.key));
  assert(!arena.matches(handle, expected.key + "x"));
  if (expected.key !== "") assert(!arena.matches(handle, expected.key.slice(0, -1)));
  // The key need not be the one that was looked at last.
  keyHash("another key");
  assert(arena.matches(handle, expected.key));
}

Deno.test("entry arena: keys, values, flags, clocks and deadlines against a model", () => {
  const random = new Random(91);
  const arena = new EntryArena();
  const model = new Map<number, Expected>();
  const handles: number[] = [];
  const clock = () => random.below(1 << 24);
  for (let i = 0; i < 20_000; i++) {
    const draw = random.below(8);
    const handle = handles[random.below(handles.length || 1)];
    const known = model.get(handle);
    if (draw < 3 || known === undefined) {
      const key = randomBytes(random, random.below(random.below(30) === 0 ? 5000 : 40));
      const value = randomBytes(random, random.below(random.below(30) === 0 ? 3000 : 60));
      const entry = { key, value, flags: random.below(4), clock: clock(), deadline: false };
      if (!arena.canHold(key.length, value.length)) continue;
      const added = arena.addString(key, value.length, entry.flags, entry.clock);
      write(arena, added, value);
      assert(!model.has(added));
      model.set(added, entry);
      handles.push(added);
    } else if (draw < 5) {
      handles[handles.indexOf(handle)] = handles[handles.length - 1];
      handles.pop();
      arena.free(handle);
      model.delete(handle);
    } else if (draw === 5) {
      const value = randomBytes(random, Math.max(0, known.value.length + random.below(11) - 5));
      const change = { value, flags: random.below(4), clock: clock() };
      if (arena.resize(handle, value.length, change.flags, change.clock)) {
        write(arena, handle, value);
        Object.assign(known, change);
      }
    } else if (draw === 6) {
      known.clock = clock();
      arena.setClock(handle, known.clock);
    } else {
      known.deadline = random.below(2) === 0;
      arena.setHasDeadline(handle, known.deadline);
    }
    if (i % 500 === 0) { for (const [one, expected] of model) check(arena, one, expected); }
  }
  for (const handle of model.keys()) arena.free(handle);
  assertEquals(arena.memory, 0);
});

Deno.test("entry arena: the longest keys and values", () => {
  const arena = new EntryArena();
  assert(arena.canHold(4096, 8192 - 8 - 4096));
  assert(!arena.canHold(4096, 8192 - 8 - 4095));
  assert(arena.canHold(0, 8184) && !arena.canHold(0, 8185));
  // A key that does not fit is kept elsewhere, and costs memory there.
  assert(arena.canHold(100_000, 8184));
  for (
    const [keyLength, valueLength] of [[4096, 4088], [4097, 8184], [100_000, 8184], [0, 8184], [4096, 0], [
      0,
      0,
    ]]
  ) {
    const entry = {
      key: "\xff".repeat(keyLength),
      value: "\x80".repeat(valueLength),
      flags: RAW_FLAG | TEXT_FLAG,
      clock: 0xffffff,
      deadline: false,
    };
    const handle = arena.addString(entry.key, valueLength, entry.flags, entry.clock);
    write(arena, handle, entry.value);
    check(arena, handle, entry);
    assert(arena.memory >= keyLength + valueLength);
    arena.free(handle);
    assertEquals(arena.memory, 0);
  }
});

Deno.test("entry arena: an empty key is not a long one", () => {
  const arena = new EntryArena();
  const long = "k".repeat(5000);
  const [first, second] = [arena.addString("", 3, 0, 0), arena.addString(long, 3, 0, 0)];
  assert(arena.matches(first, "") && !arena.matches(first, long));
  assert(arena.matches(second, long) && !arena.matches(second, ""));
});

Deno.test("entry arena: objects", () => {
  const arena = new EntryArena();
  for (const index of [0, 1, 70_000, 2 ** 32 - 1]) {
    const handle = arena.addObject(`key ${index}`, index);
    assert(arena.isObject(handle));
    assertEquals([arena.objectIndex(handle), arena.key(handle)], [index, `key ${index}`]);
    arena.setHasDeadline(handle, true);
    assert(arena.isObject(handle) && arena.hasDeadline(handle));
  }
});

const KEY_LENGTHS = [0, 1, 3, 4, 7, 8, 63, 64, 65, 143, 144, 4096, 4097, 100_000];

/** Keys of which each holds what text does not: NUL, CR LF, quotes, bytes that are not UTF-8. */
function keysOfLength(length: number): string[] {
  const allBytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  const patterns = ["k", "\0", "\x80", "\xff", "\r\n", '"\\ ', "\xc3\xa4\xff\xfe", allBytes];
  return patterns.map((pattern) => pattern.repeat(length / pattern.length + 1).slice(0, length));
}

/** Has the key remembered with its bytes, as after it was received. */
function memoise(key: string): string {
  return decodeKey(new ByteBuffer(toBytes(key)), 0, key.length);
}

function addText(arena: EntryArena, key: string, text: string, flags = 0, clock = 0): number {
  const handle = arena.addString(key, text.length, flags, clock);
  write(arena, handle, text);
  return handle;
}

Deno.test("entry arena: an entry is header, key and value in one slot", () => {
  const arena = new EntryArena();
  const handle = addText(arena, "key\xff", "value", RAW_FLAG, 0x030201);
  arena.setHasDeadline(handle, true);
  const start = arena.start(handle);
  const bytes = arena.page(handle).buffer.slice(start, start + 17);
  assertEquals(fromBytes(bytes), "\x09\x01\x02\x03\x04\x00\x05\x00key\xffvalue");
  assertEquals([arena.slotSize(handle), arena.offset(handle)], [24, start + 12]);
});

Deno.test("entry arena: keys of all lengths and bytes, received just now or not", () => {
  for (const isReceived of [false, true]) {
    const arena = new EntryArena();
    const entries = new Map<number, string>();
    for (const key of new Set(KEY_LENGTHS.flatMap(keysOfLength))) {
      keyHash("another key");
      entries.set(addText(arena, isReceived ? memoise(key) : key, `value of ${key.length}`), key);
    }
    for (const [handle, own] of entries) {
      assert(arena.key(handle) === own);
      assertEquals(fromBytes(arena.view(handle)), `value of ${own.length}`);
      for (const key of entries.values()) assertEquals(arena.matches(handle, key), key === own);
      assert(arena.matches(handle, memoise(own)));
    }
  }
});

Deno.test("entry arena: a key that differs in one byte only is another one", () => {
  const arena = new EntryArena();
  for (const length of KEY_LENGTHS.slice(1)) {
    const key = "\xe9".repeat(length);
    const handle = addText(arena, key, "");
    const others = [0, length >> 1, length - 1].map((at) => key.slice(0, at) + "\xe8" + key.slice(at + 1));
    for (const other of [...others, key.slice(1), key + "\xe9"]) {
      assert(!arena.matches(handle, memoise(other)));
      keyHash("another key");
      assert(!arena.matches(handle, other));
    }
    assert(arena.matches(handle, key));
  }
});

Deno.test("entry arena: a resize keeps key and deadline, and sets flags and clock", () => {
  const arena = new EntryArena();
  for (const key of ["", "a", "k\0\xff", "x".repeat(4096), "x".repeat(4097), "x".repeat(100_000)]) {
    for (const deadline of [false, true]) {
      const handle = addText(arena, key, "v".repeat(60), TEXT_FLAG, 1);
      arena.setHasDeadline(handle, deadline);
      const room = arena.slotSize(handle) - 8 - (key.length > 4096 ? 0 : key.length);
      for (const [length, flags] of [[room, RAW_FLAG], [room - 7, 0], [room, TEXT_FLAG]]) {
        assert(arena.resize(handle, length, flags, 0xabcdef));
        const value = "w".repeat(length);
        write(arena, handle, value);
        check(arena, handle, { key, value, flags, clock: 0xabcdef, deadline });
      }
      const value = "w".repeat(room);
      for (const length of [room + 1, LARGEST_SLOT, 100_000]) {
        assert(!arena.resize(handle, length, 0, 0));
        check(arena, handle, { key, value, flags: TEXT_FLAG, clock: 0xabcdef, deadline });
      }
    }
  }
});

Deno.test("entry arena: long keys count, and are forgotten with their entries", () => {
  const arena = new EntryArena();
  const long = addText(arena, "x".repeat(5000), "1");
  assertEquals(arena.memory, arena.slotSize(long) + 5000);
  const object = arena.addObject("y".repeat(100_000), 3);
  assert(arena.isObject(object) && arena.key(object).length === 100_000 && arena.objectIndex(object) === 3);
  arena.free(long);
  assertEquals(arena.memory, arena.slotSize(object) + 100_000);
  // The slot goes to an entry with a short key.
  const again = addText(arena, "z", "");
  assertEquals(again, long);
  assert(!arena.matches(again, "x".repeat(5000)) && arena.key(again) === "z");
  for (const handle of [object, again]) arena.free(handle);
  assertEquals(arena.memory, 0);
});
