import { assertEquals } from "@std/assert";
import { ReplyCounter } from "../../../src/tools/bench/reply_counter.ts";
import { bytesOf } from "../../support/bytes.ts";

const REPLIES = [
  "+OK\r\n",
  ":-12\r\n",
  "$5\r\nhello\r\n",
  "$0\r\n\r\n",
  "$-1\r\n",
  "$10\r\n*3\r\n-ERR \r\r\n",
  "*0\r\n",
  "*-1\r\n",
  "*2\r\n*2\r\n$1\r\na\r\n:1\r\n*1\r\n*0\r\n",
  "*2\r\n-ERR inside\r\n+x\r\n",
  "_\r\n",
  "#t\r\n",
  ",1.5\r\n",
  "(123456789012345678901234567890\r\n",
  "=7\r\ntxt:abc\r\n",
  "!5\r\nERR x\r\n",
  "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
  "~3\r\n:1\r\n:2\r\n:3\r\n",
  "|1\r\n+ttl\r\n:3\r\n+with attributes\r\n",
];
const PUSH = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";

function countIn(text: string, step: number): number {
  const counter = new ReplyCounter();
  let count = 0;
  const bytes = bytesOf(text);
  for (let i = 0; i < bytes.length; i += step) {
    const piece = bytes.subarray(i, i + step);
    count += counter.count(piece, piece.length);
  }
  assertEquals(counter.error, null);
  return count;
}

Deno.test("the reply counter counts every kind of reply once, in chunks of any size", () => {
  for (const reply of REPLIES) {
    for (const step of [1, 2, 3, 7, 1000]) assertEquals(countIn(reply + reply, step), 2, reply);
  }
  const all = REPLIES.join("");
  for (let step = 1; step < 60; step++) assertEquals(countIn(all, step), REPLIES.length);
});

Deno.test("the reply counter does not count push messages", () => {
  const text = REPLIES.map((reply) => PUSH + reply).join("") + PUSH;
  for (const step of [1, 5, 1000]) assertEquals(countIn(text, step), REPLIES.length);
});

Deno.test("the reply counter keeps the first error, and none from inside of a reply", () => {
  for (const step of [1, 4, 1000]) {
    const counter = new ReplyCounter();
    const bytes = bytesOf("+OK\r\n*1\r\n-ERR inside\r\n-ERR first one\r\n-ERR second\r\n");
    for (let i = 0; i < bytes.length; i += step) counter.count(bytes.subarray(i, i + step), step);
    assertEquals(counter.error, "ERR first one");
  }
});

Deno.test("the reply counter looks at no more than it is told", () => {
  assertEquals(new ReplyCounter().count(bytesOf("+OK\r\n+OK\r\n"), 5), 1);
});
