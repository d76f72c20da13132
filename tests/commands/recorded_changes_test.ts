import { assert, assertEquals } from "@std/assert";
import type { Database } from "../../src/keyspace/database.ts";
import { RDB_VERSION } from "../../src/persistence/rdb/format.ts";
import { saveValue, valueType } from "../../src/persistence/rdb/save_value.ts";
import { RdbWriter } from "../../src/persistence/rdb/writer.ts";
import { equalBytes } from "../../src/util/byte_string.ts";
import { Random } from "../conformance/random.ts";
import { dataCommands, RandomCommands } from "./all_groups.ts";
import { InProcess } from "./in_process.ts";

/** Serialised values by key. */
type Image = Map<string, Uint8Array>;

function imageOf(database: Database): Image {
  const image: Image = new Map();
  for (const handle of database.entries()) image.set(database.keyOf(handle), payloadOf(database, handle));
  return image;
}

function payloadOf(database: Database, handle: number): Uint8Array {
  const writer = new RdbWriter(false);
  const value = database.valueOf(handle);
  writer.byte(valueType(value, RDB_VERSION));
  saveValue(writer, database, value, RDB_VERSION);
  return writer.written();
}

/** Watches one database during one command, as a snapshot would. */
class Observer {
  readonly announced = new Set<string>();
  readonly before: Image;
  /** Announced only when it had changed already. */
  late: string | null = null;
  #isCleared = false;

  constructor(readonly database: Database) {
    this.before = imageOf(database);
    assert(database.arena.beginEpoch());
    database.recorder = {
      beforeChange: (_, handle) => this.#announce(handle),
      beforeClear: () => {},
      cleared: () => {
        this.#isCleared = true;
        return false;
      },
    };
  }

  #announce(handle: number): void {
    const key = this.database.keyOf(handle);
    this.announced.add(key);
    if (!equalBytes(payloadOf(this.database, handle), this.before.get(key)!)) this.late = key;
    this.database.arena.record(handle);
  }

  /** Ends the watch: the keys whose values have changed, new ones included, and those of them that were not announced. */
  end(): { changed: string[]; missed: string[] } {
    const { announced, before, database } = this;
    database.recorder = null;
    for (const handle of database.entries()) database.arena.record(handle);
    database.arena.finishEpoch();
    const after = imageOf(database);
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => {
      const [old, now] = [before.get(key), after.get(key)];
      return old === undefined || now === undefined || !equalBytes(old, now);
    });
    const missed = changed.filter((key) => before.has(key) && !announced.has(key));
    return { changed, missed: this.#isCleared ? [] : missed };
  }
}

/** Changes that nobody is told of, as in Redis: when a consumer was seen last, and the form of a sorted set. */
const QUIET = /^(?:X(?:READGROUP|CLAIM|AUTOCLAIM)|SORT(?:_RO)?)$/;
/** Commands after which keys have changed as a whole. */
const WHOLESALE = /^(SWAPDB|FLUSH)/;

Deno.test("every change of a value is announced to a snapshot before, and told after", () => {
  const redis = new InProcess(dataCommands);
  const random = new Random(4);
  const commands = new RandomCommands(random);
  for (let i = 0; i < 6000; i++) {
    if (random.chance(0.01)) redis.advance(random.below(2000));
    const words = commands.next();
    const observers = [0, 1].map((index) => new Observer(redis.keyspace.database(index)));
    const { dirty } = redis.keyspace;
    redis.raw(words);
    const events = redis.takeEvents().map((event) => event.slice(event.indexOf(" ") + 1));
    for (const observer of observers) {
      const { changed, missed } = observer.end();
      assertEquals([missed, observer.late], [[], null], words.join(" "));
      const suffix = observer.database.index === 0 ? "" : "@1";
      const untold = changed.filter((key) => !events.includes(key + suffix));
      if (!QUIET.test(words[0]) && !WHOLESALE.test(words[0])) assertEquals(untold, [], words.join(" "));
      const isDeletion = changed.every((key) => !redis.keyspace.database(observer.database.index).has(key));
      if (!isDeletion && !QUIET.test(words[0])) assert(redis.keyspace.dirty > dirty, words.join(" "));
    }
    redis.client.unblock?.("timeout");
    redis.received("");
    if (i % 2000 === 1999) {
      for (const database of redis.keyspace.databases()) redis.keyspace.clear(database);
    }
  }
});
