/** COMMAND DOCS: the documentation of a command as a reply. */
import { fullName, writeStatusSet } from "./command_info.ts";
import type { ReplySink } from "./command_info.ts";
import type { CommandSpec } from "./spec.ts";
import { parseSyntax } from "./syntax.ts";
import type { ArgumentSpec } from "./syntax.ts";

/** One field of a map: its name and what writes its value. */
type Field = readonly [name: string, write: () => void];

/** Writes the name of a command and the map that describes it: one pair of COMMAND DOCS's map. */
export function writeCommandDocs(reply: ReplySink, spec: CommandSpec, container?: CommandSpec): void {
  reply.bulkText(fullName(spec, container));
  writeFields(reply, [
    ...textFields(reply, [["summary", spec.summary], ["since", spec.since]]),
    // Docs spell "sorted_set" with a dash.
    ...textFields(reply, [["group", spec.group.replace("_", "-")], ["complexity", spec.complexity]]),
    ...optionalField("doc_flags", spec.docFlags, (flags) => writeStatusSet(reply, flags)),
    ...textFields(reply, [["deprecated_since", spec.deprecatedSince], ["replaced_by", spec.replacedBy]]),
    ...optionalField("history", spec.history, (history) => writeHistory(reply, history)),
    ...optionalField("arguments", spec.syntax, (syntax) => writeArguments(reply, parseSyntax(syntax))),
    ...optionalField("subcommands", spec.subcommands, (subcommands) => {
      reply.mapHeader(subcommands.length);
      for (const sub of subcommands) writeCommandDocs(reply, sub, spec);
    }),
  ]);
}

function writeFields(reply: ReplySink, fields: readonly Field[]): void {
  reply.mapHeader(fields.length);
  for (const [name, write] of fields) {
    reply.bulkText(name);
    write();
  }
}

function optionalField<Value>(
  name: string,
  value: Value | undefined,
  write: (value: Value) => void,
): Field[] {
  return value === undefined ? [] : [[name, () => write(value)]];
}

function textFields(reply: ReplySink, fields: readonly (readonly [string, string | undefined])[]): Field[] {
  return fields.flatMap(([name, text]) => optionalField(name, text, (value) => reply.bulkText(value)));
}

function writeHistory(reply: ReplySink, history: readonly (readonly [string, string])[]): void {
  reply.setHeader(history.length);
  for (const [version, change] of history) {
    reply.arrayHeader(2);
    reply.bulkText(version);
    reply.bulkText(change);
  }
}

function writeArguments(reply: ReplySink, items: readonly ArgumentSpec[]): void {
  reply.arrayHeader(items.length);
  for (const item of items) writeArgument(reply, item);
}

/** Names are lower case and tokens upper case in the reply, as in Redis's table, whatever their case in its source. */
function writeArgument(reply: ReplySink, item: ArgumentSpec): void {
  const isGroup = item.arguments !== undefined;
  const shown = isGroup ? undefined : (item.display ?? item.name).toLowerCase();
  const flags = argumentFlags(item);
  writeFields(reply, [
    ...textFields(reply, [["name", item.name.toLowerCase()], ["type", item.type], ["display_text", shown]]),
    ...optionalField("key_spec_index", item.keySpecIndex, (index) => reply.integer(index)),
    ...textFields(reply, [["token", item.token?.toUpperCase()], ["since", item.since]]),
    ...textFields(reply, [["deprecated_since", item.deprecatedSince]]),
    ...optionalField("flags", flags.length > 0 ? flags : undefined, (names) => writeStatusSet(reply, names)),
    ...optionalField("arguments", item.arguments, (parts) => writeArguments(reply, parts)),
  ]);
}

function argumentFlags(item: ArgumentSpec): string[] {
  const flags: string[] = [];
  if (item.optional) flags.push("optional");
  if (item.multiple) flags.push("multiple");
  if (item.multipleToken) flags.push("multiple_token");
  return flags;
}
