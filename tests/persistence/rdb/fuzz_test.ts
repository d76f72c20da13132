import { assert, assertEquals } from "@std/assert";
import { commandTable } from "../../../src/commands/mod.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import { rdbSettings } from "../../../src/persistence/rdb/settings.ts";
import { dumpPayload, isPayload, readPayload } from "../../../src/persistence/rdb/payload.ts";
import { RdbError } from "../../../src/persistence/rdb/reader.ts";
import { storeValue } from "../../../src/persistence/rdb/load_value.ts";
import { Random } from "../../conformance/random.ts";
import { InProcess } from "../../commands/in_process.ts";
import { bytesOf } from "../../support/bytes.ts";
import { dispose, fileOf, load, newKeyspace } from "./files.ts";
import { listpack, little, payload, rawId, size, strings, ziplist, zipmap } from "./legacy_bytes.ts";
import { streams } from "./samples.ts";

/** Small values of every type and encoding that can be written. */
function writtenPayloads(): Uint8Array<ArrayBuffer>[] {
  const session = new InProcess(commandTable);
  const commands = [
    "SET a 12345",
    "SET b compressible-compressible-compressible",
    "RPUSH l a 1 300 70000 -5 12345678901234 longer-than-that",
    "SADD i 1 2 3 100000",
    "SADD s a b c 1 2 3",
    "HSET h f v g 1 h 2000",
    "ZADD z 1 a 2.5 b -inf c 1e20 d",
  ];
  for (const command of commands) session.run(command);
  session.run(["RPUSH", "q", ...Array.from({ length: 30 }, (_, i) => `${i}`.repeat(300))]);
  session.run(["RPUSH", "p", "x".repeat(9000), "y"]);
  for (const name of ["SADD", "HSET", "ZADD"]) {
    const words = Array.from({ length: 140 }, (_, i) => [i * 0.5, `member-${i}-${"z".repeat(i % 70)}`])
      .flat();
    session.run([name, `large:${name}`, ...words]);
  }
  for (const command of streams(new Random(3))) session.run(command);
  const database = session.keyspace.database(0);
  const payloads = [...database.entries()].flatMap((handle) =>
    [true, false].map((compress) => dumpPayload(database, database.valueOf(handle), compress))
  );
  dispose(session.keyspace);
  return payloads;
}

/** The encodings that are read only. */
function legacyPayloads(): Uint8Array<ArrayBuffer>[] {
  const packed = ziplist(["a", 1, "b", 300, "c", 100_000, "d", 10n ** 15n, "e".repeat(300), 1 << 23]);
  const node = strings(rawId(1, 0)) +
    strings(listpack([2, 0, 1, "f", 0, 2, 0, 0, "v1", 4, 0, 5, 1, 1, "x", "v2", 6]));
  const group = strings("g") + size(1) + size(0) + size(1) + rawId(1, 0) + little(9, 8) + size(1) + size(1) +
    strings("c") + little(9, 8) + size(1) + rawId(1, 0);
  return [
    payload(10, strings(packed)),
    payload(14, size(2) + strings(packed, packed)),
    payload(13, strings(packed)),
    payload(12, strings(ziplist(["a", 1, "b", 2, "c", "2.5"]))),
    payload(9, strings(zipmap([["a", "b"], ["c", "d".repeat(260)]], 2))),
    payload(3, size(2) + strings("a") + "\x011" + strings("b") + "\xfe"),
    payload(1, size(3) + strings("a", "b", "1")),
    payload(15, size(1) + node + size(2) + size(6) + size(1) + size(1) + group),
  ];
}

/** Restores what may be anything, and does with the value what a server does with values. */
function tryPayload(bytes: Uint8Array<ArrayBuffer>, session: InProcess): boolean {
  if (!isPayload(bytes)) return false;
  const { keyspace } = session;
  const value = readPayload(bytes, keyspace.limits);
  if (value === null) return false;
  const database = keyspace.database(0);
  storeValue(database, "k", value);
  const copy = dumpPayload(database, database.stored("k")!, true);
  assert(isPayload(copy));
  for (const command of COMMANDS) session.run(command);
  database.delete("k");
  return true;
}

/** Readers and changers of all types; those of other types than the value's are refused. */
const COMMANDS = [
  ...[
    "GET k",
    "LRANGE k 0 -1",
    "LREM k -1 zz",
    "RPUSH k a",
    "LPOP k",
    "SMEMBERS k",
    "SADD k 77 zz",
    "HGETALL k",
  ],
  ...[
    "HSET k zz 1",
    "ZRANGE k 0 -1 WITHSCORES",
    "ZADD k 5 zz",
    "ZREM k a",
    "XRANGE k - +",
    "XREVRANGE k + -",
  ],
  ...[
    "XINFO STREAM k FULL",
    "XPENDING k g - + 10",
    "XADD k * a b",
    "XTRIM k MAXLEN 1",
    "COPY k other REPLACE",
  ],
  ...["DEL other"],
];

Deno.test("RDB: payloads with flipped bits, cut off or made up are refused or make a valid value", () => {
  const used = collectionArena.usedBytes;
  const random = new Random(Number(Deno.env.get("FUZZ_SEED") ?? 5));
  const payloads = [...writtenPayloads(), ...legacyPayloads()];
  const session = new InProcess(commandTable);
  for (const bytes of payloads) assert(tryPayload(bytes, session));
  let accepted = 0;
  // Damage that the checksum would notice is what is wanted here.
  rdbSettings.skipChecksums = true;
  try {
    const rounds = Number(Deno.env.get("FUZZ_ROUNDS") ?? 60);
    for (const original of payloads) {
      for (let i = 0; i < rounds; i++) {
        const bytes = damaged(original, random);
        if (tryPayload(bytes, session)) accepted++;
      }
    }
    for (let i = 0; i < 3000; i++) {
      const body = String.fromCharCode(random.below(24)) + random.bytes(random.below(60));
      tryPayload(bytesOf(`${body}\x0b\x00${"\0".repeat(8)}`), session);
    }
  } finally {
    rdbSettings.skipChecksums = false;
  }
  assert(accepted > 100);
  dispose(session.keyspace);
  assertEquals(collectionArena.usedBytes, used);
});

/** Some bits flipped, bytes replaced, or cut off, before the footer, whose version stays. */
function damaged(original: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const body = original.slice(0, original.length - 10);
  const footer = original.slice(original.length - 10);
  // The type often stays, so that what is behind it is looked at.
  const place = () => random.chance(0.9) ? 1 + random.below(body.length - 1) : random.below(body.length);
  const kind = random.below(4);
  for (let i = 1 + random.below(3); i > 0 && kind > 0; i--) {
    if (kind === 1) body[place()] ^= 1 << random.below(8);
    else body[place()] = kind === 2 ? random.below(256) : random.pick([0, 1, 2, 0x7f, 0x80, 0xfe, 0xff]);
  }
  const end = kind === 0 ? random.below(body.length) : body.length;
  const bytes = new Uint8Array(end + footer.length);
  bytes.set(body.subarray(0, end));
  bytes.set(footer, end);
  return bytes;
}

Deno.test("RDB: damaged files give an error with its place, and no memory is lost", () => {
  const used = collectionArena.usedBytes;
  const random = new Random(11);
  const session = new InProcess(commandTable);
  const payloads = [...writtenPayloads(), ...legacyPayloads()];
  payloads.forEach((bytes, i) => session.run(["RESTORE", `key:${i}`, 0, bytes]));
  const file = fileOf(session.keyspace, { functions: ["#!lua name=x\n"] });
  dispose(session.keyspace);
  for (let i = 0; i < 400; i++) {
    let bytes = file.slice();
    if (i % 4 === 0) bytes = bytes.slice(0, random.below(bytes.length));
    else {
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        // The version stays: the first ones had no checksum.
        bytes[random.between(9, bytes.length - 1)] ^= 1 << random.below(8);
      }
    }
    const keyspace = newKeyspace();
    let failure: unknown;
    try {
      load(bytes, { keyspace });
    } catch (error) {
      failure = error;
    }
    // Whatever was damaged, the checksum says so in the end.
    assert(failure instanceof RdbError && failure.offset <= bytes.length, String(failure));
    dispose(keyspace);
  }
  assertEquals(collectionArena.usedBytes, used);
});
