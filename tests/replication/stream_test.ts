import { assertEquals } from "@std/assert";
import { NO_DATABASE } from "../../src/command/propagation_unit.ts";
import { HeldStream } from "../../src/replication/held_stream.ts";
import { Replica } from "../../src/replication/replica.ts";
import { ReplicationStream, type StreamTarget } from "../../src/replication/stream.ts";
import { Client, type Transport } from "../../src/command/client.ts";
import { encodeFrame } from "../../src/resp/encode.ts";
import { ByteBuffer, type ByteSource } from "../../src/util/byte_buffer.ts";
import { bytesOf, encodeCommand, textOf } from "../support/bytes.ts";

const ID = "a".repeat(40);

class Recorder implements StreamTarget {
  text = "";

  feed(source: ByteSource, size: number): void {
    this.text += textOf(source.buffer.subarray(0, size));
  }
}

function propagate(stream: ReplicationStream, database: number, line: string): void {
  stream.propagate(database, encodeFrame(line.split(" ")));
}

Deno.test("ReplicationStream: commands, with SELECT where the database changes", async () => {
  const stream = new ReplicationStream(ID);
  const target = new Recorder();
  stream.targets.add(target);
  propagate(stream, 0, "SET a 1");
  assertEquals([stream.offset, stream.dirty], [0, false]);
  stream.openBacklog(1000);
  propagate(stream, 2, "SET a 1");
  propagate(stream, NO_DATABASE, "PING");
  propagate(stream, 2, "DEL a");
  const expected = ["SELECT 2", "SET a 1", "PING", "DEL a"].map((line) => encodeCommand(line.split(" ")))
    .join("");
  assertEquals([target.text, stream.offset, stream.dirty], ["", expected.length, true]);
  await Promise.resolve();
  assertEquals([target.text, stream.dirty], [expected, false]);
  assertEquals([...stream.backlog!.from(1)].map(textOf).join(""), expected);
  assertEquals(stream.flush(), false);
});

Deno.test("ReplicationStream: as a replica it passes on, and its own commands do not count", () => {
  const stream = new ReplicationStream(ID);
  stream.openBacklog(1000);
  stream.adopt("b".repeat(40), 500, 0);
  stream.relaying = true;
  propagate(stream, 0, "SET a 1");
  stream.relay(bytesOf("bytes"), 0);
  assertEquals([stream.id, stream.offset, stream.backlog!.has(501)], ["b".repeat(40), 505, true]);
  stream.shiftId("c".repeat(40));
  assertEquals([stream.secondId, stream.secondOffset], ["b".repeat(40), 506]);
});

Deno.test("HeldStream: all of it reaches a replica, and what comes meanwhile too", async () => {
  const sent = new Recorder();
  let drain = Promise.withResolvers<void>();
  const transport = {
    send: (source: ByteSource, start: number, end: number) => {
      sent.text += textOf(source.buffer.subarray(start, end));
    },
    usage: () => ({ queuedBytes: 1 << 30 }),
    drained: () => drain.promise,
  } as unknown as Transport;
  const replica = new Replica(new Client(1, transport, 0), () => {});
  const held = new HeldStream();
  const feed = (text: string) => held.feed(new ByteBuffer(bytesOf(text)), text.length);
  feed("a".repeat(50_000));
  let joined = false;
  const done = held.handOver(replica, () => joined = true);
  feed("b".repeat(500_000));
  for (let i = 0; i < 20; i++) {
    assertEquals(joined && sent.text.length < 550_000, false);
    const { resolve } = drain;
    drain = Promise.withResolvers();
    resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
  await done;
  assertEquals([joined, sent.text.length, held.size], [true, 550_000, 550_000]);
  assertEquals(sent.text, "a".repeat(50_000) + "b".repeat(500_000));
});
