/**
 * How much of the stream a replica has on its disk: what its master's WAITAOF counts.
 *
 * @module
 */

/** What is needed of the append-only file's log: bytes appended and synced since it was made. */
interface SyncedLog {
  readonly appended: number;
  readonly synced: number;
}

/** A place in the log, and the one in the stream that it stands for. */
interface Milestone {
  readonly appended: number;
  readonly offset: number;
}

/** Sets milestones and sees which of them are on the disk. */
export class SyncedOffset {
  #log: SyncedLog | null = null;
  #milestones: Milestone[] = [];
  #synced = -1;

  /** To be asked now and then: up to which offset the stream, applied up to `offset`, is on the disk; -1 without a log. */
  update(log: SyncedLog | null, offset: number): number {
    if (log !== this.#log) {
      this.#log = log;
      this.#milestones = [];
      this.#synced = log === null ? -1 : 0;
    }
    if (log === null) return -1;
    if (this.#milestones.at(-1)?.offset !== offset) {
      this.#milestones.push({ appended: log.appended, offset });
    }
    const first = this.#milestones.findIndex(({ appended }) => appended > log.synced);
    const done = this.#milestones.splice(0, first < 0 ? this.#milestones.length : first);
    this.#synced = done.at(-1)?.offset ?? this.#synced;
    return this.#synced;
  }
}
