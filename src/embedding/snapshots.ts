/**
 * Snapshots of the data, and the way back to them.
 *
 * @module
 */

import type { Dispatcher } from "../command/dispatch.ts";
import type { Services } from "../commands/services.ts";
import { type ChangeEvent, EventClass } from "../keyspace/change.ts";
import { type Database, NO_EXPIRY } from "../keyspace/database.ts";
import { setDeadline } from "../keyspace/deadline.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { dumpPayload } from "../persistence/rdb/payload.ts";
import { encodeFrame } from "../resp/encode.ts";
import type { MovableClock } from "./clock.ts";
import { type DatabaseChanges, Layer, type SavedKey, UndoJournal } from "./journal.ts";
import type { Snapshot } from "./types.ts";

/** What WATCH, blocked clients and nobody else hear of a key that was put back: no class of notifications has it. */
const ROLLED_BACK: ChangeEvent = { name: "rollback", eventClass: EventClass.UNTOLD };

/** A snapshot, and what is no key of it. */
interface Level {
  readonly layer: Layer;
  /** How the clock was set, and where the random generator was. */
  readonly clock: number;
  readonly random: Keyspace["random"]["state"];
}

/** The snapshots of one server, the last one on top. */
export class Snapshots {
  readonly #services: Services;
  readonly #clock: MovableClock;
  #levels: Level[] = [];
  #journal: UndoJournal | null = null;
  #nextId = 1;

  constructor(services: Services, clock: MovableClock) {
    this.#services = services;
    this.#clock = clock;
  }

  /** Notes the state of this moment. */
  take(): Snapshot {
    const { keyspace } = this.#services;
    const level = { clock: this.#clock.setting, random: keyspace.random.state };
    const last = this.#levels.at(-1);
    if (last !== undefined && isSame(last, level) && last.layer.isClean(keyspace)) {
      return { id: last.layer.id };
    }
    const layer = new Layer(this.#nextId++, keyspace);
    this.#levels.push({ ...level, layer });
    this.#follow(layer);
    return { id: layer.id };
  }

  /** Goes back to a snapshot, the last one by default. Throws an Error if there is none, or it was forgotten. */
  rollBack(to?: Snapshot): void {
    const place = to === undefined
      ? this.#levels.length - 1
      : this.#levels.findIndex(({ layer }) => layer.id === to.id);
    if (place < 0) throw new Error(to === undefined ? "there is no snapshot" : "the snapshot is forgotten");
    const { keyspace } = this.#services;
    const { clock, random } = this.#levels[place];
    this.#clock.setting = clock;
    keyspace.setTime(this.#clock.now());
    this.#journal!.isPaused = true;
    try {
      for (const { layer } of this.#levels.slice(place).reverse()) this.#undo(layer);
    } finally {
      this.#journal!.isPaused = false;
    }
    keyspace.random.state = random;
    this.#levels.length = place + 1;
    this.#follow(this.#levels[place].layer);
  }

  /** Forgets all snapshots. */
  release(): void {
    this.#services.keyspace.journal = null;
    for (const { layer } of this.#levels) layer.release();
    this.#levels = [];
  }

  #follow(layer: Layer): void {
    if (this.#journal !== null) this.#journal.top = layer;
    else this.#services.keyspace.journal = this.#journal = new UndoJournal(layer);
  }

  #undo(layer: Layer): void {
    const { dispatcher, keyspace } = this.#services;
    const changes = new Map(layer.changes);
    layer.changes.clear();
    this.#reorder(layer.order);
    for (const [database, { isReplaced, contents }] of changes) {
      if (isReplaced) keyspace.sink?.replaced(database, contents);
    }
    const { sink } = keyspace;
    // Nobody hears of it while it is half done.
    keyspace.sink = null;
    try {
      for (const [database, each] of changes) putBack(database, each, dispatcher);
    } finally {
      keyspace.sink = sink;
    }
    for (const [database, { keys }] of changes) {
      keyspace.dirty += keys.size;
      for (const key of keys.keys()) sink?.changed(database, key, ROLLED_BACK);
    }
  }

  /** Undoes SWAPDB. */
  #reorder(order: readonly (Database | undefined)[]): void {
    const { dispatcher, keyspace } = this.#services;
    order.forEach((wanted, index) => {
      if (wanted === undefined || keyspace.existing(index) === wanted) return;
      const frame = encodeFrame(["SWAPDB", String(index), String(wanted.index)]);
      keyspace.swap(index, wanted.index);
      dispatcher.propagator?.propagate(index, frame);
    });
  }
}

function isSame(a: Omit<Level, "layer">, b: Omit<Level, "layer">): boolean {
  return a.clock === b.clock && a.random.every((word, i) => word === b.random[i]);
}

/** Makes the database what it was; append-only file and replicas follow. */
function putBack(database: Database, changes: DatabaseChanges, dispatcher: Dispatcher): void {
  const teller = new Teller(dispatcher);
  if (changes.isReplaced) {
    database.clear();
    if (changes.contents !== null) database.takeOver(changes.contents);
    changes.contents = null;
    teller.tellAll(database);
  }
  for (const [key, saved] of changes.keys) {
    if (saved === null) database.delete(key);
    else restore(database, key, saved);
    teller.tell(database, key);
  }
  changes.keys.clear();
  for (const [key, clock] of changes.clocks) {
    const value = database.stored(key);
    if (value !== undefined) database.setClock(value, clock);
  }
}

function restore(database: Database, key: string, { value, deadline }: SavedKey): void {
  database.put(key, value);
  if (deadline !== NO_EXPIRY) setDeadline(database, key, deadline);
}

/** Tells the append-only file and the replicas, if there are any, what has been put back. */
class Teller {
  readonly #dispatcher: Dispatcher;

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  tellAll(database: Database): void {
    const { propagator } = this.#dispatcher;
    if (propagator === null) return;
    propagator.propagate(database.index, encodeFrame(["FLUSHDB"]));
    for (const handle of database.entries()) this.tell(database, database.keyOf(handle));
  }

  tell(database: Database, key: string): void {
    const { propagator } = this.#dispatcher;
    if (propagator === null) return;
    const value = database.stored(key);
    if (value === undefined) return propagator.propagate(database.index, encodeFrame(["DEL", key]));
    const deadline = database.expiryOf(key);
    const moment = deadline === NO_EXPIRY ? "0" : String(deadline);
    const payload = dumpPayload(database, value, false);
    const command = ["RESTORE", key, moment, payload, "REPLACE", "ABSTTL"];
    propagator.propagate(database.index, encodeFrame(command));
  }
}
