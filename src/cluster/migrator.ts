/**
 * Moves keys to other servers: what MIGRATE does.
 *
 * The values go in windows: some keys are held (see held_keys.ts), written down as RESTORE commands, sent, and deleted
 * here as the target acknowledges them, one by one; then they are free again, and the next keys follow. Other clients are
 * served all the while; only writes to the keys of the present window wait, for about one round trip.
 *
 * Nothing is lost, whatever breaks: a key is deleted only when the target said that it has exactly what is here. If the
 * connection breaks before that, the key stays, and may be at the target as well.
 *
 * @module
 */

import { Events } from "../keyspace/change.ts";
import { type Database, NO_EXPIRY } from "../keyspace/database.ts";
import { type Deadline, deadlineOf } from "../keyspace/deadline.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Value } from "../keyspace/value.ts";
import { encodeCommand } from "../resp/encode.ts";
import { Errors } from "../resp/errors.ts";
import { releaseBuffer, Reply } from "../resp/reply.ts";
import type { ByteBuffer } from "../util/byte_buffer.ts";
import type { Clock } from "../util/clock.ts";
import { HeldKeys, type Hold } from "./held_keys.ts";
import { MigrationTargets, type Target, type TargetConnection, TargetError } from "./migration_target.ts";

/** Bytes of commands after which a window is full. */
const WINDOW_SIZE = 256 * 1024;
/** Keys of a window at most: a hold should not last long. */
const WINDOW_KEYS = 1024;
/** Milliseconds between two looks whether a pause is over. */
const PAUSE_LOOK = 5;

/** What is to be moved, and how. */
export interface MigrationRequest extends Target {
  readonly keys: readonly string[];
  /** Number of the database there, as it is to be sent. */
  readonly database: string;
  /** Milliseconds for each step of the conversation. */
  readonly timeout: number;
  readonly copy: boolean;
  readonly replace: boolean;
}

/** What moving keys has to do with. */
export interface MigratorParts {
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  /** The payload of a value, as any server of this time can read it. */
  readonly dump: (database: Database, value: Value) => Uint8Array;
  /** Tells the append-only file and the replicas of a command. */
  readonly propagate: (database: number, words: readonly string[]) => void;
  /** Whether writes have to wait: CLIENT PAUSE. */
  readonly isPaused: () => boolean;
  /** Whether this server may change its data: it may have become a replica meanwhile. */
  readonly isWritable: () => boolean;
}

/** How it ended: everything is there; no key was there to be moved; or what the client is told. */
export type MigrationOutcome = "moved" | "no-key" | { readonly error: string };

/** A key to be sent. */
interface Item {
  readonly key: string;
  /** It was changed after it had been sent. */
  readonly again: boolean;
}

/** Keys that are sent together, and the commands for them, in the first `length` bytes of memory of their own. */
interface Window {
  readonly items: readonly Item[];
  readonly frames: ByteBuffer;
  readonly length: number;
}

/** A transfer under way. */
interface Transfer {
  readonly request: MigrationRequest;
  readonly source: Database;
  /** What is still to be sent, last first. */
  readonly left: Item[];
  /** A key was sent. */
  started: boolean;
  /** An answer to a key has come: what was sent must not be sent again blindly. */
  answered: boolean;
  /** The first refusal of the target. */
  refusal: string | null;
}

/** All transfers. */
export class Migrator {
  readonly held = new HeldKeys();
  readonly targets: MigrationTargets;
  readonly #parts: MigratorParts;
  /** Commands are arrays of bulk strings, as some replies are. */
  readonly #writer = new Reply();

  constructor(parts: MigratorParts) {
    this.#parts = parts;
    this.targets = new MigrationTargets(parts.clock);
  }

  /** Moves keys of `source`. Never rejects for what may be expected of a network. */
  async run(request: MigrationRequest, source: Database): Promise<MigrationOutcome> {
    const keys = [...new Set(request.keys)].reverse();
    const left = keys.map((key): Item => ({ key, again: false }));
    const transfer = { request, source, left, started: false, answered: false, refusal: null };
    try {
      // A connection that was kept is often gone by now.
      if (!await this.#attempt(transfer, false)) await this.#attempt(transfer, true);
    } catch (error) {
      if (error instanceof TargetError) return { error: transfer.refusal ?? error.message };
      throw error;
    }
    if (transfer.refusal !== null) return { error: transfer.refusal };
    return transfer.started ? "moved" : "no-key";
  }

  /** Sends what is left by one connection. False if it is worth another try with a new one. */
  async #attempt(transfer: Transfer, fresh: boolean): Promise<boolean> {
    const { request } = transfer;
    const connection = await this.targets.take(request, request.timeout, fresh);
    try {
      if (await this.#prepare(connection, transfer)) {
        while (transfer.left.length > 0) await this.#moveWindow(connection, transfer);
      }
    } catch (error) {
      connection.close();
      if (!(error instanceof TargetError) || fresh || transfer.answered || error.timedOut) throw error;
      return false;
    }
    this.targets.keep(request, connection);
    return true;
  }

  /** Logs in and selects the database, where that was not done yet. False if the target refused. */
  async #prepare(connection: TargetConnection, transfer: Transfer): Promise<boolean> {
    const { login, database } = transfer.request;
    if (login !== null && !connection.loggedIn) {
      if (!await this.#order(connection, ["AUTH", ...login], transfer)) return false;
      connection.loggedIn = true;
    }
    if (String(connection.database) === database) return true;
    if (!await this.#order(connection, ["SELECT", database], transfer)) return false;
    connection.database = Number(database);
    return true;
  }

  async #order(connection: TargetConnection, words: string[], transfer: Transfer): Promise<boolean> {
    const { timeout } = transfer.request;
    await connection.write(encodeCommand(words), timeout);
    return accepts(await connection.line(timeout), transfer);
  }

  async #moveWindow(connection: TargetConnection, transfer: Transfer): Promise<void> {
    await this.#untilFree(transfer);
    if (!transfer.request.copy && !this.#parts.isWritable()) return refuse(transfer);
    const window = this.#nextWindow(transfer);
    try {
      if (window.items.length > 0) await this.#sendWindow(connection, transfer, window);
    } finally {
      // What is being written can't be used for anything else, but then the connection is closed and takes it along.
      if (!connection.closed) releaseBuffer(window.frames);
    }
  }

  async #sendWindow(
    connection: TargetConnection,
    transfer: Transfer,
    { items, frames, length }: Window,
  ): Promise<void> {
    const { left, request, source } = transfer;
    transfer.started = true;
    const hold = request.copy ? null : this.held.hold(source, items.map(({ key }) => key));
    const acknowledged: Item[] = [];
    try {
      await connection.write(frames.buffer.subarray(0, length), request.timeout);
      for (const item of items) {
        if (await this.#isAccepted(connection, item, transfer)) acknowledged.push(item);
      }
    } catch (error) {
      if (!transfer.answered) left.push(...items.toReversed());
      throw error;
    } finally {
      if (hold !== null) await this.#settle(hold, acknowledged, transfer);
    }
  }

  /** Reads what the target says to a key. */
  async #isAccepted(connection: TargetConnection, item: Item, transfer: Transfer): Promise<boolean> {
    const { timeout } = transfer.request;
    let accepted = true;
    for (let replies = this.#asks(item) ? 2 : 1; replies > 0; replies--) {
      const reply = await connection.line(timeout);
      transfer.answered = true;
      if (!accepts(reply, transfer)) accepted = false;
    }
    return accepted;
  }

  /** Waits until no pause is in force and none of the next keys is held by another transfer. */
  async #untilFree({ left, request }: Transfer): Promise<void> {
    if (request.copy) return;
    const next = left.slice(-WINDOW_KEYS);
    for (;;) {
      if (this.#parts.isPaused()) await this.#pauseOver();
      else if (next.some(({ key }) => this.held.has(key))) await this.held.released();
      else return;
    }
  }

  async #pauseOver(): Promise<void> {
    while (this.#parts.isPaused()) await new Promise((resolve) => setTimeout(resolve, PAUSE_LOOK));
  }

  /** Takes the next keys and writes them down. */
  #nextWindow({ left, request, source }: Transfer): Window {
    const { clock, keyspace } = this.#parts;
    const writer = this.#writer;
    // What a key left that could not be written.
    writer.truncate(0);
    keyspace.setTime(clock.now());
    const items: Item[] = [];
    while (left.length > 0 && writer.length < WINDOW_SIZE && items.length < WINDOW_KEYS) {
      const item = left.pop()!;
      if (this.#encode(item, source, request.replace)) items.push(item);
    }
    const { length } = writer;
    return { items, frames: writer.take(), length };
  }

  /** Writes down what is to be sent for a key. False if that is nothing, as it has gone. */
  #encode(item: Item, source: Database, replace: boolean): boolean {
    const { key, again } = item;
    const { dump, keyspace } = this.#parts;
    const value = source.peek(key);
    if (value === undefined && !again) return false;
    if (this.#asks(item)) this.#writeWords("ASKING");
    if (value === undefined) {
      // What was sent before must be undone.
      this.#writeWords("DEL", key);
      return true;
    }
    const deadline = deadlineOf(source, key);
    const left = deadline === NO_EXPIRY ? "0" : timeLeft(deadline, keyspace.now);
    const writer = this.#writer;
    const payload = dump(source, value);
    writer.arrayHeader(replace || again ? 5 : 4);
    writer.bulkText(keyspace.bySlot ? "RESTORE-ASKING" : "RESTORE");
    writer.bulkText(key);
    writer.bulkText(left);
    writer.bulkBytes(payload);
    if (replace || again) writer.bulkText("REPLACE");
    return true;
  }

  #writeWords(...words: string[]): void {
    this.#writer.arrayHeader(words.length);
    for (const word of words) this.#writer.bulkText(word);
  }

  /** Whether ASKING goes ahead: what is not RESTORE-ASKING needs it at a node to which the slot does not belong yet. */
  #asks({ again }: Item): boolean {
    return again && this.#parts.keyspace.bySlot;
  }

  /** Deletes what the target has, and ends the hold. */
  async #settle(hold: Hold, acknowledged: readonly Item[], transfer: Transfer): Promise<void> {
    await this.#pauseOver();
    try {
      if (this.#parts.isWritable()) this.#delete(hold, acknowledged, transfer.left);
      else refuse(transfer);
    } finally {
      this.held.release(hold);
    }
  }

  /** What was changed since it was written down is to be sent again. */
  #delete({ changed, database }: Hold, acknowledged: readonly Item[], left: Item[]): void {
    const { clock, keyspace, propagate } = this.#parts;
    keyspace.setTime(clock.now());
    const deleted: string[] = [];
    for (const { key } of acknowledged) {
      if (changed.has(key)) left.push({ key, again: true });
      else if (database.delete(key)) {
        database.changed(key, Events.DEL);
        deleted.push(key);
      }
    }
    if (deleted.length > 0) propagate(database.index, ["DEL", ...deleted]);
  }
}

/** Whether a reply is no error; the first error is noted. */
function accepts(reply: string, transfer: Transfer): boolean {
  if (!reply.startsWith("-")) return true;
  transfer.refusal ??= `ERR Target instance replied with error: ${reply.slice(1)}`;
  return false;
}

/** This server became a replica: it is not for it to move keys. */
function refuse(transfer: Transfer): void {
  transfer.refusal ??= Errors.READ_ONLY_REPLICA.message;
  transfer.left.length = 0;
}

/** Milliseconds, at least one: 0 would be for ever. */
function timeLeft(deadline: Deadline, now: number): string {
  const left = BigInt(deadline) - BigInt(now);
  return String(left < 1n ? 1n : left);
}
