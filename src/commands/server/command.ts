/**
 * COMMAND and its subcommands.
 *
 * @module
 */

import { aclCategories, Category, categoryByName } from "../../command/acl_category.ts";
import type { Args } from "../../command/args.ts";
import { writeCommandDocs } from "../../command/command_docs.ts";
import { writeCommandInfo, writeStatusSet } from "../../command/command_info.ts";
import type { CommandContext } from "../../command/context.ts";
import { LOADING, NO_MANDATORY_KEYS, STALE } from "../../command/flags.ts";
import { findKeys, hasKeys, keyFlagNames, type KeyPosition } from "../../command/key_spec.ts";
import type { CommandRecord, CommandRegistry } from "../../command/registry.ts";
import { type CommandSpec, defineCommand } from "../../command/spec.ts";
import { Errors } from "../../resp/errors.ts";
import { globMatch } from "../../util/glob.ts";
import { writeHelp } from "../help.ts";
import { services } from "../services.ts";

export const command = defineCommand({
  name: "COMMAND",
  group: "server",
  since: "2.8.13",
  summary: "Describes all commands.",
  complexity: "O(N) with N the number of commands.",
  flags: LOADING | STALE,
  tips: ["nondeterministic_output_order"],
  categories: Category.CONNECTION,
  arity: -1,
  subcommands: [
    defineCommand({
      name: "COUNT",
      group: "server",
      since: "2.8.13",
      summary: "Counts the commands.",
      complexity: "O(1)",
      flags: LOADING | STALE,
      categories: Category.CONNECTION,
      run(ctx) {
        ctx.reply.integer(registryOf(ctx).size);
      },
    }),
    defineCommand({
      name: "DOCS",
      group: "server",
      since: "7.0.0",
      summary: "Returns the documentation of commands.",
      complexity: "O(N) with N the number of commands.",
      syntax: "[command-name [command-name ...]]",
      flags: LOADING | STALE,
      tips: ["nondeterministic_output_order"],
      categories: Category.CONNECTION,
      run(ctx, args) {
        const found = args.length === 2
          ? allSpecs(ctx)
          : namedSpecs(ctx, args).filter((named) => named !== null);
        ctx.reply.mapHeader(found.length);
        for (const { spec, container } of found) writeCommandDocs(ctx.reply, spec, container);
      },
    }),
    defineCommand({
      name: "GETKEYS",
      group: "server",
      since: "2.8.13",
      summary: "Returns the keys among the arguments of a command.",
      complexity: "O(N) with N the number of arguments.",
      syntax: "command [arg [arg ...]]",
      flags: LOADING | STALE,
      categories: Category.CONNECTION,
      run(ctx, args) {
        const keys = keysOfArguments(ctx, args);
        ctx.reply.arrayHeader(keys.length);
        for (const { index } of keys) ctx.reply.bulkText(args.text(index + COMMAND_AT));
      },
    }),
    defineCommand({
      name: "GETKEYSANDFLAGS",
      group: "server",
      since: "7.0.0",
      summary: "Returns the keys among the arguments of a command, and how they are used.",
      complexity: "O(N) with N the number of arguments.",
      syntax: "command [arg [arg ...]]",
      flags: LOADING | STALE,
      categories: Category.CONNECTION,
      run(ctx, args) {
        const keys = keysOfArguments(ctx, args);
        ctx.reply.arrayHeader(keys.length);
        for (const { index, flags } of keys) {
          ctx.reply.arrayHeader(2);
          ctx.reply.bulkText(args.text(index + COMMAND_AT));
          writeStatusSet(ctx.reply, keyFlagNames(flags));
        }
      },
    }),
    defineCommand({
      name: "HELP",
      group: "server",
      since: "5.0.0",
      summary: "Returns help text about the subcommands.",
      complexity: "O(1)",
      flags: LOADING | STALE,
      categories: Category.CONNECTION,
      run(ctx) {
        writeHelp(ctx.reply, "COMMAND", HELP);
      },
    }),
    defineCommand({
      name: "INFO",
      group: "server",
      since: "2.8.13",
      summary: "Describes one, several or all commands.",
      complexity: "O(N) with N the number of commands.",
      syntax: "[command-name [command-name ...]]",
      flags: LOADING | STALE,
      tips: ["nondeterministic_output_order"],
      categories: Category.CONNECTION,
      history: [["7.0.0", "Without a name, all commands are described"]],
      run(ctx, args) {
        writeInfo(ctx, args.length === 2 ? allSpecs(ctx) : namedSpecs(ctx, args));
      },
    }),
    defineCommand({
      name: "LIST",
      group: "server",
      since: "7.0.0",
      summary: "Lists the names of commands.",
      complexity: "O(N) with N the number of commands.",
      syntax: "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]",
      flags: LOADING | STALE,
      tips: ["nondeterministic_output_order"],
      categories: Category.CONNECTION,
      run(ctx, args) {
        const names = listNames(registryOf(ctx), args);
        ctx.reply.arrayHeader(names.length);
        for (const name of names) ctx.reply.bulkText(name);
      },
    }),
  ],
  run(ctx) {
    writeInfo(ctx, allSpecs(ctx));
  },
});

/** Index of the command's name among the arguments of GETKEYS. */
const COMMAND_AT = 2;

const HELP = [
  "(no subcommand)",
  "    Return details about all Redis commands.",
  "COUNT",
  "    Return the total number of commands in this Redis server.",
  "LIST",
  "    Return a list of all commands in this Redis server.",
  "INFO [<command-name> ...]",
  "    Return details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "DOCS [<command-name> ...]",
  "    Return documentation details about multiple Redis commands.",
  "    If no command names are given, documentation details for all",
  "    commands are returned.",
  "GETKEYS <full-command>",
  "    Return the keys from a full Redis command.",
  "GETKEYSANDFLAGS <full-command>",
  "    Return the keys and the access flags from a full Redis command.",
];

/** A command, or a subcommand with the command that it belongs to. */
interface NamedSpec {
  readonly spec: CommandSpec;
  readonly container?: CommandSpec;
}

function registryOf(ctx: CommandContext): CommandRegistry {
  return services(ctx).dispatcher.registry;
}

function allSpecs(ctx: CommandContext): NamedSpec[] {
  return Array.from(registryOf(ctx).records(), ({ spec }) => ({ spec }));
}

/** The commands named by the arguments, null for a name that is none. */
function namedSpecs(ctx: CommandContext, args: Args): (NamedSpec | null)[] {
  const registry = registryOf(ctx);
  return args.texts(2).map((name) => {
    const record = registry.byName(name);
    if (record === undefined) return null;
    const isSub = name.includes("|");
    return { spec: record.spec, container: isSub ? registry.byName(name.split("|")[0])?.spec : undefined };
  });
}

function writeInfo(ctx: CommandContext, found: readonly (NamedSpec | null)[]): void {
  ctx.reply.arrayHeader(found.length);
  for (const named of found) {
    if (named === null) ctx.reply.nullReply();
    else writeCommandInfo(ctx.reply, named.spec, named.container);
  }
}

/** The keys of the command that the arguments of GETKEYS hold; indexes count from that command's name. */
function keysOfArguments(ctx: CommandContext, args: Args): KeyPosition[] {
  const inner = {
    length: args.length - COMMAND_AT,
    text: (index: number) => args.text(index + COMMAND_AT),
  };
  const record = findInnerCommand(registryOf(ctx), args);
  if (record === undefined) throw Errors.NO_SUCH_COMMAND;
  if (!hasKeys(record.spec)) throw Errors.NO_KEY_ARGUMENTS;
  if (inner.length < record.minimum || inner.length > record.maximum) throw Errors.INVALID_ARGUMENT_COUNT;
  const keys = findKeys(record.spec, inner);
  const needsNone = (record.flags & NO_MANDATORY_KEYS) !== 0;
  if (keys.length === 0 && !needsNone) throw Errors.INVALID_ARGUMENTS;
  return keys;
}

function findInnerCommand(registry: CommandRegistry, args: Args): CommandRecord | undefined {
  const name = args.text(COMMAND_AT);
  if (name.includes("|")) return undefined;
  const record = registry.byName(name);
  if (record?.subcommands == null || args.length === COMMAND_AT + 1) return record;
  return record.subcommands.get(args.lower(COMMAND_AT + 1));
}

function listNames(registry: CommandRegistry, args: Args): string[] {
  const records = [...registry.records()];
  if (args.length === 2) return records.map(({ fullName }) => fullName);
  if (args.length !== 5 || !args.is(2, "FILTERBY")) throw Errors.SYNTAX;
  const filter = filterOf(args);
  return records.flatMap((record) => [record, ...record.subcommands?.values() ?? []])
    .filter(filter)
    .map(({ fullName }) => fullName);
}

/** The filter that `FILTERBY kind value` asks for. There are no modules. */
function filterOf(args: Args): (record: CommandRecord) => boolean {
  if (args.is(3, "MODULE")) return () => false;
  if (args.is(3, "ACLCAT")) {
    const category = categoryByName(args.lower(4)) ?? 0;
    return ({ spec }) => (aclCategories(spec) & category) !== 0;
  }
  if (!args.is(3, "PATTERN")) throw Errors.SYNTAX;
  const pattern = args.text(4);
  return ({ fullName }) => globMatch(pattern, fullName, true);
}
