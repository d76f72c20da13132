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
import { built, readListpack } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

/** What an entry takes besides its text, at most. */
const ENTRY_OVERHEAD = 16;

const element = new ByteSlice();

/** One string for each element. */
export function loadList(reader: RdbReader, limits: EncodingLimits): List | null {
  return finished(limits, built(new Quicklist(limits), reader, readElements));
}

/** One ziplist. */
export function loadListZiplist(reader: RdbReader, limits: EncodingLimits): List | null {
  return finished(limits, built(new Quicklist(limits), reader, readZiplistElements));
}

/** Nodes: ziplists or, in version 2, listpacks and single elements. */
export function loadQuicklist(reader: RdbReader, type: number, limits: EncodingLimits): List | null {
  const read = type === ValueType.LIST_QUICKLIST ? readZiplistNodes : readNodes;
  return finished(limits, built(new Quicklist(limits), reader, read));
}

function finished(limits: EncodingLimits, nodes: Quicklist): List | null {
  return nodes.size === 0 ? null : List.fromNodes(limits, nodes);
}

function readElements(list: Quicklist, reader: RdbReader): void {
  for (let left = reader.count(1); left > 0; left--) {
    reader.string(element);
    list.pushTail(element.source, element.start, element.end);
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

function readZiplistNodes(list: Quicklist, reader: RdbReader): void {
  for (let left = reader.count(1); left > 0; left--) appendNode(list, readZiplist(reader));
}

function readNodes(list: Quicklist, reader: RdbReader): void {
  for (let left = reader.count(2); left > 0; left--) {
    const container = reader.size();
    if (container === NodeContainer.PLAIN) list.appendNode(readPlainNode(reader), true);
    else if (container === NodeContainer.PACKED) appendNode(list, readListpack(reader));
    else reader.fail("Quicklist integrity check failed.");
  }
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
