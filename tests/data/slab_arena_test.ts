import { assert, assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { LARGEST_SLOT, NO_SLOT, SlabArena } from "../../src/data/slab_arena.ts";
import { Random } from "../../src/util/random.ts";

const MIB = 1 << 20;

/** Fills a slot with random bytes, and answers them. */
function fill(arena: SlabArena, handle: number, random: Random, size: number): Uint8Array {
  const bytes = Uint8Array.from({ length: size }, () => random.below(256));
  arena.page(handle).buffer.set(bytes, arena.start(handle));
  return bytes;
}

function check(arena: SlabArena, handle: number, expected: Uint8Array): void {
  const start = arena.start(handle);
  const bytes = arena.page(handle).buffer.subarray(start, start + expected.length);
  assertEquals(bytes.length, expected.length);
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== expected[i]) assertEquals(bytes, expected);
}

function checkAll(arena: SlabArena, model: Map<number, Uint8Array>): void {
  let used = 0;
  for (const [handle, expected] of model) {
    check(arena, handle, expected);
    used += arena.slotSize(handle);
  }
  assertEquals(arena.usedBytes, used);
  assert(arena.reservedBytes >= used);
}

/** Mostly small sizes, now and then a large one. */
function randomSize(random: Random): number {
  const largest = [8, 40, 40, 130, 600, LARGEST_SLOT][random.below(6)];
  return 1 + random.below(largest);
}

class Model {
  readonly arena = new SlabArena();
  readonly slots = new Map<number, Uint8Array>();
  readonly #handles: number[] = [];
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  allocate(): void {
    const size = randomSize(this.#random);
    const handle = this.arena.allocate(size);
    assertNotEquals(handle, NO_SLOT);
    assert(!this.slots.has(handle), "a slot in use is not given out again");
    assert(this.arena.slotSize(handle) >= size);
    this.slots.set(handle, fill(this.arena, handle, this.#random, size));
    this.#handles.push(handle);
  }

  free(): void {
    if (this.#handles.length === 0) return;
    const index = this.#random.below(this.#handles.length);
    const handle = this.#handles[index];
    this.#handles[index] = this.#handles[this.#handles.length - 1];
    this.#handles.pop();
    this.arena.free(handle);
    this.slots.delete(handle);
  }

  /** Writes a record of another size into a slot if it fits. */
  rewrite(): void {
    const random = this.#random;
    if (this.#handles.length === 0) return;
    const handle = this.#handles[random.below(this.#handles.length)];
    const before = this.slots.get(handle)!;
    const size = random.below(3) === 0
      ? randomSize(random)
      : Math.max(1, before.length + random.below(9) - 4);
    // A record may stay exactly if a new slot for it would be as large.
    const other = this.arena.allocate(Math.min(size, LARGEST_SLOT));
    const isSame = size <= LARGEST_SLOT && this.arena.slotSize(other) === this.arena.slotSize(handle);
    this.arena.free(other);
    assertEquals(this.arena.fits(handle, size), isSame);
    if (!isSame) return check(this.arena, handle, before);
    assert(size <= this.arena.slotSize(handle));
    this.slots.set(handle, fill(this.arena, handle, random, size));
  }
}

Deno.test("slab arena: random allocations and frees against a model", () => {
  for (const seed of [1, 2, 3]) {
    const model = new Model(seed);
    const random = new Random(seed + 100);
    for (let phase = 0; phase < 8; phase++) {
      // Phases that mostly allocate and phases that mostly free, so that pages fill and empty.
      const allocations = phase % 2 === 0 ? 6 : 2;
      for (let i = 0; i < 2500; i++) {
        const draw = random.below(9);
        if (draw < allocations) model.allocate();
        else if (draw < 8) model.free();
        else model.rewrite();
      }
      checkAll(model.arena, model.slots);
    }
    while (model.slots.size > 0) model.free();
    assertEquals(model.arena.usedBytes, 0);
  }
});

Deno.test("slab arena: every size, little is lost to rounding", () => {
  const arena = new SlabArena();
  const random = new Random(5);
  const slots = new Map<number, Uint8Array>();
  for (let size = 1; size <= LARGEST_SLOT; size += size < 300 ? 1 : 61) {
    const handle = arena.allocate(size);
    slots.set(handle, fill(arena, handle, random, size));
    assert(arena.slotSize(handle) <= Math.max(size + 7, size * 1.07 + 8), `${size}`);
    assert(arena.fits(handle, size));
  }
  checkAll(arena, slots);
  const largest = arena.allocate(LARGEST_SLOT);
  assertEquals(arena.slotSize(largest), LARGEST_SLOT);
  assert(!arena.fits(largest, LARGEST_SLOT + 1));
});

Deno.test("slab arena: the handle that means none is never given out", () => {
  for (const size of [1, 8, 100, 8192]) {
    const arena = new SlabArena();
    const handles = Array.from({ length: 300 }, () => arena.allocate(size));
    assert(!handles.includes(NO_SLOT));
    for (const handle of handles) arena.free(handle);
    const again = Array.from({ length: 300 }, () => arena.allocate(size + 1 > 8192 ? 1 : size + 1));
    assert(!again.includes(NO_SLOT));
  }
  // Page 0 is given back, and then used for records of another size.
  const arena = new SlabArena();
  const handles: number[] = [];
  while (arena.reservedBytes < 2 * MIB) handles.push(arena.allocate(4096));
  for (const handle of handles.slice(0, -1)) arena.free(handle);
  assertEquals(arena.reservedBytes, MIB);
  const again = arena.allocate(64);
  assertStrictEquals(arena.page(again), arena.pages[0]);
  assertNotEquals(again, NO_SLOT);
});

Deno.test("slab arena: a page is filled to the end before the next is begun", () => {
  for (const size of [8, 104, 136, 1000, 4096, LARGEST_SLOT]) {
    const arena = new SlabArena();
    const slotSize = arena.slotSize(arena.allocate(size));
    // The first eight bytes of the first page are not used.
    const room = Math.floor((MIB - 8) / slotSize);
    for (let i = 1; i < room; i++) arena.allocate(size);
    assertEquals(arena.reservedBytes, MIB, `${size}`);
    const first = arena.allocate(size);
    assertEquals([arena.reservedBytes, arena.start(first)], [2 * MIB, 0]);
    for (let i = 1; i < Math.floor(MIB / slotSize); i++) {
      const handle = arena.allocate(size);
      assert(arena.start(handle) + slotSize <= MIB);
    }
    assertEquals(arena.reservedBytes, 2 * MIB);
    arena.allocate(size);
    assertEquals(arena.reservedBytes, 3 * MIB);
  }
});

Deno.test("slab arena: empty pages are given back, and their numbers used again", () => {
  const arena = new SlabArena();
  const handles: number[] = [];
  while (arena.reservedBytes < 10 * MIB) handles.push(arena.allocate(100));
  const pages = arena.pages.length;
  for (const handle of handles) arena.free(handle);
  assertEquals(arena.usedBytes, 0);
  assertEquals(arena.reservedBytes, MIB, "one page is kept for the next record of that size");
  for (let i = 0; i < handles.length; i++) arena.allocate(3000);
  assert(arena.pages.length > pages);
  assertEquals(arena.reservedBytes, arena.pages.length * MIB, "no number is left unused");
});

/** Runs `work`; the elements of arrays that were searched through or moved meanwhile, at most. */
function countArraySteps(work: () => void): number {
  let steps = 0;
  const { indexOf, splice } = Array.prototype;
  Array.prototype.indexOf = function (...args) {
    steps += this.length;
    return indexOf.apply(this, args);
  };
  Array.prototype.splice = function (...args: Parameters<typeof splice>) {
    steps += this.length;
    return splice.apply(this, args);
  };
  try {
    work();
  } finally {
    Object.assign(Array.prototype, { indexOf, splice });
  }
  return steps;
}

Deno.test("slab arena: giving a page back costs the same however many pages have room", () => {
  const arena = new SlabArena();
  const random = new Random(7);
  const pages = 40;
  const handles = Array.from({ length: pages * 128 - 1 }, () => arena.allocate(LARGEST_SLOT));
  assertEquals(arena.reservedBytes, pages * MIB);
  for (let i = handles.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [handles[i], handles[j]] = [handles[j], handles[i]];
  }
  // In random order all pages get room before the first one is empty, so the list is as long as can be.
  const steps = countArraySteps(() => {
    for (const handle of handles.slice(0, -pages)) arena.free(handle);
  });
  assertEquals(steps, 0);
  // The list still holds exactly the pages with room.
  const left = new Set(handles.slice(-pages));
  const room = arena.reservedBytes / LARGEST_SLOT - 1 - left.size;
  for (let i = 0; i < room; i++) {
    const handle = arena.allocate(LARGEST_SLOT);
    assert(!left.has(handle));
    left.add(handle);
  }
  assertEquals(arena.reservedBytes, Math.ceil((left.size + 1) / 128) * MIB);
  for (const handle of left) arena.free(handle);
  assertEquals([arena.usedBytes, arena.reservedBytes], [0, MIB]);
});

Deno.test("slab arena: freed slots are used again before new ones", () => {
  const arena = new SlabArena();
  const handles = Array.from({ length: 1000 }, () => arena.allocate(20));
  for (let i = 0; i < 1000; i += 2) arena.free(handles[i]);
  const again = Array.from({ length: 500 }, () => arena.allocate(20));
  assertEquals(new Set(again), new Set(handles.filter((_, i) => i % 2 === 0)));
});

Deno.test("slab arena: handles with the highest bit set", () => {
  const arena = new SlabArena();
  const random = new Random(6);
  // As if so many pages were there already: from page 16,384 on a handle is a negative number.
  arena.pages.length = 16_383;
  const slots = new Map<number, Uint8Array>();
  let negative = 0;
  for (let i = 0; i < 2000; i++) {
    const size = 4000 + random.below(100);
    const handle = arena.allocate(size);
    if (handle < 0) negative++;
    slots.set(handle, fill(arena, handle, random, size));
  }
  assert(negative > 1000);
  assertEquals(slots.size, 2000);
  checkAll(arena, slots);
  for (const handle of slots.keys()) arena.free(handle);
  assertEquals(arena.usedBytes, 0);
});

Deno.test("slab arena: the last page, and none behind it", () => {
  const arena = new SlabArena();
  arena.pages.length = (1 << 15) - 1;
  const handles = Array.from({ length: 128 }, () => arena.allocate(LARGEST_SLOT));
  assertEquals(new Set(handles).size, 128);
  for (const handle of handles) assertEquals(arena.page(handle), arena.pages[(1 << 15) - 1]);
  assertThrows(() => arena.allocate(LARGEST_SLOT), RangeError);
  assertThrows(() => arena.allocate(1), RangeError);
  arena.free(handles[5]);
  assertEquals(arena.allocate(LARGEST_SLOT), handles[5]);
});
