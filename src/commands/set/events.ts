/** The events of the commands on sets. */

import { type ChangeEvent, EventClass } from "../../keyspace/change.ts";

function event(name: string): ChangeEvent {
  return { name, eventClass: EventClass.SET };
}

export const SetEvents = {
  SADD: event("sadd"),
  SREM: event("srem"),
  SPOP: event("spop"),
  SINTERSTORE: event("sinterstore"),
  SUNIONSTORE: event("sunionstore"),
  SDIFFSTORE: event("sdiffstore"),
} as const;
