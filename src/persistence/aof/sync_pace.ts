/**
 * Where syncs run under `always`.
 *
 * Most disks bring a few commands to rest in less time than a thread takes to be woken and to report back. Besides, while
 * a sync runs elsewhere the clients that it does not cover fall behind by half a round, so that each sync serves half of
 * them. So a quick disk is synced on the event loop, as Redis does it. A slow one would hold up those who only read: it
 * is synced elsewhere, and tried again now and then.
 *
 * @module
 */

/** Syncs that take so many milliseconds, on the average, may be made on the loop. */
const QUICK = 2;
/** How much one sync counts in the moving average. */
const WEIGHT = 1 / 16;
/** Milliseconds between two tries of a disk that was slow. */
const RETRY_PERIOD = 1000;

/** Keeps count of how long syncs on the loop take. Times are milliseconds of a clock that never goes back. */
export class SyncPace {
  #average = Infinity;
  #lastSync: number;

  /** Syncs are not made on the loop in the first second. */
  constructor(now: number) {
    this.#lastSync = now;
  }

  /** Whether the next sync may be made on the loop. */
  mayHoldLoop(now: number): boolean {
    return this.#average <= QUICK || now - this.#lastSync >= RETRY_PERIOD;
  }

  /** A sync was made on the loop, from `start` to `end`. */
  note(start: number, end: number): void {
    const took = end - start;
    // The first after a pause says what the disk is like now.
    this.#average = this.#average <= QUICK ? this.#average + (took - this.#average) * WEIGHT : took;
    this.#lastSync = end;
  }
}
