import { assert, assertEquals } from "@std/assert";
import { KeySampler } from "../../src/keyspace/key_sampler.ts";
import { Random } from "../../src/util/random.ts";

type Sampled = Map<number, string>;

/** A map whose keys show its number and count on from there. */
function mapOf(number: number, size: number): Sampled {
  return new Map(Array.from({ length: size }, (_, i) => [number * 1000 + i, ""]));
}

function total(maps: (Sampled | undefined)[]): number {
  return maps.reduce((sum, map) => sum + (map?.size ?? 0), 0);
}

Deno.test("key sampler: every key is as likely as the others, in maps of any size", () => {
  const maps = [mapOf(0, 100), undefined, mapOf(2, 1), mapOf(3, 0), mapOf(4, 300), mapOf(5, 7)];
  const sampler = new KeySampler(new Random(81));
  const counts = new Map<number, number>();
  for (let i = 0; i < 408 * 400; i++) {
    const key = sampler.next(maps, 408)!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assertEquals(counts.size, 408);
  // Six standard deviations of 400 fair draws are 120.
  for (const [key, count] of counts) assert(Math.abs(count - 400) < 120, `${key}: ${count}`);
  const ofFirst = [...counts].filter(([key]) => key < 100).reduce((sum, [, count]) => sum + count, 0);
  assert(Math.abs(ofFirst / (408 * 400) - 100 / 408) < 0.01);
});

Deno.test("key sampler: one sample takes its keys from different places", () => {
  const maps = Array.from({ length: 64 }, (_, i) => mapOf(i, 500));
  const sampler = new KeySampler(new Random(82));
  let neighbours = 0;
  for (let sample = 0; sample < 1000; sample++) {
    const keys = Array.from({ length: 5 }, () => sampler.next(maps, 32_000)!);
    if (new Set(keys.map((key) => Math.floor(key / 1000))).size < 4) neighbours++;
  }
  assert(neighbours < 100, `${neighbours}`);
});

Deno.test("key sampler: maps that change, empty and are replaced", () => {
  const random = new Random(83);
  const sampler = new KeySampler(new Random(84));
  const maps: (Sampled | undefined)[] = Array.from({ length: 8 }, (_, i) => mapOf(i, 40));
  for (let i = 0; i < 50_000; i++) {
    const size = total(maps);
    const key = sampler.next(maps, size);
    assertEquals(key === undefined, size === 0);
    const shard = key === undefined ? random.below(8) : Math.floor(key / 1000);
    const map = maps[shard];
    if (key !== undefined) assert(map?.has(key), `${key} is not there`);
    const draw = random.below(100);
    if (draw < 50 && key !== undefined) map?.delete(key);
    else if (draw < 90) map?.set(shard * 1000 + random.below(60), "");
    else if (draw < 92) map?.clear();
    else if (draw < 94) maps[shard] = draw === 92 ? undefined : mapOf(shard, random.below(60));
    else if (draw === 94) sampler.reset();
  }
});

Deno.test("key sampler: a total that is larger than the maps", () => {
  // Keys that share a hash are one key of the map.
  const maps = [mapOf(0, 10), mapOf(1, 10)];
  const sampler = new KeySampler(new Random(86));
  const seen = new Set<number | undefined>();
  for (let i = 0; i < 2000; i++) seen.add(sampler.next(maps, 25));
  assertEquals(seen.size, 20);
  assert(!seen.has(undefined));
});

Deno.test("key sampler: nothing to draw", () => {
  const sampler = new KeySampler(new Random(85));
  assertEquals(sampler.next([], 0), undefined);
  assertEquals(sampler.next([undefined, new Map()], 0), undefined);
});
