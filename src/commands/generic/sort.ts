/** SORT and SORT_RO. */

import { Category } from "../../command/acl_category.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, READONLY, WRITE } from "../../command/flags.ts";
import { sortKeys, sortReadOnlyKeys } from "../../command/get_keys.ts";
import { ACCESS, key, OW, RO, unknown, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { List } from "../../data/list.ts";
import { sortRange } from "../../data/partial_sort.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import { EventClass, Events } from "../../keyspace/change.ts";
import type { Database } from "../../keyspace/database.ts";
import { CommandError } from "../../resp/errors.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { writeByteString } from "../../util/byte_string.ts";
import { parseFloat64 } from "../../util/float.ts";
import { asSortable, elementsFrom, elementsOf, isOrdered, type Sortable } from "./sort_elements.ts";
import { readSortRequest, type SortRequest } from "./sort_options.ts";

const NOT_NUMERIC = new CommandError("ERR One or more scores can't be converted into double");
const SORTSTORE = { name: "sortstore", eventClass: EventClass.LIST };

export const sort = defineCommand({
  name: "SORT",
  group: "generic",
  since: "1.0.0",
  summary: "Sorts a list, set or sorted set, and may store the result.",
  complexity: "O(N+M*log(M)) with N the elements to sort and M those returned; O(N) without sorting.",
  syntax:
    "key [BY pattern=by-pattern]#1 [LIMIT (offset count)] [GET pattern=get-pattern [GET pattern=get-pattern ...]]#1 [ASC | DESC]:order [ALPHA:sorting] [STORE destination]#2",
  flags: WRITE | DENYOOM,
  keys: [key(1, RO | ACCESS), unknown(RO | ACCESS), unknown(OW | UPDATE)],
  getKeys: sortKeys,
  categories: Category.SET | Category.SORTEDSET | Category.LIST | Category.DANGEROUS,
  run(ctx, args) {
    runSort(ctx, args, true);
  },
});

export const sortRo = defineCommand({
  name: "SORT_RO",
  group: "generic",
  since: "7.0.0",
  summary: "Returns a list, set or sorted set in sorted order.",
  complexity: "O(N+M*log(M)) with N the elements to sort and M those returned; O(N) without sorting.",
  syntax:
    "key [BY pattern=by-pattern]#1 [LIMIT (offset count)] [GET pattern=get-pattern [GET pattern=get-pattern ...]]#1 [ASC | DESC]:order [ALPHA:sorting]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS), unknown(RO | ACCESS)],
  getKeys: sortReadOnlyKeys,
  categories: Category.SET | Category.SORTEDSET | Category.LIST | Category.DANGEROUS,
  run(ctx, args) {
    runSort(ctx, args, false);
  },
});

function runSort(ctx: CommandContext, args: Args, canStore: boolean): void {
  const request = readSortRequest(args, canStore, ctx.keyspace.bySlot);
  const { db } = ctx;
  const value = asSortable(db.find(args.receivedKey(1)));
  if (value instanceof SortedSet) db.announceChange(args.key(1));
  const elements = value === undefined ? [] : select(db, value, request);
  if (request.storeKey === undefined) writeElements(ctx, elements, request);
  else storeElements(ctx, request.storeKey, elements, request);
}

/** The elements that are wanted, in their order. */
function select(database: Database, value: Sortable, request: SortRequest): string[] {
  // Every sorted set that was sorted once is kept in its form for many members, as by Redis.
  if (value instanceof SortedSet) value.expect(Infinity);
  const first = Math.min(Math.max(request.offset, 0), value.size);
  const rest = value.size - first;
  const count = request.count < 0 ? rest : Math.min(request.count, rest);
  if (!request.isSorted) {
    if (isOrdered(value)) return elementsFrom(value, first, count, request.descending);
    // What is stored must be the same on every replica, so the order of the set's members must not matter.
    if (request.storeKey !== undefined) {
      return sorted(database, elementsOf(value), first, count, storedSet(request));
    }
    return elementsOf(value).slice(first, first + count);
  }
  return sorted(database, elementsOf(value), first, count, request);
}

/** How an unsorted set is sorted to be stored. */
function storedSet(request: SortRequest): SortRequest {
  return { ...request, by: null, alphabetic: true };
}

/** An element with what it is compared by. */
interface Weighed {
  readonly element: string;
  readonly score: number;
  /** Undefined if there is nothing to compare by; such elements come first. */
  readonly text: string | undefined;
}

function sorted(
  database: Database,
  elements: readonly string[],
  first: number,
  count: number,
  request: SortRequest,
): string[] {
  const weighed = elements.map((element) => weigh(database, element, request));
  const ascending = request.alphabetic ? compareTexts : compareScores;
  const compare = request.descending ? (a: Weighed, b: Weighed) => ascending(b, a) : ascending;
  // Which of the two is taken shows in the order of elements that compare equal.
  if (request.by !== null && count < weighed.length) sortRange(weighed, compare, first, first + count - 1);
  else weighed.sort(compare);
  return weighed.slice(first, first + count).map(({ element }) => element);
}

function weigh(database: Database, element: string, { by, alphabetic, storeKey }: SortRequest): Weighed {
  const weight = by === null ? element : by.lookUp(database, element);
  if (!alphabetic) return { element, score: weight === undefined ? 0 : scoreOf(weight), text: undefined };
  // What is replied is compared as C's strcoll does in the C locale, up to a zero byte; what is stored as a whole.
  return { element, score: 0, text: storeKey === undefined ? weight?.split("\0", 1)[0] : weight };
}

/** A weight as C's strtod reads it: spaces may come before, a zero byte ends the text, and nothing is 0. */
function scoreOf(weight: string): number {
  const [text] = weight.split("\0", 1);
  if (text === "") return 0;
  const score = parseFloat64(text.replace(/^[ \t-\r]+/, ""));
  if (score === undefined) throw NOT_NUMERIC;
  return score;
}

function compareScores(a: Weighed, b: Weighed): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1;
  return compareStrings(a.element, b.element);
}

function compareTexts(a: Weighed, b: Weighed): number {
  if (a.text === undefined || b.text === undefined) {
    return a.text === b.text ? 0 : a.text === undefined ? -1 : 1;
  }
  return compareStrings(a.text, b.text);
}

function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function writeElements(
  { db, reply }: CommandContext,
  elements: readonly string[],
  { get }: SortRequest,
): void {
  reply.arrayHeader(elements.length * Math.max(1, get.length));
  for (const element of elements) {
    if (get.length === 0) reply.bulkText(element);
    for (const pattern of get) {
      const found = pattern.lookUp(db, element);
      if (found === undefined) reply.nullReply();
      else reply.bulkText(found);
    }
  }
}

function storeElements(
  ctx: CommandContext,
  target: string,
  elements: readonly string[],
  { get }: SortRequest,
): void {
  const { db } = ctx;
  const texts = get.length === 0
    ? elements
    : elements.flatMap((element) => get.map((pattern) => pattern.lookUp(db, element) ?? ""));
  if (texts.length > 0) {
    db.set(target, toList(ctx.keyspace.limits, texts));
    db.changed(target, SORTSTORE, texts.length);
  } else if (db.peek(target) !== undefined) {
    db.delete(target);
    db.changed(target, Events.DEL);
  }
  ctx.reply.integer(texts.length);
}

function toList(limits: EncodingLimits, texts: readonly string[]): List {
  const list = new List(limits);
  const memory = new ByteBuffer(texts.reduce((longest, { length }) => Math.max(longest, length), 0));
  for (const text of texts) {
    writeByteString(memory.buffer, 0, text);
    list.expect(text.length, 1);
    list.push("RIGHT", memory, 0, text.length);
  }
  return list;
}
