import { assertEquals } from "@std/assert";
import { writeCommandDocs } from "../../src/command/command_docs.ts";
import { commandInfo, effectiveFlags, writeCommandInfo } from "../../src/command/command_info.ts";
import type { ReplySink } from "../../src/command/command_info.ts";
import {
  commandFlagNames,
  FAST,
  LOADING,
  MAY_REPLICATE,
  PROTECTED,
  READONLY,
  WRITE,
} from "../../src/command/flags.ts";
import { ACCESS, key, keynum, keyword, RO, RW, unknown, UPDATE } from "../../src/command/key_spec.ts";
import { defineCommand } from "../../src/command/spec.ts";

/** Writes down what it is told, in the signs of RESP3. */
class RecordingSink implements ReplySink {
  readonly pieces: (string | number)[] = [];

  arrayHeader(length: number): void {
    this.pieces.push(`*${length}`);
  }
  mapHeader(length: number): void {
    this.pieces.push(`%${length}`);
  }
  setHeader(length: number): void {
    this.pieces.push(`~${length}`);
  }
  bulkText(text: string): void {
    this.pieces.push(text);
  }
  simpleString(text: string): void {
    this.pieces.push(`+${text}`);
  }
  integer(value: number): void {
    this.pieces.push(value);
  }
  nullReply(): void {
    this.pieces.push("_");
  }
}

const usage = defineCommand({
  name: "USAGE",
  group: "server",
  since: "4.0.0",
  summary: "Estimates.",
  syntax: "key [SAMPLES count]",
  flags: READONLY,
  keys: [key(2, RO)],
});
const memory = defineCommand({
  name: "MEMORY",
  group: "server",
  since: "4.0.0",
  summary: "Groups.",
  flags: 0,
  subcommands: [usage],
});
const rich = defineCommand({
  name: "RICH",
  group: "sorted_set",
  since: "1.0.0",
  summary: "Shows.",
  complexity: "O(1)",
  syntax: "key [ID:string] <'km' | 'mi'>:unit@6.2.0..7.0.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE), keynum(2, RO | ACCESS), keyword("STORE", 5, RW), unknown(RO)],
  tips: ["nondeterministic_output"],
  history: [["2.0.0", "Changed"]],
  docFlags: ["deprecated"],
  deprecatedSince: "7.0.0",
  replacedBy: "`POOR`",
});

Deno.test("command info: the facts of a command", () => {
  const info = commandInfo(rich);
  assertEquals(info.name, "rich");
  assertEquals(info.arity, -3);
  assertEquals(info.flags, ["write", "fast", "movablekeys"]);
  assertEquals([info.firstKey, info.lastKey, info.step], [1, 1, 1]);
  assertEquals(info.categories, ["write", "sortedset", "fast"]);
  assertEquals(info.subcommands, []);
});

Deno.test("command info: hidden flags stay hidden, derived ones are added", () => {
  assertEquals(commandFlagNames(LOADING | PROTECTED | MAY_REPLICATE), ["loading"]);
  assertEquals(commandFlagNames(effectiveFlags(usage)), ["readonly"]);
});

Deno.test("command info: the reply of a container holds its subcommands", () => {
  const sink = new RecordingSink();
  writeCommandInfo(sink, memory);
  const range = ["%3", "lastkey", 0, "keystep", 1, "limit", 0];
  const keySpec = [
    "%3",
    "flags",
    "~1",
    "+RO",
    "begin_search",
    "%2",
    "type",
    "index",
    "spec",
    "%1",
    "index",
    2,
  ];
  assertEquals(sink.pieces, [
    ...["*10", "memory", -2, "~0", 0, 0, 0, "~1", "+@slow", "~0", "~0", "*1"],
    ...["*10", "memory|usage", -3, "~1", "+readonly", 2, 2, 1, "~2", "+@read", "+@slow", "~0", "~1"],
    ...keySpec,
    ...["find_keys", "%2", "type", "range", "spec", ...range, "*0"],
  ]);
});

Deno.test("command info: every kind of key spec", () => {
  const sink = new RecordingSink();
  writeCommandInfo(sink, rich);
  const text = sink.pieces.join(" ");
  for (
    const part of [
      "find_keys %2 type keynum spec %3 keynumidx 0 firstkey 1 keystep 1",
      "begin_search %2 type keyword spec %2 keyword STORE startfrom 5",
      "begin_search %2 type unknown spec %0 find_keys %2 type unknown spec %0",
      "~1 nondeterministic_output ~4",
    ]
  ) {
    assertEquals(text.includes(part), true, part);
  }
});

Deno.test("command docs: every field, in Redis's order", () => {
  const sink = new RecordingSink();
  writeCommandDocs(sink, rich);
  assertEquals(sink.pieces, [
    ...["rich", "%9", "summary", "Shows.", "since", "1.0.0", "group", "sorted-set", "complexity", "O(1)"],
    ...["doc_flags", "~1", "+deprecated", "deprecated_since", "7.0.0", "replaced_by", "`POOR`"],
    ...["history", "~1", "*2", "2.0.0", "Changed", "arguments", "*3"],
    ...["%4", "name", "key", "type", "key", "display_text", "key", "key_spec_index", 0],
    ...["%4", "name", "id", "type", "string", "display_text", "id", "flags", "~1", "+optional"],
    ...[
      "%5",
      "name",
      "unit",
      "type",
      "oneof",
      "since",
      "6.2.0",
      "deprecated_since",
      "7.0.0",
      "arguments",
      "*2",
    ],
    ...["%4", "name", "km", "type", "pure-token", "display_text", "km", "token", "KM"],
    ...["%4", "name", "mi", "type", "pure-token", "display_text", "mi", "token", "MI"],
  ]);
});

Deno.test("command docs: absent facts are left out, subcommands are a map", () => {
  const sink = new RecordingSink();
  writeCommandDocs(sink, memory);
  const samples = ["%5", "name", "count", "type", "integer", "display_text", "count", "token", "SAMPLES"];
  assertEquals(sink.pieces, [
    ...["memory", "%4", "summary", "Groups.", "since", "4.0.0", "group", "server", "subcommands", "%1"],
    ...[
      "memory|usage",
      "%4",
      "summary",
      "Estimates.",
      "since",
      "4.0.0",
      "group",
      "server",
      "arguments",
      "*2",
    ],
    ...["%4", "name", "key", "type", "key", "display_text", "key", "key_spec_index", 0],
    ...[...samples, "flags", "~1", "+optional"],
  ]);
});
