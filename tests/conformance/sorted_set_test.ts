import { conformance, since72, unordered } from "./runner.ts";

conformance("sorted set: ZADD", [
  `
  ZADD a 1 one
  ZADD a 1 one 2 two 3 three
  ZADD a 5 one 2 two
  ZADD a CH 5 one 7 two 1 four
  ZADD a NX 9 one 9 new
  ZADD a XX 10 one 10 absent
  ZADD a XX CH 11 one 10 absent
  ZADD a GT 3 one 12 two 1 other
  ZADD a LT 3 one 13 two 1 another
  ZADD a GT CH 100 one
  ZADD a LT CH 100 one 1 one
  ZADD a XX GT CH 200 one 5 nobody
  ZADD a xx lt ch 100 one
  ZADD a INCR 5 one
  ZADD a INCR 5 fresh
  ZADD a NX INCR 5 one
  ZADD a NX INCR 5 fresh2
  ZADD a XX INCR 5 absent
  ZADD a XX INCR 5 one
  ZADD a GT INCR -5 one
  ZADD a GT INCR 5 one
  ZADD a LT INCR 5 one
  ZADD a LT INCR -5 one
  ZADD a INCR 0 one
  ZRANGE a 0 -1 WITHSCORES
  ZADD missing XX 1 a
  ZADD missing XX INCR 1 a
  EXISTS missing
  ZADD a NX XX 1 a
  ZADD a NX GT 1 a
  ZADD a NX LT 1 a
  ZADD a GT LT 1 a
  ZADD a NX XX GT 1 a
  ZADD a INCR 1 a 2 b
  ZADD a INCR
  ZADD a NX
  ZADD a 1
  ZADD a 1 a 2
  ZADD a NX 1
  ZADD a CH INCR 1 one
  ZADD
  ZADD a
  ZADD a x one
  ZADD a 1 one x two
  ZADD a "" one
  ZADD a " 1" one
  ZADD a "1 " one
  ZADD a nan one
  ZADD a NX NX 1 yetanother
  ZADD a foo 1 one
  ZADD NX 1 NX
  ZADD NX 1 1 2 2
  `,
  `
  ZADD i inf a -inf b +inf c Infinity d -infinity e
  ZRANGE i 0 -1 WITHSCORES
  ZINCRBY i -inf a
  ZADD i INCR inf b
  ZADD i INCR -inf d
  ZSCORE i a
  ZADD i 0x1p3 hex 1e3 exponent -0 zero 0 zero
  ZADD i 1e400 over
  ZADD i -1e400 over
  ZADD i 1e-400 under
  ZADD i 0e-400 under
  ZADD i 0x over
  ZADD i .5 a 5. b +3 c -.25 d
  ZADD i . a
  ZADD i - a
  ZADD i +-1 a
  ZADD i 1.5.5 a
  ZADD i 00012 leading 0.000 null
  ZRANGE i 0 -1 WITHSCORES
  ZADD s 4.5 a -4.5 b 3e20 c 9007199254740993 e
  ZRANGE s 0 -1 WITHSCORES
  OBJECT ENCODING s
  ZADD t 4611686018427387904 a 12345678901234567000 b 1e300 c 1e-320 d 123456789012345678 e 0.1 f
  `,
  since72("ZSCORE t a", { 2: "$19\r\n4611686018427387904", 3: ",4611686018427387904" }),
  since72("ZSCORE t b", { 2: "$20\r\n12345678901234567000", 3: ",12345678901234567000" }),
  since72("ZSCORE t c", { 2: "$6\r\n1e+300", 3: ",1e+300" }),
  since72("ZSCORE t d", { 2: "$6\r\n1e-320", 3: ",1e-320" }),
  since72("ZSCORE t e", { 2: "$18\r\n123456789012345680", 3: ",123456789012345680" }),
  since72("ZSCORE t f", { 2: "$3\r\n0.1", 3: ",0.1" }),
  ["ZADD", "bin", 1, "\x00\r\n\xff", 1, "", 1, "\x80", 1, "\x7f"],
  "ZRANGE bin 0 -1 WITHSCORES",
  ["ZSCORE", "bin", "\x00\r\n\xff"],
  ["ZSCORE", "bin", ""],
  ["ZADD", "large", 2, "x".repeat(9000), 1, "y".repeat(100_000), 3, "z", 2, "x".repeat(8190)],
  ["ZINCRBY", "large", 5, "x".repeat(9000)],
  ["ZRANK", "large", "x".repeat(9000)],
  "ZRANGE large 0 -1 WITHSCORES",
  ["ZREM", "large", "y".repeat(100_000), "x".repeat(9000)],
  "ZRANGE large 0 -1 WITHSCORES",
  ["ZADD", "many", ...Array.from({ length: 10_000 }, (_, i) => [i % 100, i % 7000]).flat()],
  "ZCARD many",
  "ZRANGE many 3000 3100 WITHSCORES",
]);

conformance("sorted set: ZINCRBY, ZSCORE, ZMSCORE, ZCARD", [`
  ZINCRBY a 2 one
  ZINCRBY a -0.5 one
  ZINCRBY a 1e2 one
  ZINCRBY a x one
  ZINCRBY a nan one
  ZINCRBY a 1
  ZINCRBY a 1 b c
  ZADD a inf i
  ZINCRBY a -inf i
  ZINCRBY a 1 i
  ZINCRBY a 0 one
  ZINCRBY n -0 zero
  ZSCORE n zero
  ZSCORE a one
  ZSCORE a none
  ZSCORE missing one
  ZSCORE a
  ZMSCORE a one none i
  ZMSCORE missing one none
  ZMSCORE a
  ZCARD a
  ZCARD missing
  ZCARD
  ZADD c 3 12 3 012 3 -5 3 12345678901234567890 3 -0 3 9223372036854775807 3 -9223372036854775808
  ZRANGE c 0 -1
  ZSCORE c 12
  ZSCORE c 012
  ZREM c 12 -5
  ZRANGE c 0 -1 WITHSCORES
  ZADD big 1 one
  CONFIG SET zset-max-listpack-entries 0
  ZADD big 2 two
  OBJECT ENCODING big
  ZADD big -0 nothing
  ZSCORE big nothing
  ZADD big 0 nothing
  ZSCORE big nothing
  ZINCRBY big -0 nothing
  ZUNION 1 big WITHSCORES
  CONFIG SET zset-max-listpack-entries 128
`]);

conformance("sorted set: ZREM and ZREMRANGEBY*", [`
  ZADD a 1 a 2 b 3 c 4 d 5 e 6 f 7 g
  ZREM a b x
  ZREM a b
  ZREM missing x
  ZREM a
  ZREMRANGEBYRANK a 0 0
  ZREMRANGEBYRANK a -1 -1
  ZREMRANGEBYRANK a 5 10
  ZREMRANGEBYRANK a 3 1
  ZREMRANGEBYRANK a x 1
  ZREMRANGEBYRANK a 0 9223372036854775808
  ZREMRANGEBYRANK missing 0 1
  ZREMRANGEBYRANK missing 0 x
  ZRANGE a 0 -1 WITHSCORES
  ZREMRANGEBYSCORE a (3 4
  ZREMRANGEBYSCORE a 4 3
  ZREMRANGEBYSCORE a x 3
  ZREMRANGEBYSCORE missing 3 4
  ZRANGE a 0 -1
  ZREMRANGEBYSCORE a -inf inf
  EXISTS a
  ZADD l 0 a 0 b 0 c 0 d
  ZREMRANGEBYLEX l [b (d
  ZREMRANGEBYLEX l b d
  ZREMRANGEBYLEX missing - +
  ZRANGE l 0 -1
  ZREMRANGEBYLEX l - +
  EXISTS l
  ZADD a 1 a 2 b
  ZREM a a b c a
  EXISTS a
  ZADD a 1 a
  ZREMRANGEBYRANK a -100 100
  EXISTS a
`]);

conformance("sorted set: ZPOPMIN, ZPOPMAX, ZMPOP", [`
  ZADD a 1 a 2 b 3 c 4 d 5 e
  ZPOPMIN a
  ZPOPMAX a
  ZPOPMIN a 0
  ZPOPMIN a -1
  ZPOPMIN a x
  ZPOPMIN a 1.5
  ZPOPMIN a 1 2
  ZPOPMIN a 2
  ZPOPMAX a 100
  EXISTS a
  ZPOPMIN a
  ZPOPMAX a 2
  ZPOPMIN a 0
  ZPOPMIN a x
  ZPOPMIN
  ZADD a 1 a 1 b 1 c
  ZPOPMAX a 1
  ZPOPMIN a 9223372036854775807
  ZPOPMIN a 9223372036854775808
  ZADD b 1 x 2 y 3 z
  ZMPOP 1 b MIN
  ZMPOP 2 missing b MAX COUNT 5
  ZMPOP 2 missing b MIN
  ZMPOP 0 b MIN
  ZMPOP -1 b MIN
  ZMPOP x b MIN
  ZMPOP 1 b
  ZMPOP 2 b MIN
  ZMPOP 1 b FOO
  ZMPOP 1 b MIN COUNT
  ZMPOP 1 b MIN COUNT 0
  ZMPOP 1 b MIN COUNT -1
  ZMPOP 1 b MIN COUNT x
  ZMPOP 1 b MIN COUNT 1 COUNT 2
  ZMPOP 1 b MIN FOO 1
  ZMPOP 1 b min count 2
  ZMPOP 9223372036854775807 b MIN
  ZMPOP 1
`]);

conformance("sorted set: blocking commands that need not wait", [
  `
  ZADD a 1 a 2 b 3 c 4 d
  BZPOPMIN missing a 0
  BZPOPMAX missing a 0.5
  BZMPOP 0 2 missing a MIN COUNT 10
  EXISTS a
  BZPOPMIN a
  BZPOPMIN a x
  BZPOPMIN a -1
  BZMPOP x 1 a MIN
  BZMPOP -1 1 a MIN
  BZMPOP 1 0 a MIN
  BZMPOP x 0 a MIN
  BZMPOP 1 1 a FOO
  BZMPOP x 1 a FOO
  BZMPOP 1 1 a MIN COUNT 0
  SET s x
  BZPOPMIN s 0
  BZPOPMAX missing s 0
  BZMPOP 0 1 s MIN
  BZPOPMIN missing 0.01
  BZPOPMAX missing 0.01
  BZMPOP 0.01 1 missing MAX
  MULTI
  BZPOPMIN missing 0
  BZMPOP 0 1 missing MIN
  ZADD a 1 a
  BZPOPMAX missing a 0
  EXEC
  `,
]);

conformance("sorted set: ZUNION, ZINTER, ZDIFF, ZINTERCARD", [
  `
  ZADD a 1 a 2 b 3 c
  ZADD b 10 b 20 c 30 d
  SADD s a c e
  ZUNION 2 a b
  ZUNION 2 a b WITHSCORES
  ZUNION 2 a b WEIGHTS 2 3 WITHSCORES
  ZUNION 2 a b WEIGHTS 2 0.5 AGGREGATE MAX WITHSCORES
  ZUNION 2 a b AGGREGATE MIN WITHSCORES
  ZUNION 2 a b aggregate sum withscores
  ZUNION 3 a b s WITHSCORES
  ZUNION 2 a missing WITHSCORES
  ZUNION 2 a a WITHSCORES
  ZUNION 1 missing
  ZINTER 2 a b WITHSCORES
  ZINTER 2 a s WITHSCORES
  ZINTER 2 a a WEIGHTS 1 2 WITHSCORES
  ZINTER 3 a b s WITHSCORES
  ZINTER 2 a missing
  ZINTER 2 a b WEIGHTS -1 2 AGGREGATE MIN WITHSCORES
  ZDIFF 2 a b WITHSCORES
  ZDIFF 2 a s
  ZDIFF 2 s a WITHSCORES
  ZDIFF 2 a a
  ZDIFF 1 a WITHSCORES
  ZDIFF 2 missing a
  ZDIFF 2 a missing
  ZDIFF 3 a b s
  ZINTERCARD 2 a b
  ZINTERCARD 2 a b LIMIT 1
  ZINTERCARD 2 a b LIMIT 0
  ZINTERCARD 2 a b LIMIT 100
  ZINTERCARD 2 a s
  ZINTERCARD 2 a missing
  ZINTERCARD 2 a b LIMIT -1
  ZINTERCARD 2 a b LIMIT x
  ZINTERCARD 2 a b LIMIT
  ZINTERCARD 2 a b FOO 1
  ZINTERCARD 2 a b WITHSCORES
  ZINTERCARD 2 a b WEIGHTS 1 2
  ZINTERCARD 0 a
  ZINTERCARD -1 a
  ZINTERCARD 3 a b
  ZUNION 0 a
  ZUNION -1 a
  ZUNION x a
  ZUNION 3 a b
  ZUNION 2 a b WEIGHTS 1
  ZUNION 2 a b WEIGHTS 1 x
  ZUNION 2 a b WEIGHTS 1 nan
  ZUNION 2 a b WEIGHTS 1 inf WITHSCORES
  ZUNION 2 a b AGGREGATE
  ZUNION 2 a b AGGREGATE FOO
  ZUNION 2 a b FOO
  ZUNION 2 a b WITHSCORES WITHSCORES
  ZUNION 2 a b WEIGHTS 1 2 WEIGHTS 3 4 WITHSCORES
  ZUNION 2 a b LIMIT 1
  ZINTER 0 a
  ZDIFF 0 a
  ZDIFF 2 a b WEIGHTS 1 2
  ZDIFF 2 a b AGGREGATE SUM
  ZUNION 1
  ZADD i inf x -inf y
  ZADD j -inf x -inf y
  ZUNION 2 i j WITHSCORES
  ZINTER 2 i j WITHSCORES
  ZINTER 2 i j AGGREGATE MAX WITHSCORES
  ZUNION 1 i WEIGHTS 0 WITHSCORES
  ZINTER 2 i j WEIGHTS 0 0 WITHSCORES
  ZINTER 2 i j WEIGHTS 1 0 AGGREGATE MIN WITHSCORES
  SET string x
  ZUNION 2 a string
  ZUNION 2 a string FOO
  ZINTER 2 missing string
  ZDIFF 2 string a
  ZINTERCARD 2 string a
  `,
]);

conformance("sorted set: stored combinations and ranges", [
  `
  ZADD a 1 a 2 b 3 c
  ZADD b 10 b 20 c 30 d
  SADD s a c e
  ZUNIONSTORE d 2 a b
  ZRANGE d 0 -1 WITHSCORES
  ZINTERSTORE d 2 a b WEIGHTS 2 1 AGGREGATE MAX
  ZRANGE d 0 -1 WITHSCORES
  ZDIFFSTORE d 2 a b
  ZRANGE d 0 -1 WITHSCORES
  ZUNIONSTORE a 2 a a
  ZRANGE a 0 -1 WITHSCORES
  ZUNIONSTORE d 1 missing
  EXISTS d
  ZUNIONSTORE d 1 missing
  ZUNIONSTORE s 2 s a
  TYPE s
  SET string x EX 100
  ZUNIONSTORE string 1 a
  TTL string
  TYPE string
  ZINTERSTORE string 2 a missing
  EXISTS string
  ZUNIONSTORE d 0 a
  ZUNIONSTORE d 2 a
  ZUNIONSTORE d 1 a WITHSCORES
  ZINTERSTORE d 0 a
  ZDIFFSTORE d 0 a
  ZDIFFSTORE d 1 a WITHSCORES
  ZDIFFSTORE d x a
  ZADD r 1 a 2 b 3 c 4 d 5 e
  ZRANGESTORE d r 0 -1
  ZRANGE d 0 -1 WITHSCORES
  ZRANGESTORE d r 1 2
  ZRANGESTORE d r 0 1 REV
  ZRANGE d 0 -1 WITHSCORES
  ZRANGESTORE d r (1 4 BYSCORE
  ZRANGESTORE d r 4 (1 BYSCORE REV LIMIT 1 1
  ZRANGE d 0 -1 WITHSCORES
  ZRANGESTORE d r - [c BYLEX
  ZRANGESTORE d r 0 -1 WITHSCORES
  ZRANGESTORE d r 0 -1 LIMIT 0 1
  ZRANGESTORE d r x 1
  ZRANGESTORE d r 10 20
  EXISTS d
  ZRANGESTORE r r 0 1
  ZRANGE r 0 -1
  ZRANGESTORE r missing 0 -1
  EXISTS r
  ZRANGESTORE d missing x y
  ZRANGESTORE d
  SET str x
  ZRANGESTORE d str 0 -1
  ZRANGESTORE str a 0 -1
  TYPE str
  `,
]);

conformance("sorted set: encodings", [
  "CONFIG SET zset-max-listpack-entries 4 zset-max-listpack-value 5",
  `
  ZADD a 1 a 2 b 3 c 4 d
  OBJECT ENCODING a
  ZADD a 5 a
  OBJECT ENCODING a
  ZADD a 1 e
  OBJECT ENCODING a
  ZREM a e
  OBJECT ENCODING a
  ZADD b 1 abcde
  OBJECT ENCODING b
  ZADD b 1 abcdef
  OBJECT ENCODING b
  ZADD c 1 abcdef
  OBJECT ENCODING c
  ZUNIONSTORE d 1 a
  OBJECT ENCODING d
  ZUNIONSTORE d 1 c
  OBJECT ENCODING d
  ZADD e 1 1 2 2 3 3 4 4 5 5
  OBJECT ENCODING e
  ZRANGESTORE d e 0 3
  OBJECT ENCODING d
  ZRANGESTORE d e 0 4
  OBJECT ENCODING d
  ZRANGESTORE d e 0 3 BYSCORE
  OBJECT ENCODING d
  ZINCRBY f 1 abcdefg
  OBJECT ENCODING f
  CONFIG SET zset-max-listpack-entries 128 zset-max-listpack-value 64
  ZADD a 1 z
  OBJECT ENCODING a
  COPY a g
  OBJECT ENCODING g
  ZRANGE g 0 -1 WITHSCORES
  CONFIG SET zset-max-ziplist-entries 1
  ZADD h 1 1
  OBJECT ENCODING h
  ZADD h 1 2
  OBJECT ENCODING h
  CONFIG SET zset-max-ziplist-entries 128
  `,
]);

conformance("sorted set: ZRANDMEMBER", [
  `
  ZRANDMEMBER missing
  ZRANDMEMBER missing 3
  ZRANDMEMBER missing 3 WITHSCORES
  ZADD a 1 one
  ZRANDMEMBER a
  ZRANDMEMBER a 5
  ZRANDMEMBER a 5 WITHSCORES
  ZRANDMEMBER a -3
  ZRANDMEMBER a -2 WITHSCORES
  ZRANDMEMBER a 0
  ZRANDMEMBER a 0 WITHSCORES
  ZRANDMEMBER a x
  ZRANDMEMBER a 1 FOO
  ZRANDMEMBER a 1 WITHSCORES x
  ZRANDMEMBER a -9223372036854775808
  ZRANDMEMBER a 9223372036854775808
  ZRANDMEMBER a 9223372036854775807
  ZRANDMEMBER a 9223372036854775807 WITHSCORES
  ZRANDMEMBER a -9223372036854775807 WITHSCORES
  ZRANDMEMBER a
  ZADD b 1 a 2 b 3 c
  `,
  unordered("ZRANDMEMBER b 3", "ZRANDMEMBER b 10"),
]);

conformance("sorted set: ZSCAN", [
  `
  ZSCAN missing 0
  ZSCAN missing x
  ZSCAN missing 0 FOO
  ZADD a 1 a 2.5 b 3 c inf d
  ZSCAN a 0
  ZSCAN a 0 MATCH [ab]
  ZSCAN a 0 COUNT 1
  ZSCAN a 0 COUNT 0
  ZSCAN a 0 COUNT x
  ZSCAN a 0 MATCH
  ZSCAN a 0 FOO bar
  ZSCAN a x
  ZSCAN a 5
  CONFIG SET zset-max-listpack-entries 0
  ZADD b 0.1 tenth
  ZSCAN b 0
  ZADD b 1e20 tenth
  ZSCAN b 0
  ZADD b 123456789012345680000 tenth
  ZSCAN b 0
  ZADD b 0.00001 tenth
  ZSCAN b 0
  ZADD b 1234567.891 tenth
  ZSCAN b 0
  ZADD b -inf tenth
  ZSCAN b 0
  ZADD b -3 tenth
  ZSCAN b 0
  ZADD b 1e16 tenth
  ZSCAN b 0
  ZADD b 12345678901234567 tenth
  ZSCAN b 0
  ZADD b 1e17 tenth
  ZSCAN b 0
  ZADD b 1e-300 tenth
  ZSCAN b 0
  CONFIG SET zset-max-listpack-entries 128
  `,
]);

conformance("sorted set: wrong type", [`
  SET s x
  ZADD s 1 a
  ZADD s x a
  ZINCRBY s 1 a
  ZCARD s
  ZSCORE s a
  ZMSCORE s a
  ZRANK s a
  ZREVRANK s a
  ZCOUNT s 0 1
  ZCOUNT s x 1
  ZLEXCOUNT s - +
  ZRANGE s 0 -1
  ZRANGE s x -1
  ZREVRANGE s 0 -1
  ZRANGEBYSCORE s 0 1
  ZREVRANGEBYSCORE s 1 0
  ZRANGEBYLEX s - +
  ZREVRANGEBYLEX s + -
  ZREM s a
  ZREMRANGEBYRANK s 0 1
  ZREMRANGEBYSCORE s 0 1
  ZREMRANGEBYLEX s - +
  ZPOPMIN s
  ZPOPMAX s 0
  ZMPOP 1 s MIN
  ZMPOP 2 missing s MIN
  ZRANDMEMBER s
  ZRANDMEMBER s 2
  ZRANDMEMBER s 0
  ZSCAN s 0
  ZSCAN s 0 FOO
  ZSCAN s x
  ZADD z 1 a
  GET z
  TYPE z
`]);
