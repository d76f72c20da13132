/**
 * Applying the master's stream: its commands run here, in batches like those of a client, and its bytes go on to the
 * replicas of this replica.
 *
 * @module
 */

import { Args } from "../command/args.ts";
import { type Client, Condition } from "../command/client.ts";
import type { CommandContext } from "../command/context.ts";
import type { Dispatcher } from "../command/dispatch.ts";
import type { CommandRecord } from "../command/registry.ts";
import { Decoder } from "../resp/decoder.ts";
import { fromBytes } from "../util/byte_string.ts";
import { LinkError, type MasterConnection } from "./connection.ts";
import type { ReplicationStream } from "./stream.ts";

/** Commands, and received bytes, after which others are served. */
const YIELD_COMMANDS = 4096;
const YIELD_INPUT = 1 << 20;
/** The stream has values as large as there are, whatever clients may send. */
const LIMITS = { maxBulkSize: 512 * 1024 * 1024 };
/** Most bytes of a command's name, or of its reply, that are put into a line of the log. */
const QUOTED = 200;
const MINUS = 0x2d;

/** Runs batches of commands; the sessions' host is one. */
export interface BatchHost {
  readonly context: CommandContext;
  beginBatch(client: Client): void;
  endBatch(): void;
  yieldTurn(): Promise<void>;
}

/** What applying the stream has to do with. */
export interface StreamReaderParts {
  readonly batches: BatchHost;
  readonly dispatcher: Dispatcher;
  readonly stream: ReplicationStream;
  readonly log: { warning(text: string): void };
  /** Keeps a command between MULTI and EXEC. */
  readonly enqueue: (client: Client, record: CommandRecord, args: Args) => void;
  /** Runs a command that this server does not know yet; false if it can't. */
  readonly runUnknown: (args: Args) => boolean;
  /** The master wants to know how far the stream was applied. */
  readonly acknowledge: () => void;
}

/** The stream is no RESP. What came before it may have been misread, too, so that all data have to come again. */
export class MalformedStream extends LinkError {
  override name = "MalformedStream";
}

/**
 * Applies what one connection brings. A transaction counts when its EXEC has run: if the connection ends before, none of
 * it was applied, and the whole of it comes again.
 */
export class StreamReader {
  /** Offset of the last byte that was received. */
  readOffset: number;

  readonly #parts: StreamReaderParts;
  readonly #client: Client;
  readonly #decoder = new Decoder(LIMITS);
  /** Filled with each command in turn. */
  readonly #args = new Args();
  /** What was consumed of a transaction that is not complete, by earlier batches. */
  #held: Uint8Array[] = [];
  #inputSinceTurn = 0;
  #wantsAcknowledgement = false;

  constructor(parts: StreamReaderParts, client: Client) {
    this.#parts = parts;
    this.#client = client;
    this.readOffset = parts.stream.offset;
  }

  /** Bytes received and not yet applied, and memory for them. */
  get usage(): { buffered: number; capacity: number } {
    return { buffered: this.#decoder.buffered, capacity: this.#decoder.capacity };
  }

  /** Applies the stream until the connection ends, or the stream turns out to be no RESP: throws {@linkcode LinkError}. */
  async run(connection: MasterConnection): Promise<never> {
    const decoder = this.#decoder;
    for (;;) {
      const size = await connection.read(decoder.reserve());
      this.readOffset += size;
      this.#inputSinceTurn += size;
      decoder.accept(size);
      while (!this.#runBatch()) {
        await this.#parts.batches.yieldTurn();
        if (connection.closed) throw new LinkError("");
      }
    }
  }

  /** Runs the commands that have arrived. False if there may be more, and it is the others' turn. */
  #runBatch(): boolean {
    const { batches } = this.#parts;
    const { context } = batches;
    const { keyspace } = context;
    const decoder = this.#decoder;
    const client = this.#client;
    const before = decoder.buffered;
    let applied = 0;
    let commands = 0;
    batches.beginBatch(client);
    keyspace.applying = true;
    try {
      while (commands < YIELD_COMMANDS && decoder.next(this.#args)) {
        commands++;
        this.#run(context, this.#args);
        if (!this.#isInTransaction()) applied = before - decoder.buffered;
      }
    } finally {
      keyspace.applying = false;
      this.#relay(before - decoder.buffered, applied);
    }
    batches.endBatch();
    this.#args.trim();
    if (decoder.error !== null) throw new MalformedStream(`${decoder.error} from the MASTER`);
    if (this.#wantsAcknowledgement) this.#parts.acknowledge();
    this.#wantsAcknowledgement = false;
    return !this.#isOthersTurn(commands);
  }

  #isOthersTurn(commands: number): boolean {
    const isOver = commands === YIELD_COMMANDS || this.#inputSinceTurn >= YIELD_INPUT;
    if (isOver) this.#inputSinceTurn = 0;
    return isOver;
  }

  /** Passes on the first `applied` of the bytes that the batch consumed. The others belong to an open transaction. */
  #relay(consumed: number, applied: number): void {
    const bytes = this.#decoder.consumed(consumed);
    if (!this.#isInTransaction()) applied = consumed;
    if (applied > 0) {
      const { stream } = this.#parts;
      for (const piece of this.#held) stream.relay(piece, this.#client.database);
      this.#held = [];
      stream.relay(bytes.subarray(0, applied), this.#client.database);
    }
    if (applied < consumed) this.#held.push(bytes.slice(applied));
  }

  #isInTransaction(): boolean {
    return (this.#client.conditions & Condition.IN_TRANSACTION) !== 0;
  }

  #run(context: CommandContext, args: Args): void {
    const record = this.#find(args);
    if (record === null) {
      if (!this.#parts.runUnknown(args)) this.#complain(args, "the command is unknown");
      return;
    }
    if (args.length < record.minimum || args.length > record.maximum) {
      return this.#complain(args, "wrong number of arguments");
    }
    const { fullName } = record;
    this.#client.lastCommand = fullName;
    if (fullName === "replconf") {
      if (args.length > 1 && args.is(1, "GETACK")) this.#wantsAcknowledgement = true;
    } else if (this.#isInTransaction() && fullName !== "exec" && fullName !== "discard") {
      this.#parts.enqueue(this.#client, record, args);
    } else this.#call(context, record, args);
  }

  /** Nobody gets the reply, but an error means that the data are not what they are at the master. */
  #call(context: CommandContext, record: CommandRecord, args: Args): void {
    const { dispatcher } = this.#parts;
    const { reply } = context;
    const start = reply.length;
    const { errors } = reply;
    dispatcher.call(context, record, args);
    if (dispatcher.afterCommand !== null) dispatcher.afterCommand(context);
    if (reply.errors !== errors) {
      const { buffer } = reply.written;
      const text = fromBytes(buffer, start, Math.min(reply.length, start + QUOTED));
      if (buffer[start] === MINUS || record.fullName === "exec") this.#complain(args, text.trimEnd());
    }
    reply.truncate(start);
    reply.trim();
  }

  #find(args: Args): CommandRecord | null {
    const { registry } = this.#parts.dispatcher;
    const record = registry.lookUp(args) ?? registry.original(args.beginning(0, QUOTED));
    if (record === undefined) return null;
    if (record.subcommands === null || args.length === 1) return record.run === null ? null : record;
    return record.subcommands.get(args.beginning(1, QUOTED).toLowerCase()) ?? null;
  }

  #complain(args: Args, reason: string): void {
    this.#parts.log.warning(
      `== CRITICAL == This replica could not run a command of its master: '${reason}' after processing the command ` +
        `'${args.beginning(0, QUOTED)}'`,
    );
  }
}
