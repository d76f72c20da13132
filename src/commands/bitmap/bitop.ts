/** BITOP: strings combined bit by bit. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, WRITE } from "../../command/flags.ts";
import { ACCESS, key, keys, OW, RO, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { type BitOperation, combineBits } from "../../data/bits.ts";
import { Events } from "../../keyspace/change.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { findString } from "../string/value.ts";
import { overwriteRaw } from "../raw_string.ts";
import { StringBytes } from "./string_bits.ts";

const NOT_ONE_SOURCE = new CommandError("ERR BITOP NOT must be called with a single source key.");

export const bitop = defineCommand({
  name: "BITOP",
  group: "bitmap",
  since: "2.6.0",
  summary: "Combines strings bit by bit and stores the result.",
  complexity: "O(N) with N the length of the longest string.",
  syntax: "<AND | OR | XOR | NOT>:operation destkey key [key ...]",
  flags: WRITE | DENYOOM,
  keys: [key(2, OW | UPDATE), keys(3, -1, 1, RO | ACCESS)],
  run(ctx, args) {
    const operation = readOperation(args);
    if (operation === "not" && args.length !== 4) throw NOT_ONE_SOURCE;
    const sources: StringBytes[] = [];
    let length = 0;
    for (let i = 3; i < args.length; i++) {
      const bytes = new StringBytes(ctx.db, findString(ctx.db, args.receivedKey(i)));
      sources.push(bytes);
      length = Math.max(length, bytes.length);
    }
    if (length === 0) dropDestination(ctx, args.key(2));
    else store(ctx, args.key(2), combined(operation, sources, length));
    ctx.reply.integer(length);
  },
});

function readOperation(args: Args): BitOperation {
  if (args.is(1, "AND")) return "and";
  if (args.is(1, "OR")) return "or";
  if (args.is(1, "XOR")) return "xor";
  if (args.is(1, "NOT")) return "not";
  throw Errors.SYNTAX;
}

/** The result, in memory of its own: the destination may be one of the sources. */
function combined(operation: BitOperation, sources: readonly StringBytes[], length: number): ByteBuffer {
  const result = new ByteBuffer(length);
  const [first, ...others] = sources;
  result.buffer.set(first.buffer.subarray(first.start, first.end));
  if (operation === "not") combineBits(operation, result, length, first, 0, 0);
  for (const source of others) combineBits(operation, result, length, source, source.start, source.end);
  return result;
}

function store({ db }: CommandContext, key: string, result: ByteBuffer): void {
  overwriteRaw(db, key, result);
  db.changed(key, Events.SET);
}

/** Nothing combined is nothing. */
function dropDestination({ db }: CommandContext, key: string): void {
  if (db.delete(key)) db.changed(key, Events.DEL);
}
