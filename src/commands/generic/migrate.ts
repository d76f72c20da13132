/**
 * MIGRATE: keys go to another server.
 *
 * Unlike the original this does not hold the server: the client waits while the keys travel, and others are served. What
 * that means for writes to these keys is told in `cluster/held_keys.ts`. Inside a transaction nobody can wait, so MIGRATE
 * is refused there.
 */

import { Category } from "../../command/acl_category.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { WRITE } from "../../command/flags.ts";
import { migrateKeys } from "../../command/get_keys.ts";
import { ACCESS, DELETE, INCOMPLETE, key, keyword, RW } from "../../command/key_spec.ts";
import type { CommandRecord } from "../../command/registry.ts";
import { defineCommand } from "../../command/spec.ts";
import type { MigrationOutcome, MigrationRequest } from "../../cluster/migrator.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { Reply } from "../../resp/reply.ts";
import { mayWait } from "../blocking.ts";
import { services } from "../services.ts";

const KEY_AND_KEYS = new CommandError(
  "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
);
const INTERNAL = "ERR internal error, see the server's log";
/** Milliseconds, where none are given. */
const DEFAULT_TIMEOUT = 1000;
/** Timers count milliseconds in 32 bits. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;
const FIRST_OPTION = 6;
/** For answers, which are sent at once. */
const reply = new Reply();

export const migrate = defineCommand({
  name: "MIGRATE",
  group: "generic",
  since: "2.6.0",
  summary: "Moves keys to another instance atomically.",
  complexity: "O(N) with N the number of keys, on top of DUMP, DEL here and RESTORE there.",
  syntax:
    "host port <key | '\"\"':empty-string>:key-selector destination-db timeout:integer [COPY]@3.0.0 [REPLACE]@3.0.0 [AUTH password=auth@4.0.7 | AUTH2 (username password)@6.0.0]:authentication [KEYS key=keys [key=keys ...]]@3.0.6",
  flags: WRITE,
  keys: [key(3, RW | ACCESS | DELETE), keyword("KEYS", -2, RW | ACCESS | DELETE | INCOMPLETE, -1)],
  getKeys: migrateKeys,
  tips: ["nondeterministic_output"],
  categories: Category.DANGEROUS,
  history: [["3.0.0", "Added the options `COPY` and `REPLACE`"], ["3.0.6", "Added the option `KEYS`"], [
    "4.0.7",
    "Added the option `AUTH`",
  ], ["6.0.0", "Added the option `AUTH2`"]],
  run(ctx, args) {
    const request = readRequest(args);
    const keys = request.keys.filter((key) => ctx.db.find(key) !== undefined);
    if (keys.length === 0) return ctx.reply.simpleString("NOKEY");
    if (!mayWait(ctx)) throw Errors.NOT_IN_MULTI;
    const { dispatcher } = services(ctx);
    suspendFor(ctx, dispatcher.registry.lookUp(args)!, { ...request, keys });
  },
});

interface Options {
  copy: boolean;
  replace: boolean;
  login: readonly string[] | null;
  keys: readonly string[];
}

function readRequest(args: Args): MigrationRequest {
  const options = readOptions(args);
  const timeout = args.clampedInt(5);
  return {
    ...options,
    host: args.text(1),
    port: readPort(args.text(2)),
    database: String(args.int64(4)),
    timeout: timeout <= 0 ? DEFAULT_TIMEOUT : Math.min(timeout, LONGEST_TIMEOUT),
  };
}

function readOptions(args: Args): Options {
  const options: Options = { copy: false, replace: false, login: null, keys: [args.key(3)] };
  for (let i = FIRST_OPTION; i < args.length; i++) {
    const left = args.length - i - 1;
    if (args.is(i, "COPY")) options.copy = true;
    else if (args.is(i, "REPLACE")) options.replace = true;
    else if (args.is(i, "AUTH") && left >= 1) options.login = [args.text(++i)];
    else if (args.is(i, "AUTH2") && left >= 2) options.login = [args.text(++i), args.text(++i)];
    else if (args.is(i, "KEYS")) {
      if (args.size(3) !== 0) throw KEY_AND_KEYS;
      return { ...options, keys: args.texts(i + 1) };
    } else throw Errors.SYNTAX;
  }
  return options;
}

/** What C makes of the text: the digits it begins with. A port that can't be is one where nobody listens. */
function readPort(text: string): number {
  const port = Number(/^\s*(\d+)/.exec(text)?.[1] ?? 0);
  return port > 65_535 ? 0 : port;
}

/** Has the client wait until the keys have been moved. */
function suspendFor(ctx: CommandContext, record: CommandRecord, request: MigrationRequest): void {
  const { client } = ctx;
  const { log, migrator, stats } = services(ctx);
  const silent = client.replyMode !== "on";
  client.suspended = true;
  migrator.run(request, ctx.db).catch((fault): MigrationOutcome => {
    log.warning(`Internal error in 'migrate': ${fault instanceof Error ? fault.stack : fault}`);
    return { error: INTERNAL };
  }).then((outcome) => {
    reply.truncate(0);
    reply.onError = (text) => stats.countError(text);
    if (typeof outcome === "object") record.failed++;
    write(outcome);
    if (!silent) client.transport.send(reply.written, 0, reply.length);
    client.transport.resume();
  });
}

function write(outcome: MigrationOutcome): void {
  if (outcome === "moved") reply.ok();
  else if (outcome === "no-key") reply.simpleString("NOKEY");
  else reply.error(outcome.error);
}
