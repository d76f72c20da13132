/** The events of the commands on hashes. */

import { type ChangeEvent, EventClass } from "../../keyspace/change.ts";

function event(name: string): ChangeEvent {
  return { name, eventClass: EventClass.HASH };
}

export const HashEvents = {
  HSET: event("hset"),
  HDEL: event("hdel"),
  HINCRBY: event("hincrby"),
  HINCRBYFLOAT: event("hincrbyfloat"),
} as const;
