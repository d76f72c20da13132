/**
 * What lists, sets, hashes, sorted sets and streams have in common.
 *
 * @module
 */

/**
 * A value with elements. Its elements lie off the heap, in memory that the garbage collector knows nothing of: whoever
 * drops a collection calls {@linkcode release}, or that memory is lost.
 */
export abstract class Collection {
  /** Two numbers for whoever stores the collection; they stand here so that storing takes no object of its own. */
  clock = 0;
  counted = 0;

  /** What TYPE answers. */
  abstract readonly typeName: "list" | "set" | "zset" | "hash" | "stream";
  /** What OBJECT ENCODING answers. */
  abstract readonly encoding: string;
  /** Number of elements, fields, members or entries. */
  abstract readonly size: number;
  /** A deep copy. */
  abstract clone(): Collection;
  /** Believable size in bytes; O(1). */
  abstract memoryUsage(): number;
  /** Gives the memory back. The collection must not be used any more. */
  abstract release(): void;
}
