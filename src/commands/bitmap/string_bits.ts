/**
 * What the bitmap commands share: where a string's bits are, and how offsets of bits are read.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import type { ChangeEvent } from "../../keyspace/change.ts";
import { EventClass } from "../../keyspace/change.ts";
import type { Database } from "../../keyspace/database.ts";
import { CommandError } from "../../resp/errors.ts";
import type { ByteSource } from "../../util/byte_buffer.ts";
import { parseInt64Bytes, parseSafeIntegerBytes } from "../../util/number.ts";
import { services } from "../services.ts";
import type { StringValue } from "../string/value.ts";

/** A bit has changed, or the string has become longer: SETBIT and BITFIELD. */
export const SETBIT_EVENT: ChangeEvent = { name: "setbit", eventClass: EventClass.STRING };

const BIT_OFFSET = new CommandError("ERR bit offset is not an integer or out of range");
const HASH = 0x23;
const NOTHING = new Uint8Array(0);

/** Where a string's bytes lie: `buffer[start..end)`, until the string changes. None for a missing one. */
export class StringBytes implements ByteSource {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  #view: DataView | undefined;

  constructor(db: Database, value: StringValue | undefined) {
    if (typeof value === "number") {
      const page = db.arena.page(value);
      this.buffer = page.buffer;
      this.#view = page.view;
      this.start = db.arena.offset(value);
      this.end = this.start + db.arena.length(value);
      return;
    }
    this.buffer = value === undefined ? NOTHING : value.bytes;
    this.start = 0;
    this.end = value === undefined ? 0 : value.length;
  }

  /** The same bytes as words. A long string has no view of its own, so that one is made when it is asked for. */
  get view(): DataView {
    const { buffer } = this;
    return this.#view ??= new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  }

  /** Length in bytes. */
  get length(): number {
    return this.end - this.start;
  }
}

/** Argument `index` as the offset of a bit; throws "bit offset is not an integer or out of range". */
export function readBitOffset(ctx: CommandContext, args: Args, index: number): number {
  return checkOffset(ctx, parseSafeIntegerBytes(args.buffer, args.starts[index], args.ends[index]));
}

/** As {@linkcode readBitOffset}; behind a `#` the number counts fields of `bits` bits. */
export function readFieldOffset(ctx: CommandContext, args: Args, index: number, bits: number): number {
  const start = args.starts[index];
  const end = args.ends[index];
  if (start === end || args.buffer[start] !== HASH) return readBitOffset(ctx, args, index);
  const fields = parseSafeIntegerBytes(args.buffer, start + 1, end);
  if (Number.isSafeInteger(fields * bits)) return checkOffset(ctx, fields * bits);
  // Redis multiplies in 64 bits, whatever comes of it.
  const large = parseInt64Bytes(args.buffer, start + 1, end);
  return checkOffset(ctx, large === undefined ? NaN : Number(BigInt.asIntN(64, large * BigInt(bits))));
}

/** No bit may lie behind the longest string that is allowed. */
function checkOffset(ctx: CommandContext, offset: number): number {
  // NaN is refused here, too.
  if (offset >= 0 && Math.floor(offset / 8) < services(ctx).config.get("proto-max-bulk-len")) return offset;
  throw BIT_OFFSET;
}
