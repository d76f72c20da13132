import { assertEquals, assertMatch } from "@std/assert";
import { Client } from "../../src/command/client.ts";
import { CommandContext } from "../../src/command/context.ts";
import type { Dispatcher } from "../../src/command/dispatch.ts";
import type { Services } from "../../src/commands/services.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { Stats } from "../../src/observability/stats.ts";
import { Reply } from "../../src/resp/reply.ts";
import { Session } from "../../src/server/session.ts";
import { SessionHost } from "../../src/server/session_host.ts";
import { ManualClock } from "../../src/util/clock.ts";
import { Random } from "../../src/util/random.ts";

const noStream = { offset: 0, flush: () => false };

/** A host whose dispatcher answers, by default to fail then, as if there were no memory left. */
function newHost(warnings: string[], stream = noStream, fails = true): SessionHost {
  const keyspace = new Keyspace(1, new Random(1));
  const context = new CommandContext(keyspace, new Reply(), {}, undefined as unknown as Client);
  const dispatcher = {
    beginBatch: () => 0,
    endBatch() {},
    execute({ reply }: CommandContext) {
      reply.simpleString("meant for somebody else");
      if (fails) throw new RangeError("Array buffer allocation failed");
    },
  } as unknown as Dispatcher;
  const services = {
    clients: { add() {}, remove() {}, checkOutput() {}, queryBufferLimit: 1 << 30 },
    transactions: { of: () => undefined },
    clock: { now: () => 1 },
    log: { warning: (text: string) => warnings.push(text), verbose() {} },
    replication: { stream },
    stats: new Stats(new ManualClock()),
  } as unknown as Services;
  return new SessionHost(services, dispatcher, context, { maxBulkSize: 1 << 20 });
}

/** A connection that has one PING to be read. */
function connectionWithPing(sent: Uint8Array[]): Deno.Conn {
  const chunks = ["PING\r\n"];
  return {
    localAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 2 },
    read(space: Uint8Array) {
      const text = chunks.shift();
      return Promise.resolve(text === undefined ? null : new TextEncoder().encodeInto(text, space).written);
    },
    write: (bytes: Uint8Array) => Promise.resolve(sent.push(bytes.slice()) && bytes.length),
    close() {},
  } as unknown as Deno.Conn;
}

Deno.test("session: a batch that fails outside of a command ends its client alone", async () => {
  const warnings: string[] = [];
  const sent: Uint8Array[] = [];
  const host = newHost(warnings);
  const session = new Session(connectionWithPing(sent), host);
  await session.serve();
  // Neither this client nor the next one gets what is left in the common buffer.
  assertEquals([sent.length, host.context.reply.length, host.messages.length], [0, 0, 0]);
  assertEquals([session.client.closing, host.isRunning(session.client)], [true, false]);
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0], /127\.0\.0\.1:2.*allocation failed/);
});

Deno.test("session: what fails behind the commands ends the clients of that group, and others are served", async () => {
  const warnings: string[] = [];
  let failures = 1;
  const stream = {
    offset: 0,
    flush() {
      if (failures-- > 0) throw new RangeError("no room");
      return false;
    },
  };
  const host = newHost(warnings, stream, false);
  const sent: Uint8Array[][] = [[], [], []];
  const sessions = sent.map((written) => new Session(connectionWithPing(written), host));
  await Promise.all(sessions.slice(0, 2).map((session) => session.serve()));
  assertEquals([sent[0].length, sent[1].length, warnings.length], [0, 0, 2]);
  assertMatch(warnings[0], /no room/);
  await sessions[2].serve();
  assertEquals(new TextDecoder().decode(sent[2][0]), "+meant for somebody else\r\n");
  assertEquals(warnings.length, 2);
});
