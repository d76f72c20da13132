import { assertEquals } from "@std/assert";
import {
  bitfieldKeys,
  georadiusKeys,
  migrateKeys,
  setKeys,
  sortKeys,
  sortReadOnlyKeys,
} from "../../src/command/get_keys.ts";
import {
  ACCESS,
  DELETE,
  findKeys,
  findRoutingKeys,
  hasKeys,
  INCOMPLETE,
  key,
  keyFlagNames,
  keynum,
  keys,
  keyword,
  legacyRange,
  NOT_KEY,
  OW,
  RO,
  RW,
  unknown,
  UPDATE,
  VARIABLE_FLAGS,
} from "../../src/command/key_spec.ts";
import type { ArgumentList, KeyedCommand } from "../../src/command/key_spec.ts";

const READ = RO | ACCESS;
const STORE = OW | UPDATE;

function list(...args: string[]): ArgumentList {
  return { length: args.length, text: (index) => args[index] };
}

/** A command line in words; `''` is an empty argument. */
function line(text: string): ArgumentList {
  return list(...text.split(" ").map((word) => (word === "''" ? "" : word)));
}

function positions(command: KeyedCommand, text: string): number[] {
  return findKeys(command, line(text)).map((found) => found.index);
}

Deno.test("keys: fixed positions and ranges", () => {
  assertEquals(findKeys({ keys: [key(1, READ)] }, line("GET k")), [{ index: 1, flags: READ }]);
  assertEquals(positions({ keys: [keys(1, -1, 1, RW)] }, "DEL a b c"), [1, 2, 3]);
  assertEquals(positions({ keys: [keys(1, -2, 1, RW)] }, "BLPOP a b 0"), [1, 2]);
  assertEquals(positions({ keys: [keys(1, -1, 2, OW)] }, "MSET a 1 b 2"), [1, 3]);
  assertEquals(positions({ keys: [keys(1, 2, 1, RO)] }, "LCS a b IDX"), [1, 2]);
});

Deno.test("keys: an odd number of arguments still gives the keys that are there", () => {
  assertEquals(positions({ keys: [keys(1, -1, 2, OW)] }, "MSET a 1 b"), [1, 3]);
});

Deno.test("keys: arguments that are too few give none", () => {
  assertEquals(positions({ keys: [key(1, RO)] }, "GET"), []);
  assertEquals(positions({ keys: [keys(1, -2, 1, RW)] }, "BLPOP a"), []);
  assertEquals(positions({ keys: [key(1, OW), keynum(2, RO)] }, "ZUNIONSTORE d"), []);
});

Deno.test("keys: a count of keys, right or wrong", () => {
  const command = { keys: [keynum(1, READ)] };
  assertEquals(positions(command, "ZUNION 2 a b WITHSCORES"), [2, 3]);
  for (const count of ["0", "-1", "3", "two", "''", "1.0", "+1", "99999999999999999999"]) {
    assertEquals(positions(command, `ZUNION ${count} a b`), [], count);
  }
});

Deno.test("keys: after a keyword, in any letter case", () => {
  const command = { keys: [keyword("STREAMS", 1, READ, -1, 2)] };
  assertEquals(positions(command, "XREAD COUNT 1 streams a b 0 0"), [4, 5]);
  assertEquals(positions(command, "XREAD COUNT 1"), []);
  assertEquals(positions(command, "XREAD COUNT STREAMS"), []);
});

Deno.test("keys: a keyword that isn't there leaves the other specs", () => {
  const command = { keys: [key(1, READ), keyword("STORE", 6, STORE)] };
  assertEquals(positions(command, "GEORADIUS k 1 2 3 m"), [1]);
  assertEquals(positions(command, "GEORADIUS k 1 2 3 m store d"), [1, 7]);
});

Deno.test("keys: a keyword looked for from the end", () => {
  const command = { keys: [keyword("KEYS", -2, RW, -1)] };
  assertEquals(positions(command, "MIGRATE h 1 '' 0 5 KEYS a"), [7]);
});

Deno.test("keys: specs that aren't sure leave it to getKeys", () => {
  const getKeys = () => [{ index: 9, flags: RO }];
  for (const spec of [unknown(RO), key(1, RW | VARIABLE_FLAGS), key(1, RW | INCOMPLETE), key(7, RW)]) {
    assertEquals(positions({ keys: [spec], getKeys }, "X a"), [9]);
  }
  assertEquals(positions({ keys: [key(1, RW)], getKeys }, "X a"), [1]);
  assertEquals(positions({ keys: [unknown(RO)] }, "X a"), []);
});

Deno.test("keys: shard channels route but are no keys", () => {
  const command = { keys: [keys(1, -1, 1, NOT_KEY)] };
  assertEquals(hasKeys(command), false);
  assertEquals(positions(command, "SSUBSCRIBE a b"), []);
  assertEquals(findRoutingKeys(command, line("SSUBSCRIBE a b")).map((found) => found.index), [1, 2]);
  assertEquals(findRoutingKeys({ keys: [key(1, RO)] }, line("GET a")), [{ index: 1, flags: RO }]);
  assertEquals(hasKeys({}), false);
  assertEquals(hasKeys({ keys: [key(1, RO)] }), true);
});

Deno.test("keys: SET reads the old value only with GET", () => {
  assertEquals(setKeys(line("SET k v")), [{ index: 1, flags: STORE }]);
  assertEquals(setKeys(line("SET k v EX 5 get")), [{ index: 1, flags: RW | ACCESS | UPDATE }]);
  assertEquals(setKeys(line("SET get GET")), [{ index: 1, flags: STORE }]);
  assertEquals(setKeys(line("SET")), []);
});

Deno.test("keys: BITFIELD is a read if it only gets", () => {
  const write = [{ index: 1, flags: RW | ACCESS | UPDATE }];
  assertEquals(bitfieldKeys(line("BITFIELD k GET u8 0 overflow WRAP")), [{ index: 1, flags: READ }]);
  assertEquals(bitfieldKeys(line("BITFIELD k GET u8 0 SET u8 0 1")), write);
  assertEquals(bitfieldKeys(line("BITFIELD k GET u8")), write);
  assertEquals(bitfieldKeys(line("BITFIELD k WHAT")), write);
  assertEquals(bitfieldKeys(line("BITFIELD")), []);
});

Deno.test("keys: SORT's destination is the last STORE that isn't an option's value", () => {
  const source = { index: 1, flags: READ };
  assertEquals(sortKeys(line("SORT k")), [source]);
  assertEquals(sortKeys(line("SORT k BY STORE GET store")), [source]);
  assertEquals(sortKeys(line("SORT k STORE a LIMIT 0 1 store b")), [source, { index: 8, flags: STORE }]);
  assertEquals(sortKeys(line("SORT k STORE")), [source]);
  assertEquals(sortReadOnlyKeys(line("SORT_RO k BY w")), [source]);
  assertEquals(sortKeys(line("SORT")), []);
});

Deno.test("keys: GEORADIUS falls back to the last destination", () => {
  assertEquals(georadiusKeys(line("GEORADIUS k 1 2 3 m STORE")), [{ index: 1, flags: READ }]);
  const both = georadiusKeys(line("GEORADIUS k 1 2 3 m STORE a STOREDIST b"));
  assertEquals(both.map((found) => found.index), [1, 9]);
});

Deno.test("keys: MIGRATE takes one key or those after KEYS", () => {
  const flags = RW | ACCESS | DELETE;
  assertEquals(migrateKeys(line("MIGRATE h 1 k 0 5")), [{ index: 3, flags }]);
  assertEquals(migrateKeys(line("MIGRATE h 1 '' 0 5 COPY AUTH keys KEYS a b")), [
    { index: 10, flags },
    { index: 11, flags },
  ]);
  assertEquals(migrateKeys(line("MIGRATE h 1 k 0 5 KEYS a")), []);
  assertEquals(migrateKeys(line("MIGRATE h 1 '' 0 5 AUTH2 keys keys KEYS a")), [{ index: 10, flags }]);
  assertEquals(migrateKeys(line("MIGRATE h")), []);
});

Deno.test("keys: the legacy range sums adjacent ranges up", () => {
  const range = (...specs: Parameters<typeof legacyRange>[0] & object) => legacyRange(specs);
  assertEquals(range(), { first: 0, last: 0, step: 0, movable: false });
  assertEquals(range(keys(1, -1, 2, RW)), { first: 1, last: -1, step: 2, movable: false });
  assertEquals(range(key(1, RW), key(2, RW)), { first: 1, last: 2, step: 1, movable: false });
  assertEquals(range(key(2, OW), keys(3, -1, 1, RO)), { first: 2, last: -1, step: 1, movable: false });
});

Deno.test("keys: what the legacy range can't tell makes the keys movable", () => {
  assertEquals(legacyRange([keynum(1, RO)]), { first: 0, last: 0, step: 0, movable: true });
  assertEquals(legacyRange([key(1, OW), keynum(2, RO)]), { first: 1, last: 1, step: 1, movable: true });
  assertEquals(legacyRange([key(1, RO), key(3, RO)]), { first: 1, last: 1, step: 1, movable: true });
  assertEquals(legacyRange([key(1, RO), keys(2, -1, 2, RO)]), { first: 1, last: 1, step: 1, movable: true });
  assertEquals(legacyRange([key(1, RW | INCOMPLETE)]).movable, true);
});

Deno.test("keys: flag names have Redis's letter case and order", () => {
  assertEquals(keyFlagNames(VARIABLE_FLAGS | UPDATE | RW), ["RW", "update", "variable_flags"]);
});
