/**
 * What the keyspace tells of a write.
 *
 * @module
 */

import type { Database } from "./database.ts";

/** Classes of keyspace events, the letters of `notify-keyspace-events`. */
export const EventClass = {
  KEYSPACE: 1 << 0,
  KEYEVENT: 1 << 1,
  GENERIC: 1 << 2,
  STRING: 1 << 3,
  LIST: 1 << 4,
  SET: 1 << 5,
  HASH: 1 << 6,
  SORTED_SET: 1 << 7,
  EXPIRED: 1 << 8,
  EVICTED: 1 << 9,
  STREAM: 1 << 10,
  KEY_MISS: 1 << 11,
  MODULE: 1 << 13,
  NEW: 1 << 14,
  /** Not a class that can be asked for: a change that WATCH does not mind, such as what a consumer group has read. */
  UNWATCHED: 1 << 15,
  /** Nor this: the key belongs to another node of the cluster now. */
  MOVED_AWAY: 1 << 16,
  /** Nor this: a change that no notification tells of. */
  UNTOLD: 1 << 17,
} as const;

/** All classes. */
export const EVERY_CLASS = -1;

/** A kind of change: its name in notifications and its class, one or more bits of {@linkcode EventClass}. */
export interface ChangeEvent {
  readonly name: string;
  readonly eventClass: number;
}

function event(name: string, eventClass: number): ChangeEvent {
  return { name, eventClass };
}

/** Events that the keyspace itself and several groups raise; a group's own stand with its commands. */
export const Events = {
  DEL: event("del", EventClass.GENERIC),
  EXPIRE: event("expire", EventClass.GENERIC),
  PERSIST: event("persist", EventClass.GENERIC),
  RENAME_FROM: event("rename_from", EventClass.GENERIC),
  RENAME_TO: event("rename_to", EventClass.GENERIC),
  COPY_TO: event("copy_to", EventClass.GENERIC),
  MOVE_FROM: event("move_from", EventClass.GENERIC),
  MOVE_TO: event("move_to", EventClass.GENERIC),
  EXPIRED: event("expired", EventClass.EXPIRED),
  EVICTED: event("evicted", EventClass.EVICTED),
  MOVED_AWAY: event("del", EventClass.MOVED_AWAY),
  KEY_MISS: event("keymiss", EventClass.KEY_MISS),
  NEW: event("new", EventClass.NEW),
  SET: event("set", EventClass.STRING),
  APPEND: event("append", EventClass.STRING),
  SETRANGE: event("setrange", EventClass.STRING),
  INCRBY: event("incrby", EventClass.STRING),
  INCRBYFLOAT: event("incrbyfloat", EventClass.STRING),
} as const;

/** Where changes go. The composition root sets the one sink of a keyspace; without one a change costs a counter. */
export interface ChangeSink {
  /** Classes of the events that it wants to hear of at present. Others cost nothing. */
  readonly wanted: number;
  /** `key` changed (or is about to be reported missing, for the key-miss class). */
  changed(database: Database, key: string, event: ChangeEvent): void;
  /**
   * All keys of `database` are about to go at once or, with a `successor`, to be exchanged for those of that other
   * database (SWAPDB, which tells it of both).
   */
  replaced(database: Database, successor: Database | null): void;
}
