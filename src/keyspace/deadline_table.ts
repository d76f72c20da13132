/**
 * When the keys of a database expire.
 *
 * @module
 */

import type { EntryArena } from "./entry_arena.ts";

/**
 * Deadlines by entry, milliseconds since the epoch: a `Map` for each shard, made when it gets its first one. A flag in
 * the entry says whether there is one, which spares the others the look-up.
 */
export class DeadlineTable {
  /** Number of deadlines. */
  size = 0;
  readonly shards: (Map<number, number> | undefined)[];
  readonly #arena: EntryArena;

  constructor(arena: EntryArena, shardCount: number) {
    this.#arena = arena;
    this.shards = new Array(shardCount).fill(undefined);
  }

  /** The deadline of an entry that has one. */
  get(shard: number, handle: number): number {
    return this.shards[shard]!.get(handle)!;
  }

  set(shard: number, handle: number, deadline: number): void {
    const deadlines = this.shards[shard] ??= new Map();
    if (!this.#arena.hasDeadline(handle)) this.size++;
    this.#arena.setHasDeadline(handle, true);
    deadlines.set(handle, deadline);
  }

  /** Takes the deadline away. False if there was none. */
  drop(shard: number, handle: number): boolean {
    if (!this.#arena.hasDeadline(handle)) return false;
    this.shards[shard]!.delete(handle);
    this.#arena.setHasDeadline(handle, false);
    this.size--;
    return true;
  }

  /** Gives the deadline of an entry that goes to the one that takes its place. */
  move(shard: number, from: number, to: number): void {
    const deadlines = this.shards[shard]!;
    deadlines.set(to, deadlines.get(from)!);
    deadlines.delete(from);
    this.#arena.setHasDeadline(to, true);
  }
}
