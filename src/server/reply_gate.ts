/**
 * No reply before what it acknowledges is in the log.
 *
 * @module
 */

import { atTurnEnd } from "./turn_end.ts";

/** Something whose replies can be held: a session. */
export interface Holdable {
  /** Sends nothing until {@linkcode release} was called as often. */
  hold(): void;
  release(): void;
}

/** Something whose held replies can be replaced by an error. */
export interface Refusable extends Holdable {
  /** Sends `message` in the place of all replies that are held, after which no more follow. */
  refuse(message: string): void;
}

/** What the gate needs of the append-only file. */
export interface GatedLog {
  /** Bytes appended and not written. */
  readonly dirty: number;
  /** Whether replies have to wait until it is on the disk: `appendfsync always`. One flush is to do for a whole turn. */
  readonly isDurable: boolean;
  /** Writes what was appended. If the log {@linkcode isDurable}, a promise that all of it is on the disk. */
  flush(): Promise<void> | undefined;
}

/**
 * Holds replies while the log has something that is not written, or with `appendfsync always` not on the disk: those of
 * the writing client, and of everybody who may have seen what it wrote. The log is flushed once for all commands of a
 * turn of the event loop.
 */
export class ReplyGate<Held extends Holdable> {
  /** Called when a flush failed, with the sessions whose replies must not be sent as they are. They are still held. */
  readonly #onFailure: (error: unknown, sessions: Iterable<Held>) => void;
  #log: GatedLog | null = null;
  #held = new Set<Held>();
  #scheduled = false;
  /** Flushes whose end is waited for. */
  #pending = 0;

  constructor(onFailure: (error: unknown, sessions: Iterable<Held>) => void) {
    this.#onFailure = onFailure;
  }

  /** The log; null if there is none, and nothing is held. */
  set log(log: GatedLog | null) {
    this.#log = log;
  }

  /** Whether replies have to wait now. */
  get closed(): boolean {
    return this.#log !== null && (this.#log.dirty > 0 || this.#pending > 0);
  }

  /** After commands: has the log written, at once if replies need not wait for the disk. */
  settle(): void {
    if (!this.closed) return;
    if (this.#log!.isDurable) this.flushLater();
    else this.#log!.flush();
  }

  /** Holds what the session has to send, until the gate opens. */
  hold(session: Held): void {
    if (!this.#held.has(session)) {
      this.#held.add(session);
      session.hold();
    }
    this.flushLater();
  }

  /** Has the log flushed at the end of the turn. */
  flushLater(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    atTurnEnd(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const sessions = this.#held;
    this.#held = new Set();
    const done = this.#log?.flush();
    if (done === undefined) return release(sessions);
    this.#pending++;
    done.then(() => this.#open(sessions), (error) => this.#fail(error, sessions));
  }

  #open(sessions: Iterable<Held>): void {
    this.#pending--;
    release(sessions);
  }

  #fail(error: unknown, sessions: Iterable<Held>): void {
    this.#pending--;
    this.#onFailure(error, sessions);
    release(sessions);
  }
}

function release(sessions: Iterable<Holdable>): void {
  for (const session of sessions) session.release();
}
