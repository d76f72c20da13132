/**
 * The periodic work of a server.
 *
 * @module
 */

import type { PeriodicJob, PeriodicWork } from "../commands/services.ts";
import type { Clock } from "../util/clock.ts";
import type { LoopTime } from "../util/loop_time.ts";

/** Clients per tick up to which the frequency of `hz` is enough. */
const CLIENTS_PER_TICK = 200;
const HIGHEST_FREQUENCY = 500;

/** What sets the frequency of the ticks. */
export interface Pace {
  /** `hz`: ticks per second. */
  hz: number;
  /** `dynamic-hz`: more ticks when there are many clients. */
  dynamic: boolean;
  /** Number of connected clients. */
  clients: number;
}

interface ScheduledJob extends PeriodicJob {
  /** Monotonic time of the next run, milliseconds. */
  dueAt: number;
}

/**
 * Runs named jobs, each with a period of its own, from one timer. A job that throws is logged and runs again next
 * time; nothing leaves this class.
 */
export class Cron implements PeriodicWork {
  paused = false;

  readonly #clock: Clock;
  readonly #loop: LoopTime;
  readonly #pace: () => Pace;
  readonly #onFailure: (job: string, error: unknown) => void;
  readonly #jobs: ScheduledJob[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #frequency = 0;

  /** `pace` is asked at every tick. */
  constructor(
    clock: Clock,
    loop: LoopTime,
    pace: () => Pace,
    onFailure: (job: string, error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#loop = loop;
    this.#pace = pace;
    this.#onFailure = onFailure;
  }

  get frequency(): number {
    return this.#frequency === 0 ? frequencyOf(this.#pace()) : this.#frequency;
  }

  /** The jobs' names in the order in which they run. */
  get jobs(): string[] {
    return this.#jobs.map((job) => job.name);
  }

  add(job: PeriodicJob): void {
    this.#jobs.push({ ...job, dueAt: this.#clock.monotonic() + job.period });
  }

  /** Starts the timer. */
  start(): void {
    if (this.#timer === undefined) this.#setTimer(frequencyOf(this.#pace()));
  }

  /** Stops the timer; no job runs any more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#frequency = 0;
  }

  /** One tick: runs what is due. */
  tick(): void {
    if (this.paused) return;
    const now = this.#clock.monotonic();
    // A tick that comes a little early serves a period as well as one a whole tick later.
    const early = 500 / this.frequency;
    for (const job of this.#jobs) {
      if (job.dueAt - early > now) continue;
      // Late ticks do not pile up: the next run is a whole period away from this one.
      job.dueAt = now + job.period;
      this.#run(job);
    }
  }

  #run(job: PeriodicJob): void {
    try {
      job.run();
    } catch (error) {
      this.#onFailure(job.name, error);
    }
  }

  #setTimer(frequency: number): void {
    clearInterval(this.#timer);
    this.#frequency = frequency;
    this.#timer = setInterval(() => this.#onTimer(), 1000 / frequency);
  }

  #onTimer(): void {
    this.#loop.periodic(() => this.tick());
    const frequency = frequencyOf(this.#pace());
    if (this.#timer !== undefined && frequency !== this.#frequency) this.#setTimer(frequency);
  }
}

function frequencyOf({ hz, dynamic, clients }: Pace): number {
  let frequency = hz;
  while (dynamic && clients / frequency > CLIENTS_PER_TICK && frequency < HIGHEST_FREQUENCY) frequency *= 2;
  return Math.min(frequency, HIGHEST_FREQUENCY);
}
