/**
 * What may follow the words typed so far: shown behind the cursor.
 *
 * @module
 */

import type { ArgumentSpec } from "../../command/syntax.ts";
import { findCommand, formatArgument } from "./catalogue.ts";

/**
 * The arguments that are still to come, for the words of a line; empty if there is nothing to say. `complete`: the last
 * word is finished, there is a space behind it.
 */
export function hintFor(words: readonly string[], complete: boolean): string {
  if (words.length === 0) return "";
  const command = findCommand(words);
  if (command === undefined) return "";
  const typed = words.slice(command.words.length);
  // A word in the making stands for the argument that it will be.
  const left = remaining(command.arguments, typed);
  const text = left.map(formatArgument).join(" ");
  return text === "" || complete ? text : ` ${text}`;
}

/** What of `items` the typed words leave open. */
function remaining(items: readonly ArgumentSpec[], typed: readonly string[]): ArgumentSpec[] {
  const open = [...items];
  let at = 0;
  while (at < typed.length && open.length > 0) {
    const index = choose(open, typed[at]);
    if (index < 0) return [];
    const item = open[index];
    const { used, left } = consume(item, typed.slice(at));
    at += used;
    // Options come in any order; an argument with a place of its own ends those that stand before it.
    if (!isOption(item)) open.splice(0, index + 1, ...left);
    else if (left.every((part) => part.optional)) open.splice(index, 1, ...left);
    else open.splice(0, open.length, ...left, ...open.toSpliced(index, 1));
  }
  return open;
}

/** Which of the open arguments a word begins: an option by its token, or the first that has no token. */
function choose(open: readonly ArgumentSpec[], word: string): number {
  for (const [index, item] of open.entries()) {
    if (tokensOf(item).includes(word.toUpperCase())) return index;
    if (!item.optional && tokensOf(item).length > 0) return index;
    if (tokensOf(item).length === 0) {
      // An option that takes any word is passed over if a later token is meant.
      const later = open.findIndex((other) => tokensOf(other).includes(word.toUpperCase()));
      return item.optional && later >= 0 ? later : index;
    }
  }
  return -1;
}

function isOption(item: ArgumentSpec): boolean {
  return item.optional === true && tokensOf(item).length > 0;
}

/** The words that an argument may begin with, if it begins with fixed ones. */
function tokensOf({ token, type, arguments: parts = [] }: ArgumentSpec): string[] {
  if (token !== undefined) return [token.toUpperCase()];
  if (type === "oneof") return parts.flatMap(tokensOf);
  return type === "block" && parts.length > 0 ? tokensOf(parts[0]) : [];
}

/** How many words an argument takes, and what of it is still open then. */
function consume(item: ArgumentSpec, typed: readonly string[]): { used: number; left: ArgumentSpec[] } {
  const { used, left } = consumeOnce(item, typed);
  if (!item.multiple) return { used, left };
  // It may come again: its repetition is what is left to say.
  const again: ArgumentSpec = { ...item, optional: true };
  if (!item.multipleToken && item.token !== undefined) delete again.token;
  return { used, left: left.length > 0 ? left : [again] };
}

function consumeOnce(item: ArgumentSpec, typed: readonly string[]): { used: number; left: ArgumentSpec[] } {
  const parts = valueParts(item, typed[item.token === undefined ? 0 : 1] ?? typed[0]);
  const skip = item.token === undefined ? 0 : 1;
  const rest = typed.slice(skip);
  if (parts === null) {
    return { used: Math.min(typed.length, skip + 1), left: rest.length > 0 ? [] : valueOf(item) };
  }
  let used = skip;
  const left: ArgumentSpec[] = [];
  for (const part of parts) {
    const words = typed.slice(used);
    if (words.length === 0) left.push(part);
    else if (part.optional && !tokensOf(part).includes(words[0].toUpperCase()) && tokensOf(part).length > 0) {
      continue;
    } else {
      const taken = consume(part, words);
      used += taken.used;
      left.push(...taken.left);
    }
  }
  return { used: Math.max(1, used), left };
}

/** The parts of a block or of the alternative that a word chooses; null for a plain value. */
function valueParts(
  { type, token, arguments: parts = [] }: ArgumentSpec,
  word: string,
): ArgumentSpec[] | null {
  if (type === "block") return parts;
  if (type === "oneof") {
    const chosen = parts.find((part) => tokensOf(part).includes(word.toUpperCase())) ??
      parts.find((part) => tokensOf(part).length === 0);
    return chosen === undefined ? [] : [chosen];
  }
  return type === "pure-token" && token !== undefined ? [] : null;
}

/** An argument without its token, which has been typed. */
function valueOf(item: ArgumentSpec): ArgumentSpec[] {
  const value: ArgumentSpec = { ...item, optional: undefined };
  delete value.token;
  return [value];
}
