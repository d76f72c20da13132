/**
 * The values of all types but streams in NDJSON, read.
 *
 * @module
 */

import type { TypeName } from "../keyspace/value.ts";
import { ByteBuffer } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { parseFloat64 } from "../util/float.ts";
import { toBytes } from "../util/byte_string.ts";
import type { EntryReceiver } from "./entry.ts";
import type { JsonReader } from "./json_reader.ts";

/** Elements between two pauses. */
export const ELEMENTS_PER_STEP = 512;

/** Reads a value of this type and hands on its elements. A collection has to have some. */
export function* readElements(
  json: JsonReader,
  type: Exclude<TypeName, "stream">,
  receiver: EntryReceiver,
): Generator<void> {
  if (type === "string") {
    const text = new ByteSlice();
    json.bytes(text);
    return receiver.text(text);
  }
  const read = type === "hash" ? fieldReader : type === "zset" ? memberReader : elementReader;
  const opening = type !== "list" && type !== "set" && json.isNext("{") ? "{" : "[";
  const readOne = read(json, receiver, opening === "{");
  if (!json.open(opening)) json.fail(`a ${type} without elements can't be stored`);
  let count = 0;
  do {
    readOne();
    if (++count % ELEMENTS_PER_STEP === 0) yield;
  } while (json.more(opening));
}

function elementReader(json: JsonReader, receiver: EntryReceiver): () => void {
  const element = new ByteSlice();
  return () => {
    json.bytes(element);
    receiver.text(element);
  };
}

/** Reads `[field, value]` or, in an object, `"field": value`. */
function fieldReader(json: JsonReader, receiver: EntryReceiver, isObject: boolean): () => void {
  const value = new ByteSlice();
  const readName = nameReader(json, isObject);
  return () => {
    const field = readName();
    json.bytes(value);
    receiver.field(field, value);
    if (!isObject) endPair(json);
  };
}

/** Reads `[member, score]` or, in an object, `"member": score`. */
function memberReader(json: JsonReader, receiver: EntryReceiver, isObject: boolean): () => void {
  const readName = nameReader(json, isObject);
  return () => {
    const member = readName();
    receiver.member(member, readScore(json));
    if (!isObject) endPair(json);
  };
}

/** Reads what comes first in a pair, and keeps it while the second is read. */
function nameReader(json: JsonReader, isObject: boolean): () => ByteSlice {
  const name = new ByteSlice();
  let memory = new ByteBuffer(256);
  return () => {
    if (!isObject) beginPair(json);
    if (isObject) json.string(name);
    else json.bytes(name);
    const { length } = name;
    if (length > memory.buffer.length) memory = new ByteBuffer(length * 2);
    memory.buffer.set(name.view());
    json.take(isObject ? ":" : ",");
    name.set(memory, 0, length);
    return name;
  };
}

function beginPair(json: JsonReader): void {
  if (!json.open("[")) json.fail("expected a pair here");
}

function endPair(json: JsonReader): void {
  if (json.more("[")) json.fail("expected the end of a pair here");
}

/** A number, or a string with one: infinities can't be written otherwise. One that overflows is refused. */
function readScore(json: JsonReader): number {
  const text = json.isNext('"') ? json.byteString() : json.number();
  const score = parseFloat64(text);
  if (score === undefined) json.fail("expected a score before here: a number that a double can hold");
  return score;
}

/** A slice of a byte string's bytes. */
export function sliceOf(text: string): ByteSlice {
  const slice = new ByteSlice();
  slice.set(new ByteBuffer(toBytes(text)), 0, text.length);
  return slice;
}
