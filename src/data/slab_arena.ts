/**
 * Slab allocator for small records, off the JavaScript heap.
 *
 * A million small `Uint8Array`s or strings would each cost an object header, and the garbage collector would visit
 * them all. Here they lie in pages of 1 MiB, cut into slots of one size class each (Bonwick, "The Slab Allocator",
 * 1994), and are named by a handle: an integer, for which a `Map` entry needs no object at all.
 *
 * What a slot holds is the user's business, until it is freed: free slots form a list per page, and the first three
 * bytes of a free slot hold the place of the next one.
 *
 * Costs: allocate, free, access O(1). A page whose slots are all free is given back to the system.
 *
 * @module
 */

import { ByteBuffer } from "../util/byte_buffer.ts";

const PAGE_SIZE = 1 << 20;
/** Handles count in units of this many bytes, so that 17 bits name a place in a page. */
export const GRANULE_SHIFT = 3;
export const PLACE_BITS = 17;
export const PLACE_MASK = (1 << PLACE_BITS) - 1;
/** A handle has 32 bits. */
const MOST_PAGES = 1 << (32 - PLACE_BITS);
/** Ends a page's list of free slots; no place has this number. */
const END_OF_LIST = 0xffffff;

/** No slot: the handle that is never given out. */
export const NO_SLOT = 0;
/** Largest slot in bytes. */
export const LARGEST_SLOT = 8192;

/** Slot sizes: multiples of 8 to 128, then sixteen steps per doubling (at most 6 % is lost to rounding up). */
const SLOT_SIZES = slotSizes();
/** Size class by number of granules. */
const CLASS_OF_GRANULES = classOfGranules();

function slotSizes(): Int32Array {
  const sizes: number[] = [];
  for (let size = 8; size <= 128; size += 8) sizes.push(size);
  for (let base = 128; base < LARGEST_SLOT; base *= 2) {
    for (let step = 1; step <= 16; step++) sizes.push((base + (base * step) / 16 + 7) & ~7);
  }
  return Int32Array.from(sizes);
}

function classOfGranules(): Uint8Array {
  const table = new Uint8Array((LARGEST_SLOT >> GRANULE_SHIFT) + 1);
  let index = 0;
  for (let granules = 0; granules < table.length; granules++) {
    while (SLOT_SIZES[index] < granules << GRANULE_SHIFT) index++;
    table[granules] = index;
  }
  return table;
}

function classFor(size: number): number {
  return CLASS_OF_GRANULES[(size + 7) >> GRANULE_SHIFT];
}

/** Bookkeeping of one page. */
interface PageState {
  sizeClass: number;
  used: number;
  /** Place of the first free slot, or END_OF_LIST. */
  freeHead: number;
  /** Byte offset behind the last slot ever handed out. */
  fresh: number;
  /** The page's place on its class's list of pages with room, or NOT_LISTED. */
  listed: number;
}

const NOT_LISTED = -1;

const EMPTY_PAGE = new ByteBuffer(0);

/** Records of up to {@linkcode LARGEST_SLOT} bytes by handle. A handle is an integer of 32 bits, stable until freed. */
export class SlabArena {
  /** Page bytes by page number; use with {@linkcode start}. */
  readonly pages: ByteBuffer[] = [];
  readonly #states: PageState[] = [];
  /** Per class: numbers of pages with room, the last one in use. */
  readonly #withRoom: number[][] = Array.from(SLOT_SIZES, () => []);
  readonly #vacantNumbers: number[] = [];
  #usedBytes = 0;
  #pageCount = 0;

  /** Bytes of all slots in use, rounding included. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes of all pages. */
  get reservedBytes(): number {
    return this.#pageCount * PAGE_SIZE;
  }

  /** The page that holds the slot. */
  page(handle: number): ByteBuffer {
    return this.pages[handle >>> PLACE_BITS];
  }

  /** Offset of the slot's first byte in its page. */
  start(handle: number): number {
    return (handle & PLACE_MASK) << GRANULE_SHIFT;
  }

  /** Bytes that the slot has. */
  slotSize(handle: number): number {
    return SLOT_SIZES[this.#states[handle >>> PLACE_BITS].sizeClass];
  }

  /** Whether a record of `size` bytes would get a slot of the same class, so that it can stay where it is. */
  fits(handle: number, size: number): boolean {
    return size <= LARGEST_SLOT && classFor(size) === this.#states[handle >>> PLACE_BITS].sizeClass;
  }

  /** A slot for `size` bytes (at most {@linkcode LARGEST_SLOT}); its bytes are undefined. Throws RangeError when full. */
  allocate(size: number): number {
    const sizeClass = classFor(size);
    const withRoom = this.#withRoom[sizeClass];
    const number = withRoom.length > 0 ? withRoom[withRoom.length - 1] : this.#addPage(sizeClass);
    const state = this.#states[number];
    const slotSize = SLOT_SIZES[sizeClass];
    let place: number;
    if (state.freeHead !== END_OF_LIST) {
      place = state.freeHead;
      state.freeHead = nextFree(this.pages[number].buffer, place << GRANULE_SHIFT);
    } else {
      place = state.fresh >> GRANULE_SHIFT;
      state.fresh += slotSize;
    }
    state.used++;
    this.#usedBytes += slotSize;
    if (state.freeHead === END_OF_LIST && state.fresh + slotSize > PAGE_SIZE) {
      withRoom.pop();
      state.listed = NOT_LISTED;
    }
    return (number << PLACE_BITS) | place;
  }

  /** Gives the slot back. The handle is invalid from now on. */
  free(handle: number): void {
    const number = handle >>> PLACE_BITS;
    const state = this.#states[number];
    const page = this.pages[number].buffer;
    const place = handle & PLACE_MASK;
    const slot = place << GRANULE_SHIFT;
    const next = state.freeHead;
    page[slot] = next;
    page[slot + 1] = next >>> 8;
    page[slot + 2] = next >>> 16;
    state.freeHead = place;
    state.used--;
    this.#usedBytes -= SLOT_SIZES[state.sizeClass];
    if (state.listed === NOT_LISTED) state.listed = this.#withRoom[state.sizeClass].push(number) - 1;
    if (state.used === 0) this.#releasePage(number, state);
  }

  /** Gives all memory back. The arena must not be used any more. */
  release(): void {
    for (const page of this.pages) if (page !== EMPTY_PAGE) page.release();
  }

  #addPage(sizeClass: number): number {
    const number = this.#vacantNumbers.pop() ?? this.pages.length;
    if (number >= MOST_PAGES) throw new RangeError("no more memory for small values: 32 GiB are in use");
    this.pages[number] = new ByteBuffer(PAGE_SIZE);
    // Place 0 of page 0 would be handle 0, which means "none".
    const fresh = number === 0 ? SLOT_SIZES[0] : 0;
    const listed = this.#withRoom[sizeClass].push(number) - 1;
    this.#states[number] = { sizeClass, used: 0, freeHead: END_OF_LIST, fresh, listed };
    this.#pageCount++;
    return number;
  }

  /** Drops an empty page, unless it is the only one of its class with room: that one will be wanted again. */
  #releasePage(number: number, state: PageState): void {
    const withRoom = this.#withRoom[state.sizeClass];
    if (withRoom.length === 1) return;
    // The list's last page takes the place of this one: searching would make freeing everything quadratic.
    const last = withRoom.pop()!;
    if (last !== number) {
      withRoom[state.listed] = last;
      this.#states[last].listed = state.listed;
    }
    this.pages[number].release();
    this.pages[number] = EMPTY_PAGE;
    this.#vacantNumbers.push(number);
    this.#pageCount--;
  }
}

function nextFree(page: Uint8Array, slot: number): number {
  return page[slot] | (page[slot + 1] << 8) | (page[slot + 2] << 16);
}
