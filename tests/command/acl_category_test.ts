import { assertEquals } from "@std/assert";
import {
  aclCategories,
  Category,
  CATEGORY_NAMES,
  categoryByName,
  categoryNames,
} from "../../src/command/acl_category.ts";
import { ADMIN, BLOCKING, FAST, PUBSUB, READONLY, WRITE } from "../../src/command/flags.ts";
import { defineCommand } from "../../src/command/spec.ts";
import type { CommandSpec } from "../../src/command/spec.ts";

function categories(part: Partial<CommandSpec>): string[] {
  const base = { name: "X", group: "string", since: "1.0.0", summary: "Does.", flags: 0 } as const;
  return categoryNames(aclCategories(defineCommand({ ...base, ...part })));
}

Deno.test("ACL categories: flags and group give most of them", () => {
  assertEquals(categories({ flags: WRITE | FAST }), ["write", "string", "fast"]);
  assertEquals(categories({ group: "sorted_set", flags: READONLY }), ["read", "sortedset", "slow"]);
  assertEquals(categories({ group: "generic", flags: READONLY | FAST }), ["keyspace", "read", "fast"]);
  assertEquals(categories({ group: "list", flags: WRITE | BLOCKING }), ["write", "list", "slow", "blocking"]);
});

Deno.test("ACL categories: ADMIN is dangerous, PUBSUB comes from the flag alone", () => {
  assertEquals(categories({ group: "server", flags: ADMIN }), ["admin", "slow", "dangerous"]);
  assertEquals(categories({ group: "pubsub", flags: PUBSUB | FAST }), ["pubsub", "fast"]);
  assertEquals(categories({ group: "pubsub" }), ["slow"]);
});

Deno.test("ACL categories: scripting commands are never reads", () => {
  assertEquals(categories({ group: "scripting", flags: READONLY }), ["slow", "scripting"]);
});

Deno.test("ACL categories: a container is about nothing", () => {
  assertEquals(categories({ group: "stream", subcommands: [] }), ["slow"]);
  assertEquals(categories({ group: "server", subcommands: [], categories: Category.CONNECTION }), [
    "slow",
    "connection",
  ]);
});

Deno.test("ACL categories: another subject replaces the group's, anything else adds to it", () => {
  assertEquals(categories({ group: "generic", categories: Category.CONNECTION }), ["slow", "connection"]);
  assertEquals(categories({ group: "generic", categories: Category.DANGEROUS }), [
    "keyspace",
    "slow",
    "dangerous",
  ]);
});

Deno.test("ACL categories: names and bits belong together", () => {
  assertEquals(CATEGORY_NAMES.length, 21);
  for (const [bit, name] of CATEGORY_NAMES) assertEquals(categoryByName(name), bit);
  assertEquals(categoryByName("nosuch"), undefined);
  assertEquals(categoryByName("constructor"), undefined);
});
