/**
 * When the log is rewritten without being asked.
 *
 * @module
 */

/** After so many failures in a row rewrites are held back. */
const FAILURES_BEFORE_DELAY = 3;
const LONGEST_DELAY_MINUTES = 60;

/** What the rule of automatic rewrites goes by. Sizes in bytes. */
export interface RewriteRule {
  /** Size of all files to be loaded, and what it was after the last rewrite or at the start. */
  readonly currentSize: number;
  readonly baseSize: number;
  /** `auto-aof-rewrite-percentage` and `auto-aof-rewrite-min-size`. */
  readonly percentage: number;
  readonly minimumSize: number;
}

/** By how many percent the log has grown if that is enough for a rewrite, else null. */
export function growthForRewrite(rule: RewriteRule): number | null {
  const { baseSize, currentSize, minimumSize, percentage } = rule;
  if (percentage === 0 || currentSize <= minimumSize) return null;
  const growth = Math.trunc((currentSize * 100) / (baseSize === 0 ? 1 : baseSize)) - 100;
  return growth >= percentage ? growth : null;
}

/**
 * Holds automatic rewrites back when they fail again and again, so that the directory does not fill with small files:
 * after the third failure for a minute, then for two, four, and so on up to an hour.
 */
export class RewriteLimiter {
  #delayMinutes = 0;
  /** Seconds since the epoch; 0 while none is set. */
  #retryAt = 0;
  readonly #onDelay: (message: string) => void;

  /** `onDelay` gets a line for the log when a delay begins. */
  constructor(onDelay: (message: string) => void) {
    this.#onDelay = onDelay;
  }

  /** Whether no rewrite may be begun at `second`, after so many failures in a row. */
  isLimited(consecutiveFailures: number, second: number): boolean {
    if (consecutiveFailures < FAILURES_BEFORE_DELAY) {
      this.#delayMinutes = 0;
      this.#retryAt = 0;
      return false;
    }
    if (this.#retryAt !== 0) {
      if (second < this.#retryAt) return true;
      this.#retryAt = 0;
      return false;
    }
    this.#delayMinutes = Math.min(
      this.#delayMinutes === 0 ? 1 : this.#delayMinutes * 2,
      LONGEST_DELAY_MINUTES,
    );
    this.#retryAt = second + this.#delayMinutes * 60;
    this.#onDelay(
      "Background AOF rewrite has repeatedly failed and triggered the limit, will retry in " +
        `${this.#delayMinutes} minutes`,
    );
    return true;
  }
}
