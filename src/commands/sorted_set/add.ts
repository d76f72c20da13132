/** Commands that add members or change scores: ZADD, ZINCRBY. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { NO_MEMBER, SortedSet } from "../../data/sorted_set.ts";
import { Errors } from "../../resp/errors.ts";
import { SortedSetErrors } from "./errors.ts";
import { SortedSetEvents } from "./events.ts";
import { readScore } from "./score_argument.ts";
import { findSortedSetForWrite } from "./value.ts";

/** Options of ZADD, as bits. */
const NX = 1;
const XX = 2;
const GT = 4;
const LT = 8;
const CH = 16;
const INCR = 32;

/** No option begins with a byte below. */
const LETTERS = 0x41;

/** An array for more scores than this is not kept for the next command. */
const MOST_KEPT = 4096;

/** What became of the members of one command. */
const outcome = { added: 0, updated: 0, processed: 0, score: 0 };
let scores = new Float64Array(64);

export const zadd = defineCommand({
  name: "ZADD",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Adds members to a sorted set or changes their scores.",
  complexity: "O(log(N)) for each member, with N the size of the sorted set.",
  syntax:
    "key [NX | XX]:condition@3.0.2 [GT | LT]:comparison@6.2.0 [CH:change]@3.0.2 [INCR:increment]@3.0.2 score member [score member ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | UPDATE)],
  history: [["2.4.0", "Takes several members"], ["3.0.2", "Added the options `NX`, `XX`, `CH` and `INCR`"], [
    "6.2.0",
    "Added the options `GT` and `LT`",
  ]],
  run(ctx, args) {
    let first = 2;
    let options = 0;
    for (let bit; first < args.length && (bit = optionAt(args, first)) !== 0; first++) options |= bit;
    addAll(ctx, args, options, first);
  },
});

export const zincrby = defineCommand({
  name: "ZINCRBY",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Increments the score of a member, from 0 if missing.",
  complexity: "O(log(N)) with N the size of the sorted set.",
  syntax: "key increment member",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    addAll(ctx, args, INCR, 2);
  },
});

function optionAt(args: Args, index: number): number {
  if (args.ends[index] === args.starts[index] || args.buffer[args.starts[index]] < LETTERS) return 0;
  if (args.is(index, "NX")) return NX;
  if (args.is(index, "XX")) return XX;
  if (args.is(index, "GT")) return GT;
  if (args.is(index, "LT")) return LT;
  if (args.is(index, "CH")) return CH;
  return args.is(index, "INCR") ? INCR : 0;
}

/** Adds the pairs of score and member from argument `first` on, and replies. */
function addAll(ctx: CommandContext, args: Args, options: number, first: number): void {
  const count = (args.length - first) / 2;
  checkOptions(options, count);
  readScores(args, first, count);
  const { db, reply } = ctx;
  const key = args.receivedKey(1);
  const present = findSortedSetForWrite(db, key);
  outcome.added = outcome.updated = outcome.processed = 0;
  if (present !== undefined) {
    present.expect(count);
    addEach(present, args, options, first, count);
  } else if ((options & XX) === 0) {
    const set = new SortedSet(ctx.keyspace.limits, count, args.ends[first + 1] - args.starts[first + 1]);
    addEach(set, args, options, first, count);
    db.set(key, set);
  }
  const { added, updated, processed, score } = outcome;
  const isIncrement = (options & INCR) !== 0;
  const changes = added + updated;
  if (changes > 0) db.changed(key, isIncrement ? SortedSetEvents.ZINCR : SortedSetEvents.ZADD, changes);
  if (!isIncrement) reply.integer((options & CH) !== 0 ? changes : added);
  else if (processed > 0) reply.double(score);
  else reply.nullReply();
}

function checkOptions(options: number, count: number): void {
  if (count === 0 || !Number.isInteger(count)) throw Errors.SYNTAX;
  if ((options & NX) !== 0 && (options & XX) !== 0) throw SortedSetErrors.NX_AND_XX;
  const exclusive = options & (NX | GT | LT);
  if ((exclusive & (exclusive - 1)) !== 0) throw SortedSetErrors.GT_LT_NX;
  if ((options & INCR) !== 0 && count > 1) throw SortedSetErrors.SINGLE_INCREMENT;
}

/** Reads all scores before anything is changed. */
function readScores(args: Args, first: number, count: number): void {
  if (count > scores.length || scores.length > MOST_KEPT) scores = new Float64Array(Math.max(2 * count, 64));
  for (let i = 0; i < count; i++) scores[i] = readScore(args, first + 2 * i);
}

function addEach(set: SortedSet, args: Args, options: number, first: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const member = first + 2 * i + 1;
    addOne(set, args, args.starts[member], args.ends[member], scores[i], options);
  }
}

/** Adds one member or changes its score, as the options say, and notes the outcome. */
function addOne(
  set: SortedSet,
  args: Args,
  start: number,
  end: number,
  score: number,
  options: number,
): void {
  const handle = set.find(args, start, end);
  outcome.score = score;
  if (handle === NO_MEMBER) {
    if ((options & XX) !== 0) return;
    set.insert(args, start, end, score);
    outcome.added++;
    outcome.processed++;
    return;
  }
  if ((options & NX) !== 0) return;
  const old = set.scoreOf(handle);
  if ((options & INCR) !== 0) score += old;
  if (Number.isNaN(score)) throw SortedSetErrors.SCORE_NOT_A_NUMBER;
  if (((options & GT) !== 0 && score <= old) || ((options & LT) !== 0 && score >= old)) return;
  outcome.score = score;
  outcome.processed++;
  if (score === old) return;
  set.update(handle, args, start, end, score);
  outcome.updated++;
}
