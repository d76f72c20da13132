import { assert, assertEquals } from "@std/assert";
import { commandTable } from "../../../src/commands/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { InProcess } from "../../commands/in_process.ts";
import type { Plain } from "../../support/resp_reply.ts";
import { ReplyError } from "../../support/resp_reply.ts";
import { dispose } from "./files.ts";
import {
  big,
  double,
  listpack,
  little,
  payload,
  rawId,
  size,
  strings,
  ziplist,
  zipmap,
} from "./legacy_bytes.ts";
import type { ZiplistEntry } from "./legacy_bytes.ts";

/** Restores a payload and reads it by a command on the key `k`; no memory is lost. */
function restored(bytes: Uint8Array, ...commands: string[]): Plain[] {
  const used = collectionArena.usedBytes;
  const session = new InProcess(commandTable);
  const reply = session.run(["RESTORE", "k", 0, bytes]);
  const answers = reply === "OK" ? commands.map((command) => session.run(command)) : [reply];
  dispose(session.keyspace);
  assertEquals(collectionArena.usedBytes, used);
  return answers;
}

function assertRefused(type: number, body: string): void {
  const [reply] = restored(payload(type, body));
  assert(reply instanceof ReplyError && reply.message === "ERR Bad data format", JSON.stringify(reply));
}

const LIST = "LRANGE k 0 -1";
const HASH = "HGETALL k";
const SORTED_SET = "ZRANGE k 0 -1 WITHSCORES";

/** All forms of integers and texts of a ziplist. */
const ENTRIES: readonly ZiplistEntry[] = [
  ...[0, 1, 12, 13, -1, 127, 128, -128, -129, 32767, 32768, -32769, 8388607, 8388608, -8388608, -8388609],
  ...[2147483647, -2147483648, 2147483648, 9223372036854775807n, -9223372036854775808n, -9007199254740993n],
  ...[
    "",
    "a",
    "\x00\xff",
    "x".repeat(63),
    "y".repeat(64),
    "z".repeat(300),
    "w".repeat(16383),
    "v".repeat(16384),
  ],
];

Deno.test("RDB: strings in all forms", () => {
  const cases: [string, string][] = [
    ["\x03abc", "abc"],
    [`\x40\x50${"a".repeat(80)}`, "a".repeat(80)],
    [`\x80${big(5, 4)}hello`, "hello"],
    [`\x81${big(5, 8)}hello`, "hello"],
    ["\xc0\xfb", "-5"],
    [`\xc1${little(-300, 2)}`, "-300"],
    [`\xc2${little(-2147483648, 4)}`, "-2147483648"],
    ["\xc3\x09\x0f\x04abcde\xe0\x01\x04", "abcdeabcdeabcde"],
  ];
  for (const [body, text] of cases) assertEquals(restored(payload(0, body), "GET k"), [text]);
  for (
    const body of ["", "\x05abcd", "\xc4", "\xff", "\x82", "\xc1\x00", "\xc3\x09\x0e\x04abcde\xe0\x01\x04"]
  ) {
    assertRefused(0, body);
  }
  assertRefused(0, `\x81${"\xff".repeat(8)}`);
  assertRefused(0, `\xc3\x02\x80${big(2 ** 31, 4)}ab`);
});

Deno.test("RDB: ziplists of lists, in nodes and alone", () => {
  const texts = ENTRIES.map(String);
  for (const wide of [false, true]) {
    const node = ziplist(ENTRIES, wide);
    assertEquals(restored(payload(10, strings(node)), LIST), [texts]);
    const nodes = size(3) + strings(node, ziplist([]), ziplist(["last"]));
    assertEquals(restored(payload(14, nodes), LIST, "OBJECT ENCODING k"), [[...texts, "last"], "quicklist"]);
  }
  assertEquals(restored(payload(1, size(3) + strings("a", "b", "12")), LIST), [["a", "b", "12"]]);
  assertEquals(restored(payload(10, strings(ziplist(["a"]))), "OBJECT ENCODING k"), ["listpack"]);
  for (const body of [size(0), size(1) + strings(ziplist([])), size(2) + strings(ziplist(["a"]))]) {
    assertRefused(14, body);
  }
});

Deno.test("RDB: quicklists with plain nodes", () => {
  const body = size(3) + size(1) + strings("plain") + size(2) + strings(listpack(["a", 5])) + size(1) +
    strings("7");
  assertEquals(restored(payload(18, body), LIST), [["plain", "a", "5", "7"]]);
  assertRefused(18, size(1) + size(1) + strings(""));
  assertRefused(18, size(1) + size(3) + strings("a"));
});

Deno.test("RDB: hashes as ziplist and zipmap", () => {
  const pairs = ["a", 1, "b", "two", 3, "x".repeat(70)] as const;
  const expected = [...pairs.map(String)];
  assertEquals(restored(payload(13, strings(ziplist(pairs))), HASH, "OBJECT ENCODING k"), [
    expected,
    "listpack",
  ]);
  const fields: [string, string][] = [["a", "1"], ["b", ""], ["\x00", "x".repeat(254)], [
    "y".repeat(300),
    "z",
  ]];
  for (const unused of [0, 3]) {
    const [reply, encoding] = restored(
      payload(9, strings(zipmap(fields, unused))),
      HASH,
      "OBJECT ENCODING k",
    );
    const got = reply as string[];
    const sorted = fields.map(([field]) => [field, got[got.indexOf(field) + 1]]);
    assertEquals(sorted, fields);
    assertEquals(encoding, "hashtable");
  }
  assertEquals(restored(payload(9, strings(zipmap([["a", "b"]]))), "OBJECT ENCODING k"), ["listpack"]);
  const many = Array.from({ length: 600 }, (_, i): [string, string] => [`f${i}`, `${i}`]);
  assertEquals(restored(payload(9, strings(zipmap(many))), "HLEN k", "HGET k f599"), [600, "599"]);
  assertRefused(13, strings(ziplist(["a", 1, "a", 2])));
  assertRefused(13, strings(ziplist(["a", 1, "b"])));
  assertRefused(9, strings(zipmap([["a", "1"], ["a", "2"]])));
  assertRefused(4, size(2) + strings("a", "1", "a", "2"));
});

Deno.test("RDB: sorted sets with scores as text, as doubles, and as ziplist", () => {
  const text = size(4) + strings("b") + "\x032.5" + strings("a") + "\xff" + strings("c") + "\xfe" +
    strings("d") + "\x01" + "7";
  const members = ["a", "-inf", "b", "2.5", "d", "7", "c", "inf"];
  assertEquals(restored(payload(3, text), SORTED_SET, "OBJECT ENCODING k"), [members, "listpack"]);
  const doubles = size(2) + strings("b") + double(1e300) + strings("a") + double(-0.5);
  assertEquals(restored(payload(5, doubles), SORTED_SET), [["a", "-0.5", "b", "1e+300"]]);
  const packed = ziplist([
    "x",
    "-inf",
    "a",
    1,
    "b",
    "1",
    "c",
    "0.10000000000000001e2",
    "d",
    9007199254740993n,
  ]);
  assertEquals(restored(payload(12, strings(packed)), "ZSCORE k c", "ZRANK k d"), ["10.000000000000002", 4]);
  assertRefused(3, size(1) + strings("a") + "\xfd");
  assertRefused(3, size(1) + strings("a") + "\x03abc");
  assertRefused(5, size(1) + strings("a") + double(NaN));
  assertRefused(5, size(2) + strings("a") + double(1) + strings("a") + double(2));
  assertRefused(12, strings(ziplist(["a", 1, "a", 2])));
  for (const score of ["nan", "0x10", "", " 1", "infinity", "+1", "1e999"]) {
    assertRefused(12, strings(ziplist(["a", score])));
    assertRefused(17, strings(listpack(["a", score])));
  }
  assertRefused(17, strings(listpack(["a", 2, "b", 1])));
  assertRefused(17, strings(listpack(["b", 1, "a", 1])));
});

Deno.test("RDB: sets of integers and compact sets", () => {
  const intset = (width: number, ...values: number[]) =>
    little(width, 4) + little(values.length, 4) + values.map((value) => little(value, width)).join("");
  for (const width of [2, 4, 8]) {
    const reply = restored(
      payload(11, strings(intset(width, -5, 0, 300))),
      "SMEMBERS k",
      "OBJECT ENCODING k",
    );
    assertEquals(reply, [["-5", "0", "300"], "intset"]);
  }
  for (
    const bytes of [intset(2), intset(3, 1), intset(2, 2, 1), intset(2, 1, 1), intset(2, 1) + "x", "abc"]
  ) {
    assertRefused(11, strings(bytes));
  }
  const compact = restored(payload(20, strings(listpack(["a", 5])), 11), "SMEMBERS k", "OBJECT ENCODING k");
  assertEquals(compact, [["a", "5"], "listpack"]);
  assertRefused(20, strings(listpack(["a", "a"])));
  assertRefused(20, strings(listpack([])));
  assertRefused(2, size(2) + strings("a", "a"));
  const [newer] = restored(payload(20, strings(listpack(["a"])), 12));
  assertEquals((newer as ReplyError).message, "ERR DUMP payload version or checksum are wrong");
});

Deno.test("RDB: elements of a listpack that Redis would have packed otherwise are found all the same", () => {
  // A text that is an integer, an integer in 16 bits that 7 would hold, and a short text with a length of 12 bits.
  const wide = little(7 + 4 + 4 + 4 + 3, 4) + little(4, 2) + "\x8212\x03" + "\xf1\x05\x00\x03" +
    "\xe0\x01a\x03" +
    "\x81b\x02\xff";
  const answers = restored(payload(16, strings(wide)), "HGET k 12", "HGET k a");
  assertEquals(answers, ["5", "b"]);
});

/** A node of two entries with the same fields, from ID 1000-0 on. */
const NODE = strings(rawId(1000, 0)) + strings(
  listpack([2, 0, 1, "f", 0, 2, 0, 0, "v1", 4, 2, 5, 1, "v2", 4]),
);
const GROUP = strings("g") + size(1000) + size(0);
const PENDING = size(1) + rawId(1000, 0) + little(1234, 8) + size(3);

Deno.test("RDB: streams of the first two versions", () => {
  const first = size(1) + NODE + size(2) + size(1005) + size(1) + size(1) + GROUP + PENDING + size(1) +
    strings("c") +
    little(777, 8) + size(1) + rawId(1000, 0);
  const entries = [["1000-0", ["f", "v1"]], ["1005-1", ["f", "v2"]]];
  const [range, pending, info] = restored(
    payload(15, first),
    "XRANGE k - +",
    "XPENDING k g - + 10",
    "XINFO GROUPS k",
  );
  assertEquals(range, entries);
  assertEquals((pending as Plain[][]).map(([id, name, , count]) => [id, name, count]), [["1000-0", "c", 3]]);
  assertEquals((info as Plain[][])[0].slice(0, 12), [
    ...[
      "name",
      "g",
      "consumers",
      1,
      "pending",
      1,
      "last-delivered-id",
      "1000-0",
      "entries-read",
      1,
      "lag",
      1,
    ],
  ]);
  const second = size(1) + NODE + size(2) + size(1005) + size(1) + size(1000) + size(0) + size(0) + size(0) +
    size(7) +
    size(0);
  const [, added] = restored(payload(19, second), "XRANGE k - +", "XINFO STREAM k");
  assert((added as Plain[]).includes(7));
});

Deno.test("RDB: damaged streams are refused", () => {
  const state = size(2) + size(1005) + size(1);
  const whole = (nodes: string, rest = state + size(0)) => nodes + rest;
  const bad: string[] = [
    whole(size(1) + NODE, size(3) + size(1005) + size(1) + size(0)),
    whole(size(1) + NODE, size(2) + size(1004) + size(1) + size(0)),
    whole(size(2) + NODE + NODE),
    whole(size(1) + strings("short") + NODE),
    whole(size(1) + NODE, state + size(2) + GROUP + size(0) + size(0) + GROUP + size(0) + size(0)),
    // A pending entry of nobody, of two, twice the same one, and one that is not pending.
    whole(size(1) + NODE, state + size(1) + GROUP + PENDING + size(0)),
    whole(size(1) + NODE, state + size(1) + GROUP + size(2) + PENDING.slice(1) + PENDING.slice(1) + size(0)),
    whole(
      size(1) + NODE,
      state + size(1) + GROUP + PENDING + size(2) + strings("c") + little(1, 8) + size(1) + rawId(1000, 0) +
        strings("d") + little(1, 8) + size(1) + rawId(1000, 0),
    ),
    whole(
      size(1) + NODE,
      state + size(1) + GROUP + size(0) + size(1) + strings("c") + little(1, 8) + size(1) + rawId(1, 0),
    ),
  ];
  const nodes: (string | number)[][] = [
    [],
    [1],
    [1, 0, "x", "f", 0],
    [1, 0, 1, "f", 1, 2, 0, 0, "v", 4],
    [1, 0, 1, "f", 0, 2, 0, 0, "v", 5],
    [1, 0, 1, "f", 0, 2, 0, "x", "v", 4],
    [1, 0, 1, "f", 0, 0, 0, 0, 2, "a", "b", 8],
    [2, 0, 1, "f", 0, 2, 0, 0, "v", 4],
    [1, 0, 1, "f", 0, 2, 0, 0, "v", 4, 9],
    [2, 0, 1, "f", 0, 2, 5, 0, "v", 4, 2, 5, 0, "v", 4],
    [1, 1, 1, "f", 0, 2, 0, 0, "v", 4, 2, 5, 0, "v", 4],
    [1, 0, 1, "f", 0, 2, -5, 0, "v", 4],
    [1, 0, 100, "f", 0],
  ];
  for (const node of nodes) {
    bad.push(
      whole(
        size(1) + strings(rawId(1000, 0)) + strings(listpack(node)),
        size(1) + size(1005) + size(1) + size(0),
      ),
    );
  }
  for (const body of bad) assertRefused(15, body);
});

Deno.test("RDB: values of modules, and unknown types, are refused", () => {
  for (const type of [6, 7, 8, 22, 100, 255]) assertRefused(type, `\x81${"\x12".repeat(8)}\x00`);
});
