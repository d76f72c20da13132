/**
 * One numbered database: keys, values and deadlines.
 *
 * @module
 */

import { NO_SLOT } from "../data/slab_arena.ts";
import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import type { ChangeEvent } from "./change.ts";
import { Events } from "./change.ts";
import { DeadlineTable } from "./deadline_table.ts";
import { EntryArena } from "./entry_arena.ts";
import { EntryIndex, type Shard } from "./entry_index.ts";
import { hashOf, type Key, keyHash, textOf } from "./key.ts";
import type { Keyspace } from "./keyspace.ts";
import { ObjectTable } from "./object_table.ts";
import { ShardScanner } from "./scan.ts";
import { LongString, type StoredObject, type Value } from "./value.ts";

/** What `expiryOf` answers for a key without a deadline. */
export const NO_EXPIRY = -1;

/** What a key takes besides its entry: its share of a `Map`'s table, averaged over a doubling of the table. */
export const KEY_BYTES = 44;
/** What a deadline takes: a second `Map` entry and a number on the heap. */
export const DEADLINE_BYTES = 52;

/** Records entries as they are at one moment, while they go on changing: a snapshot. */
export interface ImageRecorder {
  /** The entry, which belongs to the image and is not recorded yet, is about to change or to go. */
  beforeChange(database: Database, handle: number): void;
  /** All keys of `database` are about to be removed at once. */
  beforeClear(database: Database): void;
  /**
   * All keys of `database` were removed at once. `contents` has them now; nobody else knows it. True if the recorder
   * still needs it, and will {@linkcode Database.release} it.
   */
  cleared(database: Database, contents: Database): boolean;
}

/** Sees keys before they change, present or not, to be able to put them back: what a test's snapshot does. */
export interface Journal {
  /** `key` is about to be added, changed or removed; `handle` is its entry, or `NO_SLOT`. */
  beforeChange(database: Database, key: string, handle: number): void;
  /** The access clock of an entry is about to move. */
  beforeTouch(database: Database, handle: number): void;
  /** As {@linkcode ImageRecorder.cleared}. */
  cleared(database: Database, contents: Database): boolean;
  /** The database, which is empty, is about to get the contents of another one. */
  beforeTakeOver(database: Database): void;
}

/** A value that was taken out of a database, to be put into it or another one again. */
export interface DetachedValue {
  /** An object, or the bytes of a short string. */
  readonly content: StoredObject | ByteSource;
  /** String flags of a short string. */
  readonly flags: number;
  readonly clock: number;
}

/**
 * Keys and values. An array of `Map`s leads from keys to entries (see {@linkcode EntryIndex}), which hold key and
 * short value side by side off the heap (see {@linkcode EntryArena}); longer values and collections are objects
 * beside them.
 *
 * Every look-up goes through {@linkcode find}, {@linkcode findForWrite} or {@linkcode peek}; every write ends with
 * {@linkcode changed}.
 */
export class Database {
  index: number;
  readonly keyspace: Keyspace;
  /** Where keys and short strings lie. */
  arena = new EntryArena();
  /** Average time to live of the keys with a deadline, in milliseconds: INFO's avg_ttl. */
  averageTtl = 0;
  #entries: EntryIndex;
  #deadlines: DeadlineTable;
  #objects = new ObjectTable();
  #scanner = new ShardScanner();
  #recorder: ImageRecorder | null = null;
  #journal: Journal | null = null;
  /** Whether there is either of them: the one question that a write asks. */
  #observed = false;

  /** `shardCount` must be a power of two, at least 2. */
  constructor(keyspace: Keyspace, index: number, shardCount: number) {
    this.keyspace = keyspace;
    this.index = index;
    this.#entries = new EntryIndex(this.arena, shardCount);
    this.#deadlines = new DeadlineTable(this.arena, shardCount);
  }

  /** Wants to see entries before they change; null while nobody does. */
  get recorder(): ImageRecorder | null {
    return this.#recorder;
  }

  set recorder(recorder: ImageRecorder | null) {
    this.#recorder = recorder;
    this.#observed = recorder !== null || this.#journal !== null;
  }

  /** Wants to see keys before they change; null while nobody does. {@linkcode Keyspace.journal} sets it. */
  set journal(journal: Journal | null) {
    this.#journal = journal;
    this.#observed = journal !== null || this.#recorder !== null;
  }

  /** Number of keys, expired ones that nobody met yet included. */
  get size(): number {
    return this.#entries.size;
  }

  /** Number of keys that have a deadline. */
  get expiring(): number {
    return this.#deadlines.size;
  }

  /**
   * Believable size in bytes of keys and values, cheap to ask. Exact for strings; an object counts as it was when it
   * was stored or, while {@linkcode Keyspace.counting}, when it was changed last.
   */
  get memory(): number {
    return this.arena.memory + this.#entries.cacheMemory + this.#objects.bytes + this.size * KEY_BYTES +
      this.#deadlines.size * DEADLINE_BYTES;
  }

  /** Number of different hashes: what the shards hold. Less than {@linkcode size} if keys collide. */
  get hashes(): number {
    return this.#entries.hashes;
  }

  /** The shards, for walks over the whole database. */
  get shards(): readonly Shard[] {
    return this.#entries.shards;
  }

  /** The deadlines of each shard's entries by handle, milliseconds since the epoch. */
  get deadlines(): readonly (ReadonlyMap<number, number> | undefined)[] {
    return this.#deadlines.shards;
  }

  /** All entries. None may be added or removed meanwhile. */
  entries(): Iterable<number> {
    return this.#entries.handles();
  }

  /** How many keys a slot has, while the shards are the slots of a cluster. */
  countInSlot(slot: number): number {
    return this.#entries.count(slot);
  }

  /** Up to `most` keys of a slot, expired ones that nobody met yet included. */
  keysInSlot(slot: number, most: number): string[] {
    return this.#entries.handlesIn(slot, most).map((handle) => this.keyOf(handle));
  }

  /**
   * Deletes all keys of a slot, which this node does not serve any more, and answers how many there were. WATCH, the
   * append-only file and the replicas hear of each, but no notifications tell of it: the keys are not gone, only
   * elsewhere. A command that calls this must `suppress` itself, as each change has been propagated already.
   */
  deleteSlot(slot: number): number {
    const keys = this.keysInSlot(slot, Infinity);
    for (const key of keys) {
      this.delete(key);
      this.changed(key, Events.MOVED_AWAY);
    }
    return keys.length;
  }

  /** Has the processor fetch what look-ups of keys with these hashes will read. Changes nothing. */
  touch(hashes: Int32Array, count: number): void {
    this.#entries.touch(hashes, count);
  }

  /** The key of an entry. */
  keyOf(handle: number): string {
    return this.arena.key(handle);
  }

  /** The value of an entry. */
  valueOf(handle: number): Value {
    return this.arena.isObject(handle) ? this.#objects.get(this.arena.objectIndex(handle)) : handle;
  }

  /**
   * Look-up to read. Side effects: an expired key is deleted (with its event); the access clock moves, unless the
   * client asked not to touch; keyspace_hits or keyspace_misses counts; a miss raises the event `keymiss`.
   */
  find(key: Key): Value | undefined {
    const handle = this.#entries.locate(key, hashOf(key));
    const keyspace = this.keyspace;
    if (handle === NO_SLOT || (this.#deadlines.size !== 0 && this.#expireIfDue(key, handle))) {
      keyspace.misses++;
      this.#tell(key, Events.KEY_MISS);
      return undefined;
    }
    keyspace.hits++;
    const value = this.valueOf(handle);
    if (keyspace.touching) this.#touch(handle, value);
    return value;
  }

  /** Look-up to change. As {@linkcode find}, but hits and misses do not count. */
  findForWrite(key: Key): Value | undefined {
    const handle = this.#entries.locate(key, hashOf(key));
    if (handle === NO_SLOT || (this.#deadlines.size !== 0 && this.#expireIfDue(key, handle, true))) {
      return undefined;
    }
    if (this.#observed) this.#beforeChange(key, handle);
    const value = this.valueOf(handle);
    if (this.keyspace.touching) this.#touch(handle, value);
    return value;
  }

  /**
   * Says that a value that {@linkcode find} gave, or something that the value keeps, is about to be changed: for commands
   * that count as reading, as Redis sees them.
   */
  announceChange(key: Key): void {
    if (this.#observed) this.#beforeChange(key, this.#entries.locate(key, hashOf(key)));
  }

  /** Look-up that leaves the access clock and the statistics alone; an expired key is deleted all the same. */
  peek(key: Key): Value | undefined {
    const handle = this.#entries.locate(key, hashOf(key));
    if (handle === NO_SLOT || (this.#deadlines.size !== 0 && this.#expireIfDue(key, handle))) {
      return undefined;
    }
    return this.valueOf(handle);
  }

  /** Whether the key is there, expired or not, without any side effect. */
  has(key: Key): boolean {
    return this.#entries.locate(key, hashOf(key)) !== NO_SLOT;
  }

  /** What is stored under `key`, expired or not, without any side effect. */
  stored(key: Key): Value | undefined {
    const handle = this.#entries.locate(key, hashOf(key));
    return handle === NO_SLOT ? undefined : this.valueOf(handle);
  }

  /** Stores an object under `key`; what was there is dropped. The deadline goes, unless `keepExpiry`. */
  set(key: Key, value: StoredObject, keepExpiry = false): void {
    const hash = hashOf(key);
    const old = this.#entries.locate(key, hash);
    if (this.#observed) this.#beforeChange(key, old);
    if (value.clock === 0) value.clock = this.keyspace.accessClock.initial();
    this.#replace(key, hash, old, this.arena.addObject(key, this.#objects.add(value)), keepExpiry);
  }

  /** Stores a string; what was there is dropped. The deadline goes, unless `keepExpiry`. */
  setBytes(key: Key, source: ByteSource, start: number, end: number, keepExpiry = false): void {
    const hash = hashOf(key);
    const old = this.#entries.locate(key, hash);
    const length = end - start;
    const arena = this.arena;
    const clock = this.#clockReplacing(old);
    if (this.#observed) this.#beforeChange(key, old);
    if (old !== NO_SLOT && !arena.isObject(old) && arena.resize(old, length, 0, clock)) {
      copyBytes(source, start, end, arena.page(old), arena.offset(old));
      if (!keepExpiry && this.#deadlines.size !== 0) this.#dropDeadline(hash, old);
      return;
    }
    if (!arena.canHold(key.length, length)) {
      const value = new LongString(source.buffer.slice(start, end));
      value.clock = clock;
      return this.set(key, value, keepExpiry);
    }
    const handle = arena.addString(key, length, 0, clock);
    copyBytes(source, start, end, arena.page(handle), arena.offset(handle));
    this.#replace(key, hash, old, handle, keepExpiry);
  }

  /**
   * Makes room for a string of `length` bytes under `key`, to be filled by the caller; what was there is dropped, the
   * deadline stays. The bytes are undefined. `flags` are those of the arena.
   */
  newString(key: Key, length: number, flags: number, clock: number): number | LongString {
    const hash = hashOf(key);
    const old = this.#entries.locate(key, hash);
    const arena = this.arena;
    if (this.#observed) this.#beforeChange(key, old);
    if (old !== NO_SLOT && !arena.isObject(old) && arena.resize(old, length, flags, clock)) return old;
    if (!arena.canHold(key.length, length)) {
      const value = new LongString(new Uint8Array(length));
      value.clock = clock;
      this.set(key, value, true);
      return value;
    }
    const handle = arena.addString(key, length, flags, clock);
    this.#replace(key, hash, old, handle, true);
    return handle;
  }

  /** Removes the key. False if there was none. No event: the caller says why by {@linkcode changed}. */
  delete(key: Key): boolean {
    const hash = hashOf(key);
    const handle = this.#entries.locate(key, hash);
    if (handle === NO_SLOT) return false;
    if (this.#observed) this.#beforeChange(key, handle);
    this.#dropDeadline(hash, handle);
    this.#entries.remove(hash, handle);
    this.#release(handle);
    return true;
  }

  /** Removes the key as {@linkcode delete} does, but hands its value to the caller. The deadline is dropped. */
  take(key: Key): DetachedValue | undefined {
    const hash = hashOf(key);
    const handle = this.#entries.locate(key, hash);
    if (handle === NO_SLOT) return undefined;
    if (this.#observed) this.#beforeChange(key, handle);
    const value = this.valueOf(handle);
    const detached = typeof value === "number"
      ? this.copyOf(value)
      : { content: value, flags: 0, clock: value.clock };
    this.#dropDeadline(hash, handle);
    this.#entries.remove(hash, handle);
    this.#unlink(handle);
    return detached;
  }

  /** A copy of the value, for another key. */
  copyOf(value: Value): DetachedValue {
    if (typeof value !== "number") return { content: value.clone(), flags: 0, clock: value.clock };
    const content = new ByteBuffer(this.arena.view(value).slice());
    return { content, flags: this.arena.flags(value), clock: this.arena.clock(value) };
  }

  /** Stores a value that was taken or copied, with its access clock; what was there is dropped, deadline included. */
  put(key: Key, { content, flags, clock }: DetachedValue): void {
    this.delete(key);
    if ("typeName" in content) {
      content.clock = clock;
      return this.set(key, content);
    }
    const length = content.buffer.length;
    const value = this.newString(key, length, flags, clock);
    if (typeof value === "number") {
      copyBytes(content, 0, length, this.arena.page(value), this.arena.offset(value));
    } else value.bytes.set(content.buffer);
  }

  /** The deadline in milliseconds since the epoch, or {@linkcode NO_EXPIRY}. */
  expiryOf(key: Key): number {
    if (this.#deadlines.size === 0) return NO_EXPIRY;
    const hash = hashOf(key);
    const handle = this.#entries.locate(key, hash);
    return handle === NO_SLOT ? NO_EXPIRY : this.deadlineOf(handle, hash);
  }

  /** Sets the deadline (milliseconds since the epoch) of an existing key. */
  setExpiry(key: Key, deadline: number): void {
    const hash = hashOf(key);
    const handle = this.#entries.locate(key, hash);
    if (handle === NO_SLOT) return;
    if (this.#observed) this.#beforeChange(key, handle);
    this.#deadlines.set(this.#entries.shardOf(hash), handle, deadline);
  }

  /** Takes the deadline away. False if there was none. */
  clearExpiry(key: Key): boolean {
    if (this.#deadlines.size === 0) return false;
    const hash = hashOf(key);
    const handle = this.#entries.locate(key, hash);
    if (handle === NO_SLOT) return false;
    if (this.#observed) this.#beforeChange(key, handle);
    return this.#dropDeadline(hash, handle);
  }

  /** Deletes `key` if its time is over: for commands that overwrite without a look-up. True if it was so. */
  expireIfDue(key: Key): boolean {
    if (this.#deadlines.size === 0) return false;
    const handle = this.#entries.locate(key, hashOf(key));
    return handle !== NO_SLOT && this.#expireIfDue(key, handle, true);
  }

  /**
   * Deletes `key` because its time is over, with event and statistics. It does not count as a change: a command that
   * only met an expired key has written nothing.
   */
  expire(key: string): void {
    this.delete(key);
    this.keyspace.expired++;
    this.alsoChanged(key, Events.EXPIRED);
  }

  /** Deletes `key` to make room, with event and statistics. */
  evict(key: string): void {
    this.delete(key);
    this.keyspace.evicted++;
    this.alsoChanged(key, Events.EVICTED);
  }

  /**
   * The one place where a write is told: call it once per changed key, after the change. Counts for
   * `rdb_changes_since_last_save` as so many `changes`, which are elements or fields for some commands; the sink takes it
   * to WATCH, notifications and whoever else listens.
   */
  changed(key: Key, event: ChangeEvent, changes = 1): void {
    const { keyspace } = this;
    keyspace.dirty += changes;
    if (keyspace.counting && this.#objects.bytes !== 0) this.recount(this.stored(key));
    this.#tell(key, event);
  }

  /**
   * An event that does not count as a change of its own: a further one of a change that {@linkcode changed} counts,
   * such as `expire` after `set`, or the end of a key by its deadline.
   */
  alsoChanged(key: Key, event: ChangeEvent): void {
    this.#tell(key, event);
  }

  #tell(key: Key, event: ChangeEvent): void {
    const { sink } = this.keyspace;
    // Only for somebody who wants it does the key become a string.
    if (sink !== null && (sink.wanted & event.eventClass) !== 0) sink.changed(this, textOf(key), event);
  }

  /** Notes the present size of a value that is stored here, for {@linkcode memory}. */
  recount(value: Value | undefined): void {
    if (value === undefined || typeof value === "number") return;
    this.#objects.recount(value);
  }

  /** The access clock of a value. */
  clockOf(value: Value): number {
    return typeof value === "number" ? this.arena.clock(value) : value.clock;
  }

  /** Sets the access clock of a value. */
  setClock(value: Value, clock: number): void {
    if (typeof value === "number") this.arena.setClock(value, clock);
    else value.clock = clock;
  }

  /** Removes every key at once. */
  clear(): void {
    const recorder = this.#recorder;
    const journal = this.#journal;
    recorder?.beforeClear(this);
    // Both would keep the contents, so that one has to have copies.
    if (recorder !== null && journal !== null) {
      for (const handle of this.entries()) journal.beforeChange(this, this.keyOf(handle), handle);
    }
    const contents = new Database(this.keyspace, this.index, this.shards.length);
    contents.#exchange(this);
    this.recorder = null;
    const isKept = (recorder ?? journal)?.cleared(this, contents) ?? false;
    if (!isKept) contents.release();
  }

  /** Puts the contents of `other`, which is of no use any more, in the place of its own, which must be empty. */
  takeOver(other: Database): void {
    this.#journal?.beforeTakeOver(this);
    this.#exchange(other);
    other.release();
  }

  /** Gives all memory back. The database must not be used any more. */
  release(): void {
    this.#objects.release();
    this.arena.release();
  }

  /** One step of SCAN: see {@linkcode ShardScanner.step}. `visit` gets entries. */
  scan(cursor: number, count: number, visit: (handle: number) => void): number {
    return this.#scanner.step(this.shards, cursor, count, visit);
  }

  /** A key drawn uniformly, or undefined if the database is empty. Expired keys may be drawn. */
  randomKey(): string | undefined {
    const handle = this.#entries.random(this.keyspace.random);
    return handle === NO_SLOT ? undefined : this.keyOf(handle);
  }

  /** A key with that hash, which must occur. */
  keyByHash(hash: number): string {
    return this.keyOf(this.#entries.withHash(hash, this.keyspace.random));
  }

  /** The deadline of an entry whose key has the hash, or {@linkcode NO_EXPIRY}. */
  deadlineOf(handle: number, hash = keyHash(this.keyOf(handle))): number {
    if (!this.arena.hasDeadline(handle)) return NO_EXPIRY;
    return this.#deadlines.get(this.#entries.shardOf(hash), handle);
  }

  /** Exchanges all keys with another database. */
  #exchange(other: Database): void {
    [this.arena, other.arena] = [other.arena, this.arena];
    [this.#entries, other.#entries] = [other.#entries, this.#entries];
    [this.#deadlines, other.#deadlines] = [other.#deadlines, this.#deadlines];
    [this.#objects, other.#objects] = [other.#objects, this.#objects];
    [this.#scanner, other.#scanner] = [other.#scanner, this.#scanner];
  }

  /** Lets image and journal have the entry, which may be `NO_SLOT`, as it is now. */
  #beforeChange(key: Key, handle: number): void {
    this.#journal?.beforeChange(this, textOf(key), handle);
    if (this.#recorder === null || handle === NO_SLOT || this.arena.isRecorded(handle)) return;
    this.#recorder.beforeChange(this, handle);
  }

  /** Puts `handle` in the place of `old`, or links it as new if that is `NO_SLOT`. */
  #replace(key: Key, hash: number, old: number, handle: number, keepExpiry: boolean): void {
    if (old === NO_SLOT) {
      this.#entries.add(hash, handle);
      this.#tell(key, Events.NEW);
      return;
    }
    this.#entries.replace(hash, old, handle);
    if (this.arena.hasDeadline(old)) {
      if (keepExpiry) this.#deadlines.move(this.#entries.shardOf(hash), old, handle);
      else this.#dropDeadline(hash, old);
    }
    this.#release(old);
  }

  /** Frees an entry that nothing leads to any more, and its value. */
  #release(handle: number): void {
    this.#unlink(handle)?.release();
  }

  /** Frees an entry that nothing leads to any more; the value, if it is an object, goes to the caller. */
  #unlink(handle: number): StoredObject | null {
    const arena = this.arena;
    const value = arena.isObject(handle) ? this.#objects.take(arena.objectIndex(handle)) : null;
    arena.free(handle);
    return value;
  }

  /** What was often used under a name counts as often used with its new value, too. */
  #clockReplacing(old: number): number {
    const { accessClock } = this.keyspace;
    if (old === NO_SLOT || !accessClock.frequency) return accessClock.initial();
    return this.clockOf(this.valueOf(old));
  }

  #touch(handle: number, value: Value): void {
    const accessClock = this.keyspace.accessClock;
    if (accessClock.careful) {
      this.#journal?.beforeTouch(this, handle);
      this.setClock(value, accessClock.touched(this.clockOf(value)));
    } else if (typeof value === "number") this.arena.setClock(value, accessClock.seconds);
    else value.clock = accessClock.seconds;
  }

  #dropDeadline(hash: number, handle: number): boolean {
    return this.#deadlines.drop(this.#entries.shardOf(hash), handle);
  }

  /**
   * Deletes the key if its deadline has passed. True also if it is only hidden: the key counts as gone. For `writing` a
   * replica on which clients may write deletes it, too: what they write must not get an old deadline.
   */
  #expireIfDue(key: Key, handle: number, writing = false): boolean {
    if (!this.arena.hasDeadline(handle)) return false;
    const deadline = this.#deadlines.get(this.#entries.shardOf(hashOf(key)), handle);
    const { keyspace } = this;
    if (deadline >= keyspace.now || keyspace.applying) return false;
    if (keyspace.deletesExpired || (writing && keyspace.writable && !keyspace.expiryPaused)) {
      this.expire(textOf(key));
    }
    return true;
  }
}
