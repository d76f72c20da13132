/**
 * FUNCTION, as far as it goes without running functions: what tools ask that build clusters. Libraries come from snapshots
 * and from masters, are kept as texts, and are handed on; nobody runs them here.
 */

import type { Args } from "../../command/args.ts";
import { DENYOOM, NOSCRIPT, WRITE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { dumpLibraries, isPayload, readLibraries } from "../../persistence/rdb/payload.ts";
import { RdbError } from "../../persistence/rdb/reader.ts";
import { CommandError } from "../../resp/errors.ts";
import { services } from "../services.ts";

const NO_NAME = new CommandError("ERR library name argument was not given");
const WRONG_POLICY = new CommandError(
  "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.",
);
const WRONG_PAYLOAD = new CommandError("ERR DUMP payload version or checksum are wrong");
const NO_FUNCTION = new CommandError("ERR given type is not a function");
/** Which functions a library has is known once it was run. */
const NOT_LISTED = new CommandError(
  "ERR functions are not supported yet: the libraries that are kept can't be listed",
);
const NOT_RESTORED = new CommandError("ERR functions are not supported yet: the payload has libraries");

const dump = defineCommand({
  name: "DUMP",
  group: "scripting",
  since: "7.0.0",
  summary: "Returns all libraries in serialised form.",
  complexity: "O(N) with N the number of functions.",
  flags: NOSCRIPT,
  run(ctx) {
    ctx.reply.bulkBytes(dumpLibraries(services(ctx).persistence.functions));
  },
});

const list = defineCommand({
  name: "LIST",
  group: "scripting",
  since: "7.0.0",
  summary: "Lists the libraries: none, or an error if there are any.",
  complexity: "O(N) with N the number of functions.",
  syntax: "[LIBRARYNAME library-name-pattern] [WITHCODE]",
  flags: NOSCRIPT,
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    checkListOptions(args);
    if (services(ctx).persistence.functions.length > 0) throw NOT_LISTED;
    ctx.reply.arrayHeader(0);
  },
});

const restore = defineCommand({
  name: "RESTORE",
  group: "scripting",
  since: "7.0.0",
  summary: "Restores libraries from a payload, which must be without any.",
  complexity: "O(N) with N the number of functions in the payload.",
  syntax: "serialized-value [FLUSH | APPEND | REPLACE]:policy",
  flags: DENYOOM | NOSCRIPT | WRITE,
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  run(ctx, args) {
    if (args.length > 4) {
      throw new CommandError(
        "ERR unknown subcommand or wrong number of arguments for 'RESTORE'. Try FUNCTION HELP.",
      );
    }
    const flushes = args.length > 3 && args.is(3, "FLUSH");
    if (args.length > 3 && !flushes && !args.is(3, "APPEND") && !args.is(3, "REPLACE")) throw WRONG_POLICY;
    if (librariesOf(args.bytes(2).slice()).length > 0) throw NOT_RESTORED;
    if (flushes) services(ctx).persistence.functions = [];
    ctx.keyspace.dirty++;
    ctx.reply.ok();
  },
});

/** What a payload has. */
function librariesOf(payload: Uint8Array<ArrayBuffer>): readonly string[] {
  if (!isPayload(payload)) throw WRONG_PAYLOAD;
  try {
    return readLibraries(payload);
  } catch (error) {
    if (error instanceof RdbError) throw NO_FUNCTION;
    throw error;
  }
}

function checkListOptions(args: Args): void {
  let named = false;
  let coded = false;
  for (let i = 2; i < args.length; i++) {
    if (!coded && args.is(i, "WITHCODE")) coded = true;
    else if (!named && args.is(i, "LIBRARYNAME")) {
      if (i === args.length - 1) throw NO_NAME;
      named = true;
      i++;
    } else throw new CommandError(`ERR Unknown argument ${args.text(i)}`);
  }
}

export const functionCommand = defineCommand({
  name: "FUNCTION",
  group: "scripting",
  since: "7.0.0",
  summary: "Groups the commands about functions.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [dump, list, restore],
});
