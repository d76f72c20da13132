/** ZSCAN. */

import { READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { formatDouble } from "../../util/float.ts";
import { globMatch } from "../../util/glob.ts";
import { readScanCursor, readScanOptions } from "../scan_options.ts";
import { findSortedSet } from "./value.ts";

export const zscan = defineCommand({
  name: "ZSCAN",
  group: "sorted_set",
  since: "2.8.0",
  summary: "Iterates over the members and scores of a sorted set.",
  complexity: "O(1) for each call; O(N) for a full iteration over N members.",
  syntax: "key cursor [MATCH pattern] [COUNT count]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const cursor = readScanCursor(args, 2);
    const { db, reply } = ctx;
    const set = findSortedSet(db, args.receivedKey(1));
    if (set === undefined) {
      reply.arrayHeader(2);
      reply.bulkText("0");
      return reply.arrayHeader(0);
    }
    const { count, pattern } = readScanOptions(args, 3, false);
    const format = set.encoding === "listpack" ? formatDouble : formatGeneral;
    const found: string[] = [];
    const next = set.scan(cursor, count, (member, score) => {
      const text = member.text();
      if (pattern === null || globMatch(pattern, text)) found.push(text, format(score));
    });
    reply.arrayHeader(2);
    reply.bulkInteger(next);
    reply.arrayHeader(found.length);
    for (const text of found) reply.bulkText(text);
  },
});

/** A double as C's `%.17g` writes it: here the scores of large sorted sets come so, and only here. */
function formatGeneral(value: number): string {
  if (Number.isSafeInteger(value) || !Number.isFinite(value)) return formatDouble(value);
  const [significand, power] = value.toExponential(16).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 17) return withoutTrailingZeros(value.toPrecision(17));
  const digits = String(Math.abs(exponent)).padStart(2, "0");
  return `${withoutTrailingZeros(significand)}e${exponent < 0 ? "-" : "+"}${digits}`;
}

function withoutTrailingZeros(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
