import { assert, assertEquals, assertThrows } from "@std/assert";
import { commandTable } from "../../../src/commands/mod.ts";
import { datasetDigest } from "../../../src/commands/server/dataset_digest.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { RdbError } from "../../../src/persistence/rdb/reader.ts";
import { rdbSettings } from "../../../src/persistence/rdb/settings.ts";
import { RdbFileWriter } from "../../../src/persistence/rdb/file_writer.ts";
import { InProcess, START_TIME } from "../../commands/in_process.ts";
import { textOf } from "../../support/bytes.ts";
import { dispose, fileOf, fileWith, load, newKeyspace, stringOf } from "./files.ts";
import { big, little, payload, size } from "./legacy_bytes.ts";
import { samples } from "./samples.ts";

/** A string key with its type. */
function entry(key: string, value: string): string {
  return `\0${stringOf(key)}${stringOf(value)}`;
}

function sampleSession(): InProcess {
  const session = new InProcess(commandTable);
  for (const command of samples()) session.run(command);
  session.takeEvents();
  return session;
}

Deno.test("RDB file: what is written is read, in every format", () => {
  const used = collectionArena.usedBytes;
  const { keyspace } = sampleSession();
  const digest = datasetDigest(keyspace);
  for (const options of [{}, { compress: false }, { version: 10 }, { checksum: false }]) {
    const { keyspace: copy, log } = load(fileOf(keyspace, options), {}, "compress" in options);
    assertEquals(datasetDigest(copy), digest);
    assertEquals(copy.database(9).size, 2);
    const unchecked = "# RDB file was saved with checksum disabled: no check performed.";
    assertEquals(log.includes(unchecked), "checksum" in options);
    // What is read is written again in the same way, in whatever order.
    assertEquals(fileOf(copy, { compress: false }).length, fileOf(keyspace, { compress: false }).length);
    dispose(copy);
  }
  dispose(keyspace);
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("RDB file: consumer groups are all there", () => {
  const { keyspace } = sampleSession();
  const read = (session: InProcess) =>
    [
      "XINFO STREAM stream:long FULL COUNT 0",
      "XINFO STREAM stream:empty FULL",
      "XINFO STREAM stream:emptied FULL",
    ]
      .map((command) => session.raw(command));
  const copy = new InProcess(commandTable);
  load(fileOf(keyspace), { keyspace: copy.keyspace });
  const original = new InProcess(commandTable);
  for (const command of samples()) original.run(command);
  assertEquals(read(copy), read(original));
  for (const each of [keyspace, copy.keyspace, original.keyspace]) dispose(each);
});

Deno.test("RDB file: header, fields and end", () => {
  const keyspace = newKeyspace();
  const text = textOf(
    fileOf(keyspace, { isAofBase: true, functions: ["#!lua name=a\n1", "#!lua name=b\n2"] }),
  );
  assertEquals(
    text.slice(0, -8),
    "REDIS0011\xfa\x09redis-ver\x057.2.4\xfa\x0aredis-bits\xc0\x40\xfa\x05ctime\xc2" +
      little(START_TIME / 1000, 4) +
      "\xfa\x08used-mem\xc2" + little(1_000_000, 4) + "\xfa\x08aof-base\xc0\x01" +
      "\xf5\x0e#!lua name=a\n1\xf5\x0e#!lua name=b\n2\xff",
  );
  const replication = { database: 3, id: "a".repeat(40), offset: 12345678901 };
  const { reader, log } = load(fileOf(keyspace, { replication, functions: ["#!lua name=a\n1"] }));
  assertEquals(reader.fields.get("repl-id"), "a".repeat(40));
  assertEquals(reader.fields.get("repl-offset"), "12345678901");
  assertEquals(reader.functions, ["#!lua name=a\n1"]);
  assertEquals(log, [
    ...[
      "Loading RDB produced by version 7.2.4",
      "RDB age 0 seconds",
      "RDB memory usage when created 0.95 Mb",
    ],
    "Done loading RDB, keys loaded: 0, keys expired: 0.",
  ]);
});

Deno.test("RDB file: access clocks", () => {
  for (const clocks of ["lru", "lfu"] as const) {
    const keyspace = newKeyspace();
    keyspace.accessClock.frequency = clocks === "lfu";
    const session = new InProcess(commandTable);
    session.keyspace.accessClock.frequency = clocks === "lfu";
    session.run("SET a 1");
    session.run("RPUSH l 1");
    session.advance(30_000);
    const file = fileOf(session.keyspace, { clocks });
    assert(textOf(file).includes(clocks === "lru" ? "\xf8\x1e\x00\x01a" : "\xf9\x05\x00\x01a"));
    const copy = load(file, { keyspace }).keyspace;
    const { accessClock } = copy;
    for (const key of ["a", "l"]) {
      const clock = copy.database(0).clockOf(copy.database(0).stored(key)!);
      assertEquals(
        clocks === "lru" ? accessClock.idleSeconds(clock) : accessClock.counter(clock),
        clocks === "lru" ? 30 : 5,
      );
    }
    dispose(copy);
    dispose(session.keyspace);
  }
});

Deno.test("RDB file: what passed its deadline is dropped, unless somebody else sees to it", () => {
  const used = collectionArena.usedBytes;
  const expired = `\xfc${little(START_TIME - 1, 8)}`;
  const alive = `\xfd${little(Math.floor(START_TIME / 1000) + 5, 4)}`;
  const list = `\x12\x01l\x01\x02\x09${"\x09\0\0\0\x01\0\x05\x01\xff"}`;
  const contents = [
    expired,
    entry("a", "1"),
    alive,
    entry("b", "2"),
    expired,
    list,
    `\xfc${little(-5, 8)}`,
    entry("c", "3"),
  ];
  const master = load(fileWith(9, ...contents));
  assertEquals([master.reader.keysLoaded, master.reader.keysExpired], [1, 3]);
  assertEquals(master.keyspace.database(0).expiryOf("b"), START_TIME + 5000);
  const replica = load(fileWith(9, ...contents), { dropExpired: false });
  assertEquals([replica.reader.keysLoaded, replica.reader.keysExpired], [4, 0]);
  dispose(replica.keyspace);
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("RDB file: every opcode of every version", () => {
  for (let version = 1; version <= 11; version++) {
    const file = fileWith(
      version,
      "\xfe\x00",
      entry("a", "1"),
      "\xfe\x40\x0f",
      "\xfb\x05\x00",
      entry("b", "2"),
    );
    const { keyspace } = load(file);
    assertEquals([keyspace.database(0).size, keyspace.database(15).size], [1, 1]);
  }
  const module = `\xf7\x81${big(0n, 8)}\x02\x02\x01\x05\x02\x81${
    big(7n, 8)
  }\x03abcd\x0412345678\x05\x03xyz\x00`;
  const { keyspace, log } = load(
    fileWith(11, module, "\xf8\x0a", "\xf9\xff", entry("a", "1"), `\xfa\x02%x\x01y`),
  );
  assertEquals(keyspace.database(0).size, 1);
  assertEquals(log.slice(0, 2), [
    "# The RDB file contains AUX module data I can't load: no matching module 'AAAAAAAAA'. It is skipped.",
    "RDB '%x': y",
  ]);
  const empty = load(fileWith(11, "\x04\x01h\x00", entry("a", "1")));
  assertEquals(empty.log, [
    '# rdbLoadObject skipping empty key: "h"',
    "# Done loading RDB, keys loaded: 1, keys expired: 0, empty keys skipped: 1.",
  ]);
});

Deno.test("RDB file: what can't be read is refused, and where", () => {
  const cases: [Uint8Array<ArrayBuffer>, RegExp, number?][] = [
    [fileWith(12), /Can't handle RDB format version 12/],
    [fileWith(0), /Can't handle RDB format version 0/],
    [new TextEncoder().encode("REDIX0011"), /Wrong signature/, 9],
    [new TextEncoder().encode("REDIS"), /Unexpected end of file/, 0],
    [fileWith(11, "\xfe\x10"), /configured to handle more than 16 databases/],
    [fileWith(11, entry("a", "1"), entry("a", "2")), /RDB has duplicated key "a" in DB 0/],
    [fileWith(11, "\x08\x01a\x00"), /Unknown RDB encoding type 8/],
    [fileWith(11, "\xf6\x01a"), /Pre-release function format not supported/],
    [fileWith(11, `\x07\x01a\x81${big(0n, 8)}`), /can't load: no matching module type 'AAAAAAAAA'/],
    [fileWith(11, entry("a", "1")).slice(0, -1), /Unexpected end of file/],
    [fileWith(11, entry("a", "1")).with(11, 0x62), /RDB CRC error/],
  ];
  for (const [file, message, offset] of cases) {
    const keyspace = newKeyspace();
    const error = assertThrows(() => load(file, { keyspace }), RdbError) as RdbError;
    assert(message.test(error.message), error.message);
    if (offset !== undefined) assertEquals(error.offset, offset);
    dispose(keyspace);
  }
});

Deno.test("RDB file: duplicates and wrong checksums may be let pass", () => {
  const twice = fileWith(11, entry("a", "1"), entry("a", "2"));
  const { keyspace } = load(twice, { replaceExisting: true });
  assertEquals(textOf(keyspace.database(0).arena.view(keyspace.database(0).stored("a") as number)), "2");
  rdbSettings.skipChecksums = true;
  try {
    assertEquals(load(fileWith(11, entry("a", "1")).with(11, 0x62)).reader.keysLoaded, 1);
    const session = new InProcess(commandTable);
    assertEquals(session.run(["RESTORE", "k", 0, payload(0, "\x01a").with(2, 0x62)]), "OK");
  } finally {
    rdbSettings.skipChecksums = false;
  }
});

Deno.test("RDB file: what a count promises must be there before memory is taken for it", () => {
  const huge = `\x80${big(0xfffffff0, 4)}`;
  for (const type of [1, 2, 3, 4, 5, 14, 15, 18, 19, 21]) {
    assertThrows(() => load(fileWith(11, `${String.fromCharCode(type)}\x01k${huge}`)), RdbError);
  }
  assertThrows(() => load(fileWith(11, `\x00\x01k${huge}`)), RdbError);
  assertThrows(() => load(fileWith(11, `\x00\x01k\xc3\x05${size(2000)}abcde`)), RdbError);
});

Deno.test("RDB file: a large value in steps, with others in between", () => {
  const session = new InProcess(commandTable);
  const members = Array.from({ length: 20_000 }, (_, i) => `member ${i}`);
  session.run(["SADD", "large", ...members]);
  session.run(["SET", "text", "0123456789".repeat(200_000)]);
  session.run("SET small 1");
  session.run("RPUSH other a b");
  const database = session.keyspace.database(0);
  const writer = new RdbFileWriter({
    ...{ compress: true, checksum: true, clocks: null, now: START_TIME, usedMemory: 1, isAofBase: false },
    functions: [],
  });
  const handles = new Map([...database.entries()].map((handle) => [database.keyOf(handle), handle]));
  let text = "";
  const drain = () => {
    for (let chunk = writer.take(); chunk !== null; chunk = writer.take()) text += textOf(chunk);
  };
  writer.select(0, database);
  assertEquals(writer.entryInSteps(database, handles.get("small")!), null);
  for (const [key, meanwhile] of [["large", "small"], ["text", "other"]]) {
    const steps = writer.entryInSteps(database, handles.get(key)!)!;
    let count = 0;
    for (; !steps.next().done; count++) {
      drain();
      if (count === 1) writer.entry(database, handles.get(meanwhile)!);
    }
    assert(count > 3, key);
  }
  writer.end();
  drain();
  const { keyspace } = load(new Uint8Array(Array.from(text, (char) => char.charCodeAt(0))));
  assertEquals(datasetDigest(keyspace), datasetDigest(session.keyspace));
  dispose(keyspace);
  dispose(session.keyspace);
});
