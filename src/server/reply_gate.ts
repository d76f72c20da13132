/**
 * No reply before what it acknowledges is in the log.
 *
 * @module
 */

/** Something whose replies can wait, and be replaced by an error: a session. */
export interface Refusable {
  /** Sends nothing until {@linkcode release} was called as often. */
  hold(): void;
  release(): void;
  /** Sends `message` in the place of all replies that are held, after which no more follow. */
  refuse(message: string): void;
}

/** What the gate needs of the append-only file. */
export interface GatedLog {
  /** Bytes appended and not written. */
  readonly dirty: number;
  /** Whether replies have to wait until it is on the disk: `appendfsync always`. One flush is to do for a whole turn. */
  readonly isDurable: boolean;
  /** Writes what was appended. If the log {@linkcode isDurable}, a promise that all of it is on the disk, unless it is. */
  flush(): Promise<void> | undefined;
}

/** The replies that wait for one flush of the log. */
export class ReplyWait {
  readonly #sessions = new Set<Refusable>();

  /** Holds what the session has to send. */
  add(session: Refusable): void {
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    session.hold();
  }

  sessions(): Iterable<Refusable> {
    return this.#sessions;
  }

  /** Has all of them go on. */
  end(): void {
    for (const session of this.#sessions) session.release();
  }
}

/**
 * Has the log written, for all commands of a group in one piece, before their replies leave. With `appendfsync always`
 * replies wait until it is on the disk: those of the writing clients, and of everybody who may have seen what they wrote.
 */
export class ReplyGate {
  /** The log; null if there is none, and nothing waits. */
  log: GatedLog | null = null;
  /** Called when a flush failed, with the sessions whose replies must not be sent as they are. They are still held. */
  readonly #onFailure: (error: unknown, sessions: Iterable<Refusable>) => void;
  /** Flushes whose end is waited for. */
  #pending = 0;

  constructor(onFailure: (error: unknown, sessions: Iterable<Refusable>) => void) {
    this.#onFailure = onFailure;
  }

  /**
   * To be called behind commands and before their replies are sent. Null if these may leave; else what all of them have
   * to be added to at once.
   */
  settle(): ReplyWait | null {
    const { log } = this;
    if (log === null || (log.dirty === 0 && this.#pending === 0)) return null;
    const done = log.flush();
    if (done === undefined) return null;
    const wait = new ReplyWait();
    this.#pending++;
    done.then(() => this.#pending--, (error) => {
      this.#pending--;
      this.#onFailure(error, wait.sessions());
    }).then(() => wait.end());
    return wait;
  }
}
