/** Commands that change lists anywhere: LSET, LINSERT, LREM, LTRIM. */

import { DENYOOM, WRITE } from "../../command/flags.ts";
import { DELETE, INSERT, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { Errors } from "../../resp/errors.ts";
import { ListErrors } from "./errors.ts";
import { ListEvents } from "./events.ts";
import { deleteEmpty, findListForWrite } from "./value.ts";

const cursor = new ListCursor();

export const lset = defineCommand({
  name: "LSET",
  group: "list",
  since: "1.0.0",
  summary: "Sets an element of a list by its index.",
  complexity: "O(N) with N the length of the list; O(1) for either end.",
  syntax: "key index element",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | UPDATE)],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.receivedKey(1);
    const list = findListForWrite(db, key);
    if (list === undefined) throw Errors.NO_SUCH_KEY;
    const index = args.clampedInt(2);
    const start = args.starts[3];
    const end = args.ends[3];
    list.expect(end - start, 1);
    if (!list.seek(index, cursor)) throw ListErrors.INDEX_OUT_OF_RANGE;
    list.replace(cursor, args, start, end);
    db.changed(key, ListEvents.LSET);
    ctx.reply.ok();
  },
});

export const linsert = defineCommand({
  name: "LINSERT",
  group: "list",
  since: "2.2.0",
  summary: "Inserts an element before or after another one.",
  complexity: "O(N) with N the elements passed before the pivot; O(1) at the head, O(N) at the tail.",
  syntax: "key <BEFORE | AFTER>:where pivot element",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | INSERT)],
  run(ctx, args) {
    const { db, reply } = ctx;
    const { starts, ends } = args;
    const behind = args.is(2, "AFTER");
    if (!behind && !args.is(2, "BEFORE")) throw Errors.SYNTAX;
    const key = args.receivedKey(1);
    const list = findListForWrite(db, key);
    if (list === undefined) return reply.integer(0);
    // As the original does: before it is known whether there is such an element.
    list.expect(ends[4] - starts[4], 1);
    if (!list.find(args, starts[3], ends[3], cursor)) return reply.integer(-1);
    list.insert(cursor, behind, args, starts[4], ends[4]);
    db.changed(key, ListEvents.LINSERT);
    reply.integer(list.size);
  },
});

export const lrem = defineCommand({
  name: "LREM",
  group: "list",
  since: "1.0.0",
  summary: "Removes equal elements from a list.",
  complexity: "O(N+M) with N the length of the list and M the number of elements removed.",
  syntax: "key count element",
  flags: WRITE,
  keys: [key(1, RW | DELETE)],
  run(ctx, args) {
    const { db } = ctx;
    const count = args.clampedInt(2);
    const key = args.receivedKey(1);
    const list = findListForWrite(db, key);
    if (list === undefined) return ctx.reply.integer(0);
    const start = args.starts[3];
    const end = args.ends[3];
    const removed = count < 0
      ? list.removeLast(args, start, end, -count)
      : list.removeFirst(args, start, end, count === 0 ? Infinity : count);
    if (removed > 0) {
      db.changed(key, ListEvents.LREM, removed);
      if (list.size === 0) deleteEmpty(db, key);
    }
    ctx.reply.integer(removed);
  },
});

export const ltrim = defineCommand({
  name: "LTRIM",
  group: "list",
  since: "1.0.0",
  summary: "Removes the elements outside a range from a list.",
  complexity: "O(N) with N the number of elements removed.",
  syntax: "key start stop",
  flags: WRITE,
  keys: [key(1, RW | DELETE)],
  run(ctx, args) {
    const { db } = ctx;
    let start = args.clampedInt(2);
    let stop = args.clampedInt(3);
    const key = args.receivedKey(1);
    const list = findListForWrite(db, key);
    if (list === undefined) return ctx.reply.ok();
    const { size } = list;
    if (start < 0) start = Math.max(start + size, 0);
    if (stop < 0) stop += size;
    stop = Math.min(stop, size - 1);
    if (start > stop) list.removeRange(0, size);
    else {
      list.removeRange(stop + 1, size - 1 - stop);
      list.removeRange(0, start);
    }
    // The event comes in any case, but what trims nothing is no change.
    db.changed(key, ListEvents.LTRIM, size - list.size);
    if (list.size === 0) deleteEmpty(db, key);
    ctx.reply.ok();
  },
});
