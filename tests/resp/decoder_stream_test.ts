import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Decoder } from "../../src/resp/decoder.ts";
import { type Arrival, DecoderStream } from "../../src/resp/decoder_stream.ts";
import { Frame } from "../../src/resp/frame.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { drain, encode, newDecoder } from "./frames.ts";

/** Has the decoder receive the text, as by a read into its own space. */
function arrival(decoder: Decoder, text: string): Arrival {
  const bytes = toBytes(text);
  decoder.reserve().set(bytes);
  return { decoder, arrived: bytes.length };
}

Deno.test("decoder stream: one batch for each that enters, complete commands or not", async () => {
  const decoder = newDecoder();
  const stream = new DecoderStream();
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const frame = new Frame();
  const seen: string[][][] = [];
  for (
    const text of [
      "*1\r\n$4\r\nPI",
      "NG\r\n",
      encode("GET", "a") + encode("GET", "b") + "*",
      "1\r\n$1\r\nx\r\n",
    ]
  ) {
    const batch = [arrival(decoder, text)];
    const written = writer.write(batch);
    const { value, done } = await reader.read();
    await written;
    assertEquals(done, false);
    assertStrictEquals(value, batch);
    const commands: string[][] = [];
    drain(decoder, frame, commands);
    seen.push(commands);
  }
  assertEquals(seen, [[], [["PING"]], [["GET", "a"], ["GET", "b"]], [["x"]]]);
  const ended = reader.read();
  await writer.close();
  assertEquals((await ended).done, true);
});

Deno.test("decoder stream: a batch has what several connections received, each in its own decoder", async () => {
  const decoders = [newDecoder(), newDecoder(), newDecoder()];
  const stream = new DecoderStream();
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  writer.write(decoders.map((decoder, i) => arrival(decoder, encode("SET", `key${i}`, "value"))));
  const { value } = await reader.read();
  const frame = new Frame();
  const seen = value!.map(({ decoder }) => {
    const commands: string[][] = [];
    drain(decoder, frame, commands);
    // What was read into the decoder's own space is not copied.
    assertStrictEquals(frame.buffer.buffer, decoder.reserve().buffer);
    return commands;
  });
  assertEquals(seen, [0, 1, 2].map((i) => [["SET", `key${i}`, "value"]]));
  await writer.abort();
  await reader.cancel().catch(() => {});
});
