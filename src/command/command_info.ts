/** What COMMAND INFO tells of a command: as plain facts, and written to a reply. */
import { aclCategories, categoryNames } from "./acl_category.ts";
import { arityOf } from "./arity.ts";
import { commandFlagNames, MOVABLE_KEYS } from "./flags.ts";
import { keyFlagNames, legacyRange } from "./key_spec.ts";
import type { BeginSearch, FindKeys, KeySpec } from "./key_spec.ts";
import type { CommandSpec } from "./spec.ts";

/** The part of the reply writer that introspection needs; texts are byte strings. */
export interface ReplySink {
  arrayHeader(length: number): void;
  /** `length` pairs; in RESP2 an array of twice as many elements. */
  mapHeader(length: number): void;
  /** In RESP2 an array. */
  setHeader(length: number): void;
  bulkText(text: string): void;
  simpleString(text: string): void;
  integer(value: number): void;
  nullReply(): void;
}

/** COMMAND INFO of one command; categories without `@`. */
export interface CommandInfo {
  /** Lower case; of a subcommand with its container: "client|kill". */
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly string[];
  readonly firstKey: number;
  readonly lastKey: number;
  readonly step: number;
  readonly categories: readonly string[];
  readonly tips: readonly string[];
  readonly keySpecs: readonly KeySpec[];
  readonly subcommands: readonly CommandInfo[];
}

/** Name as COMMAND INFO, COMMAND DOCS and ACL rules have it. */
export function fullName(spec: CommandSpec, container?: CommandSpec): string {
  const name = spec.name.toLowerCase();
  return container === undefined ? name : `${container.name.toLowerCase()}|${name}`;
}

/** All flags of a command, the derived MOVABLE_KEYS included. */
export function effectiveFlags(spec: CommandSpec): number {
  return legacyRange(spec.keys).movable ? spec.flags | MOVABLE_KEYS : spec.flags;
}

/** The facts of a command and its subcommands; `container` is the command that a subcommand belongs to. */
export function commandInfo(spec: CommandSpec, container?: CommandSpec): CommandInfo {
  const range = legacyRange(spec.keys);
  return {
    name: fullName(spec, container),
    arity: arityOf(spec, container !== undefined),
    flags: commandFlagNames(effectiveFlags(spec)),
    firstKey: range.first,
    lastKey: range.last,
    step: range.step,
    categories: categoryNames(aclCategories(spec)),
    tips: spec.tips ?? [],
    keySpecs: spec.keys ?? [],
    subcommands: spec.subcommands?.map((sub) => commandInfo(sub, spec)) ?? [],
  };
}

/** Writes one element of COMMAND INFO's reply. */
export function writeCommandInfo(reply: ReplySink, spec: CommandSpec, container?: CommandSpec): void {
  writeInfo(reply, commandInfo(spec, container));
}

function writeInfo(reply: ReplySink, info: CommandInfo): void {
  reply.arrayHeader(10);
  reply.bulkText(info.name);
  reply.integer(info.arity);
  writeStatusSet(reply, info.flags);
  reply.integer(info.firstKey);
  reply.integer(info.lastKey);
  reply.integer(info.step);
  writeStatusSet(reply, info.categories.map((name) => `@${name}`));
  reply.setHeader(info.tips.length);
  for (const tip of info.tips) reply.bulkText(tip);
  reply.setHeader(info.keySpecs.length);
  for (const spec of info.keySpecs) writeKeySpec(reply, spec);
  reply.arrayHeader(info.subcommands.length);
  for (const sub of info.subcommands) writeInfo(reply, sub);
}

/** Flags and categories are simple strings in a set. */
export function writeStatusSet(reply: ReplySink, names: readonly string[]): void {
  reply.setHeader(names.length);
  for (const name of names) reply.simpleString(name);
}

function writeKeySpec(reply: ReplySink, spec: KeySpec): void {
  reply.mapHeader(3);
  reply.bulkText("flags");
  writeStatusSet(reply, keyFlagNames(spec.flags));
  reply.bulkText("begin_search");
  writeTyped(reply, spec.beginSearch.type, beginSearchPairs(spec.beginSearch));
  reply.bulkText("find_keys");
  writeTyped(reply, spec.findKeys.type, findKeysPairs(spec.findKeys));
}

type Pair = readonly [name: string, value: string | number];

/** What `begin_search` holds besides its type, in Redis's order. */
export function beginSearchPairs(search: BeginSearch): Pair[] {
  if (search.type === "index") return [["index", search.index]];
  if (search.type === "keyword") return [["keyword", search.keyword], ["startfrom", search.startFrom]];
  return [];
}

/** What `find_keys` holds besides its type, in Redis's order. */
export function findKeysPairs(find: FindKeys): Pair[] {
  if (find.type === "range") {
    return [["lastkey", find.lastKey], ["keystep", find.keyStep], ["limit", find.limit]];
  }
  if (find.type === "keynum") {
    return [["keynumidx", find.keyNumIndex], ["firstkey", find.firstKey], ["keystep", find.keyStep]];
  }
  return [];
}

function writeTyped(reply: ReplySink, type: string, pairs: readonly Pair[]): void {
  reply.mapHeader(2);
  reply.bulkText("type");
  reply.bulkText(type);
  reply.bulkText("spec");
  reply.mapHeader(pairs.length);
  for (const [name, value] of pairs) {
    reply.bulkText(name);
    if (typeof value === "number") reply.integer(value);
    else reply.bulkText(value);
  }
}
