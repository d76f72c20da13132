/**
 * Nodes that were forgotten, and are not to come back by the gossip of others that have not heard of it yet.
 *
 * @module
 */

/** Milliseconds for which a node is kept out by the order to forget it. */
const KEPT_OUT_MS = 60_000;

/** Times are in milliseconds since the epoch. */
export class ForgottenNodes {
  readonly #until = new Map<string, number>();

  add(id: string, now: number, milliseconds = KEPT_OUT_MS): void {
    this.#until.set(id, now + milliseconds);
  }

  has(id: string, now: number): boolean {
    this.#expire(now);
    return this.#until.has(id);
  }

  /** Their names, and until when they are kept out. */
  list(now: number): [id: string, until: number][] {
    this.#expire(now);
    return [...this.#until];
  }

  #expire(now: number): void {
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
  }
}
