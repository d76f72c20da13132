/** Commands that append and trim: XADD, XTRIM. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { DELETE, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { LARGEST_NODE, Stream } from "../../data/stream.ts";
import { StreamId } from "../../data/stream_id.ts";
import { CommandError, wrongArity } from "../../resp/errors.ts";
import { isPropagating } from "../services.ts";
import { StreamErrors } from "./errors.ts";
import { StreamEvents } from "./events.ts";
import { findStreamForWrite } from "./lookup.ts";
import { replyId } from "./replies.ts";
import { AddOptions, readAddOptions, readTrimOptions, rewriteExact, trim } from "./trim_options.ts";

const XADD_ARITY = new CommandError(wrongArity("xadd"));
/** The options of `XADD key *`, the most frequent form. */
const NO_OPTIONS = new AddOptions();
NO_OPTIONS.idIndex = 2;

const newId = new StreamId();

export const xadd = defineCommand({
  name: "XADD",
  group: "stream",
  since: "5.0.0",
  summary: "Appends an entry to a stream, which is created if missing.",
  complexity: "O(1) to append; O(N) to trim, with N the entries evicted.",
  syntax:
    "key [NOMKSTREAM]@6.2.0 [<MAXLEN | MINID@6.2.0>:strategy ['=':equal | '~':approximately]:operator threshold [LIMIT count]@6.2.0]:trim <'*':auto-id | id>:id-selector field value [field value ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | UPDATE)],
  tips: ["nondeterministic_output"],
  history: [["6.2.0", "Added the options `NOMKSTREAM`, `MINID` and `LIMIT`"], [
    "7.0.0",
    "Added IDs with a time and an asterisk, `ms-*`",
  ]],
  run(ctx, args) {
    const options = args.is(2, "*") ? NO_OPTIONS : readAddOptions(ctx, args);
    const from = options.idIndex + 1;
    const count = args.length - from;
    if (count < 2 || count % 2 === 1) throw XADD_ARITY;
    if (options.idSource === "given" && options.id.isZero) throw StreamErrors.ID_ZERO;
    const key = args.key(1);
    const existing = findStreamForWrite(ctx, key);
    if (existing === undefined && options.existing) return ctx.reply.nullReply();
    checkSize(args, from);
    makeId(ctx, existing, options);
    const stream = existing ?? new Stream(ctx.keyspace.limits);
    stream.append(newId, args, from, count / 2);
    if (existing === undefined) ctx.db.set(key, stream);
    ctx.db.changed(key, StreamEvents.XADD);
    if (options.strategy !== null && trim(stream, options) > 0) ctx.db.alsoChanged(key, StreamEvents.XTRIM);
    replyId(ctx.reply, newId);
    if (isPropagating(ctx) && (options.approximate || options.idSource !== "given")) {
      rewriteExact(ctx, args, stream, options, newId);
    }
  },
});

export const xtrim = defineCommand({
  name: "XTRIM",
  group: "stream",
  since: "5.0.0",
  summary: "Removes messages from the beginning of a stream.",
  complexity: "O(N) with N the messages removed; the constant is small, whole nodes go at once.",
  syntax:
    "key (<MAXLEN | MINID@6.2.0>:strategy ['=':equal | '~':approximately]:operator threshold [LIMIT count]@6.2.0):trim",
  flags: WRITE,
  keys: [key(1, RW | DELETE)],
  tips: ["nondeterministic_output"],
  history: [["6.2.0", "Added the options `MINID` and `LIMIT`"]],
  run(ctx, args) {
    const options = readTrimOptions(ctx, args);
    const key = args.key(1);
    const stream = findStreamForWrite(ctx, key);
    const removed = stream === undefined ? 0 : trim(stream, options);
    if (stream !== undefined && removed > 0) {
      ctx.db.changed(key, StreamEvents.XTRIM, removed);
      if (options.approximate && isPropagating(ctx)) rewriteExact(ctx, args, stream, options, null);
    }
    ctx.reply.integer(removed);
  },
});

/** Sets `newId` to the ID that the new entry gets; throws if there is none. */
function makeId(ctx: CommandContext, stream: Stream | undefined, options: AddOptions): void {
  const last = stream?.lastId ?? NO_ID;
  if (last.isGreatest) throw StreamErrors.EXHAUSTED;
  if (options.idSource === "stream") {
    newId.setTime(ctx.keyspace.now);
    if (newId.compare(last) <= 0 || newId.hasTimeOf(last)) {
      newId.copy(last);
      newId.increment();
    }
    return;
  }
  newId.copy(options.id);
  if (options.idSource === "time given" && newId.hasTimeOf(last)) {
    if (last.hasLastSequence) throw StreamErrors.ID_TOO_SMALL;
    newId.copy(last);
    newId.increment();
  }
  if (newId.compare(last) <= 0) throw StreamErrors.ID_TOO_SMALL;
}

const NO_ID = new StreamId();

function checkSize(args: Args, from: number): void {
  // What lies between the arguments is part of this, which is why it is only a first look.
  if (args.ends[args.length - 1] - args.starts[from] <= LARGEST_NODE) return;
  let size = 0;
  for (let i = from; i < args.length; i++) size += args.size(i);
  if (size > LARGEST_NODE) throw StreamErrors.TOO_LARGE;
}
