/** PFADD, PFCOUNT and PFMERGE. */

import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, MAY_REPLICATE, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, INSERT, key, keys, RO, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Args } from "../../command/args.ts";
import { type Cardinality, countRegisters, HyperLogLog, Outcome, REGISTERS } from "../../data/hyperloglog.ts";
import type { Reply } from "../../resp/reply.ts";
import {
  CORRUPT,
  findHyperLogLog,
  findHyperLogLogForWrite,
  findHyperLogLogToCount,
  type Found,
  PFADD_EVENT,
  REPRESENTATION_EVENT,
  sparseLimitOf,
  store,
} from "./value.ts";

export const pfadd = defineCommand({
  name: "PFADD",
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Adds elements to a HyperLogLog, which is created if missing.",
  complexity: "O(1) for each element.",
  syntax: "key [element [element ...]]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.key(1);
    const found = findHyperLogLogForWrite(db, key) ?? newOne();
    const { hll } = found;
    const limit = sparseLimitOf(ctx);
    let updated = found.value === undefined ? 1 : 0;
    let outcome: Outcome = Outcome.UNCHANGED;
    for (let i = 2; i < args.length && outcome !== Outcome.CORRUPT; i++) {
      outcome = hll.add(args, args.starts[i], args.ends[i], limit);
      if (outcome === Outcome.CHANGED) updated++;
    }
    if (updated === 0 && outcome !== Outcome.CORRUPT) return ctx.reply.integer(0);
    if (outcome !== Outcome.CORRUPT) hll.invalidate();
    store(db, key, found);
    // What was added before the damage showed stays.
    if (updated > 0) {
      db.changed(key, outcome === Outcome.CORRUPT ? REPRESENTATION_EVENT : PFADD_EVENT, updated);
    }
    if (outcome === Outcome.CORRUPT) throw CORRUPT;
    ctx.reply.integer(1);
  },
});

export const pfcount = defineCommand({
  name: "PFCOUNT",
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Estimates how many different elements HyperLogLogs have seen.",
  complexity: "O(1) for one key; O(N) with N the number of keys for several.",
  syntax: "key [key ...]",
  flags: READONLY | MAY_REPLICATE,
  keys: [keys(1, -1, 1, RW | ACCESS)],
  run(ctx, args) {
    if (args.length === 2) return countOne(ctx, args.key(1));
    maxima.fill(0);
    raiseToSources(ctx, args);
    replyCardinality(ctx.reply, countRegisters(maxima));
  },
});

export const pfmerge = defineCommand({
  name: "PFMERGE",
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Merges HyperLogLogs into one.",
  complexity: "O(N) with N the number of HyperLogLogs.",
  syntax: "destkey [sourcekey [sourcekey ...]]",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | ACCESS | INSERT), keys(2, -1, 1, RO | ACCESS)],
  run(ctx, args) {
    const { db } = ctx;
    maxima.fill(0);
    const hasDense = raiseToSources(ctx, args);
    const key = args.key(1);
    const found = findHyperLogLogForWrite(db, key) ?? newOne();
    const { hll } = found;
    if (hasDense) hll.toDense();
    hll.raiseAll(maxima, sparseLimitOf(ctx));
    hll.invalidate();
    store(db, key, found);
    db.changed(key, PFADD_EVENT);
    ctx.reply.ok();
  },
});

/** The largest value that the command being run has met for each register. */
const maxima = new Uint8Array(REGISTERS);

/** Raises {@linkcode maxima} to the HyperLogLogs of all keys. Whether one of them is dense. */
function raiseToSources({ db }: CommandContext, args: Args): boolean {
  let hasDense = false;
  for (let i = 1; i < args.length; i++) {
    const hll = findHyperLogLog(db, args.key(i));
    if (hll === undefined) continue;
    if (!hll.isSparse) hasDense = true;
    if (!hll.raiseTo(maxima)) throw CORRUPT;
  }
  return hasDense;
}

/** Replies the cardinality that is kept with the string, which is brought up to date before. */
function countOne({ db, reply }: CommandContext, key: string): void {
  const hll = findHyperLogLogToCount(db, key);
  if (hll === undefined) return reply.integer(0);
  const cached = hll.cached;
  if (cached !== undefined) return replyCardinality(reply, cached);
  const count = hll.count();
  if (count === undefined) throw CORRUPT;
  hll.cached = count;
  // The string is another one than before, so that this is a write.
  db.changed(key, REPRESENTATION_EVENT);
  replyCardinality(reply, count);
}

function newOne(): Found {
  return { hll: HyperLogLog.empty(), value: undefined };
}

function replyCardinality(reply: Reply, value: Cardinality): void {
  if (typeof value === "number") reply.integer(value);
  else reply.bigInteger(value);
}
