import { assertEquals, assertRejects } from "@std/assert";
import { MasterConnection } from "../../src/replication/connection.ts";
import { MalformedStream, StreamReader } from "../../src/replication/stream_reader.ts";
import { ReplicationStream } from "../../src/replication/stream.ts";
import { commandTable } from "../../src/commands/mod.ts";
import { Transactions } from "../../src/tx/mod.ts";
import { ManualClock } from "../../src/util/clock.ts";
import { InProcess } from "../commands/in_process.ts";
import { bytesOf, encodeCommand, textOf } from "../support/bytes.ts";

/** A replica in this process, which applies a stream. */
class Applied {
  readonly stream = new ReplicationStream("a".repeat(40));
  readonly warnings: string[] = [];
  acknowledged = 0;
  /** What went on to other replicas, in the pieces in which it did. */
  readonly relayed: string[] = [];
  readonly process: InProcess;
  readonly #transactions: Transactions;

  constructor() {
    let transactions: Transactions | undefined;
    this.process = new InProcess(commandTable, (keyspace) => ({
      transactions: transactions = new Transactions(keyspace),
    }));
    this.#transactions = transactions!;
    this.stream.relaying = true;
    this.stream.openBacklog(10_000);
    this.stream.targets.add({
      feed: (source, size) => this.relayed.push(textOf(source.buffer.subarray(0, size))),
    });
  }

  /** Applies what arrives in these pieces, until the connection ends; the error with which it did. */
  async run(pieces: readonly string[]): Promise<Error> {
    const { client, context, dispatcher } = this.process;
    const reader = new StreamReader({
      batches: {
        context,
        beginBatch: () => context.enter(client),
        endBatch() {},
        yieldTurn: () => Promise.resolve(),
      },
      dispatcher,
      stream: this.stream,
      log: { warning: (text) => this.warnings.push(text) },
      enqueue: (client, record, args) => this.#transactions.of(client)!.add(record, args),
      runUnknown: () => false,
      acknowledge: () => this.acknowledged++,
    }, client);
    const error = await assertRejects(() => reader.run(connectionWith(pieces)), Error);
    this.#transactions.end(client);
    return error;
  }
}

function connectionWith(pieces: readonly string[]): MasterConnection {
  const left = [...pieces];
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  const socket = {
    remoteAddr: address,
    localAddr: address,
    read(target: Uint8Array) {
      const piece = left.shift();
      if (piece === undefined) return Promise.resolve(null);
      if (piece.length > target.length) left.unshift(piece.slice(target.length));
      target.set(bytesOf(piece.slice(0, target.length)));
      return Promise.resolve(Math.min(piece.length, target.length));
    },
    close() {},
  } as unknown as Deno.Conn;
  return new MasterConnection(socket, new ManualClock(), { replicationInputBytes: 0 });
}

function command(text: string): string {
  return encodeCommand(text.split(" "));
}

const TRANSACTION = ["MULTI", "SELECT 1", "INCR n", "RPUSH list a b", "EXEC"].map(command).join("");
/** What is applied or not, and goes on, as a whole. */
const UNITS = [command("SELECT 0"), command("SET key value"), TRANSACTION, command("INCR n"), "\r\n"];
const STREAM = UNITS.join("");
const BOUNDARIES = UNITS.map((_, index) => UNITS.slice(0, index).join("").length).concat(STREAM.length);

Deno.test("a stream that is cut at any byte is applied and relayed by whole commands and transactions", async () => {
  for (let at = 0; at <= STREAM.length; at++) {
    const applied = new Applied();
    await applied.run([STREAM.slice(0, at)]);
    const { offset } = applied.stream;
    assertEquals(offset, BOUNDARIES.findLast((boundary) => boundary <= at));
    // It comes again from where it was applied.
    await applied.run([STREAM.slice(offset)]);
    assertEquals(applied.relayed.join(""), STREAM, `cut at ${at}`);
    assertEquals(applied.stream.offset, STREAM.length);
    assertEquals(applied.stream.database, 1);
    applied.process.run("SELECT 1");
    assertEquals(applied.process.run("GET n"), "2");
    assertEquals(applied.process.run("LRANGE list 0 -1"), ["a", "b"]);
    assertEquals(applied.warnings, []);
  }
});

Deno.test("a stream in pieces is the same as in one", async () => {
  for (let size = 1; size < STREAM.length; size += 7) {
    const applied = new Applied();
    const pieces: string[] = [];
    for (let at = 0; at < STREAM.length; at += size) pieces.push(STREAM.slice(at, at + size));
    await applied.run(pieces);
    assertEquals(applied.relayed.join(""), STREAM);
    assertEquals(applied.process.run("GET n"), "2");
  }
});

Deno.test("the master asks how far the stream was applied, and sends what can't be run", async () => {
  const applied = new Applied();
  const words = ["REPLCONF GETACK *", "SET key value", "LPUSH key x", "UNHEARD of", "GET", "PING"];
  await applied.run([words.map(command).join("")]);
  assertEquals(applied.acknowledged, 1);
  assertEquals(applied.warnings.length, 3);
  assertEquals(applied.relayed.join("").includes("UNHEARD"), true);
  const error = await applied.run([command("SET key other") + "*1\r\n:1\r\n"]);
  assertEquals(error instanceof MalformedStream, true);
  assertEquals(applied.process.run("GET key"), "other");
});
