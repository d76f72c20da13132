/** Lists whose nodes away from the ends are compressed. */
import { assertEquals } from "@std/assert";
import { referenceAvailable, startRedis, startServer } from "../harness.ts";
import { conformance, masked, type Random, type RandomCommand, randomised } from "./runner.ts";

/** The memory addresses, the access clock, and what a list takes in a snapshot, which LZF settles. */
const PLACE_CLOCK_AND_SIZE = /Value at:0x[0-9a-f]+|serializedlength:\d+|lru:\d+|lru_seconds_idle:\d+/g;

/** Nearly the same of different lengths, so that nodes compress, with some that hardly do. */
const ELEMENTS = [
  ...["", "0", "-32769", "9223372036854775807", "a", "\x00\r\n\xff", "hello world"],
  ...["x".repeat(64), "ab".repeat(40), "abc".repeat(60), "\xff\x00".repeat(50)],
];

function element(random: Random): string {
  if (random.chance(0.03)) return random.bytes(random.pick([60, 700, 5000]));
  if (random.chance(0.05)) return random.pick(ELEMENTS).repeat(random.pick([10, 40, 200]));
  return random.chance(0.2) ? `element ${random.below(30)} `.repeat(5) : random.pick(ELEMENTS);
}

function elements(random: Random): string[] {
  return Array.from({ length: random.pick([1, 1, 2, 20]) }, () => element(random));
}

function listCommand(random: Random): RandomCommand {
  const key = () => `k${random.below(3)}`;
  const side = () => random.pick(["LEFT", "RIGHT"]);
  const index = () => random.between(-70, 70);
  return random.pick<() => RandomCommand>([
    () => ["LPUSH", key(), ...elements(random)],
    () => ["RPUSH", key(), ...elements(random)],
    () => [random.pick(["LPOP", "RPOP"]), key()],
    () => [random.pick(["LPOP", "RPOP"]), key(), random.pick([1, 2, 7, 30])],
    () => ["LMPOP", 2, key(), key(), side(), "COUNT", random.between(1, 9)],
    () => ["LMOVE", key(), key(), side(), side()],
    () => ["LINDEX", key(), index()],
    () => ["LRANGE", key(), index(), index()],
    () => ["LSET", key(), index(), element(random)],
    () => ["LSET", key(), index(), element(random)],
    () => ["LINSERT", key(), random.pick(["BEFORE", "AFTER"]), element(random), element(random)],
    () => ["LINSERT", key(), random.pick(["BEFORE", "AFTER"]), element(random), element(random)],
    () => ["LREM", key(), random.between(-3, 3), element(random)],
    () => ["LTRIM", key(), random.between(-100, 9), random.between(-9, 100)],
    () => ["LPOS", key(), element(random), "RANK", random.pick([1, 2, -1, -2]), "COUNT", random.below(4)],
    () => ["SORT", key(), "ALPHA", "LIMIT", random.below(9), 9],
    () => ["COPY", key(), key(), "REPLACE"],
    () => ["DEBUG", "DIGEST-VALUE", key()],
    () => ["DEBUG", "DIGEST"],
    () => random.chance(0.2) ? ["DEL", key()] : ["LLEN", key()],
  ])();
}

for (const depth of [1, 2]) {
  for (const size of [3, -2]) {
    const options = ["list-compress-depth", depth, "list-max-listpack-size", size];
    conformance(`list compression: depth ${depth}, nodes of ${size}`, [
      ["CONFIG", "SET", ...options],
      "CONFIG GET list-compress-depth",
      ["RPUSH", "l", ...Array.from({ length: 100 }, (_, i) => `element ${i} `.repeat(30))],
      masked(PLACE_CLOCK_AND_SIZE, "DEBUG OBJECT l"),
      "LRANGE l 0 -1",
      "LINDEX l 50\nLINDEX l -50",
      ["LSET", "l", 50, "x".repeat(300)],
      ["LINSERT", "l", "AFTER", "x".repeat(300), "y".repeat(400)],
      "LTRIM l 10 -11",
      "CONFIG SET list-compress-depth 0",
      "DEBUG DIGEST-VALUE l",
      masked(PLACE_CLOCK_AND_SIZE, "DEBUG OBJECT l"),
    ]);
    randomised(`list compression: random commands, depth ${depth}, nodes of ${size}`, {
      seed: 20240401 + depth * 10 + size,
      count: 4000,
      // The options hold for lists made from then on.
      generate: (random) => random.chance(0.02) ? ["CONFIG", "SET", ...options] : listCommand(random),
    });
  }
}

conformance("list compression: a list keeps the depth that held when it got nodes", [
  "CONFIG SET list-max-listpack-size 3 list-compress-depth 0",
  "RPUSH without 1 2 3 4 5 6 7 8 9",
  "CONFIG SET list-compress-depth 1",
  "RPUSH without 10",
  masked(PLACE_CLOCK_AND_SIZE, "DEBUG OBJECT without"),
  "RPUSH with 1 2 3 4 5 6 7 8 9",
  masked(PLACE_CLOCK_AND_SIZE, "DEBUG OBJECT with"),
  "CONFIG SET list-compress-depth 0",
  "RPUSH with 10",
  "COPY with copied",
  "RPUSH copied 11",
  masked(PLACE_CLOCK_AND_SIZE, "DEBUG OBJECT with\nDEBUG OBJECT copied"),
  "CONFIG SET list-max-listpack-size -2",
]);

Deno.test(
  { name: "list compression: the depth of the file is in force", ignore: !referenceAvailable() },
  async () => {
    const options = {
      config: { "enable-debug-command": "yes", "list-compress-depth": 2, "list-max-listpack-size": 3 },
    };
    for (const start of [startServer, startRedis]) {
      await using server = await start(options);
      using client = await server.connect();
      await client.ask("RPUSH", "l", ...Array.from({ length: 30 }, (_, i) => `element ${i} `.repeat(30)));
      const used = Number(await client.ask("MEMORY", "USAGE", "l", "SAMPLES", 0));
      await client.ask("CONFIG", "SET", "list-compress-depth", "0");
      await client.ask("RPUSH", "m", ...Array.from({ length: 30 }, (_, i) => `element ${i} `.repeat(30)));
      const [digest] = await client.ask("DEBUG", "DIGEST-VALUE", "l") as string[];
      assertEquals(await client.ask("DEBUG", "DIGEST-VALUE", "m"), [digest]);
      const plain = Number(await client.ask("MEMORY", "USAGE", "m", "SAMPLES", 0));
      assertEquals(used < plain * 0.7, true, `${used} bytes compressed, ${plain} not`);
    }
  },
);
