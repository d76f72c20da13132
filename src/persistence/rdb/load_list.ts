/**
 * Lists, read.
 *
 * @module
 */

import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { List } from "../../data/list.ts";
import { Listpack, NONE } from "../../data/listpack.ts";
import { Quicklist } from "../../data/quicklist.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { NodeContainer, ValueType } from "./format.ts";
import { readZiplist } from "./legacy_ziplist.ts";
import { built, builtInSteps, isPause, readListpack } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

/** What an entry takes besides its text, at most. */
const ENTRY_OVERHEAD = 16;
/** Nodes between two pauses. */
const STEP_NODES = 16;

const element = new ByteSlice();

/** One string for each element. */
export function* loadList(reader: RdbReader, limits: EncodingLimits): Generator<void, List | null> {
  const nodes = new Quicklist(limits);
  return finished(limits, yield* builtInSteps(nodes, readElements(nodes, reader)));
}

/** One ziplist. */
export function loadListZiplist(reader: RdbReader, limits: EncodingLimits): List | null {
  return finished(limits, built(new Quicklist(limits), reader, readZiplistElements));
}

/** Nodes: ziplists or, in version 2, listpacks and single elements. */
export function* loadQuicklist(
  reader: RdbReader,
  type: number,
  limits: EncodingLimits,
): Generator<void, List | null> {
  const nodes = new Quicklist(limits);
  const read = type === ValueType.LIST_QUICKLIST ? readZiplistNode : readNode;
  return finished(limits, yield* builtInSteps(nodes, readNodes(nodes, reader, read)));
}

function finished(limits: EncodingLimits, nodes: Quicklist): List | null {
  return nodes.size === 0 ? null : List.fromNodes(limits, nodes);
}

function* readElements(list: Quicklist, reader: RdbReader): Generator<void> {
  for (let left = reader.count(1); left > 0; left--) {
    reader.string(element);
    list.pushTail(element.source, element.start, element.end);
    if (isPause(left)) yield;
  }
}

function readZiplistElements(list: Quicklist, reader: RdbReader): void {
  const elements = readZiplist(reader);
  for (let position = elements.first(); position !== NONE; position = elements.next(position)) {
    elements.read(position, element);
    list.pushTail(element.source, element.start, element.end);
  }
  elements.release();
}

function* readNodes(
  list: Quicklist,
  reader: RdbReader,
  read: (list: Quicklist, reader: RdbReader) => void,
): Generator<void> {
  for (let left = reader.count(1); left > 0; left--) {
    read(list, reader);
    if (left % STEP_NODES === 0) yield;
  }
}

function readZiplistNode(list: Quicklist, reader: RdbReader): void {
  appendNode(list, readZiplist(reader));
}

function readNode(list: Quicklist, reader: RdbReader): void {
  const container = reader.size();
  if (container === NodeContainer.PLAIN) list.appendNode(readPlainNode(reader), true);
  else if (container === NodeContainer.PACKED) appendNode(list, readListpack(reader));
  else reader.fail("Quicklist integrity check failed.");
}

/** A node without elements is passed over, as Redis does. */
function appendNode(list: Quicklist, entries: Listpack): void {
  if (entries.count > 0) list.appendNode(entries);
  else entries.release();
}

function readPlainNode(reader: RdbReader): Listpack {
  reader.string(element);
  if (element.length === 0) reader.fail("Quicklist integrity check failed.");
  const entries = new Listpack(element.length + ENTRY_OVERHEAD);
  entries.append(element.source, element.start, element.end);
  return entries;
}
