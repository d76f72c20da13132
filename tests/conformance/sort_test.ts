import { sortReply } from "./normalise.ts";
import { conformance, type Random, type RandomCommand, randomised, unordered } from "./runner.ts";

const NEEDS = { needs: ["list", "set", "sorted_set", "hash"] };

conformance("sort: numbers and texts", [
  `
  RPUSH l 3 1 10 2 -5 1.5 0x10 1e2 inf -inf
  SORT l
  SORT l DESC
  SORT l ASC
  SORT l DESC ASC
  SORT l asc desc
  SORT l ALPHA
  SORT l ALPHA DESC
  SORT_RO l
  SORT_RO l desc alpha
  SORT missing
  SORT missing STORE out
  RPUSH words b a B A ab "" aa
  SORT words
  SORT words ALPHA
  SORT words DESC ALPHA
  RPUSH n 1 2 x
  SORT n
  SORT n ALPHA
  RPUSH same 1 1.0 01 1e0 2 1
  SORT same
  SORT same DESC
  RPUSH odd "" 5 -1
  SORT odd
  RPUSH nan nan 1
  SORT nan
  RPUSH spaces " 7" 3 "\t5"
  SORT spaces
  RPUSH after "7 " 3
  SORT after
  RPUSH huge 1e400 1
  SORT huge
  RPUSH lone " "
  SORT lone
  SORT
  SORT l FOO
  SORT l BY
  SORT l GET
  SORT l LIMIT 1
  SORT l LIMIT
  SORT l STORE
  SORT_RO l STORE out
  SORT_RO l BY x STORE out
  SET s v
  SORT s
  SORT s LIMIT x 1
  SORT l LIMIT x 1
  SORT l LIMIT 1 x
  SORT l LIMIT 1 1.5
  HSET h f v
  SORT h
  SORT_RO h ALPHA
  `,
  ["RPUSH", "zero", "1\x002", "1\x001", "0\xff"],
  "SORT zero ALPHA",
  "SORT zero ALPHA DESC",
  "SORT zero ALPHA STORE out",
  "LRANGE out 0 -1",
  ["RPUSH", "binary", "\xff", "\x80", "\x7f", "\r\n", "é"],
  "SORT binary ALPHA",
  "SORT binary ALPHA DESC STORE out",
  "LRANGE out 0 -1",
], NEEDS);

conformance("sort: LIMIT", [`
  RPUSH l 5 3 4 1 2
  SORT l LIMIT 0 2
  SORT l LIMIT 2 2
  SORT l LIMIT 4 10
  SORT l LIMIT 5 1
  SORT l LIMIT 100 1
  SORT l LIMIT -3 2
  SORT l LIMIT 0 0
  SORT l LIMIT 2 0
  SORT l LIMIT 1 -1
  SORT l LIMIT 1 -5
  SORT l LIMIT 0 9223372036854775807
  SORT l LIMIT 9223372036854775807 9223372036854775807
  SORT l LIMIT -9223372036854775808 -9223372036854775808
  SORT l LIMIT 9223372036854775808 1
  SORT l LIMIT 0 1 LIMIT 1 2
  SORT l LIMIT 1 2 DESC
  SORT l LIMIT 10 1 STORE out
  EXISTS out
  SORT l BY nosort LIMIT 1 2
  SORT l BY nosort LIMIT 1 2 DESC
  SORT l BY nosort LIMIT 4 5
  SORT l BY nosort LIMIT 5 5
  SORT l BY nosort LIMIT 1 0
  SORT missing LIMIT 0 1
  SORT missing BY nosort LIMIT 1 1
`], NEEDS);

conformance("sort: BY and GET", [
  `
  RPUSH l 1 2 3 4
  MSET w_1 40 w_2 10 w_3 30 w_4 20 n_1 one n_2 two n_3 three w_x x
  SORT l BY w_*
  SORT l BY w_* DESC
  SORT l BY w_* LIMIT 1 2
  SORT l BY w_* GET #
  SORT l BY w_* GET # GET n_* GET w_*
  SORT l GET n_*
  SORT l GET constant
  SORT l GET n_* GET missing_*
  SORT l GET #*
  SORT l GET ##
  SORT l BY #
  SORT l BY missing_*
  SORT l BY missing_* DESC
  SORT l BY n_*
  SORT l BY n_* ALPHA
  SORT l BY n_* ALPHA DESC
  SORT l BY n_* ALPHA LIMIT 0 3
  SORT l BY nosort
  SORT l BY nosort DESC
  SORT l BY nosort ALPHA
  SORT l BY nosort BY w_*
  SORT l BY w_* BY nosort
  SORT l BY nosort GET n_* GET #
  HSET h_1 f 3 g x name "first"
  HSET h_2 f 1 name second
  HSET h_3 f 2
  HSET h_4 "" 9 - 8
  SORT l BY h_*->f
  SORT l BY h_*->f DESC GET h_*->name GET #
  SORT l BY h_*->g
  SORT l BY h_*->g ALPHA
  SORT l BY h_*->missing
  SORT l BY h_*-> GET #
  SORT l GET h_*->
  SORT l GET h_*-
  SORT l GET h_*->-
  SORT l GET h_*->f->g
  SORT l GET w_*->f
  SORT l GET h_*
  SORT l BY h_* GET #
  SORT l BY w_*->f
  SET 1->f arrow
  SORT l GET *->f
  SORT l GET *
  MSET 1 a 2 b
  SORT l GET *
  MSET pre_1_post A pre_2_post B pre_*_3_post C
  SORT l GET pre_*_post
  SORT l GET pre_*_*_post
  SORT_RO l BY w_* GET n_* GET h_*->f DESC
  SET int 5
  RPUSH keys int raw
  SET raw 3
  APPEND raw 0
  SORT keys BY *
  SORT keys BY * GET *
  `,
  ["HSET", "bin\xff", "f\x00\xff", "v\r\n"],
  ["RPUSH", "lbin", "\xff"],
  ["SORT", "lbin", "ALPHA", "GET", "bin*->f\x00\xff"],
  ["SORT", "lbin", "ALPHA", "GET", "bin*->\x00x", "GET", "\x00*", "GET", "bin*\x00->f", "GET", "#\x00"],
  ["MSET", "v_1", "a\x00b", "v_2", "a\x00a", "v_3", "", "v_4", "b"],
  "SORT l BY v_* ALPHA",
  "SORT l BY v_* ALPHA DESC",
  "SORT l BY v_* ALPHA STORE out",
  "LRANGE out 0 -1",
  "SORT l BY v_* LIMIT 0 2",
], NEEDS);

conformance("sort: STORE", [`
  RPUSH l 3 1 2
  SORT l STORE out
  LRANGE out 0 -1
  TYPE out
  SORT l DESC STORE out GET # GET missing_*
  LRANGE out 0 -1
  SET out v EX 100
  SORT l STORE out
  TTL out
  SORT l STORE a STORE b
  EXISTS a b
  SORT l STORE l
  LRANGE l 0 -1
  SET s v
  SORT missing STORE s
  EXISTS s
  RPUSH bad x
  SORT bad STORE out
  LRANGE out 0 -1
  SORT l LIMIT 0 0 STORE out
  EXISTS out
  SADD set c b a 10 9 8
  SORT set BY nosort STORE out
  LRANGE out 0 -1
  SORT set BY nosort DESC LIMIT 1 3 STORE out
  LRANGE out 0 -1
  SORT set STORE out
  COMMAND GETKEYS SORT l BY w_* STORE out
  COMMAND GETKEYS SORT l STORE a STORE b
  COMMAND GETKEYS SORT_RO l BY w_* GET x
  COMMAND GETKEYSANDFLAGS SORT l STORE out
`], NEEDS);

conformance("sort: sets and sorted sets", [
  `
  SADD ints 5 3 1 4 2
  SORT ints
  SORT ints DESC LIMIT 1 2
  SORT ints BY nosort
  SORT ints BY nosort DESC
  SORT ints BY nosort LIMIT 1 2
  SADD words banana apple cherry 7
  SORT words
  SORT words ALPHA
  SORT words ALPHA DESC LIMIT 0 2
  ZADD z 1 c 2 b 3 a 4 10 5 9
  OBJECT ENCODING z
  SORT z
  OBJECT ENCODING z
  SORT z ALPHA
  SORT z BY nosort
  SORT z BY nosort DESC
  SORT z BY nosort LIMIT 1 2
  SORT z BY nosort LIMIT 1 2 DESC
  SORT z BY nosort LIMIT 4 9 DESC
  SORT z BY nosort LIMIT 5 9
  SORT z BY nosort GET # STORE out
  LRANGE out 0 -1
  ZADD y 1 1 2 2
  SORT y DESC STORE out
  OBJECT ENCODING y
  ZRANGE y 0 -1 WITHSCORES
  ZADD z2 5 1 4 2 3 3
  SORT z2
  SORT_RO z2 BY nosort
  `,
  unordered("SORT words BY nosort"),
], NEEDS);

const NUMBERS = ["0", "1", "-1", "2", "10", "3.5", "-2.25", "1e3", "007", "1.0", "+4"];

function number(random: Random): string {
  return random.chance(0.7) ? String(random.between(-30, 30)) : random.pick(NUMBERS);
}

function element(random: Random): string {
  return random.chance(0.9)
    ? number(random)
    : random.pick(["x", "", "\x00\xff\r\n", "a\x00b", "a\x00a", "x".repeat(80)]);
}

function order(random: Random): string[] {
  return random.pick([[], ["DESC"], ["ASC"]]);
}

function limit(random: Random): (string | number)[] {
  return random.chance(0.5) ? [] : ["LIMIT", random.between(-2, 20), random.between(-2, 20)];
}

function gets(random: Random): string[] {
  const patterns = ["#", "n_*", "h_*->f", "w_*", "h_*", "none"];
  return Array.from(
    { length: random.chance(0.6) ? 0 : random.below(3) + 1 },
    () => ["GET", random.pick(patterns)],
  ).flat();
}

function store(random: Random): string[] {
  return random.chance(0.2) ? ["STORE", random.pick(["out", "l1"])] : [];
}

/** Of a list, whose order is the same on both servers, everything can be compared. */
function sortList(random: Random): RandomCommand {
  const by = random.pick([[], [], ["BY", "w_*"], ["BY", "h_*->f"], ["BY", "n_*"], ["BY", "nosort"]]);
  const alpha = random.chance(0.5) ? ["ALPHA"] : [];
  const options = [...by, ...limit(random), ...gets(random), ...order(random), ...alpha];
  const list = random.pick(["l1", "l2", "out"]);
  return random.chance(0.2) ? ["SORT_RO", list, ...options] : ["SORT", list, ...options, ...store(random)];
}

/** Members of sets come in any order, so elements that compare equal are avoided. */
function sortMembers(random: Random): RandomCommand {
  const numeric = random.chance(0.5);
  const by = numeric ? random.pick([[], ["BY", "w_*"], ["BY", "h_*->f"]]) : ["ALPHA"];
  const options = [...by, ...limit(random), ...gets(random), ...order(random)];
  return ["SORT", random.pick(["s1", "z1"]), ...options, ...store(random)];
}

function sortCommand(random: Random): RandomCommand {
  const key = () => random.between(-30, 30);
  const elements = () => Array.from({ length: random.below(5) + 1 }, () => element(random));
  return random.pick<() => RandomCommand>([
    () => sortList(random),
    () => sortList(random),
    () => sortList(random),
    () => sortMembers(random),
    () => ["SORT", "z1", "BY", "nosort", ...limit(random), ...order(random), ...gets(random)],
    () => ({ words: ["SORT", "s1", "BY", "nosort"], normalise: (text) => sortReply(text, 1) }),
    () => ["RPUSH", random.pick(["l1", "l2"]), ...elements()],
    () => ["LPUSH", random.pick(["l1", "l2"]), ...elements()],
    () => ["LTRIM", random.pick(["l1", "l2", "out"]), random.below(30), -1],
    () => ["LRANGE", "out", 0, -1],
    () => ["SADD", "s1", number(random), number(random)],
    () => ["SREM", "s1", number(random), number(random), number(random)],
    () => ["ZADD", "z1", random.below(20), number(random)],
    () => ["ZREM", "z1", number(random)],
    () => ["SET", `w_${key()}`, random.chance(0.97) ? number(random) : "x"],
    () => ["SET", `n_${key()}`, random.pick(["one", "two", "three", "", "a\x00b", "a\x00a"])],
    () => ["HSET", `h_${key()}`, "f", number(random), "g", "x"],
    () => ["DEL", `${random.pick(["w", "n", "h"])}_${key()}`],
    () => random.chance(0.1) ? ["DEL", random.pick(["l1", "l2", "s1", "z1"])] : ["OBJECT", "ENCODING", "z1"],
  ])();
}

randomised("sort: random commands", { seed: 9, count: 6000, generate: sortCommand, ...NEEDS });
