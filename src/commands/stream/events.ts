/**
 * What is told of changes by the commands on streams.
 *
 * @module
 */

import { type ChangeEvent, EventClass } from "../../keyspace/change.ts";

/** A change of what the stream holds. */
function event(name: string): ChangeEvent {
  return { name, eventClass: EventClass.STREAM };
}

/** A change of the bookkeeping, which no transaction fails by. */
function unwatched(name: string): ChangeEvent {
  return { name, eventClass: EventClass.STREAM | EventClass.UNWATCHED };
}

/** A change that nobody is notified of. */
function silent(name: string): ChangeEvent {
  return { name, eventClass: EventClass.UNWATCHED };
}

export const StreamEvents = {
  XADD: event("xadd"),
  XTRIM: event("xtrim"),
  XDEL: event("xdel"),
  XSETID: unwatched("xsetid"),
  GROUP_CREATE: unwatched("xgroup-create"),
  /** XGROUP CREATE that made the stream as well. */
  GROUP_CREATE_NEW: event("xgroup-create"),
  GROUP_SETID: unwatched("xgroup-setid"),
  GROUP_DESTROY: unwatched("xgroup-destroy"),
  CREATE_CONSUMER: unwatched("xgroup-createconsumer"),
  DELETE_CONSUMER: unwatched("xgroup-delconsumer"),
  READ: silent("xreadgroup"),
  ACKNOWLEDGE: silent("xack"),
  CLAIM: silent("xclaim"),
} as const;
