/**
 * Counters that INFO shows and CONFIG RESETSTAT clears.
 *
 * @module
 */

import { LoopTime } from "../util/loop_time.ts";

/** Figures of a server since its start or the last reset. */
export class Stats {
  /** Time of the start, milliseconds since the epoch. */
  readonly startedAt: number;
  connectionsReceived = 0;
  connectionsRejected = 0;
  inputBytes = 0;
  outputBytes = 0;
  /** Reads from and batches of replies to clients' sockets. */
  reads = 0;
  writes = 0;
  /** Full resynchronisations of replicas, partial ones, and those that were asked for and not possible. */
  syncFull = 0;
  syncPartialOk = 0;
  syncPartialErr = 0;
  /** Bytes of replication, from the master and to replicas. */
  replicationInputBytes = 0;
  replicationOutputBytes = 0;
  /** AUTH and HELLO AUTH that were refused. */
  deniedLogins = 0;
  queryBufferDisconnections = 0;
  outputBufferDisconnections = 0;
  /** Error replies by their code. */
  readonly errors = new Map<string, number>();
  errorReplies = 0;
  readonly loop: LoopTime;

  constructor(clock: { now(): number; monotonic(): number }) {
    this.startedAt = clock.now();
    this.loop = new LoopTime(clock);
  }

  /** Counts an error reply by its first word. */
  countError(text: string): void {
    this.errorReplies++;
    const end = text.indexOf(" ");
    const code = end < 0 ? text : text.slice(0, end);
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** CONFIG RESETSTAT. */
  reset(): void {
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
    this.inputBytes = 0;
    this.outputBytes = 0;
    this.reads = 0;
    this.writes = 0;
    this.syncFull = 0;
    this.syncPartialOk = 0;
    this.syncPartialErr = 0;
    this.replicationInputBytes = 0;
    this.replicationOutputBytes = 0;
    this.deniedLogins = 0;
    this.queryBufferDisconnections = 0;
    this.outputBufferDisconnections = 0;
    this.errorReplies = 0;
    this.errors.clear();
    this.loop.reset();
  }
}
