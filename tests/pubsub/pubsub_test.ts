import { assertEquals } from "@std/assert";
import { PubSub, type Subscriber, type SubscriptionTable } from "../../src/pubsub/mod.ts";
import type { ByteSource } from "../../src/util/byte_buffer.ts";
import { bytesOf, textOf } from "../support/bytes.ts";

/** Keeps what is delivered. */
class Listener implements Subscriber {
  readonly resp3: boolean;
  readonly received: string[] = [];
  /** The memory from which messages came. */
  readonly sources = new Set<ByteSource>();

  constructor(resp3 = false) {
    this.resp3 = resp3;
  }

  deliver(source: ByteSource, size: number): void {
    this.sources.add(source);
    this.received.push(textOf(source.buffer.subarray(0, size)));
  }
}

Deno.test("PubSub: messages reach channels and patterns, in either protocol", () => {
  const pubsub = new PubSub();
  const [two, three] = [new Listener(), new Listener(true)];
  pubsub.subscribe(pubsub.channels, two, "a\xff");
  pubsub.subscribe(pubsub.channels, three, "a\xff");
  pubsub.subscribe(pubsub.patterns, three, "a*");
  assertEquals(pubsub.publish("a\xff", bytesOf("\x00\r\n")), 3);
  assertEquals(two.received, ["*3\r\n$7\r\nmessage\r\n$2\r\na\xff\r\n$3\r\n\x00\r\n\r\n"]);
  assertEquals(three.received, [
    ">3\r\n$7\r\nmessage\r\n$2\r\na\xff\r\n$3\r\n\x00\r\n\r\n",
    ">4\r\n$8\r\npmessage\r\n$2\r\na*\r\n$2\r\na\xff\r\n$3\r\n\x00\r\n\r\n",
  ]);
  assertEquals(pubsub.publish("b", "text"), 0);
});

Deno.test("PubSub: a message is put together once for all", () => {
  const pubsub = new PubSub();
  const listeners = Array.from({ length: 1000 }, (_, i) => new Listener(i % 2 === 0));
  for (const listener of listeners) pubsub.subscribe(pubsub.channels, listener, "c");
  const text = "x".repeat(1000);
  assertEquals(pubsub.publish("c", text), 1000);
  assertEquals(new Set(listeners.flatMap((listener) => [...listener.sources])).size, 1);
  assertEquals(listeners.every(({ received }) => received[0].endsWith(`\r\n${text}\r\n`)), true);
});

Deno.test("PubSub: shard channels are apart from the others", () => {
  const pubsub = new PubSub();
  const listener = new Listener();
  pubsub.subscribe(pubsub.shardChannels, listener, "c");
  assertEquals([pubsub.publish("c", "x"), pubsub.publishToShard("c", "y")], [0, 1]);
  assertEquals(listener.received, ["*3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n$1\r\ny\r\n"]);
  assertEquals([pubsub.countOf(listener), pubsub.isSubscribed(listener), pubsub.hasSubscribers], [
    0,
    true,
    false,
  ]);
});

Deno.test("PubSub: tells when the first subscription comes and the last one goes", () => {
  const pubsub = new PubSub();
  const changes: boolean[] = [];
  pubsub.onActiveChange = () => changes.push(pubsub.hasSubscribers);
  const [a, b] = [new Listener(), new Listener()];
  pubsub.subscribe(pubsub.channels, a, "x");
  pubsub.subscribe(pubsub.patterns, b, "x");
  pubsub.unsubscribe(pubsub.channels, a, "x");
  pubsub.unsubscribe(pubsub.channels, a, "x");
  assertEquals(changes, [true]);
  pubsub.drop(b);
  assertEquals(changes, [true, false]);
});

Deno.test("PubSub: subscribing twice counts once; who is dropped is in no table", () => {
  const pubsub = new PubSub();
  const [a, b] = [new Listener(), new Listener()];
  const tables: SubscriptionTable[] = [pubsub.channels, pubsub.patterns, pubsub.shardChannels];
  for (const table of tables) {
    for (const listener of [a, a, b]) pubsub.subscribe(table, listener, "x");
    assertEquals([table.countOf(a), table.subscribersOf("x")?.size, table.namesOf(a)], [1, 2, ["x"]]);
  }
  pubsub.drop(a);
  for (const table of tables) assertEquals([table.countOf(a), table.subscribersOf("x")?.size], [0, 1]);
  pubsub.drop(b);
  for (const table of tables) assertEquals([table.size, [...table.entries()]], [0, []]);
});
