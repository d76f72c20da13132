/**
 * The 16,384 hash slots: which slot a key is in, sets of slots as the bus sends them, ranges as people write them.
 *
 * @module
 */

import { keyHashSlot, SLOT_COUNT } from "../util/crc16.ts";

export { keyHashSlot as keySlot, SLOT_COUNT };

/** Bytes of a set of slots: one bit a slot, the lowest bit of a byte first. */
export const SLOT_BYTES = SLOT_COUNT / 8;

const NONE = new Uint8Array(SLOT_BYTES);

/** Slots from the first number to the second, both included. */
export type SlotRange = readonly [first: number, last: number];

/** Whether a slot is in a set of {@linkcode SLOT_BYTES} bytes. */
export function hasSlot(bytes: Uint8Array, slot: number): boolean {
  return (bytes[slot >> 3] & (1 << (slot & 7))) !== 0;
}

/** The slots of a set of {@linkcode SLOT_BYTES} bytes, in ascending order. */
export function slotsOf(bytes: Uint8Array): number[] {
  return slotsBeyond(bytes, NONE);
}

/** The slots of the first set that are not in the second, both of {@linkcode SLOT_BYTES} bytes, in ascending order. */
export function slotsBeyond(bytes: Uint8Array, others: Uint8Array): number[] {
  const slots: number[] = [];
  for (let at = 0; at < SLOT_BYTES; at++) {
    const byte = bytes[at] & ~others[at];
    if (byte === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      if (byte & (1 << bit)) slots.push(at * 8 + bit);
    }
  }
  return slots;
}

/** `5` or `5-10`. */
export function formatRange([first, last]: SlotRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

/** Reads what {@linkcode formatRange} writes; null if it is something else or not a range of slots. */
export function parseRange(text: string): SlotRange | null {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return null;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last < SLOT_COUNT ? [first, last] : null;
}

/** A set of slots that knows its size. */
export class SlotSet {
  /** The bits, as the bus sends them. Not to be written to from outside. */
  readonly bytes = new Uint8Array(SLOT_BYTES);
  #size = 0;
  /** What {@linkcode ranges} answers; null when the set has changed since. */
  #ranges: readonly SlotRange[] | null = null;

  /** How many slots are in it. */
  get size(): number {
    return this.#size;
  }

  has(slot: number): boolean {
    return hasSlot(this.bytes, slot);
  }

  /** False if it was there already. */
  add(slot: number): boolean {
    if (this.has(slot)) return false;
    this.bytes[slot >> 3] |= 1 << (slot & 7);
    this.#size++;
    this.#ranges = null;
    return true;
  }

  /** False if it was not there. */
  delete(slot: number): boolean {
    if (!this.has(slot)) return false;
    this.bytes[slot >> 3] &= ~(1 << (slot & 7));
    this.#size--;
    this.#ranges = null;
    return true;
  }

  /** The slots in ascending order, taken now: the set may change while they are gone through. */
  list(): number[] {
    return this.#size === 0 ? [] : slotsOf(this.bytes);
  }

  /** The slots as ranges in ascending order. */
  ranges(): readonly SlotRange[] {
    return this.#ranges ??= this.#findRanges();
  }

  #findRanges(): SlotRange[] {
    const ranges: SlotRange[] = [];
    let first = -1;
    for (let slot = 0; slot < SLOT_COUNT && this.#size > 0; slot++) {
      const byte = this.bytes[slot >> 3];
      // Most bytes are the same as the one before.
      if ((slot & 7) === 0 && byte === (first < 0 ? 0 : 0xff)) slot += 7;
      else if ((byte & (1 << (slot & 7))) === 0) {
        if (first >= 0) ranges.push([first, slot - 1]);
        first = -1;
      } else if (first < 0) first = slot;
    }
    if (first >= 0) ranges.push([first, SLOT_COUNT - 1]);
    return ranges;
  }

  /** Whether it holds the same slots as these {@linkcode SLOT_BYTES} bytes. */
  equals(bytes: Uint8Array): boolean {
    for (let at = 0; at < SLOT_BYTES; at++) {
      if (this.bytes[at] !== bytes[at]) return false;
    }
    return true;
  }
}
