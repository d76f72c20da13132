/**
 * A clock that a test can move.
 *
 * @module
 */

import { type Clock, SystemClock, type Timer } from "../util/clock.ts";
import type { Duration, Moment } from "./types.ts";

/** A call that is to come. */
interface Alarm extends Timer {
  /** Milliseconds since the epoch on this clock. */
  readonly due: number;
  readonly run: () => void;
  /** The machine's timer, while the clock runs. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The machine's time with an offset, or a time that stands still. Durations (`monotonic`) are real ones in both cases: how
 * long the periodic work may take is the machine's business.
 */
export class MovableClock implements Clock {
  readonly #isRunning: boolean;
  /** What is added to the machine's time; for a clock that stands still the time itself. Milliseconds. */
  #offset: number;
  readonly #alarms = new Set<Alarm>();
  readonly #system = new SystemClock();

  constructor(isRunning: boolean, start = Date.now()) {
    this.#isRunning = isRunning;
    this.#offset = start - (isRunning ? Date.now() : 0);
  }

  now(): number {
    return Math.floor(this.#machine() + this.#offset);
  }

  nowMicroseconds(): number {
    return (this.#isRunning ? this.#system.nowMicroseconds() : 0) + Math.round(this.#offset * 1000);
  }

  monotonic(): number {
    return performance.now();
  }

  after(milliseconds: number, run: () => void): Timer {
    const alarm: Alarm = {
      due: this.now() + Math.ceil(milliseconds),
      run,
      timer: undefined,
      cancel: () => {
        this.#alarms.delete(alarm);
        clearTimeout(alarm.timer);
      },
    };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return alarm;
  }

  /** When the next call is due, if that is not after `limit`; else undefined. */
  nextAlarm(limit: number): number | undefined {
    let next: number | undefined;
    for (const { due } of this.#alarms) if (due <= limit && (next === undefined || due < next)) next = due;
    return next;
  }

  /** Makes the calls that are due. */
  ring(): void {
    const now = this.now();
    const due = [...this.#alarms].filter((alarm) => alarm.due <= now).sort((a, b) => a.due - b.due);
    for (const alarm of due) {
      if (!this.#alarms.has(alarm)) continue;
      alarm.cancel();
      alarm.run();
    }
  }

  /** Sets the time; calls that have become due are made by {@linkcode ring}. */
  set(time: number): void {
    this.setting = time - this.#machine();
  }

  /** How the clock is set: milliseconds. When set anew, calls that have become due are made by {@linkcode ring}. */
  get setting(): number {
    return this.#offset;
  }

  set setting(milliseconds: number) {
    this.#offset = milliseconds;
    if (this.#isRunning) { for (const alarm of this.#alarms) this.#arm(alarm); }
  }

  /** Drops all calls. */
  stop(): void {
    for (const alarm of this.#alarms) alarm.cancel();
  }

  #machine(): number {
    return this.#isRunning ? Date.now() : 0;
  }

  #arm(alarm: Alarm): void {
    if (!this.#isRunning) return;
    clearTimeout(alarm.timer);
    alarm.timer = setTimeout(() => {
      this.#alarms.delete(alarm);
      alarm.run();
    }, Math.max(0, alarm.due - this.now()));
  }
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a duration. Throws RangeError if it is negative or none. */
export function millisecondsOf(duration: Duration): number {
  if (typeof duration === "number") {
    if (Number.isFinite(duration) && duration >= 0) return duration;
    throw new RangeError(`not a duration: ${duration}`);
  }
  const text = duration.replaceAll(" ", "");
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) {
    throw new RangeError(`not a duration: '${duration}'; such are '250ms', '90s', '5m', '1h30m', '2d'`);
  }
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)(ms|[smhdw])/g)) sum += Number(count) * UNITS[unit];
  return sum;
}

/** Milliseconds since the epoch of a moment. Throws RangeError if it is none. */
export function timeOf(moment: Moment): number {
  const time = typeof moment === "number" ? moment : new Date(moment).getTime();
  if (!Number.isFinite(time) || time < 0) throw new RangeError(`not a time: ${moment}`);
  return Math.floor(time);
}
