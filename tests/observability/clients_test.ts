import { assertEquals } from "@std/assert";
import { Client, type Transport } from "../../src/command/client.ts";
import { ClientRegistry } from "../../src/observability/clients.ts";

const NONE = { hard: 0, soft: 0, softSeconds: 0 };

/** A registry with one client whose unsent output the test sets. */
function setUp() {
  const registry = new ClientRegistry();
  const closed: string[] = [];
  const state = { queuedBytes: 0 };
  const transport = {
    close: (when: string) => closed.push(when),
    usage: () => state,
  } as unknown as Transport;
  const client = new Client(7, transport, 0);
  registry.add(client);
  return { registry, client, closed, state };
}

Deno.test("ClientRegistry: comings and goings", () => {
  const { registry, client } = setUp();
  const notes: string[] = [];
  registry.onRemoved = ({ id }) => notes.push(`removed ${id}`);
  registry.onAdded = ({ id }) => notes.push(`added ${id}`);
  const other = new Client(8, {} as Transport, 0);
  registry.add(other);
  assertEquals([registry.size, registry.get(7), [...registry.all()]], [2, client, [client, other]]);
  registry.remove(client);
  assertEquals([registry.size, registry.get(7)], [1, undefined]);
  assertEquals(notes, ["added 8", "removed 7"]);
});

Deno.test("ClientRegistry: the hard limit of the client's class closes at once", () => {
  const { registry, client, closed } = setUp();
  registry.outputLimits = { normal: NONE, replica: NONE, pubsub: { hard: 100, soft: 0, softSeconds: 0 } };
  registry.checkOutput(client, 1_000_000, 0);
  assertEquals(closed, []);
  client.subscriber = true;
  registry.checkOutput(client, 99, 0);
  assertEquals(closed, []);
  registry.checkOutput(client, 100, 0);
  assertEquals(closed, ["now"]);
});

Deno.test("ClientRegistry: the soft limit closes after its time without a break", () => {
  const { registry, client, closed, state } = setUp();
  registry.outputLimits = { normal: { hard: 0, soft: 100, softSeconds: 2 }, replica: NONE, pubsub: NONE };
  registry.checkOutput(client, 100, 0);
  registry.checkOutput(client, 500, 2000);
  assertEquals(closed, []);
  registry.checkOutput(client, 0, 2000);
  registry.checkOutput(client, 100, 2001);
  state.queuedBytes = 100;
  registry.checkSoftLimits(4001);
  assertEquals(closed, []);
  registry.checkSoftLimits(4002);
  assertEquals(closed, ["now"]);
});

Deno.test("ClientRegistry: idle clients, but for those that wait or subscribed", () => {
  const { registry, client, closed } = setUp();
  const idle: number[] = [];
  const close = (now: number) => registry.closeIdle(now, 1000, ({ id }) => idle.push(id));
  client.lastActiveAt = 500;
  close(1500);
  assertEquals(idle, []);
  client.subscriber = true;
  close(1501);
  client.subscriber = false;
  client.suspended = true;
  close(1501);
  assertEquals(idle, []);
  client.suspended = false;
  close(1501);
  assertEquals([idle, closed], [[7], ["now"]]);
});
