/** PFDEBUG and PFSELFTEST. */

import type { CommandContext } from "../../command/context.ts";
import { ADMIN, DENYOOM, WRITE } from "../../command/flags.ts";
import { ACCESS, key, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { type HyperLogLog, REGISTERS } from "../../data/hyperloglog.ts";
import { selfTest } from "../../data/hyperloglog_self_test.ts";
import { CommandError } from "../../resp/errors.ts";
import {
  CORRUPT,
  findHyperLogLogForWrite,
  type Found,
  REPRESENTATION_EVENT,
  sparseLimitOf,
  store,
} from "./value.ts";

const NO_KEY = new CommandError("ERR The specified key does not exist");
const NOT_SPARSE = new CommandError("ERR HLL encoding is not sparse");

export const pfdebug = defineCommand({
  name: "PFDEBUG",
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Shows the inside of a HyperLogLog, for debugging.",
  complexity: "Depends on the subcommand.",
  syntax: "subcommand key",
  flags: WRITE | DENYOOM | ADMIN,
  keys: [key(2, RW | ACCESS)],
  docFlags: ["syscmd"],
  run(ctx, args) {
    const key = args.key(2);
    const found = findHyperLogLogForWrite(ctx.db, key);
    if (found === undefined) throw NO_KEY;
    if (args.is(1, "GETREG")) replyRegisters(ctx, key, found);
    else if (args.is(1, "DECODE")) ctx.reply.bulkText(decode(found.hll));
    else if (args.is(1, "ENCODING")) ctx.reply.simpleString(found.hll.isSparse ? "sparse" : "dense");
    else if (args.is(1, "TODENSE")) ctx.reply.integer(makeDense(ctx, key, found) ? 1 : 0);
    // As C prints it, the word ends at a zero byte.
    else throw new CommandError(`ERR Unknown PFDEBUG subcommand '${args.text(1).split("\0", 1)[0]}'`);
  },
});

export const pfselftest = defineCommand({
  name: "PFSELFTEST",
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Tests the HyperLogLog implementation.",
  complexity: "Depends on the size of the test.",
  flags: ADMIN,
  docFlags: ["syscmd"],
  run(ctx) {
    const failure = selfTest(ctx.keyspace.random, sparseLimitOf(ctx));
    if (failure !== null) throw new CommandError(`ERR TESTFAILED ${failure}`);
    ctx.reply.ok();
  },
});

function replyRegisters(ctx: CommandContext, key: string, found: Found): void {
  const { reply } = ctx;
  makeDense(ctx, key, found);
  reply.arrayHeader(REGISTERS);
  for (let i = 0; i < REGISTERS; i++) reply.integer(found.hll.register(i));
}

/** The opcodes: z and Z are runs of zeros in one byte and in two, v a run of a value. */
function decode(hll: HyperLogLog): string {
  if (!hll.isSparse) throw NOT_SPARSE;
  const words: string[] = [];
  const runs = hll.runs();
  while (runs.next()) {
    const { value, length, isLong } = runs;
    words.push(value === 0 ? `${isLong ? "Z" : "z"}:${length}` : `v:${value},${length}`);
  }
  return words.join(" ");
}

/** True if it was sparse. */
function makeDense({ db }: CommandContext, key: string, found: Found): boolean {
  if (!found.hll.isSparse) return false;
  if (!found.hll.toDense()) throw CORRUPT;
  store(db, key, found);
  db.changed(key, REPRESENTATION_EVENT);
  return true;
}
