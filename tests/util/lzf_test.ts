import { assert, assertEquals } from "@std/assert";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { crc64 } from "../../src/util/crc64.ts";
import { lzfCompress, lzfDecompress } from "../../src/util/lzf.ts";
import { Random } from "../../src/util/random.ts";
import { redisAvailable, RedisReference } from "./redis_reference.ts";

/** Incompressible input grows by one byte in 32. */
function compress(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(input.length + Math.ceil(input.length / 32));
  return output.subarray(0, lzfCompress(input, output));
}

function decompress(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  assertEquals(lzfDecompress(input, output), length);
  return output;
}

/** Bytes with repetitions near and far. */
function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const kinds = 1 + random.below(256);
  for (let i = 0; i < length;) {
    const run = Math.min(length - i, 1 + random.below(400));
    const from = random.below(3) > 0 && i > 0 ? random.below(i) : -1;
    for (let end = i + run, k = 0; i < end; i++, k++) {
      bytes[i] = from < 0 ? random.below(kinds) : bytes[from + k];
    }
  }
  return bytes;
}

Deno.test("lzf: round trips", () => {
  const random = new Random(31);
  for (let i = 0; i < 400; i++) {
    const length = i < 100 ? i : random.below(i < 390 ? 3000 : 100_000);
    const input = randomBytes(random, length);
    assertEquals(decompress(compress(input), length), input);
  }
});

Deno.test("lzf: the format, byte by byte", () => {
  // Five literals "abcde"; a match of 10 at distance 5 (7 << 5, 10 - 2 - 7, 5 - 1).
  const packed = new Uint8Array([4, 97, 98, 99, 100, 101, 0xe0, 1, 4]);
  assertEquals(fromBytes(decompress(packed, 15)), "abcdeabcdeabcde");
  assertEquals(compress(toBytes("abcdeabcdeabcde")), packed);
  const run = compress(new Uint8Array(266).fill(120));
  assertEquals(decompress(run, 266), new Uint8Array(266).fill(120));
  assert(run.length <= 8);
});

Deno.test("lzf: a result that does not fit is refused", () => {
  const input = toBytes("abc".repeat(100));
  const size = compress(input).length;
  assert(size < 20);
  assertEquals(lzfCompress(input, new Uint8Array(size)), size);
  for (let room = 0; room < size; room++) assertEquals(lzfCompress(input, new Uint8Array(room)), 0);
  assertEquals(lzfCompress(new Uint8Array(), new Uint8Array(9)), 0);
});

Deno.test("lzf: damaged input is refused, never read or written out of bounds", () => {
  for (const damaged of [[5, 1, 2], [0x20], [0x20, 0], [0, 97, 0x20, 5], [0, 97, 0xe0], [0, 97, 0xe0, 1]]) {
    assertEquals(lzfDecompress(new Uint8Array(damaged), new Uint8Array(100)), -1, String(damaged));
  }
  assertEquals(lzfDecompress(new Uint8Array([2, 1, 2, 3]), new Uint8Array(2)), -1, "too little room");
  const random = new Random(32);
  for (let i = 0; i < 5000; i++) {
    const noise = Uint8Array.from({ length: random.below(40) }, () => random.below(256));
    const written = lzfDecompress(noise, new Uint8Array(200));
    assert(written >= -1 && written <= 200);
  }
});

Deno.test({
  name: "lzf: redis-server's strings unpack here, ours unpack there",
  ignore: !redisAvailable(),
  fn: async () => {
    await using redis = await RedisReference.start();
    const random = new Random(33);
    let compressed = 0;
    for (let i = 0; i < 150; i++) {
      const length = 100 + random.below(16_000);
      const bytes = randomBytes(random, length);
      const value = fromBytes(bytes);
      await redis.call("SET", "theirs", value);
      const dump = await redis.call("DUMP", "theirs") as string;
      if (dump.charCodeAt(1) === 0xc3) {
        compressed++;
        assertEquals(fromBytes(decompress(packedPart(dump), length)), value);
      }
      await redis.call("DEL", "ours");
      assertEquals(await redis.call("RESTORE", "ours", 0, dumpOf(bytes, dump.slice(-10, -8))), "OK");
      assertEquals(await redis.call("GET", "ours"), value);
    }
    assert(compressed > 100, `redis-server compressed ${compressed} values`);
  },
});

/** The compressed bytes of a DUMP payload: type, 0xc3, both lengths, the bytes, version (2), checksum (8). */
function packedPart(dump: string): Uint8Array {
  const bytes = toBytes(dump);
  const start = 2 + lengthSize(bytes[2]);
  return bytes.subarray(start + lengthSize(bytes[start]), bytes.length - 10);
}

/** Bytes of an RDB length: 6 bits, 14 bits or 32 bits, by its two top bits. */
function lengthSize(first: number): number {
  return first >> 6 === 0 ? 1 : first >> 6 === 1 ? 2 : 5;
}

/** A DUMP payload of a string compressed here. */
function dumpOf(value: Uint8Array, version: string): string {
  const packed = compress(value);
  const head = "\x00\xc3" + longLength(packed.length) + longLength(value.length);
  const body = head + fromBytes(packed) + version;
  return body + fromBytes(crc64(toBytes(body)));
}

function longLength(length: number): string {
  return "\x80" +
    String.fromCharCode(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
}
