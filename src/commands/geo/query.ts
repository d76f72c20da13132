/** Commands on single places: GEODIST, GEOHASH, GEOPOS. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { distance } from "../../data/geo_area.ts";
import { geohashText, type Position } from "../../data/geohash.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import { Errors } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { ofType } from "../typed_value.ts";
import { positionOf } from "./places.ts";
import { readUnit, writeDistance, writePosition } from "./units.ts";

export const geodist = defineCommand({
  name: "GEODIST",
  group: "geo",
  since: "3.2.0",
  summary: "Returns the distance between two places.",
  complexity: "O(1)",
  syntax: "key member1 member2 ['m' | 'km' | 'ft' | 'mi']:unit",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const unit = args.length === 5 ? readUnit(args, 4) : 1;
    if (args.length > 5) throw Errors.SYNTAX;
    const set = ofType(ctx.db.find(args.receivedKey(1)), SortedSet);
    const from = set && positionOf(set, args, 2);
    const to = set && positionOf(set, args, 3);
    if (from === undefined || to === undefined) ctx.reply.nullReply();
    else writeDistance(ctx.reply, distance(from, to) / unit);
  },
});

export const geohash = defineCommand({
  name: "GEOHASH",
  group: "geo",
  since: "3.2.0",
  summary: "Returns the geohash strings of places.",
  complexity: "O(1) for each place asked for.",
  syntax: "key [member [member ...]]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    writeEach(ctx, args, (reply, position) => {
      if (position === undefined) reply.nullReply();
      else reply.bulkText(geohashText(position));
    });
  },
});

export const geopos = defineCommand({
  name: "GEOPOS",
  group: "geo",
  since: "3.2.0",
  summary: "Returns the longitude and latitude of places.",
  complexity: "O(1) for each place asked for.",
  syntax: "key [member [member ...]]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    writeEach(ctx, args, (reply, position) => {
      if (position === undefined) reply.nullArray();
      else writePosition(reply, position);
    });
  },
});

/** An array with something for each member asked for; `position` is undefined for one that is not there. */
function writeEach(
  ctx: CommandContext,
  args: Args,
  write: (reply: Reply, position: Position | undefined) => void,
): void {
  const set = ofType(ctx.db.find(args.receivedKey(1)), SortedSet);
  ctx.reply.arrayHeader(args.length - 2);
  for (let i = 2; i < args.length; i++) write(ctx.reply, set && positionOf(set, args, i));
}
