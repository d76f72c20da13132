/** Makers of table rows, one for each syntax family. Their refusals use Redis's words. */

import { parseInteger64, parseLoose, parseMemory } from "./numbers.ts";
import {
  ConfigValueError,
  type Directive,
  type DirectiveKind,
  type ParseMode,
  type Setting,
} from "./types.ts";

export const INT_MIN = -(2n ** 31n);
export const INT_MAX = 2n ** 31n - 1n;
export const UINT_MAX = 2n ** 32n - 1n;
export const LONG_MAX = 2n ** 63n - 1n;
export const ULONG_MAX = 2n ** 64n - 1n;

function row<T>(
  kind: DirectiveKind,
  accepts: string,
  initial: Setting<T>,
  flags: number,
  summary: string,
  alias: string | undefined,
  parse: (args: readonly string[], previous: Setting<T>, mode: ParseMode) => Setting<T>,
): Directive<T> {
  return { kind, accepts, initial, flags, summary, alias, parse };
}

/** The only argument of a directive that takes one. */
function single(args: readonly string[]): string {
  if (args.length !== 1) throw new ConfigValueError("wrong number of arguments");
  return args[0];
}

/** A directive that is `yes` or `no`. */
export function yesNo(initial: boolean, flags: number, summary: string, alias?: string): Directive<boolean> {
  const yes = { value: true, text: "yes" };
  const no = { value: false, text: "no" };
  return row<boolean>("boolean", "yes, no", initial ? yes : no, flags, summary, alias, (args) => {
    const text = single(args).toLowerCase();
    if (text !== "yes" && text !== "no") throw new ConfigValueError("argument must be 'yes' or 'no'");
    return text === "yes" ? yes : no;
  });
}

/** Bounds of a number; `clamp` moves a value into a second, narrower range without an error. */
export interface Bounds {
  readonly min: bigint;
  readonly max: bigint;
  readonly clamp?: readonly [bigint, bigint];
}

function outOfRange(min: bigint | string, max: bigint | string): ConfigValueError {
  return new ConfigValueError(`argument must be between ${min} and ${max} inclusive`);
}

function numberSetting(value: bigint): Setting<number> {
  return { value: Number(value), text: value.toString() };
}

/** A whole number. Values above 2^53 keep their exact text, the number is the nearest double. */
export function integer(
  initial: number,
  { min, max, clamp }: Bounds,
  flags: number,
  summary: string,
  alias?: string,
): Directive<number> {
  const start = numberSetting(BigInt(initial));
  return row("integer", `${min} to ${max}`, start, flags, summary, alias, (args) => {
    const value = parseInteger64(single(args));
    if (value === undefined) throw new ConfigValueError("argument couldn't be parsed into an integer");
    if (value < min || value > max) throw outOfRange(min, max);
    if (clamp === undefined) return numberSetting(value);
    const [low, high] = clamp;
    return numberSetting(value < low ? low : value > high ? high : value);
  });
}

/** A size in bytes with an optional unit. An upper bound beyond 2^63-1 makes it unsigned. */
export function memory(
  initial: number,
  { min, max }: Bounds,
  flags: number,
  summary: string,
  alias?: string,
): Directive<number> {
  const start = numberSetting(BigInt(initial));
  return row(
    "memory",
    `${min} to ${max} bytes, with an optional unit`,
    start,
    flags,
    summary,
    alias,
    (args) => {
      const value = parseMemory(single(args));
      if (value === undefined) throw new ConfigValueError("argument must be a memory value");
      if (value < min || value > max) throw outOfRange(min, max);
      return numberSetting(value);
    },
  );
}

/** A size in bytes, or a percentage (stored as a negative number, as Redis does). */
export function memoryOrPercent(initial: number, flags: number, summary: string): Directive<number> {
  const start = numberSetting(BigInt(initial));
  return row(
    "memory",
    "bytes with an optional unit, or 0% to 100%",
    start,
    flags,
    summary,
    undefined,
    (args) => {
      const value = parseMemoryOrPercent(single(args));
      if (value < -100n) throw new ConfigValueError("percentage argument must be less or equal to 100");
      return value < 0n ? { value: Number(value), text: `${-value}%` } : numberSetting(value);
    },
  );
}

function parseMemoryOrPercent(text: string): bigint {
  const bytes = parseMemory(text);
  if (bytes !== undefined) return BigInt.asIntN(64, bytes);
  const percent = text.endsWith("%") ? parseInteger64(text.slice(0, -1)) : undefined;
  if (percent === undefined || percent < 0n) {
    throw new ConfigValueError("argument must be a memory or percent value");
  }
  return -percent;
}

/** File permissions in octal. */
export function octal(initial: number, max: bigint, flags: number, summary: string): Directive<number> {
  const start = { value: initial, text: initial.toString(8) };
  return row<number>("octal", `0 to ${max.toString(8)}, octal`, start, flags, summary, undefined, (args) => {
    const value = parseLoose(single(args), 8);
    if (value === undefined) throw new ConfigValueError("argument couldn't be parsed as an octal number");
    if (value < 0n || value > max) throw outOfRange("0", max.toString(8));
    return { value: Number(value), text: value.toString(8) };
  });
}

function notOneOf(names: readonly string[]): ConfigValueError {
  return new ConfigValueError("argument(s) must be one of the following: " + names.join(", "));
}

/** One word of several. `synonyms` gives, for a second name of a word, the word that is stored. */
export function choice<const T extends string>(
  names: readonly T[],
  initial: NoInfer<T>,
  flags: number,
  summary: string,
  synonyms: Partial<Record<T, NoInfer<T>>> = {},
): Directive<T> {
  const start = { value: initial, text: initial };
  return row<T>("enum", names.join(", "), start, flags, summary, undefined, (args) => {
    const text = single(args).toLowerCase();
    const found = names.find((name) => name === text);
    if (found === undefined) throw notOneOf(names);
    const value = synonyms[found] ?? found;
    return { value, text: value };
  });
}

/**
 * Any number of words of several; the first name stands for none of them. `validate` may refuse a combination
 * by returning the reason.
 */
export function flagSet<const T extends string>(
  names: readonly T[],
  flags: number,
  summary: string,
  validate: (chosen: ReadonlySet<T>) => string | null,
): Directive<readonly T[]> {
  const [none, ...others] = names;
  const initial: Setting<readonly T[]> = { value: [], text: none };
  return row<readonly T[]>("flags", names.join(", "), initial, flags, summary, undefined, (args) => {
    const chosen = new Set<T>();
    for (const argument of args) {
      const found = names.find((name) => name === argument.toLowerCase());
      if (found === undefined) throw notOneOf(names);
      if (found !== none) chosen.add(found);
    }
    if (args.length === 0) throw notOneOf(names);
    const reason = validate(chosen);
    if (reason !== null) throw new ConfigValueError(reason);
    const value = others.filter((name) => chosen.has(name));
    return { value, text: value.length === 0 ? none : value.join(" ") };
  });
}

/** Refuses a string by returning the reason. */
export type StringCheck = (text: string) => string | null;

/** A string that may be empty. */
export function text(
  initial: string,
  flags: number,
  summary: string,
  check?: StringCheck,
): Directive<string> {
  const start = { value: initial, text: initial };
  return row<string>("string", "a string", start, flags, summary, undefined, (args) => {
    const value = checked(single(args), check);
    return { value, text: value };
  });
}

/** A string, where the empty one means that there is none. */
export function optionalText(
  flags: number,
  summary: string,
  alias?: string,
  check?: StringCheck,
): Directive<string | null> {
  const none = { value: null, text: "" };
  return row<string | null>("string", "a string, empty for none", none, flags, summary, alias, (args) => {
    const value = checked(single(args), check);
    return value === "" ? none : { value, text: value };
  });
}

function checked(value: string, check: StringCheck | undefined): string {
  const reason = check === undefined ? null : check(value);
  if (reason !== null) throw new ConfigValueError(reason);
  return value;
}

/** A directive with a syntax of its own. */
export function custom<T>(
  initial: Setting<T>,
  accepts: string,
  flags: number,
  summary: string,
  parse: (args: readonly string[], previous: Setting<T>, mode: ParseMode) => Setting<T>,
  alias?: string,
): Directive<T> {
  return row("list", accepts, initial, flags, summary, alias, parse);
}
