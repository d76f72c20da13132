import { assertEquals } from "@std/assert";
import { Reply } from "../../src/resp/reply.ts";
import { OutputQueue } from "../../src/server/output_queue.ts";

/** A socket that takes a few bytes at a time. */
function slowSocket(most: number): { connection: Deno.Conn; text: () => string } {
  const taken: number[] = [];
  const write = (bytes: Uint8Array) => {
    const size = Math.min(most, bytes.length);
    taken.push(...bytes.subarray(0, size));
    return Promise.resolve(size);
  };
  return {
    connection: { write } as unknown as Deno.Conn,
    text: () => taken.map((byte) => String.fromCharCode(byte)).join(""),
  };
}

Deno.test("output queue: a socket that takes little at a time gets everything in order, and each bit is told", async () => {
  const { connection, text } = slowSocket(10_000);
  const pending: number[] = [];
  const queue: OutputQueue = new OutputQueue(connection, () => pending.push(queue.pendingBytes), () => {});
  const reply = new Reply();
  reply.simpleString("first");
  queue.take(reply);
  queue.flush();
  reply.bulkText("x".repeat(25_000));
  queue.take(reply);
  queue.flush();
  reply.simpleString("last");
  queue.take(reply);
  queue.flush();
  await queue.idle();
  assertEquals(text(), `+first\r\n$25000\r\n${"x".repeat(25_000)}\r\n+last\r\n`);
  // The first reply, three parts of the long one, the last.
  assertEquals(pending, [25_017, 15_017, 5017, 7, 0]);
});

Deno.test("output queue: a quiet connection gives its large buffer back, one with unsent bytes does not", async () => {
  const { connection, text } = slowSocket(10_000);
  const queue = new OutputQueue(connection, () => {}, () => {});
  const reply = new Reply();
  reply.bulkText("y".repeat(9000));
  queue.append(reply.written, 0, reply.length);
  queue.trim();
  assertEquals(queue.bufferSize, 16 * 1024);
  queue.flush();
  await queue.idle();
  assertEquals(text().length, reply.length);
  queue.trim();
  assertEquals(queue.bufferSize, 0);
  reply.truncate(0);
  reply.simpleString("again");
  queue.take(reply);
  queue.flush();
  await queue.idle();
  assertEquals(text().endsWith("\r\n+again\r\n"), true);
});
