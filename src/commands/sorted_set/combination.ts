/**
 * Unions, intersections and differences of sorted sets. Sets take part with the score 1 for each member.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { IndexedSortedSet } from "../../data/indexed_sorted_set.ts";
import { ByteSet } from "../../data/set.ts";
import { NO_MEMBER, SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import type { Database } from "../../keyspace/database.ts";
import { Errors } from "../../resp/errors.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { parseFloat64 } from "../../util/float.ts";
import { noInputKeys, SortedSetErrors } from "./errors.ts";

export type Operation = "UNION" | "INTER" | "DIFF";

/** What becomes of the result: it is replied, stored, or only counted. */
export type Purpose = "reply" | "store" | "count";

/** How the scores of a member that is in several inputs become one. */
type Aggregate = (score: number, further: number) => number;

interface Input {
  /** Undefined for a key that is not there. */
  readonly set: SortedSet | ByteSet | undefined;
  weight: number;
}

/** What is asked for. */
export interface Combination {
  readonly operation: Operation;
  /** The smallest first, unless it is a difference. */
  readonly inputs: Input[];
  aggregate: Aggregate;
  withScores: boolean;
  /** Counting stops here; 0 for no limit. */
  limit: number;
}

const SUFFIXES = { reply: "", store: "store", count: "card" } as const;

const cursor = new SortedSetCursor();
const element = new ByteSlice();

/**
 * Reads the number of keys (argument `index`), the keys and the options, and looks the keys up. Throws WRONGTYPE for one
 * that is neither set nor sorted set.
 */
export function readCombination(
  ctx: CommandContext,
  args: Args,
  index: number,
  operation: Operation,
  purpose: Purpose,
): Combination {
  const keyCount = args.clampedInt(index);
  if (keyCount < 1) throw noInputKeys(`z${operation.toLowerCase()}${SUFFIXES[purpose]}`);
  const behindKeys = index + 1 + keyCount;
  if (behindKeys > args.length) throw Errors.SYNTAX;
  const inputs: Input[] = [];
  for (let i = index + 1; i < behindKeys; i++) {
    inputs.push({ set: findInput(ctx.db, args.key(i)), weight: 1 });
  }
  const combination = { operation, inputs, aggregate: sum, withScores: false, limit: 0 };
  readOptions(args, behindKeys, combination, purpose);
  if (operation !== "DIFF") inputs.sort((a, b) => sizeOf(a) - sizeOf(b));
  return combination;
}

function findInput(db: Database, key: string): SortedSet | ByteSet | undefined {
  const value = db.find(key);
  if (value === undefined || value instanceof SortedSet || value instanceof ByteSet) return value;
  throw Errors.WRONG_TYPE;
}

function readOptions(args: Args, from: number, combination: Combination, purpose: Purpose): void {
  const { inputs, operation } = combination;
  const takesScores = operation !== "DIFF" && purpose !== "count";
  for (let i = from; i < args.length; i++) {
    const left = args.length - i - 1;
    if (takesScores && left >= inputs.length && args.is(i, "WEIGHTS")) {
      for (const input of inputs) input.weight = readWeight(args, ++i);
    } else if (takesScores && left >= 1 && args.is(i, "AGGREGATE")) {
      combination.aggregate = aggregateAt(args, ++i);
    } else if (purpose === "reply" && args.is(i, "WITHSCORES")) combination.withScores = true;
    else if (purpose === "count" && left >= 1 && args.is(i, "LIMIT")) {
      combination.limit = args.intFrom(++i, 0, Errors.LIMIT_NEGATIVE);
    } else throw Errors.SYNTAX;
  }
}

function readWeight(args: Args, index: number): number {
  const weight = parseFloat64(args.text(index));
  if (weight === undefined) throw SortedSetErrors.WEIGHT_NOT_FLOAT;
  return weight;
}

function aggregateAt(args: Args, index: number): Aggregate {
  if (args.is(index, "SUM")) return sum;
  if (args.is(index, "MIN")) return least;
  if (args.is(index, "MAX")) return greatest;
  throw Errors.SYNTAX;
}

/** Infinity and -Infinity make 0. */
function sum(score: number, further: number): number {
  return zeroIfNaN(score + further);
}

function least(score: number, further: number): number {
  return further < score ? further : score;
}

function greatest(score: number, further: number): number {
  return further > score ? further : score;
}

function zeroIfNaN(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

/** The result, which the caller has to release or to store. */
export function combine(combination: Combination): IndexedSortedSet {
  switch (combination.operation) {
    case "UNION":
      return unite(combination);
    case "INTER":
      return intersect(combination);
    case "DIFF":
      return subtract(combination);
  }
}

/** How many members all inputs have in common, or the limit. */
export function countCommon({ inputs: [first, ...others], limit }: Combination): number {
  let count = 0;
  forEachMember(first, (member) => {
    if (others.every((input) => !Number.isNaN(scoreIn(input, member)))) count++;
    return count !== limit || limit === 0;
  });
  return count;
}

function unite({ inputs, aggregate }: Combination): IndexedSortedSet {
  const result = new IndexedSortedSet();
  for (const input of inputs) {
    forEachMember(input, ({ source, start, end }, score) => {
      const weighted = zeroIfNaN(score * input.weight);
      const handle = result.find(source, start, end);
      if (handle === NO_MEMBER) result.collect(source, start, end, weighted);
      else result.setCollected(handle, aggregate(result.scoreOf(handle), weighted));
      return true;
    });
  }
  result.order();
  return result;
}

function intersect({ inputs: [first, ...others], aggregate }: Combination): IndexedSortedSet {
  const result = new IndexedSortedSet();
  forEachMember(first, (member, ownScore) => {
    let score = zeroIfNaN(ownScore * first.weight);
    for (const input of others) {
      const further = scoreIn(input, member);
      if (Number.isNaN(further)) return true;
      score = aggregate(score, further * input.weight);
    }
    result.insert(member.source, member.start, member.end, score);
    return true;
  });
  return result;
}

function subtract({ inputs: [first, ...others] }: Combination): IndexedSortedSet {
  const result = new IndexedSortedSet();
  forEachMember(first, (member, score) => {
    const isThere = others.some((input) => !Number.isNaN(scoreIn(input, member)));
    if (!isThere) result.insert(member.source, member.start, member.end, score);
    return true;
  });
  return result;
}

function sizeOf({ set }: Input): number {
  return set === undefined ? 0 : set.size;
}

/** Score of a member, without the weight; NaN if it is not there. */
function scoreIn({ set }: Input, { source, start, end }: ByteSlice): number {
  if (set === undefined) return NaN;
  if (set instanceof SortedSet) return set.score(source, start, end);
  return set.has(source, start, end) ? 1 : NaN;
}

/** Visits the members with their scores, without the weight, until `visit` answers false. */
function forEachMember({ set }: Input, visit: (member: ByteSlice, score: number) => boolean): void {
  if (set === undefined) return;
  if (set instanceof SortedSet) {
    let more = cursor.seek(set, 0);
    while (more && visit(cursor.member, cursor.score)) more = cursor.next();
    return;
  }
  for (let place = set.first(); place >= 0; place = set.next(place)) {
    set.read(place, element);
    if (!visit(element, 1)) return;
  }
}
