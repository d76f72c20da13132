/**
 * Long work in short pieces.
 *
 * @module
 */

import type { LoopTime } from "../util/loop_time.ts";

/** Work that is done in slices, each in a turn of the event loop of its own. */
export class SlicedTask {
  readonly #loop: LoopTime;
  readonly #slice: () => boolean;
  readonly #pause: () => number;
  readonly #onFailure: (error: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * `slice` does a piece of work and answers whether there is more; `pause` answers the milliseconds to wait between
   * two pieces. After a failure, which `onFailure` is told of, the rest of the work is dropped.
   */
  constructor(
    loop: LoopTime,
    slice: () => boolean,
    pause: () => number,
    onFailure: (error: unknown) => void,
  ) {
    this.#loop = loop;
    this.#slice = slice;
    this.#pause = pause;
    this.#onFailure = onFailure;
  }

  /** Whether there is a slice to come. */
  get active(): boolean {
    return this.#timer !== undefined;
  }

  /** Does the first slice now, unless the work is under way already. */
  start(): void {
    if (!this.active) this.#run();
  }

  /** Has the work begin in a later turn of the event loop, unless it is under way already. */
  startLater(): void {
    if (!this.active) this.#schedule();
  }

  /** Drops the rest of the work. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => this.#run(), this.#pause());
  }

  #run(): void {
    this.#timer = undefined;
    try {
      if (this.#loop.periodic(this.#slice)) this.#schedule();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
