/**
 * How collections are added to a digest of the data.
 *
 * @module
 */

import { Hash } from "../../data/hash.ts";
import { List } from "../../data/list.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { NONE } from "../../data/listpack.ts";
import { ByteSet } from "../../data/set.ts";
import { SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import { Stream } from "../../data/stream.ts";
import { StreamCursor } from "../../data/stream_cursor.ts";
import { StreamId } from "../../data/stream_id.ts";
import type { StoredObject } from "../../keyspace/value.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { toBytes } from "../../util/byte_string.ts";
import { formatDouble } from "../../util/float.ts";
import { Digest } from "./digest.ts";

/** So many zeros at the end of an integer are written as an exponent. */
const EXPONENT_FROM = 8;

const slice = new ByteSlice();
const valueSlice = new ByteSlice();

/** Adds the elements of a collection; how depends on whether their order means something. */
export function addCollection(digest: Digest, value: StoredObject): void {
  if (value instanceof List) addList(digest, value);
  else if (value instanceof ByteSet) addSet(digest, value);
  else if (value instanceof SortedSet) addSortedSet(digest, value);
  else if (value instanceof Hash) addHash(digest, value);
  else if (value instanceof Stream) addStream(digest, value);
}

function addList(digest: Digest, list: List): void {
  const cursor = new ListCursor();
  for (let more = list.seek(0, cursor); more; more = cursor.next()) {
    cursor.read(slice);
    digest.mix(slice.view());
  }
}

function addSet(digest: Digest, set: ByteSet): void {
  for (let place = set.first(); place !== NONE; place = set.next(place)) {
    set.read(place, slice);
    digest.xor(slice.view());
  }
}

function addSortedSet(digest: Digest, set: SortedSet): void {
  const cursor = new SortedSetCursor();
  for (let more = cursor.seek(set, 0); more; more = cursor.next()) {
    const element = new Digest();
    element.mix(cursor.member.view());
    element.mix(toBytes(scoreText(cursor.score)));
    digest.xor(element.bytes);
  }
}

/** The shortest digits of a double; eight or more zeros at the end of an integer become an exponent, unlike in replies. */
function scoreText(score: number): string {
  const shortest = /^(-?)(\d)(\d*?)(0*)$/.exec(String(score));
  if (shortest === null || score === 0) return formatDouble(score);
  const [text, sign, first, others, zeros] = shortest;
  if (zeros.length < EXPONENT_FROM) return text;
  return `${sign}${first}${others === "" ? "" : "."}${others}e+${others.length + zeros.length}`;
}

function addHash(digest: Digest, hash: Hash): void {
  for (let place = hash.first(); place !== NONE; place = hash.next(place)) {
    const element = new Digest();
    hash.readField(place, slice);
    element.mix(slice.view());
    hash.readValue(place, slice);
    element.mix(slice.view());
    digest.xor(element.bytes);
  }
}

function addStream(digest: Digest, stream: Stream): void {
  const greatest = new StreamId();
  greatest.setGreatest();
  const cursor = new StreamCursor();
  cursor.start(stream.nodes, new StreamId(), greatest);
  while (cursor.next()) {
    digest.mix(toBytes(cursor.id.toString().replace("-", ".")));
    for (let i = 0; i < cursor.fieldCount; i++) {
      cursor.nextField(slice, valueSlice);
      digest.mix(slice.view());
      digest.mix(valueSlice.view());
    }
  }
}
