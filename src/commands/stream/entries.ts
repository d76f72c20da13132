/** Commands that delete entries and correct a stream's figures: XDEL, XSETID. */

import type { Args } from "../../command/args.ts";
import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { DELETE, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Stream } from "../../data/stream.ts";
import { StreamId } from "../../data/stream_id.ts";
import { Errors } from "../../resp/errors.ts";
import { StreamErrors } from "./errors.ts";
import { StreamEvents } from "./events.ts";
import { readId } from "./ids.ts";
import { findStreamForWrite } from "./lookup.ts";

const id = new StreamId();
const top = new StreamId();

export const xdel = defineCommand({
  name: "XDEL",
  group: "stream",
  since: "5.0.0",
  summary: "Deletes messages of a stream.",
  complexity: "O(1) for each message.",
  syntax: "key ID:string [ID:string ...]",
  flags: WRITE | FAST,
  keys: [key(1, RW | DELETE)],
  run(ctx, args) {
    const key = args.key(1);
    const stream = findStreamForWrite(ctx, key);
    if (stream === undefined) return ctx.reply.integer(0);
    for (let i = 2; i < args.length; i++) readId(args, i, id);
    let deleted = 0;
    for (let i = 2; i < args.length; i++) {
      readId(args, i, id);
      if (stream.delete(id)) deleted++;
    }
    if (deleted > 0) {
      stream.refreshFirstId();
      ctx.db.changed(key, StreamEvents.XDEL, deleted);
    }
    ctx.reply.integer(deleted);
  },
});

export const xsetid = defineCommand({
  name: "XSETID",
  group: "stream",
  since: "5.0.0",
  summary: "Sets the last ID of a stream, for internal use.",
  complexity: "O(1)",
  syntax: "key last-id [ENTRIESADDED entries-added]@7.0.0 [MAXDELETEDID max-deleted-id]@7.0.0",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | UPDATE)],
  history: [["7.0.0", "Added the options `ENTRIESADDED` and `MAXDELETEDID`"]],
  run(ctx, args) {
    const figures = readFigures(args);
    const key = args.key(1);
    const stream = findStreamForWrite(ctx, key);
    if (stream === undefined) throw Errors.NO_SUCH_KEY;
    checkFigures(stream, figures);
    stream.lastId.copy(figures.lastId);
    if (figures.added !== null) stream.entriesAdded = figures.added;
    if (!figures.maxDeletedId.isZero) stream.maxDeletedId.copy(figures.maxDeletedId);
    ctx.db.changed(key, StreamEvents.XSETID);
    ctx.reply.ok();
  },
});

/** What XSETID sets: the count of entries added may be left out, and so may the greatest deleted ID (0-0). */
interface Figures {
  readonly lastId: StreamId;
  readonly maxDeletedId: StreamId;
  added: bigint | null;
}

function readFigures(args: Args): Figures {
  const figures: Figures = { lastId: new StreamId(), maxDeletedId: new StreamId(), added: null };
  readId(args, 2, figures.lastId);
  for (let i = 3; i < args.length; i += 2) {
    const hasValue = i + 1 < args.length;
    if (args.is(i, "ENTRIESADDED") && hasValue) {
      figures.added = args.int64(i + 1);
      if (figures.added < 0n) throw StreamErrors.ADDED_NEGATIVE;
    } else if (args.is(i, "MAXDELETEDID") && hasValue) {
      readId(args, i + 1, figures.maxDeletedId);
      if (figures.lastId.compare(figures.maxDeletedId) < 0) throw StreamErrors.BELOW_GIVEN_DELETED;
    } else throw Errors.SYNTAX;
  }
  return figures;
}

function checkFigures(stream: Stream, { lastId, added }: Figures): void {
  if (lastId.compare(stream.maxDeletedId) < 0) throw StreamErrors.BELOW_DELETED;
  if (stream.size === 0) return;
  stream.edge(false, top);
  if (lastId.compare(top) < 0) throw StreamErrors.BELOW_TOP;
  if (added !== null && BigInt(stream.size) > added) throw StreamErrors.BELOW_LENGTH;
}
