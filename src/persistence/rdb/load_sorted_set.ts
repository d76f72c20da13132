/**
 * Sorted sets, read.
 *
 * @module
 */

import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { IndexedSortedSet } from "../../data/indexed_sorted_set.ts";
import type { Listpack } from "../../data/listpack.ts";
import { NONE } from "../../data/listpack.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { ByteSlice, comparePieces } from "../../util/byte_slice.ts";
import { parseFloat64 } from "../../util/float.ts";
import { ValueType } from "./format.ts";
import { readZiplist } from "./legacy_ziplist.ts";
import { builtInSteps, distinct, isPause, readDistinct } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

/** In place of the length of a score's text. */
const SCORE_NAN = 253;
const SCORE_INFINITY = 254;
const SCORE_MINUS_INFINITY = 255;
/** Bytes that a member and its score take at least, as text and as a double. */
const LEAST_WITH_TEXT = 2;
const LEAST_WITH_DOUBLE = 9;
/** A score as Redis writes it into a listpack. */
const SCORE_TEXT = /^-?(?:inf|[0-9.][0-9.e+-]*)$/;

const member = new ByteSlice();
const previous = new ByteSlice();
const scoreText = new ByteSlice();
/** Where a member lies while its score is read. */
const memberMemory = new ByteBuffer(1024);

/** A string and a score for each member, in any order. */
export function* loadSortedSet(
  reader: RdbReader,
  type: number,
  limits: EncodingLimits,
): Generator<void, SortedSet | null> {
  const isText = type === ValueType.SORTED_SET;
  const count = reader.count(isText ? LEAST_WITH_TEXT : LEAST_WITH_DOUBLE);
  if (count === 0) return null;
  const form = new IndexedSortedSet();
  const set = new SortedSet(limits, yield* builtInSteps(form, readMembers(form, reader, isText, count)));
  set.pack();
  return set;
}

function* readMembers(
  form: IndexedSortedSet,
  reader: RdbReader,
  isText: boolean,
  count: number,
): Generator<void> {
  for (let left = count; left > 0; left--) {
    readMember(form, reader, isText);
    if (isPause(left)) yield;
  }
}

function readMember(form: IndexedSortedSet, reader: RdbReader, isText: boolean): void {
  reader.string(member);
  reader.keep(member, memberMemory);
  const score = isText ? readTextScore(reader) : reader.double();
  if (Number.isNaN(score)) reader.fail("Zset with NAN score detected");
  const isNew = form.insertNew(member.source, member.start, member.end, score);
  if (!isNew) reader.fail("Duplicate zset fields detected");
}

/** Reads a score as the oldest files have it, a text. */
export function readTextScore(reader: RdbReader): number {
  const size = reader.byte();
  if (size === SCORE_NAN) return NaN;
  if (size === SCORE_INFINITY) return Infinity;
  if (size === SCORE_MINUS_INFINITY) return -Infinity;
  reader.bytes(size, scoreText);
  return parseFloat64(scoreText.text()) ?? reader.fail("Invalid zset score");
}

/** A listpack of members and scores in turn. */
export function loadSortedSetListpack(reader: RdbReader, limits: EncodingLimits): SortedSet | null {
  return fromListpack(reader, readDistinct(reader, 2), limits);
}

/** A ziplist of the same. */
export function loadSortedSetZiplist(reader: RdbReader, limits: EncodingLimits): SortedSet | null {
  return fromListpack(reader, distinct(reader, readZiplist(reader), 2), limits);
}

function fromListpack(
  reader: RdbReader,
  listpack: Listpack | null,
  limits: EncodingLimits,
): SortedSet | null {
  if (listpack === null) return null;
  if (isInOrder(listpack)) return SortedSet.fromListpack(limits, listpack);
  listpack.release();
  reader.fail("Zset listpack integrity check failed.");
}

/** Whether all scores are numbers, and the members in the order of scores and bytes. */
function isInOrder(listpack: Listpack): boolean {
  let last = -Infinity;
  let before = NONE;
  for (let position = listpack.first(); position !== NONE; position = listpack.next(position)) {
    const scoreAt = listpack.next(position);
    const score = scoreOf(listpack, scoreAt);
    if (!(score >= last)) return false;
    if (score === last && before !== NONE && !isBefore(listpack, before, position)) return false;
    last = score;
    before = position;
    position = scoreAt;
  }
  return true;
}

function scoreOf(listpack: Listpack, position: number): number {
  const integer = listpack.readInteger(position);
  if (!Number.isNaN(integer)) return integer;
  listpack.read(position, scoreText);
  const text = scoreText.text();
  return SCORE_TEXT.test(text) ? parseFloat64(text) ?? NaN : NaN;
}

function isBefore(listpack: Listpack, a: number, b: number): boolean {
  listpack.read(a, previous);
  listpack.read(b, member);
  return comparePieces(
    previous.source,
    previous.start,
    previous.end,
    member.source,
    member.start,
    member.end,
  ) < 0;
}
