/** Commands that change a string in place: APPEND and SETRANGE. */

import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { INSERT, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { Events } from "../../keyspace/change.ts";
import { Errors } from "../../resp/errors.ts";
import { checkStringLength, findStringForWrite, growString, lengthOf, writeInto } from "./value.ts";

export const append = defineCommand({
  name: "APPEND",
  group: "string",
  since: "2.0.0",
  summary: "Appends to the string of a key, which is created if missing.",
  complexity: "O(1) amortised, since the string grows ahead of its need.",
  syntax: "key value",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.key(1);
    const start = args.starts[2];
    const end = args.ends[2];
    const value = findStringForWrite(db, key);
    const used = lengthOf(db, value);
    const length = used + end - start;
    if (value === undefined) db.setBytes(key, args, start, end);
    else {
      checkStringLength(ctx, length);
      writeInto(db, growString(db, key, value, length), used, args, start, end);
    }
    db.changed(key, Events.APPEND);
    ctx.reply.integer(length);
  },
});

export const setrange = defineCommand({
  name: "SETRANGE",
  group: "string",
  since: "2.2.0",
  summary: "Overwrites a part of a string, which is created if missing.",
  complexity:
    "O(1) for short values, besides the copy when the string grows (amortised O(1)); otherwise O(M) with M the length of the value.",
  syntax: "key offset value",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | UPDATE)],
  run(ctx, args) {
    const { db } = ctx;
    const offset = args.clampedInt(2);
    if (offset < 0) throw Errors.OFFSET_OUT_OF_RANGE;
    const key = args.key(1);
    const start = args.starts[3];
    const end = args.ends[3];
    const value = findStringForWrite(db, key);
    const used = lengthOf(db, value);
    if (start === end) return ctx.reply.integer(used);
    checkStringLength(ctx, offset + end - start);
    const length = Math.max(used, offset + end - start);
    writeInto(db, growString(db, key, value, length), offset, args, start, end);
    db.changed(key, Events.SETRANGE);
    ctx.reply.integer(length);
  },
});
