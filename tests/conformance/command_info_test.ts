import { assert, assertEquals } from "@std/assert";
import { commandTable } from "../../src/commands/mod.ts";
import { referenceAvailable, startRedis, startServer } from "../harness.ts";

/** COMMAND INFO's answer for one command, with what is a set in sorted order. */
interface Info {
  name: string;
  arity: number;
  flags: string[];
  range: number[];
  categories: string[];
  tips: string[];
  keySpecs: string[];
  subcommands: Map<string, Info>;
}

/** What 7.2 says otherwise than 7.0. There the facts decide, with which `scripts/check_commands.ts` compares. */
const CHANGED_IN_72: ReadonlySet<string> = new Set([
  "blmove flags",
  "blpop flags",
  "brpop flags",
  "brpoplpush flags",
  "bzpopmax flags",
  "bzpopmin flags",
  "client|setname tips",
  "cluster|shards flags",
  "cluster|slots flags",
  "command|getkeys arity",
  "command|getkeysandflags arity",
  "config|resetstat tips",
  "config|rewrite tips",
  "msetnx tips",
  "randomkey tips",
  "scan tips",
  "wait flags",
  "zrank arity",
  "zrevrank arity",
]);

function sorted(value: unknown): string[] {
  return (value as unknown[]).map(String).sort();
}

/** A key spec as text; the free-text notes of Redis are left out, as they are no facts. */
function specText(spec: unknown): string {
  const fields = new Map<string, unknown>();
  const list = spec as unknown[];
  for (let i = 0; i < list.length; i += 2) fields.set(String(list[i]), list[i + 1]);
  fields.delete("notes");
  fields.set("flags", sorted(fields.get("flags")));
  return JSON.stringify([...fields].sort(([a], [b]) => a < b ? -1 : 1));
}

function toInfo(reply: unknown): Info {
  const [name, arity, flags, first, last, step, categories, tips, keySpecs, subcommands] = reply as unknown[];
  const subs = (subcommands as unknown[]).map(toInfo);
  return {
    name: String(name),
    arity: Number(arity),
    flags: sorted(flags),
    range: [first, last, step].map(Number),
    categories: sorted(categories),
    tips: sorted(tips),
    keySpecs: (keySpecs as unknown[]).map(specText),
    subcommands: new Map(subs.map((sub) => [sub.name, sub])),
  };
}

/** The differences, except in subcommands that one of the two does not have. */
function differences(ours: Info, theirs: Info): string[] {
  const lines: string[] = [];
  for (const field of ["arity", "flags", "range", "categories", "tips", "keySpecs"] as const) {
    const [left, right] = [JSON.stringify(ours[field]), JSON.stringify(theirs[field])];
    const place = `${ours.name} ${field}`;
    if (left !== right && !CHANGED_IN_72.has(place)) {
      lines.push(`${place}: ours ${left}, redis-server ${right}`);
    }
  }
  for (const [name, sub] of ours.subcommands) {
    const other = theirs.subcommands.get(name);
    if (other !== undefined) lines.push(...differences(sub, other));
  }
  return lines;
}

Deno.test({
  name: "COMMAND INFO of every implemented command equals redis-server's",
  ignore: !referenceAvailable(),
  async fn() {
    await using server = await startServer();
    await using redis = await startRedis();
    using ours = await server.connect();
    using theirs = await redis.connect();
    const names = commandTable.map(({ name }) => name.toLowerCase());
    const replies = await Promise.all([
      ours.ask("COMMAND", "INFO", ...names),
      theirs.ask("COMMAND", "INFO", ...names),
    ]);
    const [left, right] = replies.map((reply) => reply as unknown[]);
    assertEquals(left.length, names.length);
    assert(left.every((reply) => reply !== null));
    const lines = left.flatMap((reply, i) =>
      right[i] === null ? [] : differences(toInfo(reply), toInfo(right[i]))
    );
    assertEquals(lines, []);
  },
});
