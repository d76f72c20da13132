import { assertEquals } from "@std/assert";
import { arityOf, countArguments } from "../../src/command/arity.ts";
import { FAST } from "../../src/command/flags.ts";
import { defineCommand } from "../../src/command/spec.ts";
import type { CommandSpec } from "../../src/command/spec.ts";

const COUNTS: readonly (readonly [syntax: string, least: number, most: number])[] = [
  ["", 0, 0],
  ["key value", 2, 2],
  ["key [count]@6.2.0", 1, 2],
  ["key [key ...]", 1, Infinity],
  ["field value [field value ...]:pairs", 2, Infinity],
  ["[EX seconds | PX milliseconds | PERSIST]:expiration", 0, 2],
  ["<IMPORTING node-id=importing | STABLE>:state", 1, 2],
  ["<(host port):host-port | (NO ONE):no-one>:args", 2, 2],
  ["<ip:port=old-format | <[ID client-id] | [USER username]>...:new-format>:filter", 1, Infinity],
  ["STREAMS (key [key ...] ID:string [ID:string ...])", 3, Infinity],
  ["<'*':auto-id | id>:id-selector", 1, 1],
  ["[LIMIT (offset count)]@6.2.0 key", 1, 4],
  ["'lib-name' libname", 2, 2],
];

for (const [syntax, least, most] of COUNTS) {
  Deno.test(`arity: "${syntax}" takes ${least} to ${most} arguments`, () => {
    assertEquals(countArguments(syntax), { least, most });
  });
}

function command(part: Partial<CommandSpec>): CommandSpec {
  return defineCommand({
    name: "X",
    group: "string",
    since: "1.0.0",
    summary: "Does.",
    flags: FAST,
    ...part,
  });
}

Deno.test("arity: names count, open lengths are negative", () => {
  assertEquals(arityOf(command({})), 1);
  assertEquals(arityOf(command({ syntax: "key value" })), 3);
  assertEquals(arityOf(command({ syntax: "key value" }), true), 4);
  assertEquals(arityOf(command({ syntax: "[message]" })), -1);
});

Deno.test("arity: containers ask for a subcommand; a stated arity wins", () => {
  assertEquals(arityOf(command({ subcommands: [] })), -2);
  assertEquals(arityOf(command({ subcommands: [], arity: -1 })), -1);
  assertEquals(arityOf(command({ syntax: "key", arity: -7 })), -7);
});
