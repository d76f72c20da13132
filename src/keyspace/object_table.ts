/**
 * The values of a database that do not lie in its slabs.
 *
 * @module
 */

import type { StoredObject } from "./value.ts";

/** Objects by their place, an integer that the entry holds. */
export class ObjectTable {
  /** Sum of the objects' `counted`. */
  bytes = 0;

  readonly #objects: (StoredObject | undefined)[] = [];
  readonly #free: number[] = [];

  /** The object at a place that {@linkcode add} gave. */
  get(place: number): StoredObject {
    return this.#objects[place]!;
  }

  /** Stores an object and answers its place. */
  add(value: StoredObject): number {
    value.counted = value.memoryUsage();
    this.bytes += value.counted;
    const place = this.#free.pop() ?? this.#objects.length;
    this.#objects[place] = value;
    return place;
  }

  /** Takes the object out. The place is free from now on. */
  take(place: number): StoredObject {
    const value = this.#objects[place]!;
    this.bytes -= value.counted;
    value.counted = 0;
    this.#objects[place] = undefined;
    this.#free.push(place);
    return value;
  }

  /** Notes the present size of an object that is stored here. */
  recount(value: StoredObject): void {
    const size = value.memoryUsage();
    this.bytes += size - value.counted;
    value.counted = size;
  }

  /** Gives the memory of all objects back. The table must not be used any more. */
  release(): void {
    for (const value of this.#objects) value?.release();
  }
}
