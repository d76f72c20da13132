import { assert, assertEquals } from "@std/assert";
import { Frame } from "../../src/resp/frame.ts";
import { encodeInlineCommand, splitInline } from "../../src/resp/inline.ts";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";
import { redisAvailable, startRedis, type TestServer } from "../harness.ts";
import { argumentsOf } from "./frames.ts";

/** The line's arguments as byte strings, or null. */
function split(line: string): string[] | null {
  const parts = splitInline(toBytes(line), 0, line.length);
  return parts === null ? null : parts.map((part) => String.fromCharCode(...part));
}

const LINES: [line: string, args: string[] | null][] = [
  ["", []],
  [" \t\v\f ", []],
  ["PING", ["PING"]],
  ["  set a  b ", ["set", "a", "b"]],
  ["set\ta\tb", ["set", "a", "b"]],
  ["a x\vy\fz", ["a", "x\vy\fz"]],
  ["a \vx", ["a", "x"]],
  ['""', [""]],
  ["''", [""]],
  ['a ""', ["a", ""]],
  ['"a b" c', ["a b", "c"]],
  ["'a b' c", ["a b", "c"]],
  ['a"b c"', ["ab c"]],
  ["a'b c'", ["ab c"]],
  [String.raw`"\n\r\t\b\a\\\"\q"`, ['\n\r\t\b\x07\\"q']],
  [String.raw`"\x41\xff\x0g\x4"`, ["A\xffx0gx4"]],
  [String.raw`'\n\x41\'\\x'`, [String.raw`\n\x41'\\x`]],
  [String.raw`a\ b`, ["a\\", "b"]],
  ['"a', null],
  ["'a", null],
  ['"a"b', null],
  ["'a'b", null],
  ['"a\\"', null],
  ["'a\\'", null],
  ['"\\', null],
  ['"\\x4', null],
  ['"a"\vb', ["a", "b"]],
  ["\xff\x80", ["\xff\x80"]],
];

Deno.test("inline: quoting", () => {
  for (const [line, args] of LINES) assertEquals(split(line), args, JSON.stringify(line));
});

Deno.test("inline: only the given part of the buffer counts", () => {
  const buffer = toBytes('xx"a\\x41"yy');
  assertEquals(splitInline(buffer, 2, 7), null);
  assertEquals(splitInline(buffer, 2, 9)?.map((part) => String.fromCharCode(...part)), ["aA"]);
  assertEquals(splitInline(buffer, 2, 2), []);
});

Deno.test("inline: the frame is the command as RESP", () => {
  const frame = new Frame();
  const many = Array.from({ length: 100 }, (_, i) => `${i}`);
  encodeInlineCommand(many.map((text) => [...toBytes(text)]), frame);
  assertEquals(argumentsOf(frame), many);
  encodeInlineCommand([[...toBytes("a\r\n")], []], frame);
  assertEquals(argumentsOf(frame), ["a\r\n", ""]);
  assertEquals(fromBytes(frame.copyFrame()), "*2\r\n$3\r\na\r\n\r\n$0\r\n\r\n");
});

/** A line of the characters that matter to the rules. */
function randomLine(random: Random): string {
  const alphabet = "ab\"\"''\\\\x41gn \t\v\f\xff";
  let line = "";
  for (let length = 1 + random.below(14); length > 0; length--) {
    line += alphabet[random.below(alphabet.length)];
  }
  return line;
}

/** How redis-server splits the line; COMMAND GETKEYS repeats the arguments of MGET. */
async function splitByRedis(server: TestServer, line: string): Promise<string[] | null> {
  using client = await server.connect();
  await client.sendRaw(`COMMAND GETKEYS MGET first ${line}\r\n`);
  const reply = await client.read();
  if (reply.type === "array") return reply.items.slice(1).map((item) => "text" in item ? item.text : "?");
  assert(reply.type === "error" && /unbalanced quotes/.test(reply.text), JSON.stringify(reply));
  return null;
}

Deno.test({
  name: "inline: random lines are split as redis-server splits them",
  ignore: !redisAvailable(),
  async fn() {
    await using server = await startRedis();
    const random = new Random(21);
    const lines = LINES.map(([line]) => line);
    while (lines.length < 800) lines.push(randomLine(random));
    let unbalanced = 0;
    for (const line of lines) {
      const expected = await splitByRedis(server, line);
      if (expected === null) unbalanced++;
      assertEquals(split(line), expected, JSON.stringify(line));
    }
    assert(unbalanced > 50 && unbalanced < 700);
  },
});
