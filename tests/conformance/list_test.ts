import { conformance, masked, since72 } from "./runner.ts";

/** Larger than a node. */
const LARGE = "l".repeat(9000);

conformance("list: pushing, and reading it back", [
  `
  LPUSH a 1
  LPUSH a 2 3 4
  RPUSH a x y z
  LRANGE a 0 -1
  LLEN a
  LPUSHX missing 1
  RPUSHX missing 1 2
  EXISTS missing
  LPUSHX a h1 h2
  RPUSHX a t1 t2
  LRANGE a 0 -1
  LLEN missing
  RPUSH a ""
  RPUSH a 0 -1 127 128 4095 4096 32767 -32768 8388607 -8388609 2147483647 -2147483649 9007199254740993
  RPUSH a 9223372036854775807 -9223372036854775808 9223372036854775808 007 -0 +1 " 1" 1.0
  LRANGE a 0 -1
  `,
  ["RPUSH", "bin\x00\xff", "\x00\r\n\x80\xff", "\xff".repeat(70), LARGE],
  ["LRANGE", "bin\x00\xff", 0, -1],
  `
  SET s v
  LPUSH s 1
  RPUSH s 1
  LPUSHX s 1
  RPUSHX s 1
  LLEN s
  LPUSH
  LPUSH a
  RPUSH a
  LPUSHX a
  RPUSHX a
  LLEN
  LLEN a b
  TYPE a
  `,
]);

conformance("list: LRANGE", [
  `
  RPUSH a 0 1 2 3 4 5 6 7 8 9
  LRANGE a 0 0
  LRANGE a 3 5
  LRANGE a -3 -1
  LRANGE a -100 100
  LRANGE a 5 3
  LRANGE a 10 20
  LRANGE a 9 9
  LRANGE a 0 -10
  LRANGE a 0 -11
  LRANGE a -1 -2
  LRANGE a 9223372036854775807 9223372036854775807
  LRANGE a -9223372036854775808 9223372036854775807
  LRANGE a 0 9223372036854775808
  LRANGE a x 1
  LRANGE a 1 x
  LRANGE a 1.5 2
  LRANGE missing 0 -1
  LRANGE missing x 1
  LRANGE a 0
  LRANGE a 0 1 2
  SET s v
  LRANGE s 0 1
  LRANGE s x 1
  `,
]);

conformance("list: LINDEX and LSET", [
  `
  RPUSH a a b c d e
  LINDEX a 0
  LINDEX a 4
  LINDEX a 5
  LINDEX a -1
  LINDEX a -5
  LINDEX a -6
  LINDEX a 9223372036854775807
  LINDEX a -9223372036854775808
  LINDEX a 9223372036854775808
  LINDEX a x
  LINDEX missing 0
  LINDEX missing x
  LINDEX a
  LSET a 0 first
  LSET a -1 last
  LSET a 2 ""
  LSET a 3 12345
  LRANGE a 0 -1
  LSET a 5 x
  LSET a -6 x
  LSET a x x
  LSET a 9223372036854775807 x
  LSET missing 0 x
  LSET missing x x
  LSET a 0
  SET s v
  LINDEX s 0
  LINDEX s x
  LSET s 0 x
  LSET s x x
  `,
  ["LSET", "a", 1, LARGE],
  ["LSET", "a", 2, LARGE],
  "LRANGE a 0 -1\nLSET a 1 small\nLRANGE a 0 -1\nLINDEX a 2",
]);

conformance("list: LINSERT", [
  `
  RPUSH a a b c b
  LINSERT a BEFORE b x
  LINSERT a AFTER b y
  LINSERT a before a first
  LINSERT a aFtEr b z
  LRANGE a 0 -1
  LINSERT a BEFORE missing x
  LINSERT missing BEFORE a x
  LINSERT a MIDDLE b x
  LINSERT missing MIDDLE b x
  LINSERT a BEFORE b
  LINSERT a BEFORE b x y
  EXISTS missing
  RPUSH n 1 2 3
  LINSERT n AFTER 2 2
  LINSERT n AFTER 02 2
  LINSERT n BEFORE 3 ""
  LINSERT n AFTER "" 300
  LRANGE n 0 -1
  SET s v
  LINSERT s BEFORE a b
  LINSERT s MIDDLE a b
  `,
]);

conformance("list: LREM", [
  `
  RPUSH a a b a c a d a
  LREM a 2 a
  LRANGE a 0 -1
  LREM a -1 a
  LRANGE a 0 -1
  LREM a 0 x
  LREM a 0 a
  LRANGE a 0 -1
  LREM a 1 b
  LREM a -100 c
  LREM a 9223372036854775807 d
  EXISTS a
  LREM missing 0 a
  LREM missing x a
  LREM a x a
  LREM a 9223372036854775808 a
  RPUSH n 1 01 1 "" 1 ""
  LREM n -2 1
  LREM n 0 ""
  LRANGE n 0 -1
  LREM n 0
  LREM n 0 1 2
  SET s v
  LREM s 0 a
  LREM s x a
  `,
]);

conformance("list: LTRIM", [
  `
  RPUSH a 0 1 2 3 4 5 6 7 8 9
  LTRIM a 0 -1
  LTRIM a 1 -2
  LRANGE a 0 -1
  LTRIM a -100 100
  LTRIM a 2 3
  LRANGE a 0 -1
  LTRIM a 5 10
  EXISTS a
  RPUSH a 1 2 3
  LTRIM a 2 1
  EXISTS a
  RPUSH a 1 2 3
  LTRIM a -1 -1
  LRANGE a 0 -1
  LTRIM a 0 -2
  EXISTS a
  RPUSH a 1
  LTRIM a 9223372036854775807 9223372036854775807
  EXISTS a
  LTRIM missing 0 1
  LTRIM missing x 1
  LTRIM a 0 9223372036854775808
  LTRIM a 0
  SET s v
  LTRIM s 0 1
  LTRIM s x 1
  `,
]);

conformance("list: LPOP and RPOP", [
  `
  RPUSH a 1 2 3 4 5 6 7 8
  LPOP a
  RPOP a
  LPOP a 2
  RPOP a 2
  LPOP a 0
  RPOP a 0
  LRANGE a 0 -1
  RPOP a 9223372036854775807
  EXISTS a
  LPOP a
  RPOP a
  LPOP a 0
  LPOP a 1
  RPOP a 1
  RPUSH a 1
  LPOP a -1
  LPOP a x
  LPOP a 1.5
  LPOP a 9223372036854775808
  LPOP missing -1
  LPOP a 1 2
  RPOP a 1 2
  LPOP a -1 2
  LPOP
  RPOP
  LPOP a 100
  EXISTS a
  SET s v
  LPOP s
  RPOP s
  LPOP s 0
  LPOP s 1
  LPOP s -1
  `,
]);

conformance("list: LPOS", [
  `
  RPUSH a a b c 1 2 3 c c
  LPOS a c
  LPOS a a
  LPOS a x
  LPOS a 2
  LPOS a 02
  LPOS missing a
  LPOS a c RANK 2
  LPOS a c RANK 4
  LPOS a c RANK -1
  LPOS a c RANK -3
  LPOS a c RANK -4
  LPOS a c COUNT 0
  LPOS a c COUNT 1
  LPOS a c COUNT 2
  LPOS a c COUNT 100
  LPOS a x COUNT 0
  LPOS missing c COUNT 0
  LPOS missing c COUNT 1
  LPOS a c RANK 2 COUNT 0
  LPOS a c RANK 2 COUNT 1
  LPOS a c RANK -1 COUNT 2
  LPOS a c RANK -2 COUNT 0
  LPOS a c RANK -2 COUNT 5
  LPOS a c MAXLEN 0
  LPOS a c MAXLEN 2
  LPOS a c MAXLEN 3
  LPOS a c COUNT 0 MAXLEN 7
  LPOS a c RANK -1 MAXLEN 1 COUNT 0
  LPOS a 3 RANK -1 MAXLEN 2
  LPOS a 3 RANK -1 MAXLEN 3
  LPOS a c maxlen 100 count 2 rank 2
  LPOS a c RANK 1 RANK 2
  LPOS a c COUNT 1 COUNT 0
  LPOS a c RANK 0
  LPOS missing c RANK 0
  LPOS a c RANK x
  LPOS a c RANK 9223372036854775807
  LPOS a c RANK -9223372036854775807
  LPOS a c RANK 9223372036854775808
  LPOS a c COUNT -1
  LPOS a c COUNT x
  LPOS a c COUNT 9223372036854775807
  LPOS a c MAXLEN -1
  LPOS a c MAXLEN x
  LPOS a c RANK
  LPOS a c COUNT
  LPOS a c MAXLEN
  LPOS a c FOO 1
  LPOS a c FOO
  LPOS a c RANK 0 FOO
  LPOS a c COUNT -1 RANK 0
  LPOS a
  SET s v
  LPOS s a
  LPOS s a RANK 0
  LPOS s a COUNT 0
  `,
  since72(
    "LPOS a c RANK -9223372036854775808",
    "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
  ),
]);

conformance("list: LMOVE and RPOPLPUSH", [
  `
  RPUSH a 1 2 3 4 5
  LMOVE a b LEFT LEFT
  LMOVE a b LEFT RIGHT
  LMOVE a b RIGHT LEFT
  LMOVE a b right right
  LRANGE a 0 -1
  LRANGE b 0 -1
  RPOPLPUSH a b
  EXISTS a
  RPOPLPUSH a b
  LMOVE a b LEFT LEFT
  LRANGE b 0 -1
  LMOVE b b LEFT RIGHT
  LMOVE b b RIGHT LEFT
  LMOVE b b LEFT LEFT
  LMOVE b b RIGHT RIGHT
  RPOPLPUSH b b
  LRANGE b 0 -1
  LTRIM b 0 0
  RPOPLPUSH b b
  LMOVE b b LEFT RIGHT
  LRANGE b 0 -1
  LMOVE b c UP LEFT
  LMOVE b c LEFT DOWN
  LMOVE missing c UP LEFT
  LMOVE b c LEFT
  LMOVE b c LEFT LEFT x
  RPOPLPUSH b
  SET s v
  LMOVE s b LEFT LEFT
  LMOVE b s LEFT LEFT
  LMOVE missing s LEFT LEFT
  LMOVE s s LEFT LEFT
  RPOPLPUSH s b
  RPOPLPUSH b s
  RPOPLPUSH missing s
  LRANGE b 0 -1
  `,
  ["RPUSH", "big", LARGE, "x", LARGE + "2"],
  "RPOPLPUSH big big\nLRANGE big 0 -1\nLMOVE big c LEFT LEFT\nLMOVE big c RIGHT LEFT\nLRANGE c 0 -1",
]);

conformance("list: LMPOP", [
  `
  RPUSH a 1 2 3 4 5 6
  RPUSH b x y z
  LMPOP 1 a LEFT
  LMPOP 1 a RIGHT
  LMPOP 2 missing a LEFT COUNT 2
  LMPOP 2 b a right count 2
  LMPOP 2 b a RIGHT COUNT 100
  EXISTS b
  LMPOP 2 b a RIGHT COUNT 100
  LMPOP 2 b a RIGHT
  LMPOP 0 a LEFT
  LMPOP -1 a LEFT
  LMPOP x a LEFT
  LMPOP 9223372036854775808 a LEFT
  LMPOP 9223372036854775807 a LEFT
  LMPOP 2 a LEFT
  LMPOP 3 a b LEFT
  LMPOP 1 a UP
  LMPOP 1 a LEFT COUNT
  LMPOP 1 a LEFT COUNT 0
  LMPOP 1 a LEFT COUNT -1
  LMPOP 1 a LEFT COUNT x
  LMPOP 1 a LEFT COUNT 1 COUNT 1
  LMPOP 1 a LEFT COUNT 0 COUNT 1
  LMPOP 1 a LEFT FOO 1
  LMPOP 1 a LEFT FOO
  LMPOP 1 a
  LMPOP
  SET s v
  LMPOP 1 s LEFT
  LMPOP 2 missing s LEFT
  RPUSH a 1
  LMPOP 2 a s LEFT
  LMPOP 2 a s LEFT
  `,
]);

conformance("list: encodings", [
  "RPUSH a 1 2 3",
  since72("OBJECT ENCODING a", "$8\r\nlistpack"),
  "CONFIG SET list-max-listpack-size 4",
  "RPUSH b 1 2 3 4",
  since72("OBJECT ENCODING b", "$8\r\nlistpack"),
  "RPUSH b 5",
  since72("OBJECT ENCODING b", "$9\r\nquicklist"),
  "LPOP b 3",
  // Two nodes are left.
  since72("OBJECT ENCODING b", "$9\r\nquicklist"),
  "RPOP b",
  since72("OBJECT ENCODING b", "$8\r\nlistpack"),
  "RPUSH c a a a d e",
  since72("OBJECT ENCODING c", "$9\r\nquicklist"),
  "LREM c 3 a",
  since72("OBJECT ENCODING c", "$9\r\nquicklist"),
  "LTRIM c 1 1",
  since72("OBJECT ENCODING c", "$8\r\nlistpack"),
  "RPUSH d 1 2 3 4\nLINSERT d BEFORE none 5",
  since72("OBJECT ENCODING d", "$9\r\nquicklist"),
  "RPUSH e 1 2 3 4 5\nCOPY e f\nRENAME e g",
  since72("OBJECT ENCODING f", "$9\r\nquicklist"),
  since72("OBJECT ENCODING g", "$9\r\nquicklist"),
  "CONFIG SET list-max-listpack-size -2",
  ["RPUSH", "h", "1", LARGE, "2"],
  since72("OBJECT ENCODING h", "$9\r\nquicklist"),
  "LSET h 1 x\nLRANGE h 0 -1",
  "CONFIG SET list-max-ziplist-size -2\nCONFIG GET list-max-listpack-size",
]);

conformance("list: the deadline stays with the key", [
  "RPUSH a 1 2 3\nEXPIRE a 100\nRPUSH a 4",
  masked(/:(99|100)\r/, "TTL a"),
  "LMOVE a b LEFT LEFT\nTTL b\nLPOP a 100\nRPUSH a 1\nTTL a",
]);
