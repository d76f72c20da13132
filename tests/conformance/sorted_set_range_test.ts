import { conformance, since72 } from "./runner.ts";

const LETTERS = ["ZADD", "l", ..."abcdefghij"].flatMap((word, i) => i < 2 ? [word] : ["0", word]);

conformance("sorted set: ranges by rank", [`
  ZADD a 1 a 2 b 3 c 4 d 5 e
  ZRANGE a 0 -1
  ZRANGE a 0 -1 WITHSCORES
  ZRANGE a 1 2 WITHSCORES
  ZRANGE a -2 -1
  ZRANGE a -100 100
  ZRANGE a 3 1
  ZRANGE a 5 10
  ZRANGE a -10 -6
  ZRANGE a 4 4
  ZRANGE a 9223372036854775807 9223372036854775807
  ZRANGE a -9223372036854775808 9223372036854775807
  ZRANGE a 0 9223372036854775808
  ZRANGE a x 1
  ZRANGE a 0 1.5
  ZRANGE missing 0 -1
  ZRANGE missing x y
  ZRANGE a 0 -1 REV
  ZRANGE a 0 1 REV WITHSCORES
  ZRANGE a 0 1 WITHSCORES REV
  ZRANGE a -1 -1 rev
  ZRANGE a 0 -1 REV REV
  ZRANGE a 0 -1 WITHSCORES WITHSCORES
  ZRANGE a 0 -1 LIMIT 0 1
  ZRANGE a 0 -1 LIMIT 0 -1
  ZRANGE a 0 -1 LIMIT 3 -1
  ZRANGE a 0 -1 LIMIT x 1
  ZRANGE a 0 -1 LIMIT 0
  ZRANGE a 0 -1 FOO
  ZRANGE a 0 -1 BYSCORE BYLEX
  ZRANGE a 0
  ZRANGE a
  ZREVRANGE a 0 -1
  ZREVRANGE a 0 1 WITHSCORES
  ZREVRANGE a -2 -1
  ZREVRANGE a 0 -1 REV
  ZREVRANGE a 0 -1 BYSCORE
  ZREVRANGE a 0 -1 LIMIT 0 1
  ZREVRANGE missing 0 -1
  ZREVRANGE a 5 10
  ZREVRANGE a
`]);

conformance("sorted set: ranges by score", [`
  ZADD a 1 a 2 b 2 bb 3 c 4 d 5 e inf f -inf g
  ZRANGEBYSCORE a -inf +inf
  ZRANGEBYSCORE a (1 5
  ZRANGEBYSCORE a 2 2
  ZRANGEBYSCORE a (2 2
  ZRANGEBYSCORE a (2 (2
  ZRANGEBYSCORE a 3 1
  ZRANGEBYSCORE a (-inf (inf WITHSCORES
  ZRANGEBYSCORE a 1 5 LIMIT 1 2
  ZRANGEBYSCORE a 1 5 LIMIT 0 -1
  ZRANGEBYSCORE a 1 5 LIMIT 2 -5
  ZRANGEBYSCORE a 1 5 LIMIT -1 2
  ZRANGEBYSCORE a 1 5 LIMIT 100 2
  ZRANGEBYSCORE a 1 5 LIMIT 0 0
  ZRANGEBYSCORE a 1 5 WITHSCORES LIMIT 1 3
  ZRANGEBYSCORE a 1 5 LIMIT 1 3 WITHSCORES
  ZRANGEBYSCORE a 1 5 LIMIT 1
  ZRANGEBYSCORE a 1 5 LIMIT a b
  ZRANGEBYSCORE a 1 5 REV
  ZRANGEBYSCORE a x 5
  ZRANGEBYSCORE a 1 (x
  ZRANGEBYSCORE a nan 5
  ZRANGEBYSCORE a "" 5
  ZRANGEBYSCORE a ( 5
  ZRANGEBYSCORE a "( 1" " 5"
  ZRANGEBYSCORE a " (1" 5
  ZRANGEBYSCORE a "1 " 5
  ZRANGEBYSCORE a "\\t1" "\\n5"
  ZRANGEBYSCORE a "\\v1" "\\f\\r5"
  ZRANGEBYSCORE a " " 5
  ZRANGEBYSCORE a 1\\x00foo 5
  ZRANGEBYSCORE a "1\\x00foo" "(5\\x00"
  ZRANGEBYSCORE a "\\x00" 5
  ZRANGEBYSCORE a 1e400 2e400
  ZRANGEBYSCORE a -1e400 1e-400
  ZRANGEBYSCORE a 0x1 0x1p2
  ZRANGEBYSCORE a 0x 5
  ZRANGEBYSCORE a 0x1p99999 0x1p99999
  ZRANGEBYSCORE a 0x1p-99999 1
  ZRANGEBYSCORE a infinity INF
  ZRANGEBYSCORE a 1e 5
  ZRANGEBYSCORE a +1 +5
  ZRANGEBYSCORE a ((1 5
  ZRANGEBYSCORE a [1 5
  ZRANGEBYSCORE missing 0 1
  ZRANGEBYSCORE missing x 1
  ZRANGEBYSCORE a 0
  ZREVRANGEBYSCORE a +inf -inf
  ZREVRANGEBYSCORE a 5 1 WITHSCORES
  ZREVRANGEBYSCORE a (5 (1
  ZREVRANGEBYSCORE a 1 5
  ZREVRANGEBYSCORE a 5 1 LIMIT 1 2
  ZREVRANGEBYSCORE a 5 1 LIMIT 4 20
  ZREVRANGEBYSCORE a 5 1 LIMIT -1 2
  ZREVRANGEBYSCORE missing 5 1
  ZRANGE a 1 5 BYSCORE
  ZRANGE a 5 1 BYSCORE REV
  ZRANGE a 5 1 REV BYSCORE LIMIT 1 2 WITHSCORES
  ZRANGE a (1 +inf BYSCORE LIMIT 0 2
  ZRANGE a 1 5 BYSCORE BYSCORE
  ZRANGE a -inf inf byscore withscores
  ZCOUNT a -inf +inf
  ZCOUNT a (2 4
  ZCOUNT a 2 2
  ZCOUNT a 4 2
  ZCOUNT a x 2
  ZCOUNT missing 0 1
  ZCOUNT missing x 1
  ZCOUNT a 1
`]);

conformance("sorted set: ranges by bytes", [
  LETTERS,
  `
  ZRANGEBYLEX l - +
  ZRANGEBYLEX l [b [d
  ZRANGEBYLEX l (b (d
  ZRANGEBYLEX l (b [b
  ZRANGEBYLEX l [b (b
  ZRANGEBYLEX l [b [b
  ZRANGEBYLEX l [d [b
  ZRANGEBYLEX l + -
  ZRANGEBYLEX l - -
  ZRANGEBYLEX l + +
  ZRANGEBYLEX l [ [zzz
  ZRANGEBYLEX l ( +
  ZRANGEBYLEX l [aa [cc
  ZRANGEBYLEX l b [d
  ZRANGEBYLEX l "" [d
  ZRANGEBYLEX l [b d
  ZRANGEBYLEX l -- +
  ZRANGEBYLEX l - "+\\x00x"
  ZRANGEBYLEX l - + LIMIT 2 3
  ZRANGEBYLEX l - + LIMIT 2 -1
  ZRANGEBYLEX l - + LIMIT -1 3
  ZRANGEBYLEX l - + WITHSCORES
  ZRANGEBYLEX l - + REV
  ZRANGEBYLEX missing - +
  ZRANGEBYLEX missing x +
  ZREVRANGEBYLEX l + -
  ZREVRANGEBYLEX l [d [b
  ZREVRANGEBYLEX l (d (b LIMIT 0 1
  ZREVRANGEBYLEX l [b [d
  ZREVRANGEBYLEX l + - LIMIT 1 2
  ZRANGE l - + BYLEX
  ZRANGE l + - BYLEX REV
  ZRANGE l [c - BYLEX REV LIMIT 1 1
  ZRANGE l - + BYLEX WITHSCORES
  ZRANGE l - [c bylex limit 1 10
  ZLEXCOUNT l - +
  ZLEXCOUNT l [b (e
  ZLEXCOUNT l + -
  ZLEXCOUNT l b +
  ZLEXCOUNT missing - +
  ZLEXCOUNT l -
  ZADD mixed 5 a 1 b 7 c 3 d 2 e
  ZRANGEBYLEX mixed - +
  ZRANGEBYLEX mixed [b [d
  ZREVRANGEBYLEX mixed [d [b
  ZRANGEBYLEX mixed [c +
  ZREVRANGEBYLEX mixed + [c
  ZLEXCOUNT mixed [b [d
  ZLEXCOUNT mixed [a [c
  ZREMRANGEBYLEX mixed [d [e
  ZRANGE mixed 0 -1
  `,
  ["ZADD", "bytes", 0, "\x00", 0, "\x7f", 0, "\x80", 0, "\xff\xff", 0, "\xff"],
  ["ZRANGEBYLEX", "bytes", "[\x00", "(\xff\xff"],
  ["ZRANGEBYLEX", "bytes", "(\x7f", "+"],
]);

conformance("sorted set: ZRANK and ZREVRANK", [
  `
  ZADD a 1 a 2 b 2 c 3 d
  ZRANK a a
  ZRANK a c
  ZRANK a d
  ZRANK a x
  ZRANK missing a
  ZREVRANK a a
  ZREVRANK a b
  ZREVRANK a x
  ZREVRANK missing a
  ZRANK a
  ZREVRANK a
  `,
  since72("ZRANK a c WITHSCORE", { 2: "*2\r\n:2\r\n$1\r\n2", 3: "*2\r\n:2\r\n,2" }),
  since72("ZREVRANK a a withscore", { 2: "*2\r\n:3\r\n$1\r\n1", 3: "*2\r\n:3\r\n,1" }),
  since72("ZRANK a x WITHSCORE", { 2: "*-1", 3: "_" }),
  since72("ZRANK missing x WITHSCORE", { 2: "*-1", 3: "_" }),
  since72("ZRANK a c WITHSCORES", "-ERR syntax error"),
  since72("ZRANK a c WITHSCORE x", "-ERR wrong number of arguments for 'zrank' command"),
  since72("ZREVRANK a c WITHSCORE x", "-ERR wrong number of arguments for 'zrevrank' command"),
]);
