/**
 * Running the commands of a log.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import { Client, Condition, type Transport } from "../../command/client.ts";
import { CommandContext } from "../../command/context.ts";
import type { CommandRecord, CommandRegistry } from "../../command/registry.ts";
import { Stream } from "../../data/stream.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { CommandError } from "../../resp/errors.ts";
import { Reply } from "../../resp/reply.ts";
import { systemReason } from "../../util/system_reason.ts";

/** Most bytes of a command's name that are put into a line of the log. */
const QUOTED_NAME = 128;
/** Number of the client in whose name the commands run; connections count from 1. */
const LOADING_CLIENT = Number.MAX_SAFE_INTEGER;

/** A log that can't be loaded; the message is what the server's log gets, perhaps several lines. */
export class LoadError extends Error {
  override name = "LoadError";
}

/** What running commands has to do with. */
export interface ReplayParts {
  readonly keyspace: Keyspace;
  readonly registry: CommandRegistry;
  /** What commands reach by their context. */
  readonly services: object;
  /** Takes the text of a function library, a byte string, that the log loads while there are no commands for it. */
  readonly onLibrary: (text: string) => void;
}

/**
 * Runs commands as a client that is no connection. No guard is asked, no statistics are kept, nothing is propagated. A
 * command that fails although it once succeeded means that the data are not what they were: that is an error.
 */
export class Replayer {
  /** Commands that were run. */
  commands = 0;
  readonly #parts: ReplayParts;
  readonly #context: CommandContext;
  #fileName = "";
  /** Whether streams were changed, whose consumers have been active at the time that was set for the loading. */
  #hasStreams = false;
  /** The error that the command being run has answered. */
  #refusal: string | null = null;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    const reply = new Reply();
    reply.onError = (text) => this.#refusal = text;
    this.#context = new CommandContext(parts.keyspace, reply, parts.services, newClient());
  }

  /** Begins a file: in database 0. */
  begin(fileName: string): void {
    this.#fileName = fileName;
    this.#context.client = newClient();
    this.enter();
  }

  /**
   * To be called before each run of commands that others may have come before. The time is set to the beginning of the
   * epoch: no deadline has passed then, so that nothing expires, as nothing had when the commands were logged.
   */
  enter(): void {
    this.#context.enter(this.#context.client);
    this.#parts.keyspace.now = 0;
  }

  /** Runs one command, which stands at `offset` in the file. Throws {@linkcode LoadError}. */
  execute(args: Args, offset: number): void {
    const record = this.#find(args);
    if (record === undefined) return this.#unknown(args, offset);
    if (args.length < record.minimum || args.length > record.maximum) {
      this.refuse(args, offset, "ERR wrong number of arguments");
    }
    const context = this.#context;
    try {
      record.run!(context, args);
    } catch (fault) {
      this.refuse(args, offset, fault instanceof CommandError ? fault.message : systemReason(fault));
    }
    if (this.#refusal !== null) this.refuse(args, offset, this.#refusal);
    context.reply.truncate(0);
    if (context.rewritten !== null) context.rewritten = null;
    if (record.spec.group === "stream") this.#hasStreams = true;
    this.commands++;
  }

  /** Throws a {@linkcode LoadError} that says why a command can't be run. */
  refuse(args: Args, offset: number, reason: string): never {
    throw new LoadError(
      `The command '${
        args.beginning(0, QUOTED_NAME)
      }' failed reading the append only file ${this.#fileName}, ` +
        `at offset ${offset}: ${reason}`,
    );
  }

  /** To be called at the end, with the time set: consumers were seen now, not when the epoch began. */
  finish(): void {
    if (!this.#hasStreams) return;
    const { keyspace } = this.#parts;
    for (const database of keyspace.databases()) {
      for (const handle of database.entries()) {
        const value = database.valueOf(handle);
        if (value instanceof Stream) dateConsumers(value, keyspace.now);
      }
    }
  }

  #find(args: Args): CommandRecord | undefined {
    const { registry } = this.#parts;
    // Where the server itself wrote a command, it has the name that it has without `rename-command`.
    const record = registry.lookUp(args) ?? registry.original(args.beginning(0, QUOTED_NAME));
    if (record === undefined || record.subcommands === null || args.length === 1) return record;
    return record.subcommands.get(args.beginning(1, QUOTED_NAME).toLowerCase());
  }

  #unknown(args: Args, offset: number): void {
    if (args.is(0, "FUNCTION") && args.length >= 3 && args.is(1, "LOAD")) {
      return this.#parts.onLibrary(args.text(args.length - 1));
    }
    throw new LoadError(
      `Unknown command '${args.beginning(0, QUOTED_NAME)}' reading the append only file ${this.#fileName}, ` +
        `at offset ${offset}`,
    );
  }
}

/** The loading has no socket. */
const NO_TRANSPORT: Transport = {
  remoteAddress: "?:0",
  localAddress: "?:0",
  unix: false,
  send() {},
  close() {},
  resume() {},
  trim() {},
  drained: () => Promise.resolve(),
  usage: () => ({
    queryBuffer: 0,
    queryBufferFree: 0,
    replyBuffer: 0,
    lastReply: 0,
    writingBytes: 0,
    queuedBytes: 0,
    queuedReplies: 0,
  }),
};

function newClient(): Client {
  const client = new Client(LOADING_CLIENT, NO_TRANSPORT, 0);
  // In a transaction no command waits.
  client.setCondition(Condition.IN_TRANSACTION, true);
  return client;
}

function dateConsumers(stream: Stream, now: number): void {
  for (const group of stream.groups) {
    for (const consumer of group.consumers) {
      if (consumer.seenAt === 0) consumer.seenAt = now;
      if (consumer.activeAt === 0) consumer.activeAt = now;
    }
  }
}
