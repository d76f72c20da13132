import { conformance, receive, waits } from "./runner.ts";

conformance("sorted set: blocking commands are served", [
  waits("b", "BZPOPMIN x a 0"),
  "ZADD other 1 one\nZADD a 3 c 1 a 2 b",
  receive("b"),
  "ZRANGE a 0 -1\nDEL a",
  waits("b", "BZPOPMAX a 0"),
  "ZADD a 3 c 1 a 2 b",
  receive("b"),
  "ZRANGE a 0 -1\nDEL a",
  waits("b", "BZMPOP 0 2 x a MAX COUNT 2"),
  "ZINCRBY a 2 b",
  receive("b"),
  "EXISTS a",
]);

conformance("sorted set: what makes a key ready", [
  "ZADD src 1 a 2 b\nSADD set a b",
  waits("b", "BZPOPMIN a 0"),
  "ZUNIONSTORE a 2 src set",
  receive("b"),
  "DEL a",
  waits("b", "BZPOPMIN a 0"),
  "ZRANGESTORE a src 0 -1",
  receive("b"),
  "DEL a",
  waits("b", "BZPOPMAX a 0"),
  "RENAME src a",
  receive("b"),
  "DEL a",
  waits("b", "BZPOPMAX a 0"),
  "LPUSH a x\nDEL a",
  "MULTI\nZADD a 1 one\nZREM a one\nZADD a 2 two 3 three\nEXEC",
  receive("b"),
  "ZRANGE a 0 -1",
]);

conformance("sorted set: several wait for one key", [
  waits("b", "BZPOPMIN a 0", 1),
  waits("c", "BZPOPMAX a 0", 2),
  waits("d", "BZMPOP 0 1 a MIN COUNT 2", 3),
  "ZADD a 1 one",
  receive("b"),
  "ZADD a 2 two 3 three 4 four 5 five",
  receive("c"),
  receive("d"),
  "ZRANGE a 0 -1",
]);
