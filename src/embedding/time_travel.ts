/**
 * Moving a server's time, and what happens thereby.
 *
 * @module
 */

import type { Services } from "../commands/services.ts";
import type { Database } from "../keyspace/database.ts";
import { nextTurn } from "../util/turn.ts";
import { millisecondsOf, type MovableClock, timeOf } from "./clock.ts";
import type { Duration, Moment, ServerClock } from "./types.ts";

/** A key whose time is over. */
interface Expired {
  readonly database: Database;
  readonly handle: number;
  readonly deadline: number;
}

/** The clock of a server, with the keyspace and all who wait following it. */
export class TimeTravel implements ServerClock {
  readonly #clock: MovableClock;
  readonly #services: Services;

  constructor(clock: MovableClock, services: Services) {
    this.#clock = clock;
    this.#services = services;
  }

  now(): Promise<number> {
    return Promise.resolve(this.#clock.now());
  }

  async advance(by: Duration): Promise<void> {
    // What was called before has to be waiting by then.
    await nextTurn();
    await this.#moveTo(Math.floor(this.#clock.now() + millisecondsOf(by)));
  }

  async set(time: Moment): Promise<void> {
    await nextTurn();
    await this.#moveTo(timeOf(time));
  }

  /** Stops at each moment at which something is due on the way, so that it sees the right time. */
  async #moveTo(time: number): Promise<void> {
    const clock = this.#clock;
    const isForward = time >= clock.now();
    for (let due = clock.nextAlarm(time); due !== undefined; due = clock.nextAlarm(time)) {
      if (due > clock.now()) this.#stopAt(due);
      clock.ring();
      // Who was waiting goes on, and may want to wait again.
      await nextTurn();
    }
    // A clock that runs may be beyond it by now.
    if (!isForward || time > clock.now()) this.#stopAt(time);
    await nextTurn();
  }

  #stopAt(time: number): void {
    const isForward = time >= this.#clock.now();
    this.#clock.set(time);
    this.#services.keyspace.setTime(time);
    if (isForward) this.#expire(time);
  }

  /**
   * Deletes the keys whose time is over, those that end at this very moment included, in the order of their deadlines: the
   * cycle would find them in its own time, and in another order.
   */
  #expire(now: number): void {
    const { expireCycle, keyspace } = this.#services;
    if (!keyspace.activeExpire || expireCycle.isPaused()) return;
    const expired = [...keyspace.databases()].flatMap((database) => expiredKeys(database, now));
    expired.sort((a, b) => a.deadline - b.deadline);
    for (const { database, handle } of expired) database.expire(database.keyOf(handle));
  }
}

function expiredKeys(database: Database, now: number): Expired[] {
  const expired: Expired[] = [];
  if (database.expiring === 0) return expired;
  for (const deadlines of database.deadlines) {
    if (deadlines === undefined) continue;
    for (const [handle, deadline] of deadlines) {
      if (deadline <= now) expired.push({ database, handle, deadline });
    }
  }
  return expired;
}
