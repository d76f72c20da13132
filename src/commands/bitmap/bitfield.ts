/** BITFIELD and BITFIELD_RO: integers of any width within a string. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, READONLY, WRITE } from "../../command/flags.ts";
import { bitfieldKeys } from "../../command/get_keys.ts";
import { ACCESS, key, RO, RW, UPDATE, VARIABLE_FLAGS } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { BitFields, type FieldOperation, type Overflow } from "../../data/bit_field.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { parseSafeIntegerBytes } from "../../util/number.ts";
import { findString, findStringForWrite, growString, lengthOf } from "../string/value.ts";
import { readFieldOffset, SETBIT_EVENT, StringBytes } from "./string_bits.ts";

const FIELD_TYPE = new CommandError(
  "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
const OVERFLOW_TYPE = new CommandError("ERR Invalid OVERFLOW type specified");
const ONLY_GET = new CommandError("ERR BITFIELD_RO only supports the GET subcommand");

const LETTER_I = 0x69;
const LETTER_U = 0x75;

export const bitfield = defineCommand({
  name: "BITFIELD",
  group: "bitmap",
  since: "3.2.0",
  summary: "Reads and changes integers of any width within a string.",
  complexity: "O(1) for each subcommand.",
  syntax:
    "key [<GET (encoding offset):get-block | ([OVERFLOW <WRAP | SAT | FAIL>:overflow-block] <SET (encoding offset value:integer):set-block | INCRBY (encoding offset increment):incrby-block>:write-operation):write>...:operation]",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | ACCESS | UPDATE | VARIABLE_FLAGS)],
  getKeys: bitfieldKeys,
  run(ctx, args) {
    const count = readOperations(ctx, args);
    if (neededBits(count) === 0) replyFields(ctx, args, count);
    else changeFields(ctx, args, count);
  },
});

export const bitfieldRo = defineCommand({
  name: "BITFIELD_RO",
  group: "bitmap",
  since: "6.0.0",
  summary: "Reads integers of any width within a string.",
  complexity: "O(1) for each subcommand.",
  syntax: "key [GET (encoding offset):get-block [GET (encoding offset):get-block ...]]",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const count = readOperations(ctx, args);
    if (neededBits(count) !== 0) throw ONLY_GET;
    replyFields(ctx, args, count);
  },
});

/** The operations of the command being run, in objects that are used again and again. */
const operations: FieldOperation[] = [];

/** How long the string has to be for what is written, in bits; 0 if nothing is. */
function neededBits(count: number): number {
  let needed = 0;
  for (let i = 0; i < count; i++) {
    const { kind, bits, offset } = operations[i];
    if (kind !== "get") needed = Math.max(needed, offset + bits);
  }
  return needed;
}

/** Reads without having anything logged or replicated: a BITFIELD that only reads is a read. */
function replyFields({ db, reply }: CommandContext, args: Args, count: number): void {
  const bytes = new StringBytes(db, findString(db, args.receivedKey(1)));
  const fields = new BitFields(bytes.buffer, bytes.start, bytes.end);
  reply.arrayHeader(count);
  for (let i = 0; i < count; i++) replyField(reply, fields.get(operations[i]));
}

function changeFields(ctx: CommandContext, args: Args, count: number): void {
  const { db, reply } = ctx;
  const key = args.key(1);
  const old = findStringForWrite(db, key);
  const used = lengthOf(db, old);
  const length = Math.max(used, Math.ceil(neededBits(count) / 8));
  const bytes = new StringBytes(db, growString(db, key, old, length));
  const fields = new BitFields(bytes.buffer, bytes.start, bytes.end);
  let written = 0;
  reply.arrayHeader(count);
  for (let i = 0; i < count; i++) {
    const operation = operations[i];
    const result = operation.kind === "get" ? fields.get(operation) : fields.change(operation);
    if (operation.kind !== "get" && result !== null) written++;
    replyField(reply, result);
  }
  // Once the string has become longer, whatever is written counts.
  const changes = length > used ? written : fields.changes;
  if (changes > 0) db.changed(key, SETBIT_EVENT, changes);
}

function replyField(reply: Reply, value: number | bigint | null): void {
  if (value === null) reply.nullReply();
  else if (typeof value === "number") reply.integer(value);
  else reply.bigInteger(value);
}

/** Reads all arguments behind the key into {@linkcode operations}; how many there are. */
function readOperations(ctx: CommandContext, args: Args): number {
  let overflow: Overflow = "wrap";
  let count = 0;
  for (let i = 2; i < args.length;) {
    const kind = readKind(args, i);
    if (kind === null) {
      overflow = readOverflow(args, i + 1);
      i += 2;
      continue;
    }
    const operation = operations[count] ??= newOperation();
    operation.kind = kind;
    operation.overflow = overflow;
    readType(args, i + 1, operation);
    operation.offset = readFieldOffset(ctx, args, i + 2, operation.bits);
    if (kind !== "get") operation.value = readValue(args, i + 3);
    i += kind === "get" ? 3 : 4;
    count++;
  }
  return count;
}

function newOperation(): FieldOperation {
  return { kind: "get", signed: false, bits: 0, offset: 0, overflow: "wrap", value: 0 };
}

/** Null is OVERFLOW. Throws if the word is not known or its arguments are not all there. */
function readKind(args: Args, index: number): FieldOperation["kind"] | null {
  const following = args.length - index - 1;
  if (following >= 2 && args.is(index, "GET")) return "get";
  if (following >= 3 && args.is(index, "SET")) return "set";
  if (following >= 3 && args.is(index, "INCRBY")) return "increment";
  if (following >= 1 && args.is(index, "OVERFLOW")) return null;
  throw Errors.SYNTAX;
}

function readOverflow(args: Args, index: number): Overflow {
  if (args.is(index, "WRAP")) return "wrap";
  if (args.is(index, "SAT")) return "saturate";
  if (args.is(index, "FAIL")) return "fail";
  throw OVERFLOW_TYPE;
}

/** `i` or `u` and the width; the text ends at a zero byte, as in the original. */
function readType(args: Args, index: number, operation: FieldOperation): void {
  const { buffer } = args;
  const start = args.starts[index];
  let end = start;
  while (end < args.ends[index] && buffer[end] !== 0) end++;
  const signed = buffer[start] === LETTER_I;
  if (start === end || (!signed && buffer[start] !== LETTER_U)) throw FIELD_TYPE;
  const bits = parseSafeIntegerBytes(buffer, start + 1, end);
  // NaN is refused here, too.
  if (!(bits >= 1 && bits <= (signed ? 64 : 63))) throw FIELD_TYPE;
  operation.signed = signed;
  operation.bits = bits;
}

function readValue(args: Args, index: number): number | bigint {
  const value = parseSafeIntegerBytes(args.buffer, args.starts[index], args.ends[index]);
  return Number.isNaN(value) ? args.int64(index) : value;
}
