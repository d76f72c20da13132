/**
 * A point-in-time image of the data, taken while they go on changing, without a fork.
 *
 * The walk visits every entry in slices. An entry that is about to change or to go before the walk has come to it is
 * recorded at that moment: the database asks for it (see {@linkcode ImageRecorder}). Which entries are recorded a few
 * bits in each of them tell (see `EntryArena.beginEpoch`); new entries are born recorded. So the image holds exactly what
 * there was when it began, nothing is copied but into the output, and a write costs one more serialisation at most.
 *
 * A large collection is written in steps. One that is changed meanwhile is written to its end at once.
 *
 * @module
 */

import type { Database, ImageRecorder } from "../keyspace/database.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";

/** Turns entries into the bytes of a file. Databases may alternate. */
export interface ImageWriter {
  /** What follows belongs to database `index`; `database` tells how much that is. */
  select(index: number, database: Database): void;
  entry(database: Database, handle: number): void;
  /** As {@linkcode entry}, in steps, with nothing else in between in the output; null if the entry is not large. */
  entryInSteps(database: Database, handle: number): Iterator<void> | null;
  /** Ends the file. */
  end(): void;
  /** Bytes that are ready to be written, which now belong to the caller; null if they are not worth writing yet. */
  take(): Uint8Array<ArrayBuffer> | null;
  /** Gives back what {@linkcode take} gave, once it was written, to be used again. */
  reuse?(taken: Uint8Array<ArrayBuffer>): void;
}

/** Entries between two looks at the clock. */
const STRIDE = 16;

/** One database of the image. */
interface Part {
  database: Database;
  /** Its number when the image began. */
  readonly index: number;
  /** The keys were removed at once meanwhile, and belong to the image alone. */
  detached: boolean;
}

/** An entry that is being written in steps. */
interface Partial {
  readonly database: Database;
  readonly handle: number;
  readonly steps: Iterator<void>;
}

/** One image. */
export class Snapshot implements ImageRecorder {
  /** Whose data these are. */
  readonly keyspace: Keyspace;
  /** Keys that the image has, and how many are recorded. */
  readonly total: number;
  recorded = 0;
  readonly #parts: Part[];
  readonly #writer: ImageWriter;
  readonly #walk: Iterator<number | number[]>;
  /** The part whose entries the walk gives at present. */
  #walked: Part | null = null;
  #partial: Partial | null = null;
  /** Which part's database the output is in. */
  #selected: Part | null = null;

  /** Begins an image of all data. */
  constructor(keyspace: Keyspace, writer: ImageWriter) {
    this.keyspace = keyspace;
    this.#writer = writer;
    this.#parts = [...keyspace.databases()]
      .filter(({ size }) => size > 0)
      .map((database) => ({ database, index: database.index, detached: false }));
    this.total = this.#parts.reduce((sum, { database }) => sum + database.size, 0);
    for (const { database } of this.#parts) begin(database, this);
    this.#walk = this.#entries();
  }

  /** Records entries until `isOver` says so. True when the image is complete, its end included. */
  step(isOver: () => boolean): boolean {
    do {
      if (this.#partial !== null) this.#stepPartial();
      else if (!this.#visit()) {
        this.#writer.end();
        return true;
      }
    } while (!isOver());
    return false;
  }

  /** Records everything that is left, without a pause. `flush` is called now and then, to take bytes away. */
  complete(flush: () => void): void {
    while (!this.step(() => true)) flush();
    flush();
  }

  /** Gives the image up. */
  abort(): void {
    for (const part of this.#parts) this.#leave(part);
  }

  beforeChange(database: Database, handle: number): void {
    if (this.#partial?.handle === handle && this.#partial.database === database) {
      return this.#finishPartial();
    }
    this.#record(this.#parts.find((part) => part.database === database)!, handle);
  }

  beforeClear(database: Database): void {
    if (this.#partial?.database === database) this.#finishPartial();
  }

  cleared(database: Database, contents: Database): boolean {
    const part = this.#parts.find((each) => each.database === database)!;
    part.database = contents;
    part.detached = true;
    return true;
  }

  /** Visits some entries. False if there are none left. The walk survives changes, as the walk over a `Map` does. */
  #visit(): boolean {
    for (let i = 0; i < STRIDE && this.#partial === null; i++) {
      const { done, value } = this.#walk.next();
      if (done) return false;
      const part = this.#walked!;
      // Those with the same hash are seen to in one go: the list of them may be another one after a pause.
      if (typeof value === "number") this.#meet(part, value);
      else for (const handle of value) this.#meet(part, handle);
    }
    return true;
  }

  *#entries(): Iterator<number | number[]> {
    for (const part of this.#parts) {
      this.#walked = part;
      for (const shard of part.database.shards) yield* shard.values();
      this.#walked = null;
      part.database.arena.finishEpoch();
      this.#leave(part);
    }
  }

  #meet(part: Part, handle: number): void {
    const { database } = part;
    if (database.arena.isRecorded(handle)) return;
    this.#select(part);
    // A second large one with the same hash has to do without steps.
    const steps = this.#partial === null ? this.#writer.entryInSteps(database, handle) : null;
    if (steps === null) return this.#record(part, handle);
    this.#partial = { database, handle, steps };
  }

  #record(part: Part, handle: number): void {
    this.#select(part);
    this.#writer.entry(part.database, handle);
    part.database.arena.record(handle);
    this.recorded++;
  }

  #stepPartial(): void {
    const { database, handle, steps } = this.#partial!;
    if (!steps.next().done) return;
    this.#partial = null;
    database.arena.record(handle);
    this.recorded++;
  }

  #finishPartial(): void {
    while (this.#partial !== null) this.#stepPartial();
  }

  #select(part: Part): void {
    if (this.#selected === part) return;
    this.#selected = part;
    this.#writer.select(part.index, part.database);
  }

  /** Lets go of a database that is done with. */
  #leave(part: Part): void {
    const { database } = part;
    if (database.recorder === this) database.recorder = null;
    if (part.detached) database.release();
    part.detached = false;
  }
}

function begin(database: Database, recorder: ImageRecorder): void {
  const { arena } = database;
  if (!arena.beginEpoch()) {
    for (const handle of database.entries()) arena.record(handle);
    arena.finishEpoch();
    arena.beginEpoch();
  }
  database.recorder = recorder;
}
