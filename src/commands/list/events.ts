/**
 * Events of the list commands.
 *
 * @module
 */

import { type ChangeEvent, EventClass } from "../../keyspace/change.ts";

function event(name: string): ChangeEvent {
  return { name, eventClass: EventClass.LIST };
}

/** What can happen to a list. */
export const ListEvents = {
  LPUSH: event("lpush"),
  RPUSH: event("rpush"),
  LPOP: event("lpop"),
  RPOP: event("rpop"),
  LSET: event("lset"),
  LINSERT: event("linsert"),
  LREM: event("lrem"),
  LTRIM: event("ltrim"),
} as const;
