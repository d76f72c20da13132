/**
 * What the tabulator key completes: names of commands, and the topics of `help`.
 *
 * @module
 */

import { catalogue, groups } from "./catalogue.ts";

/** Lines that a line may become, in the letters of the user's choice; and the part of the line that they replace. */
export function completionsFor(line: string): [lines: string[], replaced: string] {
  const help = /^\s*(?:help|\?)\s+/i.exec(line)?.[0] ?? "";
  const typed = line.slice(help.length);
  const topics = catalogue.map((entry) => entry.name);
  if (help !== "") topics.unshift(...groups.map((group) => `@${group}`));
  const found = topics.filter((topic) => topic.toLowerCase().startsWith(typed.toLowerCase()));
  const lower = /[a-z]/.test(typed);
  return [found.map((topic) => help + (lower ? topic.toLowerCase() : topic)), line];
}
