/**
 * Several propagators in the place of one.
 *
 * @module
 */

import type { CommandFrame } from "../resp/encode.ts";
import type { Dispatcher, Propagator } from "./dispatch.ts";

/** Hands what is propagated to the append-only file and to the replicas, as far as they are there. */
export class Propagators implements Propagator {
  readonly #dispatcher: Dispatcher;
  #targets: readonly Propagator[] = [];

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** Sets who is to get what is propagated, in this order; null stands for nobody. */
  set(targets: readonly (Propagator | null)[]): void {
    this.#targets = targets.filter((target) => target !== null);
    // Without anybody a command need not even compose what it would propagate; one needs nobody between.
    this.#dispatcher.propagator = this.#targets.length > 1 ? this : this.#targets[0] ?? null;
  }

  propagate(database: number, frame: CommandFrame): void {
    for (const target of this.#targets) target.propagate(database, frame);
  }
}
