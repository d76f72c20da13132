/**
 * INFO and TIME.
 *
 * @module
 */

import { Category } from "../../command/acl_category.ts";
import { FAST, LOADING, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { infoText } from "../../observability/info/mod.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { services } from "../services.ts";

export const info = defineCommand({
  name: "INFO",
  group: "server",
  since: "1.0.0",
  summary: "Returns facts and statistics about the server.",
  complexity: "O(1)",
  syntax: "[section [section ...]]",
  flags: LOADING | STALE,
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
  categories: Category.DANGEROUS,
  history: [["7.0.0", "Takes several sections"]],
  run(ctx, args) {
    // Paths may hold any character.
    ctx.reply.verbatim("txt", utf8ToByteString(infoText(services(ctx), args.texts(1))));
  },
});

const MICROSECONDS = 1_000_000;

export const time = defineCommand({
  name: "TIME",
  group: "server",
  since: "2.6.0",
  summary: "Returns the time of the server.",
  complexity: "O(1)",
  flags: LOADING | STALE | FAST,
  tips: ["nondeterministic_output"],
  run(ctx) {
    const now = services(ctx).clock.nowMicroseconds();
    ctx.reply.arrayHeader(2);
    ctx.reply.bulkInteger(Math.floor(now / MICROSECONDS));
    ctx.reply.bulkInteger(now % MICROSECONDS);
  },
});
