/**
 * Entries: a key, what belongs to it, and its value if that is a short string, side by side in one slot.
 *
 * A look-up that finds the slot has key and value in the same cache lines, and neither is an object that the garbage
 * collector would have to visit.
 *
 * Layout: flags (1 byte), access clock (3), key length (2), value length (2), the key, the value. All little-endian.
 * An object's value is 4 bytes, its place among the database's objects.
 *
 * @module
 */

import { GRANULE_SHIFT, LARGEST_SLOT, PLACE_BITS, PLACE_MASK, SlabArena } from "../data/slab_arena.ts";
import type { ByteBuffer } from "../util/byte_buffer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import { fromBytes } from "../util/byte_string.ts";
import { type Key, keyMatches, textOf, writeKey } from "./key.ts";

export { NO_SLOT } from "../data/slab_arena.ts";

const KEY_LENGTH = 4;
const VALUE_LENGTH = 6;
const HEADER_SIZE = 8;
const OBJECT_SIZE = 4;

/** Longest key that lies in its entry; a longer one is kept beside the arena. */
const LONGEST_KEY = 4096;

/** The string was changed in place (`OBJECT ENCODING` says raw). */
export const RAW_FLAG = 1;
/** The string does not count as an integer, whatever its text (`OBJECT ENCODING` never says int). */
export const TEXT_FLAG = 2;
/** The value is an object on the JavaScript heap. */
export const OBJECT_FLAG = 4;
/** The key has a deadline. */
export const DEADLINE_FLAG = 8;
const STRING_FLAGS = RAW_FLAG | TEXT_FLAG;
/** The key is too long to lie in the entry, where its length is 0. */
const LONG_KEY_FLAG = 16;
/** In which epoch the entry was made or last recorded: see {@linkcode EntryArena.beginEpoch}. */
const EPOCH_UNIT = 32;
const EPOCH_BITS = 0xe0;
/** Epochs that can be told apart. */
const EPOCHS = 8;
/** What stays when the value gets another length. */
const LASTING_FLAGS = DEADLINE_FLAG | LONG_KEY_FLAG | EPOCH_BITS;

/** The entries of one database. "Value" means the short string of an entry that holds one. */
export class EntryArena extends SlabArena {
  readonly #longKeys = new Map<number, string>();
  #longKeyBytes = 0;
  /** The bits of the present epoch. */
  #epoch = 0;
  /** How many epochs have begun since every entry belonged to the present one. */
  #unfinishedEpochs = 0;

  /** Bytes of all entries, the keys kept beside the arena included. */
  get memory(): number {
    return this.usedBytes + this.#longKeyBytes;
  }

  /**
   * Begins an epoch, for which each entry that there is now is to be recorded once. False if it can't be told any more
   * which entries belong to it, because too many epochs were not carried through: then {@linkcode record} all first.
   */
  beginEpoch(): boolean {
    if (this.#unfinishedEpochs === EPOCHS - 1) return false;
    this.#unfinishedEpochs++;
    this.#epoch = (this.#epoch + EPOCH_UNIT) & EPOCH_BITS;
    return true;
  }

  /** Says that all entries have been recorded in this epoch. */
  finishEpoch(): void {
    this.#unfinishedEpochs = 0;
  }

  /** Whether the entry was recorded in this epoch, or made in it. */
  isRecorded(handle: number): boolean {
    return (this.page(handle).buffer[this.start(handle)] & EPOCH_BITS) === this.#epoch;
  }

  /** Notes that the entry was recorded. */
  record(handle: number): void {
    const page = this.page(handle).buffer;
    const start = this.start(handle);
    page[start] = (page[start] & ~EPOCH_BITS) | this.#epoch;
  }

  /** Offset of the value's first byte in its page. */
  offset(handle: number): number {
    const start = this.start(handle);
    const page = this.page(handle).buffer;
    return start + HEADER_SIZE + (page[start + KEY_LENGTH] | (page[start + KEY_LENGTH + 1] << 8));
  }

  /** Length of the value in bytes. */
  length(handle: number): number {
    const start = this.start(handle);
    const page = this.page(handle).buffer;
    return page[start + VALUE_LENGTH] | (page[start + VALUE_LENGTH + 1] << 8);
  }

  /** A view of the value, valid until it is freed or changed. */
  view(handle: number): Uint8Array {
    const offset = this.offset(handle);
    return this.page(handle).buffer.subarray(offset, offset + this.length(handle));
  }

  /** The string flags: {@linkcode RAW_FLAG}, {@linkcode TEXT_FLAG}. */
  flags(handle: number): number {
    return this.page(handle).buffer[this.start(handle)] & STRING_FLAGS;
  }

  isObject(handle: number): boolean {
    return (this.page(handle).buffer[this.start(handle)] & OBJECT_FLAG) !== 0;
  }

  hasDeadline(handle: number): boolean {
    return (this.page(handle).buffer[this.start(handle)] & DEADLINE_FLAG) !== 0;
  }

  setHasDeadline(handle: number, has: boolean): void {
    const page = this.page(handle).buffer;
    const start = this.start(handle);
    page[start] = has ? page[start] | DEADLINE_FLAG : page[start] & ~DEADLINE_FLAG;
  }

  /** The 24-bit access clock. */
  clock(handle: number): number {
    const start = this.start(handle);
    const page = this.page(handle).buffer;
    return page[start + 1] | (page[start + 2] << 8) | (page[start + 3] << 16);
  }

  /** Sets the 24-bit access clock. */
  setClock(handle: number, clock: number): void {
    const start = this.start(handle);
    const page = this.page(handle).buffer;
    page[start + 1] = clock;
    page[start + 2] = clock >>> 8;
    page[start + 3] = clock >>> 16;
  }

  /** Place of the object among the database's objects. */
  objectIndex(handle: number): number {
    return this.page(handle).view.getUint32(this.offset(handle), true);
  }

  /**
   * Reads from each of the entries, for nothing but to have them in the processor's cache. Answers what was read, so that
   * it is not left out. A processor looks some two hundred instructions ahead for reads to begin with: the loop must be
   * short, or few of them are waited for together.
   */
  touch(handles: Int32Array, count: number): number {
    const { pages } = this;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const handle = handles[i];
      sum += pages[handle >>> PLACE_BITS].buffer[(handle & PLACE_MASK) << GRANULE_SHIFT];
    }
    return sum;
  }

  /** Whether the entry is that of `key`. */
  matches(handle: number, key: Key): boolean {
    if (key.length > LONGEST_KEY) return this.#longKeys.get(handle) === textOf(key);
    const start = this.start(handle);
    const memory = this.page(handle);
    const length = memory.buffer[start + KEY_LENGTH] | (memory.buffer[start + KEY_LENGTH + 1] << 8);
    if (length !== key.length) return false;
    // An entry with a long key looks as if its key were empty.
    if (length === 0) return (memory.buffer[start] & LONG_KEY_FLAG) === 0;
    return keyMatches(key, memory, start + HEADER_SIZE);
  }

  /** The key of the entry. */
  key(handle: number): string {
    const start = this.start(handle);
    const page = this.page(handle).buffer;
    if ((page[start] & LONG_KEY_FLAG) !== 0) return this.#longKeys.get(handle)!;
    const length = page[start + KEY_LENGTH] | (page[start + KEY_LENGTH + 1] << 8);
    return fromBytes(page, start + HEADER_SIZE, start + HEADER_SIZE + length);
  }

  /** Points `out` at the key; false for one that is kept beside the arena. */
  keyPiece(handle: number, out: ByteSlice): boolean {
    const start = this.start(handle);
    const memory = this.page(handle);
    if ((memory.buffer[start] & LONG_KEY_FLAG) !== 0) return false;
    const length = memory.buffer[start + KEY_LENGTH] | (memory.buffer[start + KEY_LENGTH + 1] << 8);
    out.set(memory, start + HEADER_SIZE, start + HEADER_SIZE + length);
    return true;
  }

  /** Whether an entry of a key and a value of these lengths fits into a slot. */
  canHold(keyLength: number, valueLength: number): boolean {
    return HEADER_SIZE + (keyLength > LONGEST_KEY ? 0 : keyLength) + valueLength <= LARGEST_SLOT;
  }

  /** A new entry for a string of `length` bytes, which are undefined yet. */
  addString(key: Key, length: number, flags: number, clock: number): number {
    return this.#add(key, length, flags, clock);
  }

  /** A new entry for an object. */
  addObject(key: Key, index: number): number {
    const handle = this.#add(key, OBJECT_SIZE, OBJECT_FLAG, 0);
    this.page(handle).view.setUint32(this.offset(handle), index, true);
    return handle;
  }

  /** Gives the string another length, its bytes undefined, if it can stay in its slot. The deadline flag stays. */
  resize(handle: number, length: number, flags: number, clock: number): boolean {
    const memory = this.page(handle);
    const start = this.start(handle);
    const page = memory.buffer;
    const keyLength = page[start + KEY_LENGTH] | (page[start + KEY_LENGTH + 1] << 8);
    if (!this.fits(handle, HEADER_SIZE + keyLength + length)) return false;
    writeHeader(
      memory,
      start,
      (page[start] & LASTING_FLAGS) | flags,
      clock,
      keyLength,
      length,
    );
    return true;
  }

  /** Gives the entry's slot back. */
  override free(handle: number): void {
    if (this.#longKeyBytes > 0) this.#forgetLongKey(handle);
    super.free(handle);
  }

  #add(key: Key, length: number, flags: number, clock: number): number {
    if (key.length > LONGEST_KEY) return this.#addLongKey(textOf(key), length, flags, clock);
    const handle = this.allocate(HEADER_SIZE + key.length + length);
    const memory = this.page(handle);
    const start = this.start(handle);
    writeHeader(memory, start, flags | this.#epoch, clock, key.length, length);
    writeKey(key, memory, start + HEADER_SIZE);
    return handle;
  }

  #addLongKey(key: string, length: number, flags: number, clock: number): number {
    const handle = this.allocate(HEADER_SIZE + length);
    writeHeader(this.page(handle), this.start(handle), flags | this.#epoch | LONG_KEY_FLAG, clock, 0, length);
    this.#longKeys.set(handle, key);
    this.#longKeyBytes += key.length;
    return handle;
  }

  #forgetLongKey(handle: number): void {
    const key = this.#longKeys.get(handle);
    if (key === undefined) return;
    this.#longKeys.delete(handle);
    this.#longKeyBytes -= key.length;
  }
}

function writeHeader(
  memory: ByteBuffer,
  start: number,
  flags: number,
  clock: number,
  keyLength: number,
  length: number,
): void {
  memory.view.setUint32(start, flags | (clock << 8), true);
  memory.view.setUint32(start + KEY_LENGTH, keyLength | (length << 16), true);
}
