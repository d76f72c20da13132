/** Keys with equal hashes, for tests. */
import { keyHash } from "../../src/keyspace/key.ts";
import type { Random } from "../../src/util/random.ts";

/** Groups of keys with equal hashes among `count` random ones of 16 bytes: five pairs among 200,000. */
export function findCollisions(random: Random, count: number): string[][] {
  const byHash = new Map<number, string>();
  const groups = new Map<number, Set<string>>();
  for (let i = 0; i < count; i++) {
    const key = random.hex(16);
    const hash = keyHash(key);
    const other = byHash.get(hash);
    byHash.set(hash, key);
    if (other === undefined || other === key) continue;
    const group = groups.get(hash) ?? new Set([other]);
    groups.set(hash, group.add(key));
  }
  return [...groups.values()].map((group) => [...group]);
}

/**
 * A key that begins with `prefix`, whose length must be a multiple of four. Four bytes are added so that the hash
 * depends on `seed` alone: the last round of the hash function is solved for them. Seed 0 gives the hash of the
 * empty key.
 */
export function collidingKey(prefix: string, seed: number): string {
  let hash = prefix.length + 4;
  for (let i = 0; i < prefix.length; i += 4) {
    const word = prefix.charCodeAt(i) | (prefix.charCodeAt(i + 1) << 8) | (prefix.charCodeAt(i + 2) << 16) |
      (prefix.charCodeAt(i + 3) << 24);
    const mixed = Math.imul(hash ^ word, 0xcc9e2d51);
    hash = mixed ^ (mixed >>> 15);
  }
  const word = hash ^ seed;
  return prefix + String.fromCharCode(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24);
}

/** Keys of very different lengths, all with one hash, which only `seed` decides. */
export function collidingGroup(seed: number): string[] {
  const prefixes = [
    "",
    "four",
    "x".repeat(60),
    "y".repeat(64),
    "z".repeat(4092),
    "a".repeat(4096),
    "b".repeat(9000),
  ];
  const group = prefixes.map((prefix) => collidingKey(prefix, seed));
  if (seed === 0) group.push("");
  if (new Set(group.map(keyHash)).size !== 1) throw new Error("the hash function is another one");
  return group;
}
