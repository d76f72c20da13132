import { assert, assertEquals } from "@std/assert";
import { Frame } from "../../src/resp/frame.ts";
import { MAX_ARGUMENTS, MAX_INLINE_SIZE } from "../../src/resp/decoder.ts";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";
import { argumentsOf, decodeChunks, decodeText, drain, encode, newDecoder, randomBytes } from "./frames.ts";

/** Commands of all kinds; some are long enough for the decoder to remember where it was. */
function manyCommands(): { text: string; commands: string[][] } {
  const random = new Random(11);
  const commands: string[][] = [
    ["PING"],
    ["SET", "key", ""],
    ["SET", "a\r\nb", "\x00\xff*1\r\n$4\r\nPING\r\n"],
    ["MSET", ...Array.from({ length: 90 }, (_, i) => randomBytes(random, i % 13))],
    ["SET", "long", randomBytes(random, 300)],
    ["DEL", ...Array.from({ length: 33 }, (_, i) => `k${i}`)],
    [""],
  ];
  const parts = commands.map((args) => encode(...args));
  parts.splice(2, 0, "*0\r\n", "*-1\r\n", "\r\n", "  \r\n");
  parts.push('set  inline "a b\\x00"\r\n', "\n", "get inline\n");
  return {
    text: parts.join(""),
    commands: [...commands, ["set", "inline", "a b\x00"], ["get", "inline"]],
  };
}

Deno.test("decoder: a stream of commands in one piece and byte by byte", () => {
  const { text, commands } = manyCommands();
  assertEquals(decodeText(text), { commands, error: null });
  const bytes = toBytes(text);
  assertEquals(decodeChunks(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))), {
    commands,
    error: null,
  });
});

Deno.test("decoder: a stream split anywhere in two", () => {
  const { text, commands } = manyCommands();
  const bytes = toBytes(text);
  for (let split = 1; split < bytes.length; split++) {
    const decoded = decodeChunks([bytes.subarray(0, split), bytes.subarray(split)]);
    assertEquals(decoded, { commands, error: null }, `split at ${split}`);
  }
});

Deno.test("decoder: reads into the reserved space, of any size", () => {
  const { text, commands } = manyCommands();
  const bytes = toBytes(text.repeat(20));
  const random = new Random(12);
  for (const largest of [3, 50, 1000, 100_000]) {
    const decoder = newDecoder();
    const frame = new Frame();
    const decoded: string[][] = [];
    for (let sent = 0; sent < bytes.length;) {
      const space = decoder.reserve();
      const size = Math.min(1 + random.below(largest), space.length, bytes.length - sent);
      space.set(bytes.subarray(sent, sent + size));
      if (random.below(2) === 0) decoder.push(space.slice(0, size));
      else decoder.accept(size);
      sent += size;
      drain(decoder, frame, decoded);
    }
    assertEquals(decoded, Array.from({ length: 20 }, () => commands).flat());
    assertEquals(decoder.buffered, 0);
  }
});

Deno.test("decoder: several pieces of one reserved space while a long frame is unfinished", () => {
  const args = ["MSET", ...Array.from({ length: 60 }, (_, i) => `a${i}`)];
  const bytes = toBytes(encode("PING") + encode(...args));
  const decoder = newDecoder();
  const frame = new Frame();
  const decoded: string[][] = [];
  const space = decoder.reserve();
  space.set(bytes);
  for (let sent = 0; sent < bytes.length; sent += 7) {
    decoder.accept(Math.min(7, bytes.length - sent));
    drain(decoder, frame, decoded);
  }
  assertEquals(decoded, [["PING"], args]);
});

Deno.test("decoder: the frame's bytes are the command as RESP", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  decoder.push(toBytes(encode("SET", "a", "\r\n\x80") + 'echo "x y"\r\n' + encode("PING")));
  const copies: string[] = [];
  while (decoder.next(frame)) copies.push(fromBytes(frame.copyFrame()));
  assertEquals(copies, [encode("SET", "a", "\r\n\x80"), encode("echo", "x y"), encode("PING")]);
});

const PROTOCOL_ERRORS: [input: string, reason: string][] = [
  ["*\r\n", "invalid multibulk length"],
  ["*+1\r\n", "invalid multibulk length"],
  ["*01\r\n", "invalid multibulk length"],
  ["*-0\r\n", "invalid multibulk length"],
  ["* 1\r\n", "invalid multibulk length"],
  ["*1x\r\n", "invalid multibulk length"],
  ["*:\r\n", "invalid multibulk length"],
  ["*2147483648\r\n", "invalid multibulk length"],
  ["*99999999999999999999\r\n", "invalid multibulk length"],
  ["*1\r\n$\r\n", "invalid bulk length"],
  ["*1\r\n$-1\r\n", "invalid bulk length"],
  ["*1\r\n$+4\r\n", "invalid bulk length"],
  ["*1\r\n$04\r\n", "invalid bulk length"],
  ["*1\r\n$-0\r\n", "invalid bulk length"],
  ["*1\r\n$4x\r\n", "invalid bulk length"],
  ["*1\r\n$:\r\n0123456789\r\n", "invalid bulk length"],
  ["*1\r\n$A\r\n01234567890123456\r\n", "invalid bulk length"],
  ["*1\r\n$1:\r\n", "invalid bulk length"],
  ["*1\r\n$536870913\r\n", "invalid bulk length"],
  ["*1\r\n$99999999999999999999\r\n", "invalid bulk length"],
  ["*1\r\n:4\r\n", "expected '$', got ':'"],
  ["*2\r\n$4\r\nPING\r\nX\r\n", "expected '$', got 'X'"],
  ["*1\r\n\r\n", "expected '$', got '\r'"],
  ['PING "a\r\n', "unbalanced quotes in request"],
  ['PING "a"b\r\n', "unbalanced quotes in request"],
  ["PING 'a\r\n", "unbalanced quotes in request"],
  ["*" + "1".repeat(MAX_INLINE_SIZE + 1), "too big mbulk count string"],
  ["*1\r\n$" + "1".repeat(MAX_INLINE_SIZE + 1), "too big bulk count string"],
  ["a".repeat(MAX_INLINE_SIZE + 1), "too big inline request"],
  ["a".repeat(MAX_INLINE_SIZE + 1) + "\r\n", "too big inline request"],
];

Deno.test("decoder: protocol errors", () => {
  for (const [input, reason] of PROTOCOL_ERRORS) {
    const label = JSON.stringify(input.slice(0, 40));
    const decoder = newDecoder();
    const decoded = decodeText(encode("PING") + input, decoder);
    assertEquals(decoded, { commands: [["PING"]], error: `Protocol error: ${reason}` }, label);
    decoder.push(toBytes(encode("PING")));
    assert(!decoder.next(new Frame()), `nothing is decoded after an error: ${label}`);
    if (input.length > 100) continue;
    const bytes = toBytes(input);
    const slowly = decodeChunks(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
    assertEquals(slowly, { commands: [], error: `Protocol error: ${reason}` }, `byte by byte: ${label}`);
  }
});

Deno.test("decoder: what the original lets pass", () => {
  const lenient = "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\n\n";
  assertEquals(decodeText(lenient), { commands: [["PING"], ["PING"]], error: null });
});

Deno.test("decoder: proto-max-bulk-len follows its setting", () => {
  const limits = { maxBulkSize: 10 };
  const decoder = newDecoder(limits);
  assertEquals(decodeText(encode("0123456789"), decoder).commands.length, 1);
  limits.maxBulkSize = 11;
  assertEquals(decodeText(encode("0123456789+"), decoder).commands.length, 1);
  assertEquals(decodeText("*1\r\n$12\r\n", decoder).error, "Protocol error: invalid bulk length");
});

Deno.test("decoder: 1,048,576 arguments and not one more", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  decoder.push(toBytes(`*${MAX_ARGUMENTS}\r\n` + "$1\r\nx\r\n".repeat(MAX_ARGUMENTS)));
  assert(decoder.next(frame));
  assertEquals(frame.length, 1_048_576);
  assertEquals(frame.ends[MAX_ARGUMENTS - 1], frame.frameEnd - 2);
  frame.trim();
  assertEquals(frame.starts.length, 64);
  assertEquals(decodeText(`*${MAX_ARGUMENTS + 1}\r\n`).error, "Protocol error: invalid multibulk length");
});

Deno.test("decoder: tighter limits before authentication", () => {
  const stranger = () => {
    const decoder = newDecoder();
    decoder.unauthenticated = true;
    return decoder;
  };
  const ten = Array.from({ length: 10 }, () => "a");
  assertEquals(decodeText(encode(...ten), stranger()).commands, [ten]);
  assertEquals(decodeText("*11\r\n", stranger()).error, "Protocol error: unauthenticated multibulk length");
  assertEquals(decodeText(encode("b".repeat(16384)), stranger()).commands.length, 1);
  const tooLong = decodeText("*1\r\n$16385\r\n", stranger());
  assertEquals(tooLong.error, "Protocol error: unauthenticated bulk length");
  const inline = decodeText("PING" + " a".repeat(20) + "\r\n", stranger());
  assertEquals(inline.commands[0].length, 21);
});

Deno.test("decoder: limits are lifted in the middle of what was received", () => {
  const decoder = newDecoder();
  decoder.unauthenticated = true;
  const frame = new Frame();
  const many = Array.from({ length: 40 }, (_, i) => `${i}`);
  decoder.push(toBytes(encode("AUTH", "secret") + encode(...many)));
  assert(decoder.next(frame));
  decoder.unauthenticated = false;
  assert(decoder.next(frame));
  assertEquals(argumentsOf(frame), many);
});

Deno.test("decoder: the announcement of 512 MB takes no memory", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  decoder.push(toBytes("*1048576\r\n$3\r\nSET\r\n$536870912\r\n"));
  assert(!decoder.next(frame));
  for (let i = 0; i < 10; i++) {
    const space = decoder.reserve();
    decoder.accept(Math.min(100, space.length));
    assert(!decoder.next(frame));
  }
  assertEquals(decoder.error, null);
  assert(decoder.capacity <= 16 * 1024, `${decoder.capacity} bytes`);
  assert(frame.starts.length <= 64);
});

Deno.test("decoder: the buffer grows under one long argument and goes when it is done", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  const value = "v".repeat(3 << 20);
  const bytes = toBytes(encode("SET", "k", value));
  let largestSpace = 0;
  for (let sent = 0; sent < bytes.length;) {
    assert(!decoder.next(frame));
    const space = decoder.reserve();
    largestSpace = Math.max(largestSpace, space.length);
    const size = Math.min(space.length, bytes.length - sent);
    space.set(bytes.subarray(sent, sent + size));
    decoder.accept(size);
    sent += size;
  }
  assert(decoder.next(frame));
  assertEquals(frame.size(2), value.length);
  assert(decoder.capacity <= 4 * bytes.length);
  assert(largestSpace <= 2 * bytes.length);
  decoder.reserve();
  assert(decoder.capacity <= 64 * 1024, `${decoder.capacity} bytes`);
});

Deno.test("decoder: a buffer that was large for a while becomes small again", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  const feed = (text: string) => {
    for (const bytes = toBytes(text); bytes.length > 0;) {
      const space = decoder.reserve();
      const size = Math.min(space.length, bytes.length);
      space.set(bytes.subarray(0, size));
      decoder.accept(size);
      drain(decoder, frame, []);
      if (size === bytes.length) return;
      return feed(text.slice(size));
    }
  };
  for (let i = 0; i < 20; i++) feed(encode("SET", "key", "v".repeat(1000)).repeat(20));
  assert(decoder.capacity >= 16 * 1024);
  for (let i = 0; i < 2000; i++) feed(encode("PING"));
  assertEquals(decoder.capacity, 1024);
});

Deno.test("decoder: a long frame in small pieces costs work in proportion to its length", () => {
  const allocated = (argumentCount: number) => {
    const bytes = toBytes(`*${argumentCount}\r\n` + "$1\r\nx\r\n".repeat(argumentCount));
    return countElements(() => {
      const decoder = newDecoder();
      const frame = new Frame();
      let found = 0;
      for (let sent = 0; sent < bytes.length; sent += 500) {
        decoder.push(bytes.subarray(sent, sent + 500));
        if (decoder.next(frame)) found = frame.length;
      }
      assertEquals(found, argumentCount);
    });
  };
  const short = allocated(20_000);
  const long = allocated(160_000);
  assert(long < short * 12, `${short} and ${long} elements allocated`);
});

/** Counts the elements of all Int32Arrays that `action` makes, copies included. */
function countElements(action: () => void): number {
  const original = globalThis.Int32Array;
  let elements = 0;
  class Counting extends original {
    constructor(...args: [number]) {
      super(...args);
      elements += this.length;
    }
  }
  globalThis.Int32Array = Counting as unknown as Int32ArrayConstructor;
  try {
    action();
  } finally {
    globalThis.Int32Array = original;
  }
  return elements;
}

Deno.test("decoder: what was gone back behind comes again", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  decoder.push(toBytes(encode("GET", "a") + "get b\r\n" + encode("GET", "c")));
  const next = () => decoder.next(frame) ? argumentsOf(frame).join(" ") : null;
  assertEquals(next(), "GET a");
  decoder.rewind(decoder.frameStart);
  assertEquals(next(), "GET a");
  assertEquals(next(), "get b");
  const place = decoder.frameStart;
  assertEquals(next(), "GET c");
  assertEquals(next(), null);
  decoder.rewind(place);
  decoder.push(toBytes(encode("GET", "d")));
  assertEquals([next(), next(), next(), next()], ["get b", "GET c", "GET d", null]);
});

Deno.test("decoder: an error behind the place that was gone back to is met again", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  const long = ["RPUSH", ...Array.from({ length: 200 }, (_, i) => `${i}`)];
  decoder.push(toBytes(encode("GET", "a") + encode(...long) + "*1\r\n+1\r\n"));
  assert(decoder.next(frame));
  const place = decoder.frameEnd;
  for (let round = 0; round < 2; round++) {
    assert(decoder.next(frame));
    assertEquals(argumentsOf(frame), long);
    assert(!decoder.next(frame));
    assertEquals(decoder.error, "Protocol error: expected '$', got '+'");
    decoder.rewind(place);
    assertEquals(decoder.error, null);
  }
});

Deno.test("decoder: a partly received command may be gone back before", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  const long = ["RPUSH", ...Array.from({ length: 200 }, (_, i) => `${i}`)];
  const bytes = toBytes(encode("GET", "a") + encode(...long));
  decoder.push(bytes.subarray(0, bytes.length - 20));
  assert(decoder.next(frame));
  const place = decoder.frameStart;
  assert(!decoder.next(frame));
  decoder.rewind(place);
  decoder.push(bytes.subarray(bytes.length - 20));
  assert(decoder.next(frame));
  assertEquals(argumentsOf(frame), ["GET", "a"]);
  assert(decoder.next(frame));
  assertEquals(argumentsOf(frame), long);
});

Deno.test("decoder: an inline command behind an empty one is left where it is, too", () => {
  const decoder = newDecoder();
  const [first, second] = [new Frame(), new Frame()];
  decoder.push(toBytes("set a 1\r\n*0\r\nset b 2\r\n"));
  assert(decoder.next(first));
  assert(!decoder.nextMultibulk(second));
  assertEquals(argumentsOf(first), ["set", "a", "1"]);
  assert(decoder.next(second));
  assertEquals(argumentsOf(second), ["set", "b", "2"]);
});

Deno.test("decoder: an inline command is left where it is if asked for", () => {
  const decoder = newDecoder();
  const frame = new Frame();
  decoder.push(toBytes(encode("GET", "a") + "get b\r\n"));
  assert(decoder.nextMultibulk(frame));
  assert(!decoder.nextMultibulk(frame));
  assertEquals(argumentsOf(frame), ["GET", "a"]);
  assert(decoder.next(frame));
  assertEquals(argumentsOf(frame), ["get", "b"]);
  assert(!decoder.nextMultibulk(frame));
});

/** Bytes that are RESP here and there. */
function nearlyRequests(random: Random): Uint8Array {
  const pieces = [
    () => encode("SET", "k", randomBytes(random, random.below(40))),
    () => encode(...Array.from({ length: random.below(50) }, (_, i) => `${i}`)),
    () => `*${random.below(2000) - 10}\r\n`,
    () => `$${random.below(2000) - 10}\r\n`,
    () => randomBytes(random, random.below(30)),
    () => 'set a "b c"\r\n',
    () => "\r\n",
    () => "*",
    () => "$",
  ];
  let text = "";
  const count = 1 + random.below(6);
  for (let i = 0; i < count; i++) text += pieces[random.below(pieces.length)]();
  const bytes = toBytes(text);
  const changes = random.below(3);
  for (let i = 0; i < changes && bytes.length > 0; i++) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

Deno.test("decoder: random bytes never throw, never loop, and do not pile up", () => {
  const random = new Random(13);
  for (let round = 0; round < 20_000; round++) {
    const bytes = nearlyRequests(random);
    const label = JSON.stringify(fromBytes(bytes));
    const whole = decodeChunks([bytes]);
    const decoder = newDecoder();
    const frame = new Frame();
    const commands: string[][] = [];
    for (let sent = 0; sent < bytes.length;) {
      const size = 1 + random.below(20);
      decoder.push(bytes.subarray(sent, sent + size));
      sent += size;
      drain(decoder, frame, commands);
      assert(commands.length <= bytes.length, label);
    }
    assertEquals({ commands, error: decoder.error }, whole, label);
    assert(decoder.capacity <= 1024 + 4 * bytes.length, label);
  }
});
