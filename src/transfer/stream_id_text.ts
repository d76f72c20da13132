/**
 * IDs of streams as text, read.
 *
 * @module
 */

import type { StreamId } from "../data/stream_id.ts";

const UINT64_MAX = 2n ** 64n - 1n;
const ID = /^([0-9]{1,20})-([0-9]{1,20})$/;

/** Reads `milliseconds-sequence` into `out`. False if the text is no whole ID. */
export function parseStreamId(text: string, out: StreamId): boolean {
  const match = ID.exec(text);
  if (match === null) return false;
  const milliseconds = BigInt(match[1]);
  const sequence = BigInt(match[2]);
  if (milliseconds > UINT64_MAX || sequence > UINT64_MAX) return false;
  out.setMilliseconds(milliseconds);
  out.setSequence(sequence);
  return true;
}
