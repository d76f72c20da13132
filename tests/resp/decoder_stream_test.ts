import { assertEquals, assertStrictEquals } from "@std/assert";
import { DecoderStream } from "../../src/resp/decoder_stream.ts";
import { Frame } from "../../src/resp/frame.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { drain, encode, newDecoder } from "./frames.ts";

Deno.test("decoder stream: one batch for each chunk, complete commands or not", async () => {
  const decoder = newDecoder();
  const stream = new DecoderStream(decoder);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const frame = new Frame();
  const seen: string[][][] = [];
  for (
    const chunk of [
      "*1\r\n$4\r\nPI",
      "NG\r\n",
      encode("GET", "a") + encode("GET", "b") + "*",
      "1\r\n$1\r\nx\r\n",
    ]
  ) {
    const written = writer.write(toBytes(chunk));
    const { value, done } = await reader.read();
    await written;
    assertEquals(done, false);
    assertStrictEquals(value, decoder);
    const commands: string[][] = [];
    drain(decoder, frame, commands);
    seen.push(commands);
  }
  assertEquals(seen, [[], [["PING"]], [["GET", "a"], ["GET", "b"]], [["x"]]]);
  const ended = reader.read();
  await writer.close();
  assertEquals((await ended).done, true);
});

Deno.test("decoder stream: what was read into the decoder's own space is not copied", async () => {
  const decoder = newDecoder();
  const stream = new DecoderStream(decoder);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const frame = new Frame();
  const bytes = toBytes(encode("SET", "k", "value"));
  const space = decoder.reserve();
  space.set(bytes);
  const written = writer.write(decoder.received(bytes.length));
  await reader.read();
  await written;
  const commands: string[][] = [];
  drain(decoder, frame, commands);
  assertEquals(commands, [["SET", "k", "value"]]);
  assertStrictEquals(frame.buffer.buffer, space.buffer);
  await writer.abort();
  await reader.cancel().catch(() => {});
});
