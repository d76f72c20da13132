/**
 * The command `help`.
 *
 * @module
 */

import { utf8ToByteString } from "../../util/byte_string.ts";
import { catalogue, type CatalogueEntry, formatArguments } from "./catalogue.ts";
import { versionLine } from "./usage.ts";

const INTRODUCTION = `\
To get help about Redis commands type:
      "help @<group>" to get a list of commands in <group>
      "help <command>" for help on <command>
      "help <tab>" to get a list of possible help topics
      "quit" to exit

To set redis-cli preferences:
      ":set hints" enable online hints
      ":set nohints" disable online hints
Set your preferences in ~/.redisclirc
`;

/** What `help` with these words behind it answers: about a group, a command with its subcommands, or itself. */
export function helpText(words: readonly string[]): string {
  if (words.length === 0) return versionLine() + INTRODUCTION;
  const [first] = words;
  const group = first.startsWith("@") ? first.slice(1).toLowerCase() : null;
  const wanted = words.map((word) => word.toUpperCase());
  const found = catalogue.filter((entry) => {
    return group === null
      ? wanted.every((word, index) => entry.words[index] === word)
      : entry.group === group;
  });
  return utf8ToByteString(`\r\n${found.map((entry) => `${describe(entry, group === null)}\r\n`).join("")}`);
}

function describe(entry: CatalogueEntry, withGroup: boolean): string {
  const field = (name: string, text: string) => `  \x1b[33m${name}:\x1b[0m ${text}\r\n`;
  return `  \x1b[1m${entry.name}\x1b[0m \x1b[90m${formatArguments(entry.arguments)}\x1b[0m\r\n` +
    field("summary", entry.summary) + field("since", entry.since) +
    (withGroup ? field("group", entry.group) : "");
}
