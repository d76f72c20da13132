import { conformance, masked, receive, since72, waits } from "./runner.ts";

const AUTO_ID = /\$\d+\r\n\d{13}-\d+/;
const GREATEST = "18446744073709551615-18446744073709551615";

conformance("stream: XADD, XLEN, XRANGE, XREVRANGE", [
  `
  XADD s 1-1 a 1 b 2
  XADD s 1-2 a 1 b 3
  XADD s 1-3 c 1
  XADD s 2 a 1 b foo
  XADD s 3-* a x
  XADD s 3-* a x b y
  XADD s 2-5 a 1
  XADD s 3-1 a 1
  XADD s 0-0 a 1
  XADD s 0 a 1
  XADD t 0-0 a 1
  XADD t 0-* a 1
  XADD t 0-* a 1
  XLEN s
  XLEN t
  XLEN missing
  TYPE s
  OBJECT ENCODING s
  XRANGE s - +
  XRANGE s - + COUNT 2
  XRANGE s - + COUNT 0
  XRANGE s - + COUNT -1
  XRANGE s - + COUNT 2 COUNT 3
  XRANGE s - + COUNT
  XRANGE s - + COUNT x
  XRANGE s - + FOO 1
  XRANGE s 1 1
  XRANGE s 1-2 2
  XRANGE s (1-1 (2
  XRANGE s (1-3 3
  XRANGE s (${GREATEST} +
  XRANGE s - (0-0
  XRANGE s ( +
  XRANGE s (- +
  XRANGE s - (+
  XRANGE s - foo
  XRANGE s foo +
  XRANGE s 1-2-3 +
  XRANGE s + -
  XRANGE missing - +
  XRANGE missing - + COUNT 0
  XRANGE missing foo +
  XREVRANGE s + -
  XREVRANGE s + - COUNT 2
  XREVRANGE s 2 1-2
  XREVRANGE s (2 (1-1
  XREVRANGE s (0-0 -
  XREVRANGE s + (${GREATEST}
  XREVRANGE s - +
  XREVRANGE s + - COUNT 0
  XREVRANGE missing + -
  `,
  ["XADD", "bin", "5-5", "\x00\xff\r\n", "\x80\x81", "", ""],
  "XRANGE bin - +",
  ["XADD", "bin", "6-6", "a".repeat(70), "b".repeat(5000), "12345678901234567890", "-9223372036854775808"],
  ["XADD", "bin", "7-6", "a".repeat(70), "b".repeat(70000), "12345678901234567890", "9223372036854775807"],
  "XRANGE bin - +",
  "XREVRANGE bin + -",
]);

conformance("stream: XADD errors and options", [
  `
  XADD
  XADD s
  XADD s *
  XADD s * a
  XADD s * a 1 b
  XADD s 1-1 a
  XADD s foo a 1
  XADD s - a 1
  XADD s + a 1
  XADD s 1-x a 1
  XADD s 1-1-1 a 1
  XADD s NOMKSTREAM * a 1
  XADD s NOMKSTREAM 1-1 a 1
  EXISTS s
  XADD s MAXLEN 5 MINID 1 * a 1
  XADD s MAXLEN -1 * a 1
  XADD s MAXLEN x * a 1
  XADD s MAXLEN ~ * a 1
  XADD s MAXLEN
  XADD s MINID x * a 1
  XADD s MINID - * a 1
  XADD s LIMIT 5 * a 1
  XADD s LIMIT 0 * a 1
  XADD s MAXLEN 5 LIMIT 5 * a 1
  XADD s MAXLEN = 5 LIMIT 5 * a 1
  XADD s MAXLEN = 5 LIMIT 0 * a 1
  XADD s MAXLEN ~ 5 LIMIT -1 * a 1
  XADD s MAXLEN ~ 5 LIMIT x * a 1
  XADD s LIMIT 1 badid a 1
  XADD s MAXLEN 5 NOMKSTREAM
  XADD s * NOMKSTREAM
  SET str x
  XADD str 1-1 a 1
  XADD str NOMKSTREAM 1-1 a 1
  XADD str 0-0 a 1
  XLEN str
  XRANGE str - +
  XADD s MAXLEN 2 1-1 a 1
  XADD s MAXLEN = 2 1-2 a 1
  XADD s nomkstream maxlen 2 1-3 a 1
  XRANGE s - +
  XADD s MINID 1-3 1-4 a 1
  XRANGE s - +
  XADD s MINID = 2 1-5 a 1
  XLEN s
  XINFO STREAM s
  XADD s MAXLEN 0 9-9 a 1
  XINFO STREAM s
  XADD s 9-* a 1
  XINFO STREAM s
  `,
  masked(AUTO_ID, "XADD auto * a 1", "XADD auto * a 1", "XADD auto MAXLEN ~ 10 * a 1"),
]);

conformance("stream: IDs at the edges", [
  `
  XADD s 18446744073709551615-18446744073709551614 a 1
  XADD s 18446744073709551615-* a 1
  XRANGE s - +
  XADD s * a 1
  XADD s ${GREATEST} a 1
  XADD s 5 a 1
  XADD t 18446744073709551616-1 a 1
  XADD t 1-18446744073709551616 a 1
  XADD t 1-18446744073709551615 a 1
  XADD t 2-0 a 1
  XADD t 9007199254740991-9007199254740993 a 1
  XADD t 9223372036854775808-4294967295 a 1
  XADD t 9223372036854775808-4294967296 a 1
  XADD t 18446744073709551615-1 a 1
  XADD t 18446744073709551615-9223372036854775809 a 1
  XRANGE t - +
  XREVRANGE t + -
  XRANGE t (1-18446744073709551615 (9223372036854775808-4294967296
  XRANGE t 9223372036854775808 9223372036854775808
  XDEL t 9223372036854775808-4294967295 18446744073709551615-9223372036854775809
  XRANGE t - +
  XINFO STREAM t
  XADD u 1-18446744073709551615 a 1
  XADD u 05-07 a 1
  XADD u 5--7 a 1
  XADD u 5-+8 a 1
  `,
  ["XADD", "u", " 6-7", "a", "1"],
  ["XADD", "u", "7- 7", "a", "1"],
  ["XADD", "u", "7-8\x00-*", "a", "1"],
  ["XADD", "u", "8 -8", "a", "1"],
  ["XADD", "u", "8--0", "a", "1"],
  ["XADD", "u", "8--03", "a", "1"],
  ["XADD", "u", "9" + "0".repeat(130), "a", "1"],
  ["XADD", "u", "0".repeat(120) + "9", "a", "1"],
  "XRANGE u - +",
  since72(
    "XADD u 1-* a 1",
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item",
  ),
  "XADD v 1-18446744073709551615 a 1",
  since72(
    "XADD v 1-* a 1",
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item",
  ),
]);

conformance("stream: XDEL, XTRIM, XSETID", [
  `
  XADD s 1-1 a 1
  XADD s 2-1 a 2
  XADD s 3-1 a 3
  XADD s 4-1 b 3
  XDEL s 2-1
  XDEL s 2-1
  XDEL s 1-1 9-9 3-1
  XDEL s 1-1 foo
  XDEL s
  XDEL missing 1-1
  XDEL missing foo
  XINFO STREAM s
  XRANGE s - +
  XREVRANGE s + -
  XDEL s 4-1
  XINFO STREAM s
  EXISTS s
  XADD s 4-1 a 1
  XADD s 5 a 1
  XINFO STREAM s
  XTRIM s
  XTRIM s MAXLEN
  XTRIM s FOO 1
  XTRIM s MAXLEN 1 FOO
  XTRIM s LIMIT 1
  XTRIM s LIMIT 0
  XTRIM s MAXLEN 1 MINID 1
  XTRIM s MAXLEN 1 LIMIT 1
  XTRIM s MAXLEN -1
  XTRIM s MAXLEN 10
  XTRIM s NOMKSTREAM
  XTRIM missing MAXLEN 0
  XTRIM missing FOO
  XTRIM s MAXLEN 0
  XINFO STREAM s
  XSETID s 9-9
  XSETID s 10 ENTRIESADDED 3
  XSETID s 10 ENTRIESADDED -1
  XSETID s 10 ENTRIESADDED x
  XSETID s 10 ENTRIESADDED
  XSETID s 10 MAXDELETEDID 11-0
  XSETID s 10 MAXDELETEDID 9-0
  XSETID s -
  XSETID s 10 MAXDELETEDID x
  XSETID s 10 FOO 1
  XSETID s 10 entriesadded 100 maxdeletedid 9-5
  XINFO STREAM s
  XSETID missing 1
  XSETID missing foo
  XADD s 11 a 1
  XADD s 12 a 1
  XSETID s 11
  XSETID s 12 ENTRIESADDED 1
  XSETID s 12 ENTRIESADDED 9223372036854775807
  XINFO STREAM s
  XADD s 13 a 1
  XINFO STREAM s
  SET str x
  XDEL str 1
  XTRIM str MAXLEN 1
  XSETID str 1
  XTRIM str FOO
  XADD d 1-1 a 1
  XADD d 5-1 a 1
  XDEL d 5-1
  `,
  since72("XSETID d 4", "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"),
  since72("XSETID d 5-0", "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"),
]);

const manyEntries = Array.from(
  { length: 60 },
  (_, i) => `XADD s ${i + 1}-0 field ${i} other ${"x".repeat(i % 7)}`,
);

conformance("stream: nodes and approximate trimming", [
  "CONFIG SET stream-node-max-entries 10",
  manyEntries.join("\n"),
  `
  XINFO STREAM s
  XTRIM s MAXLEN ~ 55
  XTRIM s MAXLEN ~ 45
  XLEN s
  XTRIM s MAXLEN ~ 20 LIMIT 9
  XTRIM s MAXLEN ~ 20 LIMIT 10
  XTRIM s MAXLEN ~ 20 LIMIT 0
  XINFO STREAM s
  XTRIM s MINID ~ 45
  XTRIM s MINID ~ 51
  XTRIM s MINID 53
  XINFO STREAM s
  XTRIM s MINID = 55
  XDEL s 60-0
  XTRIM s MINID 60
  XINFO STREAM s
  XADD s 70 field 1 other 2
  XINFO STREAM s FULL
  DEL s
  CONFIG SET stream-node-max-entries 0
  CONFIG SET stream-node-max-bytes 200
  `,
  manyEntries.join("\n"),
  `
  XINFO STREAM s
  XTRIM s MAXLEN ~ 30
  XADD s MAXLEN ~ 20 100 field 1
  XADD s MAXLEN ~ 10 LIMIT 3 101 field 1
  XADD s MINID ~ 58 102 field 1
  XINFO STREAM s
  XRANGE s - +
  CONFIG SET stream-node-max-entries 100
  CONFIG SET stream-node-max-bytes 4096
  `,
]);

conformance("stream: radix tree of many nodes", [
  "CONFIG SET stream-node-max-entries 1",
  ...[1, 2, 3, 255, 256, 257, 65536, 65537, 4294967295, 4294967296].flatMap((
    ms,
  ) => [`XADD s ${ms}-1 a 1`, `XADD s ${ms}-2 a 1`, `XADD s ${ms}-256 a 1`, "XINFO STREAM s"]),
  "XDEL s 256-2 256-1",
  "XINFO STREAM s",
  "XTRIM s MAXLEN 5",
  "XINFO STREAM s",
  "XTRIM s MAXLEN 1",
  "XINFO STREAM s",
  "XTRIM s MAXLEN 0",
  "XINFO STREAM s",
  "CONFIG SET stream-node-max-entries 100",
]);

conformance("stream: XREAD", [
  `
  XADD s 1-1 a 1
  XADD s 1-2 a 2
  XADD t 5-5 b 1
  XREAD STREAMS s 0
  XREAD STREAMS s t 0 0
  XREAD STREAMS s t 1-1 5-5
  XREAD STREAMS s t 1-2 5-5
  XREAD STREAMS s t $ 0
  XREAD STREAMS s s 0 1-1
  XREAD COUNT 1 STREAMS s t 0 0
  XREAD COUNT 0 STREAMS s 0
  XREAD COUNT -5 STREAMS s 0
  XREAD STREAMS s $
  XREAD STREAMS missing 0
  XREAD STREAMS missing $
  XREAD STREAMS missing s 0 0
  XREAD STREAMS s ${GREATEST}
  XREAD STREAMS s
  XREAD STREAMS
  XREAD s 0
  XREAD COUNT x STREAMS s 0
  XREAD COUNT STREAMS s 0
  XREAD FOO STREAMS s 0
  XREAD NOACK STREAMS s 0
  XREAD GROUP g c STREAMS s 0
  XREAD STREAMS s >
  XREAD STREAMS s -
  XREAD STREAMS s foo
  XREAD BLOCK x STREAMS s 0
  XREAD BLOCK -1 STREAMS s 0
  XREAD BLOCK 1.5 STREAMS s 0
  XREAD BLOCK 10 STREAMS s 0
  XREAD BLOCK 5 STREAMS s $
  XREAD BLOCK 5 STREAMS missing 0
  SET str x
  XREAD STREAMS str 0
  XREAD STREAMS s str 0 0
  XDEL s 1-2
  XREAD STREAMS s 1-1
  XREAD BLOCK 5 STREAMS s 1-1
  MULTI
  XREAD BLOCK 0 STREAMS s $
  XREAD BLOCK 0 STREAMS s 0
  EXEC
  xread count 1 streams s 0
  `,
  since72(
    "XREAD STREAMS s t 0",
    "-ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.",
  ),
]);

conformance("stream: XREAD BLOCK", [
  "XADD s 1-1 a 1",
  waits("b", "XREAD BLOCK 0 STREAMS other s 0 $", 1),
  waits("c", "XREAD BLOCK 0 COUNT 1 STREAMS s 1-1", 2),
  "XADD s 1-2 a 2",
  receive("b"),
  receive("c"),
  waits("b", "XREAD BLOCK 0 STREAMS s $"),
  "MULTI\nXADD s 1-3 a 3\nXADD s 1-4 a 3\nXDEL s 1-3\nEXEC",
  receive("b"),
  waits("b", "XREAD BLOCK 0 STREAMS new $"),
  "SET new x",
  "DEL new",
  "XADD u 7-7 a 1",
  "RENAME u new",
  receive("b"),
  waits("b", "XREAD BLOCK 0 STREAMS s 1-4"),
  "MULTI\nXADD s 2-1 a 3\nDEL s\nEXEC",
  "XADD s 1-4 a 1",
  "XADD s 1-5 a 1",
  receive("b"),
]);
