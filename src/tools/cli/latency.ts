/**
 * `--latency` and `--latency-history`: how long a PING takes to come back, a hundred times a second.
 *
 * @module
 */

import { refuseError } from "../../client/mod.ts";
import type { OutputForm } from "./format.ts";
import type { Session } from "./session.ts";
import { sleep } from "./sleep.ts";

/** Seconds between two samples. */
const SAMPLE_PAUSE = 0.01;
/** Seconds that `--latency-history` puts together. */
const HISTORY_SECONDS = 15;
const BEGIN_LINE = "\x1b[0G\x1b[2K";

/** Round trips since the range began, in milliseconds. */
class Range {
  readonly #start = performance.now();
  #least = Infinity;
  #most = 0;
  #sum = 0;
  #count = 0;

  /** Seconds since it began. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  add(milliseconds: number): void {
    this.#least = Math.min(this.#least, milliseconds);
    this.#most = Math.max(this.#most, milliseconds);
    this.#sum += milliseconds;
    this.#count++;
  }

  /** The figures in a form, without a line end. */
  format(form: OutputForm): string {
    const average = (this.#sum / this.#count).toFixed(2);
    const figures = [this.#least, this.#most, average, this.#count];
    if (form === "csv") return figures.join(",");
    if (form === "raw") return figures.join(" ");
    if (form === "standard") {
      return `min: ${this.#least}, max: ${this.#most}, avg: ${average} (${this.#count} samples)`;
    }
    return `{"min": ${this.#least}, "max": ${this.#most}, "avg": ${average}, "count": ${this.#count}}`;
  }
}

/**
 * Measures. For people it goes on without end on one line; otherwise `--latency` prints one line after a second, or
 * the interval that was asked for, and is done.
 */
export async function measureLatency(session: Session): Promise<number> {
  const { options, output } = session;
  const { form, interval } = options;
  const connection = await session.require();
  const history = options.mode === "latency-history";
  const rangeSeconds = interval || (history ? HISTORY_SECONDS : 1);
  for (let range = new Range();;) {
    const start = performance.now();
    refuseError(await connection.call("PING"));
    range.add(Math.round(performance.now() - start));
    const ended = range.seconds > rangeSeconds;
    if (form === "standard") output.write(BEGIN_LINE + range.format(form));
    else if (history) output.write(`${range.format(form)}\n`);
    else if (ended) {
      output.write(`${range.format(form)}\n`);
      return 0;
    }
    if (history && ended) {
      output.write(` -- ${range.seconds.toFixed(2)} seconds range\n`);
      range = new Range();
    }
    await sleep(SAMPLE_PAUSE);
  }
}
