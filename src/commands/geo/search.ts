/**
 * GEOSEARCH, GEOSEARCHSTORE and the GEORADIUS commands, which are one search with different arguments.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, READONLY, WRITE } from "../../command/flags.ts";
import { georadiusKeys } from "../../command/get_keys.ts";
import { ACCESS, key, keyword, OW, RO, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import { type ChangeEvent, Events } from "../../keyspace/change.ts";
import type { Reply } from "../../resp/reply.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { writeByteString } from "../../util/byte_string.ts";
import { ofType } from "../typed_value.ts";
import { GeoEvents } from "./events.ts";
import { findPlaces, type FoundPlace } from "./find_places.ts";
import { readSearch, type Search, type SearchForm } from "./search_options.ts";
import { writeDistance, writePosition } from "./units.ts";

export const georadius = defineCommand({
  name: "GEORADIUS",
  group: "geo",
  since: "3.2.0",
  summary: "Finds places within a circle around a point, and may store them.",
  complexity: "O(N+log(M)) with N the places in the bounding box and M those inside the area.",
  syntax:
    "key longitude latitude radius <'m' | 'km' | 'ft' | 'mi'>:unit [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]@6.2.0]:count-block [ASC | DESC]:order [STORE key=storekey | STOREDIST key=storedistkey]:store",
  flags: WRITE | DENYOOM,
  keys: [key(1, RO | ACCESS), keyword("STORE", 6, OW | UPDATE), keyword("STOREDIST", 6, OW | UPDATE)],
  getKeys: georadiusKeys,
  history: [["6.2.0", "Added the option `ANY`"], ["7.0.0", "Units are read in any letter case"]],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with `BYRADIUS`",
  run(ctx, args) {
    search(ctx, args, 1, { centre: "position", storing: "option" }, GeoEvents.GEORADIUSSTORE);
  },
});

export const georadiusbymember = defineCommand({
  name: "GEORADIUSBYMEMBER",
  group: "geo",
  since: "3.2.0",
  summary: "Finds places within a circle around another place, and may store them.",
  complexity: "O(N+log(M)) with N the places in the bounding box and M those inside the area.",
  syntax:
    "key member radius <'m' | 'km' | 'ft' | 'mi'>:unit [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]]:count-block [ASC | DESC]:order [STORE key=storekey | STOREDIST key=storedistkey]:store",
  flags: WRITE | DENYOOM,
  keys: [key(1, RO | ACCESS), keyword("STORE", 5, OW | UPDATE), keyword("STOREDIST", 5, OW | UPDATE)],
  getKeys: georadiusKeys,
  history: [["7.0.0", "Units are read in any letter case"]],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with `BYRADIUS` and `FROMMEMBER`",
  run(ctx, args) {
    search(ctx, args, 1, { centre: "member", storing: "option" }, GeoEvents.GEORADIUSSTORE);
  },
});

export const georadiusbymemberRo = defineCommand({
  name: "GEORADIUSBYMEMBER_RO",
  group: "geo",
  since: "3.2.10",
  summary: "Finds places within a circle around another place.",
  complexity: "O(N+log(M)) with N the places in the bounding box and M those inside the area.",
  syntax:
    "key member radius <'m' | 'km' | 'ft' | 'mi'>:unit [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]]:count-block [ASC | DESC]:order",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` with `BYRADIUS` and `FROMMEMBER`",
  run(ctx, args) {
    search(ctx, args, 1, { centre: "member", storing: "never" }, GeoEvents.GEORADIUSSTORE);
  },
});

export const georadiusRo = defineCommand({
  name: "GEORADIUS_RO",
  group: "geo",
  since: "3.2.10",
  summary: "Finds places within a circle around a point.",
  complexity: "O(N+log(M)) with N the places in the bounding box and M those inside the area.",
  syntax:
    "key longitude latitude radius <'m' | 'km' | 'ft' | 'mi'>:unit [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]@6.2.0]:count-block [ASC | DESC]:order",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["6.2.0", "Added the option `ANY`"]],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` with `BYRADIUS`",
  run(ctx, args) {
    search(ctx, args, 1, { centre: "position", storing: "never" }, GeoEvents.GEORADIUSSTORE);
  },
});

export const geosearch = defineCommand({
  name: "GEOSEARCH",
  group: "geo",
  since: "6.2.0",
  summary: "Finds places within a circle or a box.",
  complexity: "O(N+log(M)) with N the places in the bounding box and M those inside the area.",
  syntax:
    "key <FROMMEMBER member | FROMLONLAT (longitude latitude)>:from <(BYRADIUS radius <'m' | 'km' | 'ft' | 'mi'>:unit):circle | (BYBOX width height <'m' | 'km' | 'ft' | 'mi'>:unit):box>:by [ASC | DESC]:order [COUNT count [ANY]]:count-block [WITHCOORD] [WITHDIST] [WITHHASH]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["7.0.0", "Units are read in any letter case"]],
  run(ctx, args) {
    search(ctx, args, 1, { centre: "option", storing: "never" }, GeoEvents.GEOSEARCHSTORE);
  },
});

export const geosearchstore = defineCommand({
  name: "GEOSEARCHSTORE",
  group: "geo",
  since: "6.2.0",
  summary: "Finds places within a circle or a box and stores them.",
  complexity: "O(N+log(M)) with N the places in the bounding box and M those inside the area.",
  syntax:
    "destination source <FROMMEMBER member | FROMLONLAT (longitude latitude)>:from <(BYRADIUS radius <'m' | 'km' | 'ft' | 'mi'>:unit):circle | (BYBOX width height <'m' | 'km' | 'ft' | 'mi'>:unit):box>:by [ASC | DESC]:order [COUNT count [ANY]]:count-block [STOREDIST]",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE), key(2, RO | ACCESS)],
  history: [["7.0.0", "Units are read in any letter case"]],
  run(ctx, args) {
    search(ctx, args, 2, { centre: "option", storing: "always" }, GeoEvents.GEOSEARCHSTORE);
  },
});

/** `source` is the index of the key to search, `event` what is told of a stored result. */
function search(ctx: CommandContext, args: Args, source: number, form: SearchForm, event: ChangeEvent): void {
  const set = ofType(ctx.db.find(args.receivedKey(source)), SortedSet);
  const request = readSearch(args, form, set);
  const found = set === undefined ? [] : findPlaces(set, request);
  if (request.storeKey === undefined) writePlaces(ctx.reply, found, request);
  else storePlaces(ctx, request.storeKey, found, request, event);
}

function writePlaces(reply: Reply, found: readonly FoundPlace[], request: Search): void {
  const { withDistance, withHash, withPosition, unit } = request;
  const details = Number(withDistance) + Number(withHash) + Number(withPosition);
  reply.arrayHeader(found.length);
  for (const place of found) {
    if (details > 0) reply.arrayHeader(details + 1);
    reply.bulkText(place.member);
    if (withDistance) writeDistance(reply, place.distance / unit);
    // Scores on the edges of the map have more than 53 bits.
    if (withHash) reply.bigInteger(BigInt(Math.trunc(place.score)));
    if (withPosition) writePosition(reply, place.position);
  }
}

function storePlaces(
  ctx: CommandContext,
  target: string,
  found: readonly FoundPlace[],
  request: Search,
  event: ChangeEvent,
): void {
  const { db, reply } = ctx;
  if (found.length > 0) {
    db.set(target, toSortedSet(ctx.keyspace.limits, found, request));
    db.changed(target, event, found.length);
  } else if (db.peek(target) !== undefined) {
    db.delete(target);
    db.changed(target, Events.DEL);
  }
  reply.integer(found.length);
}

/** The places with their geohashes or distances as scores. */
function toSortedSet(limits: EncodingLimits, found: readonly FoundPlace[], request: Search): SortedSet {
  const longest = found.reduce((length, { member }) => Math.max(length, member.length), 0);
  const set = new SortedSet(limits, found.length, longest);
  const memory = new ByteBuffer(longest);
  for (const { member, score, distance } of found) {
    writeByteString(memory.buffer, 0, member);
    set.insert(memory, 0, member.length, request.storeDistance ? distance / request.unit : score);
  }
  return set;
}
