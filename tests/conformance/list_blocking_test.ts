import { conformance, on, receive, since72, waits } from "./runner.ts";

conformance("list: blocking commands that find something", [
  `
  RPUSH a 1 2 3 4 5 6 7 8
  BLPOP a 0
  BRPOP missing a 0
  BLPOP missing other a 1.5
  BLMOVE a b LEFT RIGHT 0
  BRPOPLPUSH a b 0
  BLMPOP 0 2 missing a LEFT
  BLMPOP 0.5 1 a RIGHT COUNT 10
  EXISTS a
  LRANGE b 0 -1
  BLMOVE b b LEFT RIGHT 0
  BRPOPLPUSH b b 1
  LRANGE b 0 -1
  SET s v
  BLPOP s 0
  BLPOP missing s 0
  BLPOP b s 0
  BRPOP s b 0
  BLMPOP 0 2 s b LEFT
  BLMOVE s b LEFT LEFT 0
  BLMOVE b s LEFT LEFT 0
  BRPOPLPUSH s b 0
  BRPOPLPUSH b s 0
  LRANGE b 0 -1
  `,
]);

conformance("list: errors of the blocking commands", [
  `
  BLPOP a x
  BLPOP a -1
  BLPOP a -0.5
  BLPOP a nan
  BLPOP a
  BRPOP a x
  BRPOP a -1
  BRPOP
  BLMOVE a b LEFT LEFT x
  BLMOVE a b LEFT LEFT -1
  BLMOVE a b UP LEFT 0
  BLMOVE a b LEFT UP 0
  BLMOVE a b UP LEFT x
  BLMOVE a b LEFT LEFT
  BRPOPLPUSH a b x
  BRPOPLPUSH a b -1
  BRPOPLPUSH a b
  BLMPOP x 1 a LEFT
  BLMPOP -1 1 a LEFT
  BLMPOP x 0 a LEFT
  BLMPOP 0 0 a LEFT
  BLMPOP 0 x a LEFT
  BLMPOP 0 2 a LEFT
  BLMPOP x 1 a UP
  BLMPOP x 1 a LEFT COUNT 0
  BLMPOP 0 1 a LEFT COUNT
  BLMPOP 0 1 a LEFT COUNT 1 COUNT 1
  BLMPOP 0 1 a LEFT FOO 1
  BLMPOP 0 1 a
  `,
  since72("BLPOP a 9223372036854775807", "-ERR timeout is out of range"),
  since72("BLMOVE a b LEFT LEFT inf", "-ERR timeout is out of range"),
]);

conformance("list: blocking commands time out", [
  `
  BLPOP a b 0.01
  BRPOP a 0.01
  BLMOVE a b LEFT LEFT 0.01
  BRPOPLPUSH a b 0.01
  BLMPOP 0.01 2 a b LEFT COUNT 2
  EXISTS a b
  `,
]);

conformance("list: blocking commands are served", [
  waits("b", "BLPOP x a 0"),
  "RPUSH other 1\nRPUSH a 1 2 3",
  receive("b"),
  "LRANGE a 0 -1\nDEL a",
  waits("b", "BRPOP a 0"),
  "LPUSH a 1 2 3",
  receive("b"),
  "LRANGE a 0 -1\nDEL a",
  waits("b", "BLMOVE a t LEFT RIGHT 0"),
  "RPUSH a 1 2",
  receive("b"),
  "LRANGE a 0 -1\nLRANGE t 0 -1\nDEL a",
  waits("b", "BRPOPLPUSH a t 0"),
  "RPUSH a 3 4",
  receive("b"),
  "LRANGE a 0 -1\nLRANGE t 0 -1\nDEL a",
  waits("b", "BLMPOP 0 2 x a RIGHT COUNT 2"),
  "RPUSH a 1 2 3",
  receive("b"),
  "LRANGE a 0 -1\nDEL a",
  waits("b", "BLMPOP 0 1 a LEFT COUNT 20"),
  "RPUSH a 1 2 3",
  receive("b"),
  "EXISTS a",
]);

conformance("list: several wait for one key", [
  waits("b", "BLPOP a 0", 1),
  waits("c", "BLPOP a 0", 2),
  waits("d", "BLMOVE a a2 LEFT LEFT 0", 3),
  waits("e", "BRPOP a2 0", 4),
  "RPUSH a 1",
  receive("b"),
  "RPUSH a 2 3 4",
  receive("c"),
  receive("d"),
  receive("e"),
  "LRANGE a 0 -1\nEXISTS a2",
  on("b", "PING"),
  on("d", "PING"),
]);

conformance("list: what makes a key ready", [
  "RPUSH src 1 2",
  waits("b", "BLPOP a 0"),
  "RENAME src a",
  receive("b"),
  "DEL a\nRPUSH src 3 4",
  waits("b", "BLPOP a 0"),
  "COPY src a",
  receive("b"),
  "DEL a",
  waits("b", "BLPOP a 0"),
  "MULTI\nRPUSH a 5\nDEL a\nRPUSH a 6 7\nEXEC",
  receive("b"),
  "LRANGE a 0 -1\nDEL a",
  waits("b", "BLPOP a 0"),
  "SET a string\nDEL a\nLMOVE src a LEFT LEFT",
  receive("b"),
  "EXISTS a\nLRANGE src 0 -1",
]);

conformance("list: blocking commands in a transaction", [
  `
  RPUSH a 1
  MULTI
  BLPOP missing 0
  BRPOP missing 0
  BLMPOP 0 1 missing LEFT
  BLMOVE missing b LEFT LEFT 0
  BRPOPLPUSH missing b 0
  BLPOP a 0
  BLMOVE a b LEFT LEFT 0
  EXEC
  `,
]);
