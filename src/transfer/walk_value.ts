/**
 * Values in memory, handed on element by element.
 *
 * @module
 */

import type { Collection } from "../data/collection.ts";
import { Hash } from "../data/hash.ts";
import { List } from "../data/list.ts";
import { ListCursor } from "../data/list_cursor.ts";
import { NONE } from "../data/listpack.ts";
import { ByteSet } from "../data/set.ts";
import { SortedSet, SortedSetCursor } from "../data/sorted_set.ts";
import { Stream } from "../data/stream.ts";
import { StreamCursor } from "../data/stream_cursor.ts";
import { StreamId } from "../data/stream_id.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import type { ValueReceiver } from "./entry.ts";
import { PieceList } from "./piece_list.ts";

/** Elements between two pauses. */
const STEP = 512;
const LEAST = new StreamId();
const GREATEST = new StreamId();
GREATEST.setGreatest();

const piece = new ByteSlice();
const second = new ByteSlice();
const pieces = new PieceList();

/** Hands on the elements of a collection, pausing now and then. */
export function* walkValue(value: Collection, receiver: ValueReceiver): Generator<void> {
  if (value instanceof List) yield* walkList(value, receiver);
  else if (value instanceof ByteSet) yield* walkSet(value, receiver);
  else if (value instanceof Hash) yield* walkHash(value, receiver);
  else if (value instanceof SortedSet) yield* walkSortedSet(value, receiver);
  else if (value instanceof Stream) {
    yield* walkEntries(value, receiver);
    receiver.streamState(value);
  } else throw new TypeError(`no elements are known of a ${value.typeName}`);
}

/** Hands on the entries of a stream. */
export function* walkEntries(stream: Stream, receiver: ValueReceiver): Generator<void> {
  const cursor = new StreamCursor();
  cursor.start(stream.nodes, LEAST, GREATEST);
  for (let count = 1; cursor.next(); count++) {
    pieces.clear();
    for (let left = cursor.fieldCount; left > 0; left--) {
      cursor.nextField(piece, second);
      pieces.add(piece);
      pieces.add(second);
    }
    receiver.streamEntry(cursor.id, pieces);
    if (count % STEP === 0) yield;
  }
}

function* walkList(list: List, receiver: ValueReceiver): Generator<void> {
  const cursor = new ListCursor();
  let count = 0;
  for (let more = list.seek(0, cursor); more; more = cursor.next()) {
    cursor.read(piece);
    receiver.text(piece);
    if (++count % STEP === 0) yield;
  }
}

function* walkSet(set: ByteSet, receiver: ValueReceiver): Generator<void> {
  let count = 0;
  for (let place = set.first(); place !== NONE; place = set.next(place)) {
    set.read(place, piece);
    receiver.text(piece);
    if (++count % STEP === 0) yield;
  }
}

function* walkHash(hash: Hash, receiver: ValueReceiver): Generator<void> {
  let count = 0;
  for (let place = hash.first(); place !== NONE; place = hash.next(place)) {
    hash.readField(place, piece);
    hash.readValue(place, second);
    receiver.field(piece, second);
    if (++count % STEP === 0) yield;
  }
}

function* walkSortedSet(set: SortedSet, receiver: ValueReceiver): Generator<void> {
  const cursor = new SortedSetCursor();
  let count = 0;
  for (let more = cursor.seek(set, 0); more; more = cursor.next()) {
    receiver.member(cursor.member, cursor.score);
    if (++count % STEP === 0) yield;
  }
}
