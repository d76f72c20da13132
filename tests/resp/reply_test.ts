import { assert, assertEquals, assertNotStrictEquals } from "@std/assert";
import { acquireBuffer, releaseBuffer, Reply } from "../../src/resp/reply.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";
import { randomBytes } from "./frames.ts";

/** What the reply holds, as a byte string. */
function textOf(reply: Reply): string {
  return fromBytes(reply.written.buffer, 0, reply.length);
}

function capacityOf(reply: Reply): number {
  return reply.written.buffer.length;
}

type Write = (reply: Reply) => void;

/** Each kind of reply with its text in RESP2 and, where that is another, in RESP3. */
const REPLIES: [write: Write, resp2: string, resp3?: string][] = [
  [(reply) => reply.ok(), "+OK\r\n"],
  [(reply) => reply.simpleString("PONG"), "+PONG\r\n"],
  [(reply) => reply.simpleString(""), "+\r\n"],
  [(reply) => reply.error("ERR a\r\nb\n"), "-ERR a  b \r\n"],
  [(reply) => reply.integer(0), ":0\r\n"],
  [(reply) => reply.integer(9), ":9\r\n"],
  [(reply) => reply.integer(10), ":10\r\n"],
  [(reply) => reply.integer(-1), ":-1\r\n"],
  [(reply) => reply.integer(Number.MAX_SAFE_INTEGER), ":9007199254740991\r\n"],
  [(reply) => reply.integer(Number.MIN_SAFE_INTEGER), ":-9007199254740991\r\n"],
  [(reply) => reply.bigInteger(-(2n ** 63n)), ":-9223372036854775808\r\n"],
  [(reply) => reply.bulk(new ByteBuffer(toBytes("abcdef")), 1, 4), "$3\r\nbcd\r\n"],
  [(reply) => reply.bulk(new ByteBuffer(0), 0, 0), "$0\r\n\r\n"],
  [(reply) => reply.bulkBytes(toBytes("\r\n\x00\xff")), "$4\r\n\r\n\x00\xff\r\n"],
  [(reply) => reply.bulkText("caf\xe9"), "$4\r\ncaf\xe9\r\n"],
  [(reply) => reply.bulkText("x".repeat(200) + "\xe9"), `$201\r\n${"x".repeat(200)}\xe9\r\n`],
  [(reply) => reply.bulkInteger(-12), "$3\r\n-12\r\n"],
  [(reply) => reply.nullReply(), "$-1\r\n", "_\r\n"],
  [(reply) => reply.nullArray(), "*-1\r\n", "_\r\n"],
  [(reply) => reply.arrayHeader(0), "*0\r\n"],
  [(reply) => reply.arrayHeader(1_048_576), "*1048576\r\n"],
  [(reply) => reply.mapHeader(6), "*12\r\n", "%6\r\n"],
  [(reply) => reply.setHeader(12), "*12\r\n", "~12\r\n"],
  [(reply) => reply.pushHeader(3), "*3\r\n", ">3\r\n"],
  [(reply) => reply.attributeHeader(1), "|1\r\n"],
  [(reply) => reply.double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"],
  [(reply) => reply.double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
  [(reply) => reply.boolean(true), ":1\r\n", "#t\r\n"],
  [(reply) => reply.boolean(false), ":0\r\n", "#f\r\n"],
  [
    (reply) => reply.bigNumber("123456789012345678901"),
    "$21\r\n123456789012345678901\r\n",
    "(123456789012345678901\r\n",
  ],
  [(reply) => reply.verbatim("txt", "a\nb"), "$3\r\na\nb\r\n", "=7\r\ntxt:a\nb\r\n"],
  [(reply) => reply.raw(toBytes("+RAW\r\n")), "+RAW\r\n"],
  [(reply) => reply.raw(toBytes("xx+RAW\r\nyy"), 2, 8), "+RAW\r\n"],
];

Deno.test("reply: every type in RESP2 and RESP3", () => {
  for (const [write, resp2, resp3 = resp2] of REPLIES) {
    for (const [version, expected] of [[2, resp2], [3, resp3]] as const) {
      const reply = new Reply();
      reply.resp3 = version === 3;
      write(reply);
      assertEquals(textOf(reply), expected, `RESP${version} ${JSON.stringify(expected)}`);
    }
  }
});

/** A reply of which `free` bytes of the buffer are left, and what it holds. */
function nearlyFull(free: number): { reply: Reply; filler: string } {
  const reply = new Reply();
  const filler = "f".repeat(capacityOf(reply) - free);
  reply.raw(toBytes(filler));
  assertEquals(capacityOf(reply) - reply.length, free);
  return { reply, filler };
}

// A write behind the end of a typed array is lost without an error, so it shows as a missing byte.
Deno.test("reply: every type at the end of the buffer", () => {
  for (const [write, resp2, resp3 = resp2] of REPLIES) {
    for (const [version, expected] of [[2, resp2], [3, resp3]] as const) {
      for (let free = 0; free <= expected.length + 26; free += free < 60 ? 1 : 7) {
        const { reply, filler } = nearlyFull(free);
        reply.resp3 = version === 3;
        write(reply);
        reply.ok();
        const text = textOf(reply);
        assert(text === `${filler}${expected}+OK\r\n`, `${JSON.stringify(expected)} with ${free} bytes free`);
        assert(reply.length <= capacityOf(reply));
      }
    }
  }
});

Deno.test("reply: bulk strings of any size at the end of the buffer", () => {
  const random = new Random(31);
  const sizes = [
    0,
    1,
    7,
    8,
    9,
    15,
    16,
    17,
    47,
    48,
    49,
    55,
    56,
    57,
    99,
    100,
    143,
    144,
    145,
    1000,
    16_384,
    70_000,
  ];
  for (const size of sizes) {
    const bytes = randomBytes(random, size);
    const expected = `$${size}\r\n${bytes}\r\n`;
    const source = new ByteBuffer(toBytes(`..${bytes}..`));
    const writes: Write[] = [
      (reply) => reply.bulk(source, 2, 2 + size),
      (reply) => reply.bulkBytes(toBytes(bytes)),
      (reply) => reply.bulkText(bytes),
      (reply) => reply.raw(toBytes(expected)),
    ];
    const around = [
      0,
      1,
      2,
      size,
      size + 1,
      size + 23,
      size + 24,
      size + 25,
      expected.length - 1,
      expected.length,
    ];
    for (const free of around) {
      for (const write of writes) {
        if (free > 60_000) continue;
        const { reply, filler } = nearlyFull(free);
        write(reply);
        assert(textOf(reply) === filler + expected, `${size} bytes with ${free} free`);
      }
    }
  }
});

Deno.test("reply: random sequences equal the joined parts", () => {
  const random = new Random(32);
  for (let round = 0; round < 60; round++) {
    const reply = new Reply();
    const resp3 = random.below(2) === 1;
    reply.resp3 = resp3;
    let expected = "";
    for (let i = 0; i < 400; i++) {
      if (random.below(3) === 0) {
        const text = randomBytes(random, random.below(2000));
        reply.bulkText(text);
        expected += `$${text.length}\r\n${text}\r\n`;
      } else {
        const [write, two, three = two] = REPLIES[random.below(REPLIES.length)];
        write(reply);
        expected += resp3 ? three : two;
      }
      if (random.below(20) === 0) {
        const length = random.below(reply.length + 1);
        reply.truncate(length);
        expected = expected.slice(0, length);
      }
    }
    assert(textOf(reply) === expected, `round ${round}`);
  }
});

Deno.test("reply: what was taken stays as it was while the writer goes on", () => {
  const reply = new Reply();
  reply.bulkText("first");
  const length = reply.length;
  const taken = reply.take();
  assertEquals(reply.length, 0);
  reply.bulkText("x".repeat(200_000));
  reply.bulkText("other");
  assertEquals(fromBytes(taken.buffer, 0, length), "$5\r\nfirst\r\n");
  assertNotStrictEquals(reply.take(), taken);
  releaseBuffer(taken);
});

Deno.test("reply: a buffer is not handed out twice, and huge ones are not kept", () => {
  const acquired = Array.from({ length: 100 }, () => acquireBuffer());
  assertEquals(new Set(acquired).size, 100);
  for (const memory of acquired) releaseBuffer(memory);
  const huge = new ByteBuffer(64 << 20);
  releaseBuffer(huge);
  const again = Array.from({ length: 100 }, () => acquireBuffer());
  assertEquals(new Set(again).size, 100);
  assert(!again.includes(huge));
});

Deno.test("reply: errors are counted and told", () => {
  const reply = new Reply();
  const told: string[] = [];
  reply.onError = (text) => told.push(text);
  reply.error("ERR one");
  reply.ok();
  reply.error("WRONGTYPE two");
  assertEquals(reply.errors, 2);
  assertEquals(told, ["ERR one", "WRONGTYPE two"]);
});

Deno.test("reply: the memory of a long reply that was dropped is given back", () => {
  const reply = new Reply();
  reply.ok();
  reply.bulkBytes(new Uint8Array(4 << 20));
  reply.truncate(5);
  reply.trim();
  assertEquals(reply.length, 5);
  reply.truncate(0);
  reply.trim();
  assert(reply.written.buffer.length <= 512 * 1024);
});
