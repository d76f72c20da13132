/** DEBUG against redis-server. */

import { conformance, masked, on, unordered } from "./runner.ts";

const TYPES = [
  ...[
    "string",
    "integer",
    "double",
    "null",
    "array",
    "set",
    "map",
    "attrib",
    "push",
    "verbatim",
    "true",
    "false",
  ],
  ...["bignum", "nosuch"],
];

conformance("debug: PROTOCOL", TYPES.map((type) => `DEBUG PROTOCOL ${type}`));

conformance("debug: DIGEST", [
  "DEBUG DIGEST",
  "SET a hello",
  "DEBUG DIGEST",
  "SET b 12345 PX 100000000",
  ["SET", "bin\x00\xff", "\r\n\x80"],
  ["SET", "long", "x".repeat(20_000)],
  "APPEND c def",
  "DEBUG DIGEST",
  on("b", "SELECT 3", "SET c zz", "DEBUG DIGEST"),
  "DEBUG DIGEST",
  "DEBUG DIGEST-VALUE a b nosuch",
  "DEBUG DIGEST-VALUE",
  "PERSIST b",
  "DEBUG DIGEST-VALUE b",
  "FLUSHALL",
  "DEBUG DIGEST",
]);

const OBJECT_NOISE = /at:0x[0-9a-f]+|lru:\d+|idle:\d+/;

conformance("debug: OBJECT", [
  "SET a hello",
  "SET b 12345",
  "SET c -129",
  "SET d 2147483648",
  "SET e 123456789012",
  // Longer strings are compressed, and compressors may differ by a few bytes.
  ["SET", "f", "x".repeat(60)],
  ["SET", "g", "x".repeat(20_000)],
  ["SET", "h", Array.from({ length: 300 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join("")],
  "SET i 01",
  ...["a", "b", "c", "d", "e", "i"].map((key) => masked(OBJECT_NOISE, `DEBUG OBJECT ${key}`)),
  ...["f", "g", "h"].map((key) =>
    masked(/at:0x[0-9a-f]+|length:\d+|lru:\d+|idle:\d+/, `DEBUG OBJECT ${key}`)
  ),
  "DEBUG OBJECT nosuch",
  "DEBUG OBJECT",
]);

conformance("debug: POPULATE", [
  "SET key:1 mine",
  "DEBUG POPULATE 3",
  unordered("KEYS *"),
  "MGET key:0 key:1 key:2",
  "DEBUG POPULATE 2 p 3",
  "MGET p:0 p:1",
  "DEBUG POPULATE 1 q 20",
  "GET q:0",
  "DEBUG POPULATE 0 r 1",
  "DBSIZE",
  "DEBUG POPULATE -1",
  "DEBUG POPULATE x",
  "DEBUG POPULATE 1 a x",
  "DEBUG POPULATE 1 a -1",
]);

conformance("debug: small ones", [
  "DEBUG",
  "DEBUG NOSUCH",
  "DEBUG SLEEP",
  "DEBUG SLEEP 0.01",
  "DEBUG SLEEP x",
  "DEBUG ERROR 'WRONGTYPE or not'",
  ["DEBUG", "ERROR", "MY text\r\nwith a line break"],
  "DEBUG LOG hello",
  "DEBUG SET-ACTIVE-EXPIRE 0",
  "DEBUG SET-ACTIVE-EXPIRE 1",
  "DEBUG SET-ACTIVE-EXPIRE",
  "DEBUG PAUSE-CRON 0",
  "DEBUG REPLYBUFFER",
  "DEBUG REPLYBUFFER RESIZING 1",
  "DEBUG REPLYBUFFER PEAK-RESET-TIME RESET",
  "DEBUG REPLYBUFFER PEAK-RESET-TIME x",
  "DEBUG REPLYBUFFER NOSUCH x",
  "SET a 1",
  "DEBUG HTSTATS-KEY a",
  "DEBUG HTSTATS-KEY nosuch",
  "DEBUG HTSTATS 99",
  "DEBUG HTSTATS x",
  "DEBUG HTSTATS",
  "DEBUG HELP x",
]);
