/** GEOADD. */

import type { Args } from "../../command/args.ts";
import { DENYOOM, WRITE } from "../../command/flags.ts";
import { key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { encodeGeohash } from "../../data/geohash.ts";
import { NO_MEMBER, SortedSet } from "../../data/sorted_set.ts";
import { Errors } from "../../resp/errors.ts";
import { SortedSetEvents } from "../sorted_set/events.ts";
import { ofType } from "../typed_value.ts";
import { readPosition } from "./units.ts";

export const geoadd = defineCommand({
  name: "GEOADD",
  group: "geo",
  since: "3.2.0",
  summary: "Adds places to a geospatial index, or moves them.",
  complexity: "O(log(N)) for each place, with N the size of the sorted set.",
  syntax:
    "key [NX | XX]:condition@6.2.0 [CH:change]@6.2.0 longitude latitude member [longitude latitude member ...]",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | UPDATE)],
  history: [["6.2.0", "Added the options `NX`, `XX` and `CH`"]],
  run(ctx, args) {
    const options = readOptions(args);
    const scores = readScores(args, options.end);
    const { db, reply } = ctx;
    const name = args.key(1);
    const present = ofType(db.findForWrite(name), SortedSet);
    if (present === undefined && options.onlyPresent) return reply.integer(0);
    const first = options.end + 2;
    const set = present ??
      new SortedSet(ctx.keyspace.limits, scores.length, args.ends[first] - args.starts[first]);
    if (present !== undefined) present.expect(scores.length);
    const { added, moved } = placeAll(set, args, options, scores);
    if (present === undefined) db.set(name, set);
    if (added + moved > 0) db.changed(name, SortedSetEvents.ZADD, added + moved);
    reply.integer(options.countMoved ? added + moved : added);
  },
});

/** What is wanted of GEOADD besides the places. */
interface AddOptions {
  readonly onlyNew: boolean;
  readonly onlyPresent: boolean;
  /** Whether the reply counts moved places, too. */
  readonly countMoved: boolean;
  /** Index of the first longitude. */
  readonly end: number;
}

function readOptions(args: Args): AddOptions {
  let onlyNew = false;
  let onlyPresent = false;
  let countMoved = false;
  let end = 2;
  for (; end < args.length; end++) {
    if (args.is(end, "NX")) onlyNew = true;
    else if (args.is(end, "XX")) onlyPresent = true;
    else if (args.is(end, "CH")) countMoved = true;
    else break;
  }
  const rest = args.length - end;
  if (rest === 0 || rest % 3 !== 0 || (onlyNew && onlyPresent)) throw Errors.SYNTAX;
  return { onlyNew, onlyPresent, countMoved, end };
}

/** The geohashes of all places, read before any of them is added. */
function readScores(args: Args, first: number): number[] {
  const scores: number[] = [];
  for (let i = first; i < args.length; i += 3) scores.push(encodeGeohash(readPosition(args, i)));
  return scores;
}

/** Adds or moves the places; how many of each. */
function placeAll(
  set: SortedSet,
  args: Args,
  { onlyNew, onlyPresent, end }: AddOptions,
  scores: readonly number[],
): { added: number; moved: number } {
  let added = 0;
  let moved = 0;
  for (let i = 0; i < scores.length; i++) {
    const member = end + 3 * i + 2;
    const from = args.starts[member];
    const to = args.ends[member];
    const handle = set.find(args, from, to);
    if (handle === NO_MEMBER) {
      if (onlyPresent) continue;
      set.insert(args, from, to, scores[i]);
      added++;
    } else if (!onlyNew && set.scoreOf(handle) !== scores[i]) {
      set.update(handle, args, from, to, scores[i]);
      moved++;
    }
  }
  return { added, moved };
}
