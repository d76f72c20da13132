import { assertEquals } from "@std/assert";
import { compareCommand, countCommands, readFacts } from "../../scripts/check_commands.ts";
import { DENYOOM, FAST, WRITE } from "../../src/command/flags.ts";
import { INSERT, key, RW } from "../../src/command/key_spec.ts";
import { defineCommand } from "../../src/command/spec.ts";

const append = defineCommand({
  name: "APPEND",
  group: "string",
  since: "2.0.0",
  summary: "Appends.",
  complexity: "O(1) amortised.",
  syntax: "key value",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
});

Deno.test("check_commands: a command that equals Redis's has no differences", () => {
  assertEquals(compareCommand(append, readFacts().APPEND), []);
});

Deno.test("check_commands: each difference is one line", () => {
  const wrong = { ...append, since: "2.0.1", flags: WRITE, syntax: "key [value]", complexity: "O(N)" };
  const facts = compareCommand(wrong, readFacts().APPEND).map((line) => line.split(" is ")[0]);
  assertEquals(facts.sort(), [
    "APPEND: acl_categories",
    "APPEND: arguments",
    "APPEND: arity",
    "APPEND: complexity",
    "APPEND: flags",
    "APPEND: since",
  ]);
});

Deno.test("check_commands: unknown commands and subcommands are told", () => {
  const container = { ...append, name: "CLIENT", subcommands: [append] };
  assertEquals(compareCommand(append, undefined), ["APPEND: Redis 7.2 has no such command"]);
  const lines = compareCommand(container, readFacts().CLIENT);
  assertEquals(lines.includes("CLIENT APPEND: Redis 7.2 has no such command"), true);
});

Deno.test("check_commands: subcommands count", () => {
  assertEquals(countCommands([append, { subcommands: [append, append] }]), 4);
  assertEquals(countCommands(Object.values(readFacts())), 370);
});
