import { assertEquals } from "@std/assert";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { crc16, keyHashSlot } from "../../src/util/crc16.ts";
import { Crc64, crc64 } from "../../src/util/crc64.ts";
import { Random } from "../../src/util/random.ts";
import { redisAvailable, RedisReference } from "./redis_reference.ts";

Deno.test("crc16: the specification's vectors", () => {
  assertEquals(crc16(toBytes("123456789")), 0x31c3);
  assertEquals(crc16(toBytes("xx123456789x"), 2, 11), 0x31c3);
  assertEquals(crc16(new Uint8Array()), 0);
  assertEquals(keyHashSlot("123456789"), 0x31c3);
  assertEquals(keyHashSlot("foo"), 12182);
});

Deno.test("crc16: only a non-empty hash tag counts", () => {
  assertEquals(keyHashSlot("{user1000}.following"), keyHashSlot("user1000"));
  assertEquals(keyHashSlot("foo{bar}{zap}"), keyHashSlot("bar"));
  assertEquals(keyHashSlot("foo{{bar}}zap"), keyHashSlot("{bar"));
  for (const key of ["foo{}{bar}", "foo{bar", "foo}bar{", "{}"]) {
    assertEquals(keyHashSlot(key), crc16(toBytes(key)) % 16384, key);
  }
  assertEquals(keyHashSlot(""), 0);
});

Deno.test("crc64: the check value", () => {
  // 0xe9c6d914c4b8d9ca, least significant byte first.
  assertEquals(crc64(toBytes("123456789")), new Uint8Array([0xca, 0xd9, 0xb8, 0xc4, 0x14, 0xd9, 0xc6, 0xe9]));
  assertEquals(crc64(new Uint8Array()), new Uint8Array(8));
});

/** The definition, bit by bit. */
function slowCrc64(bytes: Uint8Array): Uint8Array {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
  }
  return Uint8Array.from({ length: 8 }, (_, i) => Number((crc >> BigInt(8 * i)) & 255n));
}

Deno.test("crc64: any length, and any split, equals the definition", () => {
  const random = new Random(21);
  const crc = new Crc64();
  for (let length = 0; length < 100; length++) {
    const bytes = Uint8Array.from({ length }, () => random.below(256));
    const expected = slowCrc64(bytes);
    assertEquals(crc64(bytes), expected);
    const split = random.below(length + 1);
    crc.reset();
    assertEquals(crc.update(bytes, 0, split).update(bytes, split).digest(), expected);
  }
});

function randomKeys(random: Random): string[] {
  return Array.from({ length: 300 }, () => {
    let key = "";
    for (let length = random.below(12); length > 0; length--) key += "ab{}\xff\0"[random.below(6)];
    return key;
  });
}

Deno.test({
  name: "crc64: the checksums of DUMP payloads equal redis-server's",
  ignore: !redisAvailable(),
  fn: async () => {
    await using redis = await RedisReference.start();
    const random = new Random(22);
    const keys = randomKeys(random);
    await redis.pipeline(keys.map((key) => ["SET", key, key + random.hex(random.below(40))]));
    const dumps = await redis.pipeline(keys.map((key) => ["DUMP", key]));
    for (const dump of dumps as string[]) {
      assertEquals(fromBytes(crc64(toBytes(dump.slice(0, -8)))), dump.slice(-8));
    }
  },
});

Deno.test({
  name: "crc16: key slots equal redis-server's",
  ignore: !redisAvailable(),
  fn: async () => {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const busPort = String(probe.addr.port);
    probe.close();
    await using redis = await RedisReference.start(
      ...["--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", busPort],
    );
    const keys = randomKeys(new Random(23));
    const slots = await redis.pipeline(keys.map((key) => ["CLUSTER", "KEYSLOT", key]));
    keys.forEach((key, i) => assertEquals(keyHashSlot(key), slots[i], JSON.stringify(key)));
  },
});
