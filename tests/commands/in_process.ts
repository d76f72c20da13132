/**
 * Commands without a server: a keyspace, a dispatcher and a client in this process, with a clock that the test sets
 * and a record of what the commands told the outside.
 */
import { BlockedClients } from "../../src/blocking/mod.ts";
import { Args } from "../../src/command/args.ts";
import { Client, type Transport } from "../../src/command/client.ts";
import { CommandContext } from "../../src/command/context.ts";
import { Dispatcher } from "../../src/command/dispatch.ts";
import { CommandRegistry } from "../../src/command/registry.ts";
import type { CommandSpec } from "../../src/command/spec.ts";
import { Config } from "../../src/config/mod.ts";
import { EVERY_CLASS } from "../../src/keyspace/change.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { Reply } from "../../src/resp/reply.ts";
import { ByteBuffer, type ByteSource } from "../../src/util/byte_buffer.ts";
import { Random } from "../../src/util/random.ts";
import { bytesOf, encodeCommand, textOf, type Word } from "../support/bytes.ts";
import { parseReply, type Plain, toPlain } from "../support/resp_reply.ts";
import { splitWords } from "../support/split_words.ts";

/** Milliseconds since the epoch at which a session begins. */
export const START_TIME = 1_700_000_000_000;

/** What a client that waited got, as a byte string. */
class RecordingTransport {
  #received = "";

  send(source: ByteSource, start: number, end: number): void {
    this.#received += textOf(source.buffer.subarray(start, end));
  }

  resume(): void {}

  take(): string {
    const received = this.#received;
    this.#received = "";
    return received;
  }
}

/** A session of one client; {@link as} gives further ones. */
export class InProcess {
  readonly keyspace = new Keyspace(16, new Random(1));
  readonly config = new Config();
  readonly dispatcher: Dispatcher;
  /** Whose commands run. */
  client: Client;
  readonly blocked: BlockedClients;
  readonly context: CommandContext;
  /** What was told of changes since the last {@link takeEvents}: `name key`, with `@N` for another database than 0. */
  #events: string[] = [];
  /** What was propagated since the last {@link takePropagated}: the words of each command. */
  #propagated: string[][] = [];
  readonly #args = new Args();
  readonly #clients = new Map<string, Client>();

  /** `further` gives the services that the commands need besides configuration, dispatcher and keyspace. */
  constructor(commands: readonly CommandSpec[], further: (keyspace: Keyspace) => object = () => ({})) {
    this.dispatcher = new Dispatcher(new CommandRegistry(commands), this.keyspace, () => 0);
    this.dispatcher.onFault = (fault) => {
      throw fault;
    };
    this.dispatcher.propagator = {
      propagate: (_database, { buffer, frameStart, frameEnd }) =>
        this.#propagated.push(wordsOf(buffer.subarray(frameStart, frameEnd))),
    };
    this.keyspace.sink = {
      wanted: EVERY_CLASS,
      changed: (database, key, event) => {
        this.#events.push(`${event.name} ${key}${database.index === 0 ? "" : `@${database.index}`}`);
        this.blocked.changed(database, key, event);
      },
      replaced: (database) => this.blocked.replaced(database),
    };
    this.keyspace.setTime(START_TIME);
    const { config, dispatcher, keyspace } = this;
    const clock = { now: () => keyspace.now, nowMicroseconds: () => keyspace.now * 1000, monotonic: () => 0 };
    this.blocked = new BlockedClients(clock, dispatcher, () => {});
    const services = { blocked: this.blocked, config, dispatcher, keyspace, ...further(keyspace) };
    this.client = this.#connect("");
    this.context = new CommandContext(this.keyspace, new Reply(), services, this.client);
  }

  /** Has another client run the commands to come; the first one's name is empty. */
  as(name: string): this {
    this.client = this.#clients.get(name) ?? this.#connect(name);
    return this;
  }

  /** What a client got while it waited in a blocking command, since this was asked last. */
  received(name: string): string {
    return (this.#clients.get(name)!.transport as unknown as RecordingTransport).take();
  }

  #connect(name: string): Client {
    const transport = new RecordingTransport() as unknown as Transport;
    const client = new Client(this.#clients.size + 1, transport, START_TIME);
    this.#clients.set(name, client);
    return client;
  }

  /** Lets time pass. */
  advance(milliseconds: number): void {
    this.keyspace.setTime(this.keyspace.now + milliseconds);
  }

  /** Runs a command, given as a line or as words: the reply's bytes as a byte string. */
  raw(command: string | readonly Word[]): string {
    const words = typeof command === "string" ? splitWords(command) : command;
    const { context } = this;
    fill(this.#args, words);
    context.enter(this.client);
    this.dispatcher.execute(context, this.#args);
    const text = textOf(context.reply.written.buffer.subarray(0, context.reply.length));
    context.reply.truncate(0);
    return text;
  }

  /** As {@link raw}: the reply as plain values; an error is an instance of `ReplyError`. */
  run(command: string | readonly Word[]): Plain {
    const parsed = parseReply(this.raw(command));
    if (!("reply" in parsed)) throw new Error("not one whole reply");
    return toPlain(parsed.reply);
  }

  takeEvents(): string[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  takePropagated(): string[][] {
    const propagated = this.#propagated;
    this.#propagated = [];
    return propagated;
  }
}

function fill(args: Args, words: readonly Word[]): void {
  const memory = new ByteBuffer(bytesOf(encodeCommand(words)));
  args.buffer = memory.buffer;
  args.view = memory.view;
  args.length = words.length;
  while (args.starts.length < words.length) args.grow(args.starts.length);
  let position = `*${words.length}\r\n`.length;
  words.forEach((word, i) => {
    const size = word instanceof Uint8Array ? word.length : String(word).length;
    args.starts[i] = position + `$${size}\r\n`.length;
    args.ends[i] = args.starts[i] + size;
    position = args.ends[i] + 2;
  });
  args.frameStart = 0;
  args.frameEnd = position;
}

function wordsOf(frame: Uint8Array): string[] {
  const parsed = parseReply(textOf(frame));
  if (!("reply" in parsed)) throw new Error("a half command was propagated");
  return (toPlain(parsed.reply) as Plain[]).map(String);
}
