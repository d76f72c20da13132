/** Where the keys of a command are among its arguments: descriptions, extraction, the legacy triple. */
import { namesOfBits } from "./flags.ts";

/** The value is read, and the key neither changed nor deleted. */
export const RO = 1 << 0;
/** The value is read and changed. */
export const RW = 1 << 1;
/** The value is overwritten, whatever it was. */
export const OW = 1 << 2;
/** The key is removed. */
export const RM = 1 << 3;
/** User data of the value are returned, copied or used. */
export const ACCESS = 1 << 4;
/** User data of the value are changed. */
export const UPDATE = 1 << 5;
/** Data are added; what is there stays. */
export const INSERT = 1 << 6;
/** Some content or the key is deleted. */
export const DELETE = 1 << 7;
/** Not a key, but routed like one (shard channels). */
export const NOT_KEY = 1 << 8;
/** The spec may miss some keys. */
export const INCOMPLETE = 1 << 9;
/** How the key is used depends on other arguments. */
export const VARIABLE_FLAGS = 1 << 10;

const FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [RO, "RO"],
  [RW, "RW"],
  [OW, "OW"],
  [RM, "RM"],
  [ACCESS, "access"],
  [UPDATE, "update"],
  [INSERT, "insert"],
  [DELETE, "delete"],
  [NOT_KEY, "not_key"],
  [INCOMPLETE, "incomplete"],
  [VARIABLE_FLAGS, "variable_flags"],
];

/** Where to begin: at a fixed index, after a keyword, or nobody knows. Index 0 is the command's name. */
export type BeginSearch =
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "keyword"; readonly keyword: string; readonly startFrom: number }
  | { readonly type: "unknown" };

/**
 * Which arguments from there on are keys. Range: `lastKey` counts from the first key, negative from the
 * end; a `limit` of n looks at the first 1/n of the rest only. Keynum: a count, then the keys.
 */
export type FindKeys =
  | { readonly type: "range"; readonly lastKey: number; readonly keyStep: number; readonly limit: number }
  | {
    readonly type: "keynum";
    readonly keyNumIndex: number;
    readonly firstKey: number;
    readonly keyStep: number;
  }
  | { readonly type: "unknown" };

/** One key spec, as COMMAND INFO describes it. */
export interface KeySpec {
  readonly flags: number;
  readonly beginSearch: BeginSearch;
  readonly findKeys: FindKeys;
}

/** The arguments of a command, its name first, as byte strings. `Args` is one. */
export interface ArgumentList {
  readonly length: number;
  text(index: number): string;
}

/** A key found among the arguments; `flags` says how it is used. */
export interface KeyPosition {
  readonly index: number;
  readonly flags: number;
}

/** What key extraction needs to know of a command. */
export interface KeyedCommand {
  readonly keys?: readonly KeySpec[];
  getKeys?(args: ArgumentList): KeyPosition[];
}

/** One key at a fixed index. */
export function key(index: number, flags: number): KeySpec {
  return keys(index, index, 1, flags);
}

/** Keys from `first` to `last` (absolute; negative counts from the end) in steps of `step`. */
export function keys(first: number, last: number, step: number, flags: number): KeySpec {
  const lastKey = last < 0 ? last : last - first;
  return {
    flags,
    beginSearch: { type: "index", index: first },
    findKeys: { type: "range", lastKey, keyStep: step, limit: 0 },
  };
}

/** A count of keys at `index`, and the keys right after it. */
export function keynum(index: number, flags: number): KeySpec {
  return {
    flags,
    beginSearch: { type: "index", index },
    findKeys: { type: "keynum", keyNumIndex: 0, firstKey: 1, keyStep: 1 },
  };
}

/**
 * Keys after a keyword, which is looked for from `startFrom` on (negative: backwards from the end).
 * `lastKey` and `limit` are those of a range; by default exactly one key follows.
 */
export function keyword(word: string, startFrom: number, flags: number, lastKey = 0, limit = 0): KeySpec {
  return {
    flags,
    beginSearch: { type: "keyword", keyword: word, startFrom },
    findKeys: { type: "range", lastKey, keyStep: 1, limit },
  };
}

/** Keys that no description can find. */
export function unknown(flags: number): KeySpec {
  return { flags, beginSearch: { type: "unknown" }, findKeys: { type: "unknown" } };
}

/** Names of key flags in the order of COMMAND INFO. */
export function keyFlagNames(flags: number): string[] {
  return namesOfBits(flags, FLAG_NAMES);
}

/** Whether the command can have keys at all (shard channels don't count). */
export function hasKeys(command: KeyedCommand): boolean {
  return command.getKeys !== undefined || hasRealKeySpec(command);
}

function hasRealKeySpec(command: KeyedCommand): boolean {
  return command.keys?.some((spec) => !(spec.flags & NOT_KEY)) ?? false;
}

/**
 * The keys among `args`, with how each is used. The specs decide if they are sure; `getKeys` decides
 * if a spec is unknown, incomplete, doesn't fit the arguments, or has variable flags. No keys are
 * returned for arguments that make no sense: the handler reports the error.
 */
export function findKeys(command: KeyedCommand, args: ArgumentList): KeyPosition[] {
  const variable = command.keys?.some((spec) => spec.flags & VARIABLE_FLAGS) ?? false;
  if (!variable && hasRealKeySpec(command)) {
    const found = findBySpecs(command.keys!, args);
    if (found !== undefined) return found;
  }
  return command.getKeys?.(args) ?? [];
}

/** The channels or keys that decide the cluster slot, shard channels included. */
export function findRoutingKeys(command: KeyedCommand, args: ArgumentList): KeyPosition[] {
  const notKeys = command.keys?.filter((spec) => spec.flags & NOT_KEY) ?? [];
  if (notKeys.length === 0) return findKeys(command, args);
  return [...findKeys(command, args), ...(findBySpecs(notKeys, args, true) ?? [])];
}

/** Undefined when any spec is unsure or doesn't fit the arguments. */
function findBySpecs(
  specs: readonly KeySpec[],
  args: ArgumentList,
  notKeys = false,
): KeyPosition[] | undefined {
  const found: KeyPosition[] = [];
  for (const spec of specs) {
    if (!notKeys && spec.flags & NOT_KEY) continue;
    const begin = beginOf(spec.beginSearch, args);
    if (begin === undefined) return undefined;
    if (begin === 0) continue;
    const range = rangeOf(spec.findKeys, begin, args);
    if (range === undefined || spec.flags & INCOMPLETE) return undefined;
    for (let index = range.first; index <= range.last; index += range.step) {
      found.push({ index, flags: spec.flags });
    }
  }
  return found;
}

/** Index of the first argument to look at; 0 when the keyword isn't there, undefined when nobody knows. */
function beginOf(search: BeginSearch, args: ArgumentList): number | undefined {
  if (search.type === "unknown") return undefined;
  if (search.type === "index") return search.index;
  const forward = search.startFrom > 0;
  const end = forward ? args.length - 1 : 1;
  let index = forward ? search.startFrom : args.length + search.startFrom;
  for (const step = forward ? 1 : -1; forward ? index < end : index > end; index += step) {
    if (args.text(index).toUpperCase() === search.keyword) return index + 1;
  }
  return 0;
}

interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** Undefined when the range is unknown, empty or reaches beyond the arguments. */
function rangeOf(find: FindKeys, begin: number, args: ArgumentList): KeyRange | undefined {
  if (find.type === "unknown") return undefined;
  let first = begin;
  let last: number;
  if (find.type === "range") {
    last = lastOfRange(find, begin, args.length);
  } else {
    const count = keyCount(args, begin + find.keyNumIndex);
    if (count === undefined) return undefined;
    first += find.firstKey;
    last = first + (count - 1) * find.keyStep;
  }
  if (first >= args.length || last >= args.length || last < first) return undefined;
  return { first, last, step: find.keyStep };
}

function lastOfRange(find: FindKeys & { type: "range" }, first: number, length: number): number {
  if (find.lastKey >= 0) return first + find.lastKey;
  if (find.limit === 0) return length + find.lastKey;
  return first + Math.trunc((length - first) / find.limit) + find.lastKey;
}

/** The number of keys that an argument states, in Redis's strict form; undefined when it isn't one. */
function keyCount(args: ArgumentList, index: number): number | undefined {
  if (index >= args.length) return undefined;
  const text = args.text(index);
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return undefined;
  return Number(text);
}

/** First key, last key and step of COMMAND INFO, zeros when there are none; `movable` when that isn't all. */
export interface LegacyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly movable: boolean;
}

/**
 * Sums the key specs up in the one range that clients before Redis 7 know: a single range as it is,
 * several only if they are adjacent and of step 1 (Redis's populateCommandLegacyRangeSpec).
 */
export function legacyRange(specs: readonly KeySpec[] = []): LegacyRange {
  if (specs.length === 1) {
    const only = asRange(specs[0]);
    if (only) return { ...only, movable: (specs[0].flags & INCOMPLETE) !== 0 };
  }
  let first = 0;
  let last = 0;
  let movable = false;
  for (const spec of specs) {
    const range = asRange(spec);
    const follows = range !== undefined && range.step === 1 && (last === 0 || last === range.first - 1);
    movable ||= !follows || (spec.flags & INCOMPLETE) !== 0;
    if (!follows) continue;
    if (first === 0 || range.first < first) first = range.first;
    // A last key that counts from the end lies behind every absolute one.
    if (last >= 0) last = range.last < 0 ? range.last : Math.max(last, range.last);
  }
  return { first, last, step: first === 0 ? 0 : 1, movable };
}

function asRange(spec: KeySpec): { first: number; last: number; step: number } | undefined {
  const { beginSearch: begin, findKeys: find } = spec;
  if (begin.type !== "index" || find.type !== "range") return undefined;
  const last = find.lastKey < 0 ? find.lastKey : begin.index + find.lastKey;
  return { first: begin.index, last, step: find.keyStep };
}
