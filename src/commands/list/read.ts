/** Commands that read lists: LLEN, LINDEX, LRANGE. */

import { FAST, READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { findList, replyRange } from "./value.ts";

const cursor = new ListCursor();
const element = new ByteSlice();

export const llen = defineCommand({
  name: "LLEN",
  group: "list",
  since: "1.0.0",
  summary: "Returns the length of a list.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    ctx.reply.integer(findList(ctx.db, args.receivedKey(1))?.size ?? 0);
  },
});

export const lindex = defineCommand({
  name: "LINDEX",
  group: "list",
  since: "1.0.0",
  summary: "Returns an element of a list by its index.",
  complexity: "O(N) with N the elements passed on the way there; O(1) for either end.",
  syntax: "key index",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const list = findList(ctx.db, args.receivedKey(1));
    // Without a list the index may be anything.
    if (list === undefined || !list.seek(args.clampedInt(2), cursor)) return ctx.reply.nullReply();
    cursor.read(element);
    ctx.reply.bulk(element.source, element.start, element.end);
  },
});

export const lrange = defineCommand({
  name: "LRANGE",
  group: "list",
  since: "1.0.0",
  summary: "Returns a range of elements of a list.",
  complexity: "O(S+N) with S the distance of the start from the nearer end and N the size of the range.",
  syntax: "key start stop",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    let start = args.clampedInt(2);
    let stop = args.clampedInt(3);
    const list = findList(ctx.db, args.receivedKey(1));
    if (list === undefined) return ctx.reply.arrayHeader(0);
    const { size } = list;
    if (start < 0) start = Math.max(start + size, 0);
    if (stop < 0) stop += size;
    replyRange(ctx.reply, list, start, Math.max(0, Math.min(stop, size - 1) - start + 1));
  },
});
