/**
 * From arguments to the command's handler.
 *
 * @module
 */

import type { Keyspace } from "../keyspace/keyspace.ts";
import type { CommandFrame } from "../resp/encode.ts";
import { CommandError, QUOTED_BYTES, unknownCommand, unknownSubcommand, wrongArity } from "../resp/errors.ts";
import type { Args } from "./args.ts";
import type { CommandContext } from "./context.ts";
import { PropagationUnit } from "./propagation_unit.ts";
import type { CommandRecord, CommandRegistry } from "./registry.ts";

/**
 * Asked when its condition holds for a command that it concerns. True lets the command run; false means that the
 * guard has answered, queued or postponed it.
 */
export type Guard = (ctx: CommandContext, record: CommandRecord, args: Args) => boolean;

/** Takes what is to be logged and replicated, in the order of execution. */
export interface Propagator {
  /** `frame` is valid during the call only. */
  propagate(database: number, frame: CommandFrame): void;
}

/** Runs commands: look-up, arity, guards, handler, statistics, propagation. */
export class Dispatcher {
  readonly registry: CommandRegistry;
  /** Conditions of the server as a whole; see {@linkcode Condition}. */
  conditions = 0;
  /** Commands run since the start or CONFIG RESETSTAT. */
  commandsProcessed = 0;
  /** Batches run, what they took together (microseconds), and the most commands of one. */
  batches = 0;
  busyMicroseconds = 0;
  largestBatch = 0;
  /** What those commands of the batch took that were timed one by one, in microseconds. */
  timedAlone = 0;
  /**
   * Called when a command is refused before it runs: an open transaction fails by it. Answers the text that the
   * client gets, or null for none at all. `record` is null for a command that does not exist.
   */
  onRejected: ((ctx: CommandContext, record: CommandRecord | null, message: string) => string | null) | null =
    null;
  /** Called with an error that no handler expected. */
  onFault: ((fault: unknown, command: string) => void) | null = null;
  propagator: Propagator | null = null;
  /**
   * Work that the command being run has made necessary, to be done when it is over; for a transaction, when all of it
   * is. Whoever does it sets this to null again.
   */
  afterCommand: ((ctx: CommandContext) => void) | null = null;

  readonly #keyspace: Keyspace;
  readonly #guards: Guard[] = [];
  /** Monotonic time in microseconds, with fraction. */
  readonly #microseconds: () => number;
  readonly #batch: CommandRecord[] = [];
  #batchStart = 0;
  /** `commandsProcessed` when the batch began. */
  #batchFirst = 0;
  /** Number of error replies that have been put down to a command. */
  #errorsSeen = 0;

  constructor(registry: CommandRegistry, keyspace: Keyspace, microseconds: () => number) {
    this.registry = registry;
    this.#keyspace = keyspace;
    this.#microseconds = microseconds;
  }

  /** Sets who is asked when the condition `bit` holds. */
  setGuard(bit: number, guard: Guard): void {
    this.#guards[31 - Math.clz32(bit)] = guard;
  }

  /** Runs one command of a client. */
  execute(ctx: CommandContext, args: Args): void {
    const found = this.registry.lookUp(args);
    if (found === undefined) return this.#refuse(ctx, null, unknownCommand(args.beginnings(QUOTED_BYTES)));
    const record = found.subcommands === null ? found : this.#subcommand(ctx, found, args);
    if (record === null) return;
    if (args.length < record.minimum || args.length > record.maximum) {
      record.rejected++;
      return this.#refuse(ctx, record, wrongArity(record.fullName));
    }
    ctx.client.lastCommand = record.fullName;
    const conditions = record.gates & (this.conditions | ctx.client.conditions);
    if (conditions !== 0 && !this.#passes(conditions, ctx, record, args)) return;
    this.call(ctx, record, args);
    if (this.afterCommand !== null) this.afterCommand(ctx);
  }

  /** Runs a command that has been looked up and admitted, EXEC's queued ones too. */
  call(ctx: CommandContext, record: CommandRecord, args: Args): void {
    const { reply } = ctx;
    const dirtyBefore = this.#keyspace.dirty;
    this.#errorsSeen = reply.errors;
    this.commandsProcessed++;
    record.calls++;
    if (record.timedAlone || args.length > MOST_UNTIMED_ARGUMENTS) this.#callTimed(ctx, record, args);
    else {
      if (record.batchCalls++ === 0) this.#batch.push(record);
      this.#run(ctx, record, args);
    }
    if (reply.errors !== this.#errorsSeen) {
      // Seen now: the EXEC around a failed command has not failed itself.
      this.#errorsSeen = reply.errors;
      record.failed++;
    }
    if (this.propagator !== null && this.#keyspace.dirty !== dirtyBefore) this.#propagate(ctx, args);
    if (ctx.rewritten !== null) ctx.rewritten = null;
  }

  /** Adds to the number of calls of a command: one that has to wait takes itself back, and counts when the wait is over. */
  count(record: CommandRecord, calls: 1 | -1): void {
    record.calls += calls;
    this.commandsProcessed += calls;
  }

  /** Starts a batch: takes the time, and answers it. */
  beginBatch(): number {
    this.#batchStart = this.#microseconds();
    this.#batchFirst = this.commandsProcessed;
    this.timedAlone = 0;
    return this.#batchStart;
  }

  /** Ends a batch: shares its time out among the commands that were not timed one by one. */
  endBatch(): void {
    const batch = this.#batch;
    // The clock need not be asked when every command was timed by itself.
    const elapsed = batch.length === 0 ? this.timedAlone : this.#microseconds() - this.#batchStart;
    this.#countBatch(elapsed);
    if (batch.length === 0) return;
    let calls = 0;
    for (let i = 0; i < batch.length; i++) calls += batch[i].batchCalls;
    const share = Math.max(0, elapsed - this.timedAlone) / calls;
    for (let i = 0; i < batch.length; i++) {
      const record = batch[i];
      record.addTime(share, record.batchCalls);
      record.batchCalls = 0;
    }
    batch.length = 0;
  }

  #countBatch(elapsed: number): void {
    const commands = this.commandsProcessed - this.#batchFirst;
    this.batches++;
    this.busyMicroseconds += elapsed;
    if (commands > this.largestBatch) this.largestBatch = commands;
  }

  /** CONFIG RESETSTAT: forgets the counters of batches and of all commands. */
  resetStatistics(): void {
    this.commandsProcessed = 0;
    this.#batchFirst = 0;
    this.batches = 0;
    this.busyMicroseconds = 0;
    this.largestBatch = 0;
    for (const record of this.#allRecords()) record.resetStatistics();
  }

  /** Forgets how long the commands took. */
  resetLatencies(): void {
    for (const record of this.#allRecords()) record.latency.reset();
  }

  *#allRecords(): Iterable<CommandRecord> {
    for (const record of this.registry.records()) {
      yield record;
      yield* record.subcommands?.values() ?? [];
    }
  }

  /** Refuses the command that is about to run or to be queued. */
  reject(ctx: CommandContext, record: CommandRecord, message: string): void {
    record.rejected++;
    this.#refuse(ctx, record, message);
  }

  #refuse(ctx: CommandContext, record: CommandRecord | null, message: string): void {
    const answer = this.onRejected === null ? message : this.onRejected(ctx, record, message);
    if (answer !== null) ctx.reply.error(answer);
  }

  #subcommand(ctx: CommandContext, container: CommandRecord, args: Args): CommandRecord | null {
    if (args.length === 1) {
      if (container.run !== null) return container;
      container.rejected++;
      this.#refuse(ctx, container, wrongArity(container.fullName));
      return null;
    }
    const name = args.beginning(1, QUOTED_BYTES);
    const record = container.subcommands!.get(name.toLowerCase());
    if (record !== undefined) return record;
    container.rejected++;
    this.#refuse(ctx, container, unknownSubcommand(container.spec.name, name));
    return null;
  }

  #passes(conditions: number, ctx: CommandContext, record: CommandRecord, args: Args): boolean {
    for (let left = conditions; left !== 0; left &= left - 1) {
      const guard = this.#guards[31 - Math.clz32(left & -left)];
      if (guard !== undefined && !guard(ctx, record, args)) return false;
    }
    return true;
  }

  #callTimed(ctx: CommandContext, record: CommandRecord, args: Args): void {
    const start = this.#microseconds();
    this.#run(ctx, record, args);
    const elapsed = this.#microseconds() - start;
    this.timedAlone += elapsed;
    record.addTime(elapsed, 1);
  }

  #run(ctx: CommandContext, record: CommandRecord, args: Args): void {
    const start = ctx.reply.length;
    try {
      record.run!(ctx, args);
    } catch (fault) {
      ctx.reply.truncate(start);
      if (fault instanceof CommandError) return ctx.reply.error(fault.message);
      this.onFault?.(fault, record.fullName);
      ctx.reply.error("ERR internal error, see the server's log");
    }
  }

  #propagate(ctx: CommandContext, args: Args): void {
    const database = ctx.db.index;
    if (ctx.rewritten === null) {
      this.propagator!.propagate(database, args);
      return;
    }
    const frames = ctx.rewritten;
    if (frames.length === 1) return this.propagator!.propagate(database, frames[0]);
    this.together(() => {
      for (const frame of frames) this.propagator!.propagate(database, frame);
    });
  }

  /** Has everything that is propagated while `run` runs take effect elsewhere as a whole, between MULTI and EXEC. */
  together(run: () => void): void {
    const target = this.propagator;
    if (target === null || target instanceof PropagationUnit) return run();
    const unit = new PropagationUnit(target);
    this.propagator = unit;
    try {
      run();
    } finally {
      // Unless propagation was switched on or off meanwhile.
      if (this.propagator === unit) this.propagator = target;
      unit.end();
    }
  }
}

/** A command with more arguments is timed alone, whatever it is. */
const MOST_UNTIMED_ARGUMENTS = 64;
