import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { defaultOptions, parseOptions, UsageError } from "../../../src/tools/bench/options.ts";
import { Batch, request } from "../../../src/tools/bench/requests.ts";
import { selectTests } from "../../../src/tools/bench/suite.ts";
import { textOf } from "../../support/bytes.ts";

Deno.test("a batch repeats a request, with other random numbers each time", () => {
  const batch = new Batch(request("SET", "key:__rand_int__", "__rand_int__"), 3, 1000);
  const numbersOf = (text: string) => [...text.matchAll(/\d{12}/g)].map(([digits]) => Number(digits));
  const first = textOf(batch.next(3));
  assertEquals(first.length, 3 * request("SET", "key:__rand_int__", "__rand_int__").length);
  assertEquals(numbersOf(first).length, 6);
  assert(numbersOf(first).every((number) => number < 1000));
  assertNotEquals(textOf(batch.next(3)), first);
  assertEquals(numbersOf(textOf(batch.next(2))).length, 4);
  assertMatch(textOf(batch.next(1)), /^\*3\r\n\$3\r\nSET\r\n\$16\r\nkey:0{9}\d{3}\r\n\$12\r\n0{9}\d{3}\r\n$/);
});

Deno.test("marks stay without a keyspace, and are zeros with an empty one", () => {
  const one = request("GET", "__rand_int__");
  assertEquals(textOf(new Batch(one, 2, null).next(2)), textOf(one).repeat(2));
  assertEquals(textOf(new Batch(one, 1, 0).next(1)), textOf(request("GET", "0".repeat(12))));
  const large = new Batch(one, 64, 10 ** 12);
  assert([...textOf(large.next(64)).matchAll(/\d{12}/g)].some(([digits]) => /[^0]\d{5}$/.test(digits)));
});

Deno.test("bench options are those of redis-benchmark", () => {
  assertEquals(parseOptions([]), defaultOptions());
  const words =
    "-h host -p 7000 -a secret --user me -c 10 -n 500 -d 100 --dbnum 3 -3 --threads 4 -k 0 -r 50 -P 16 -q";
  const options = parseOptions([
    ...words.split(" "),
    "--precision",
    "9",
    "-l",
    "-t",
    "GET,set",
    "SET",
    "-x",
    "é",
  ]);
  assertEquals(options.connection, {
    hostname: "host",
    port: 7000,
    password: "secret",
    username: "me",
    database: 3,
    protocol: 3,
  });
  const { clients, keepAlive, keyspace, loop, pipeline, precision, quiet, requests, size, tests, threads } =
    options;
  assertEquals([clients, requests, size, threads, pipeline, keyspace, precision], [
    10,
    500,
    100,
    4,
    16,
    50,
    4,
  ]);
  assertEquals([keepAlive, quiet, loop, tests], [false, true, true, ["get", "set"]]);
  assertEquals(options.command, ["SET", "-x", "\xc3\xa9"]);
  assertEquals(options.warnings, ["WARNING: Option -t is ignored."]);
  assertEquals(parseOptions(["-u", "redis://:word@other:7001/2"]).connection, {
    hostname: "other",
    port: 7001,
    password: "word",
    database: 2,
  });
  assertEquals(parseOptions(["--insecure"]).connection.tls, { checkServerName: false, insecure: true });
});

Deno.test("bench refuses options that it does not know, and values that are none", () => {
  for (
    const args of [["--nonsense"], ["-c"], ["-c", "x"], ["-n", "0"], ["-p", "70000"], [
      "--csv",
      "--histogram",
    ]]
  ) {
    assertThrows(() => parseOptions(args), UsageError);
  }
});

Deno.test("-t selects tests by their names", () => {
  const titles = (...args: string[]) => selectTests(parseOptions(args)).map(({ title }) => title);
  assertEquals(titles("-t", "ping"), ["PING_INLINE", "PING_MBULK"]);
  assertEquals(titles("-t", "PING_INLINE,get"), ["PING_INLINE", "GET"]);
  assertEquals(titles("-t", "lrange_100"), [
    "LPUSH (needed to benchmark LRANGE)",
    "LRANGE_100 (first 100 elements)",
  ]);
  assertEquals(titles().length, 20);
  assertEquals(titles("-t", "nothing"), []);
});

Deno.test("tests send values of the size, scores that are random, and the user's own command", () => {
  const only = (...args: string[]) => textOf(selectTests(parseOptions(args))[0].request);
  assertMatch(
    only("-t", "set", "-d", "5"),
    /^\*3\r\n\$3\r\nSET\r\n\$16\r\nkey:__rand_int__\r\n\$5\r\n.{5}\r\n$/,
  );
  assertEquals(only("-t", "ping_inline"), "PING\r\n");
  assertMatch(only("-t", "zadd"), /\r\n\$1\r\n0\r\n\$20\r\nelement:/);
  assertMatch(only("-t", "zadd", "-r", "5"), /\r\n\$12\r\n__rand_int__\r\n\$20\r\nelement:/);
  assertMatch(only("-t", "get", "--cluster"), /key:\{tag\}:__rand_int__/);
  const own = selectTests(parseOptions(["-d", "4", "set", "a__data__", "b c"]))[0];
  assertEquals(own.title, "set a__data__ b c");
  assertMatch(textOf(own.request), /^\*3\r\n\$3\r\nset\r\n\$5\r\na.{4}\r\n\$3\r\nb c\r\n$/);
  assertEquals(own.payload, own.request.length);
});
