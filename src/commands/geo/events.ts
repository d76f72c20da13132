/**
 * What is told of changes by the commands of this group.
 *
 * @module
 */

import { type ChangeEvent, EventClass } from "../../keyspace/change.ts";

/** What else can happen to a sorted set; a place is added as any member is, by `zadd`. */
export const GeoEvents = {
  GEORADIUSSTORE: { name: "georadiusstore", eventClass: EventClass.SORTED_SET },
  GEOSEARCHSTORE: { name: "geosearchstore", eventClass: EventClass.SORTED_SET },
} as const satisfies Record<string, ChangeEvent>;
