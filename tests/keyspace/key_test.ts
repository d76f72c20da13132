import { assert, assertEquals } from "@std/assert";
import { decodeKey, keyHash } from "../../src/keyspace/key.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";
import { randomBytes } from "../resp/frames.ts";

/** The hash of a key that was not decoded just before. */
function freshHash(key: string): number {
  keyHash(key + "?");
  return keyHash(key);
}

Deno.test("key: the hash from bytes is the hash from the string", () => {
  const random = new Random(41);
  for (let round = 0; round < 5000; round++) {
    const key = randomBytes(random, random.below(random.below(10) === 0 ? 300 : 40));
    const bytes = new ByteBuffer(toBytes(`..${key}..`));
    assertEquals(decodeKey(bytes, 2, 2 + key.length), key);
    const hash = keyHash(key);
    assertEquals(freshHash(key), hash);
    assertEquals(hash, hash | 0);
  }
});

Deno.test("key: keys decoded in turn do not get mixed up", () => {
  const random = new Random(42);
  const keys = Array.from(
    { length: 6000 },
    (_, i) => i % 3 === 0 ? randomBytes(random, 1 + i % 70) : `key:${i}`,
  );
  const hashes = keys.map(freshHash);
  for (let round = 0; round < 60_000; round++) {
    const index = random.below(keys.length);
    const bytes = new ByteBuffer(toBytes(keys[index]));
    assertEquals(decodeKey(bytes, 0, keys[index].length), keys[index]);
    assertEquals(keyHash(keys[index]), hashes[index]);
    const other = random.below(keys.length);
    assertEquals(keyHash(keys[other]), hashes[other]);
  }
});

Deno.test("key: hashes of similar keys spread evenly over the shards", () => {
  const families = [
    (i: number) => `key:${i}`,
    (i: number) => `user:${String(i).padStart(12, "0")}`,
    (i: number) => String.fromCharCode(i & 255, (i >> 8) & 255),
    (i: number) => `${"x".repeat(40)}${i}`,
  ];
  for (const family of families) {
    const counts = new Int32Array(1024);
    for (let i = 0; i < 65_536; i++) counts[freshHash(family(i)) >>> 22]++;
    // 64 are expected in each shard, give or take 8; a fair spread stays within six of these.
    assert(Math.max(...counts) < 64 + 48 && Math.min(...counts) > 64 - 48, family(7));
  }
});
