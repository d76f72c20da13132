import { assertEquals, assertThrows } from "@std/assert";
import { BENCH_TESTS, findTest } from "../../scripts/bench/bench_tests.ts";
import { encodeCommand } from "../../scripts/bench/client.ts";
import { parseOptions } from "../../scripts/bench/options.ts";
import {
  parseCpuSeconds,
  parseProcessorTime,
  parseResidentBytes,
} from "../../scripts/bench/process_stats.ts";
import { infoField, loggedSeconds, turnsOf } from "../../scripts/bench/persistence/data.ts";
import {
  describeLimits,
  figuresOf,
  type Line,
  tabulate,
  targetsOf as lineTargets,
} from "../../scripts/bench/persistence/line.ts";
import { benchmarkArguments, parseBenchmarkCsv } from "../../scripts/bench/redis_benchmark.ts";
import { median, percentile, ratio } from "../../scripts/bench/statistics.ts";
import { figures, formatCount, formatFixed, formatTable, words } from "../../scripts/bench/table.ts";
import { formatTargets, isMet } from "../../scripts/bench/target.ts";
import { configurations, medians, spread, targetsOf } from "../../scripts/bench/throughput.ts";

const TABLES = ["throughput", "memory", "connections", "loop-hold", "persistence"];
const HEADER = '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms",' +
  '"p99_latency_ms","max_latency_ms"';

Deno.test("redis-benchmark CSV: one line per test, warnings between passed over", () => {
  const text = `WARNING: Could not fetch server CONFIG\n${HEADER}\n` +
    '"GET","7194.24","4.393","0.448","1.815","18.687","24.975","25.151"\n' +
    '"LPUSH (needed to benchmark LRANGE)","25000.00","1.406","0.176","0.991","3.663","7.031","7.319"\r\n';
  assertEquals(parseBenchmarkCsv(text), [
    { test: "GET", requestsPerSecond: 7194.24, p50: 1.815, p99: 24.975 },
    { test: "LPUSH (needed to benchmark LRANGE)", requestsPerSecond: 25000, p50: 0.991, p99: 7.031 },
  ]);
});

Deno.test("redis-benchmark CSV: a title may hold quotes and commas", () => {
  const text = `${HEADER}\n"SET a","b "c"","4464.29","0.899","0.024","0.087","3.175","7.679","23.887"\n`;
  assertEquals(parseBenchmarkCsv(text), [
    { test: 'SET a","b "c"', requestsPerSecond: 4464.29, p50: 0.087, p99: 7.679 },
  ]);
});

Deno.test("redis-benchmark CSV: no result, and the format of Redis before 6.2, are errors", () => {
  assertThrows(() => parseBenchmarkCsv(`${HEADER}\n`), Error, "no result");
  assertThrows(() => parseBenchmarkCsv(""), Error, "6.2 or newer");
  assertThrows(() => parseBenchmarkCsv('"SET","12345.67"\n'), Error, "6.2 or newer");
});

Deno.test("redis-benchmark arguments: -r only with a key space", () => {
  const run = { test: ["-t", "set"], requests: 1000, depth: 16, size: 3, keyspace: 0 };
  const common = ["-h", "127.0.0.1", "-p", "7000", "--csv", "-c", "50", "-n", "1000", "-P", "16", "-d", "3"];
  assertEquals(benchmarkArguments(7000, run), [...common, "-t", "set"]);
  assertEquals(benchmarkArguments(7000, { ...run, keyspace: 500 }), [...common, "-r", "500", "-t", "set"]);
});

Deno.test("median: odd, even, none, unmeasured; the input stays as it is", () => {
  const values = [10, 9, 1];
  assertEquals(median(values), 9);
  assertEquals(values, [10, 9, 1]);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertEquals(median([]), NaN);
  assertEquals(median([1, NaN, 3]), NaN);
});

Deno.test("percentile: nearest rank", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1000 - i);
  assertEquals(percentile(values, 0.999), 999);
  assertEquals(percentile(values, 0.5), 500);
  assertEquals(percentile(values, 1), 1000);
  assertEquals(percentile(values, 0), 1);
  assertEquals(percentile(new Float64Array(), 0.5), NaN);
});

Deno.test("ratio: NaN where there is nothing to divide by", () => {
  assertEquals(ratio(3, 2), 1.5);
  assertEquals(ratio(3, 0), NaN);
  assertEquals(ratio(3, NaN), NaN);
  assertEquals(ratio(NaN, 3), NaN);
});

Deno.test("numbers: thousands, decimals, unmeasured", () => {
  assertEquals([0, 999, 1000, 1234567.4].map(formatCount), ["0", "999", "1,000", "1,234,567"]);
  assertEquals(formatCount(NaN), "n/a");
  assertEquals(formatFixed(1.005, 1), "1.0");
  assertEquals(formatFixed(NaN, 2), "n/a");
});

Deno.test("table: words left, figures right, short rows filled up", () => {
  const columns = [words("test"), figures("req/s"), words("target")];
  assertEquals(
    formatTable(columns, [["ping_inline", "1,000,000", "pass"], ["set", "9", "FAIL p99"], ["get"]]),
    [
      "| test        |     req/s | target   |",
      "| ----------- | --------: | -------- |",
      "| ping_inline | 1,000,000 | pass     |",
      "| set         |         9 | FAIL p99 |",
      "| get         |           |          |",
    ].join("\n"),
  );
});

Deno.test("targets: limits are included, what was not measured is missed", () => {
  assertEquals(isMet({ name: "rps", value: 1, atLeast: 1 }), true);
  assertEquals(isMet({ name: "rps", value: 0.99, atLeast: 1 }), false);
  assertEquals(isMet({ name: "p99", value: 1.5, atMost: 1.5 }), true);
  assertEquals(isMet({ name: "p99", value: NaN, atMost: 1.5 }), false);
  assertEquals(formatTargets([]), "-");
  assertEquals(formatTargets([{ name: "rps", value: 1, atLeast: 1 }]), "pass");
  assertEquals(
    formatTargets([{ name: "rps", value: 0.5, atLeast: 1 }, { name: "p99", value: 2, atMost: 1.5 }]),
    "FAIL rps p99",
  );
});

Deno.test("targets of the throughput table by test, depth and key space", () => {
  const setting = { requests: 1, depth: 1, size: 3, keyspace: 0 };
  const names = (name: string, change: object) =>
    targetsOf(findTest(name)!, { ...setting, ...change }, 1, 1).map((
      target,
    ) => [target.name, target.atLeast]);
  assertEquals(names("set", {}), [["rps", 1], ["p99", undefined]]);
  assertEquals(names("set", { depth: 16, keyspace: 10 }), [["rps", 1], ["p99", undefined]]);
  assertEquals(names("set", { depth: 64, keyspace: 10 }), [["rps", 0.9], ["p99", undefined]]);
  assertEquals(names("set", { depth: 64 }), [["p99", undefined]]);
  assertEquals(names("lpush", {}), []);
});

Deno.test("medians take each figure by itself", () => {
  const run = (requestsPerSecond: number, p50: number) => ({
    requestsPerSecond,
    p50,
    p99: 1,
    cpuPerMillion: NaN,
  });
  assertEquals(medians([run(1, 30), run(2, 10), run(3, 20)]), {
    requestsPerSecond: 2,
    p50: 20,
    p99: 1,
    cpuPerMillion: NaN,
  });
});

Deno.test("spread: how far apart equal runs lie, in parts of their median", () => {
  const run = (requestsPerSecond: number) => ({ requestsPerSecond, p50: 1, p99: 1, cpuPerMillion: 1 });
  assertEquals(spread([run(100), run(90), run(120)]), 0.3);
  assertEquals(spread([run(100)]), 0);
  assertEquals(spread([]), NaN);
});

Deno.test("configurations: sizes and key spaces only where they matter", () => {
  const count = (tests: string) => configurations(parseOptions(["--tests", tests], TABLES), 1000).length;
  assertEquals(count("ping_mbulk"), 3);
  assertEquals(count("incr"), 3 * 2);
  assertEquals(count("get"), 3 * 3 * 2);
  assertEquals(count("lpush"), 3 * 3);
  const requests = configurations(parseOptions(["--tests", "ping_mbulk"], TABLES), 1000).map((one) =>
    one.setting.requests
  );
  assertEquals(requests, [1000, 6063, 14929]);
});

Deno.test("options: defaults, lists and the choice of tables", () => {
  const defaults = parseOptions([], TABLES);
  assertEquals(defaults.tables, ["throughput", "memory"]);
  assertEquals([defaults.rounds, defaults.keys, defaults.connections], [3, 1_000_000, 10_000]);
  assertEquals(defaults.depths, [1, 16, 64]);
  assertEquals(parseOptions(["--skip-memory"], TABLES).tables, ["throughput"]);
  assertEquals(parseOptions(["--loop-hold"], TABLES).tables, ["loop-hold"]);
  assertEquals(parseOptions(["--tables", "memory", "--connections"], TABLES).tables, [
    "memory",
    "connections",
  ]);
  assertEquals(parseOptions(["--tables", "persistence"], TABLES).tables, ["persistence"]);
  assertEquals(parseOptions(["--tables=all"], TABLES).tables, TABLES);
  const given = parseOptions(
    ["--tests=PING,get", "--depths", "1,8", "--sizes=5", "--json", "x.json"],
    TABLES,
  );
  assertEquals(given.tests, ["ping_inline", "ping_mbulk", "get"]);
  assertEquals([given.depths, given.sizes, given.json], [[1, 8], [5], "x.json"]);
  assertEquals(parseOptions(["--quick", "--rounds", "5"], TABLES).rounds, 5);
});

Deno.test("options: what is wrong is named", () => {
  assertThrows(() => parseOptions(["--fast"], TABLES), Error, "--fast");
  assertThrows(() => parseOptions(["get"], TABLES), Error, "unknown option get");
  assertThrows(() => parseOptions(["--tests", "nonsense"], TABLES), Error, 'unknown test "nonsense"');
  assertThrows(() => parseOptions(["--tables", "speed"], TABLES), Error, 'unknown table "speed"');
  for (const wrong of ["0", "-1", "1.5", "x"]) {
    assertThrows(() => parseOptions([`--rounds=${wrong}`], TABLES), Error, "--rounds takes whole numbers");
  }
});

Deno.test("process files: CPU seconds and resident bytes", () => {
  const stat = "77 (a (b) c) S 1 77 77 0 -1 4194304 100 0 0 0 1250 250 0 0 20 0 5 0 1000 1 1";
  assertEquals(parseCpuSeconds(stat), 15);
  assertEquals(parseCpuSeconds(""), NaN);
  const processors = "cpu  1000 100 400 90000 50 20 30 250 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n";
  assertEquals(parseProcessorTime(processors), { wanted: 18, stolen: 2.5 });
  assertEquals(parseProcessorTime(""), { wanted: NaN, stolen: NaN });
  assertEquals(parseResidentBytes("Name:\tx\nVmHWM:\t  9 kB\nVmRSS:\t    1234 kB\n"), 1234 * 1024);
  assertEquals(parseResidentBytes(""), NaN);
});

Deno.test("commands are encoded as RESP arrays", () => {
  assertEquals(encodeCommand(["SET", "key", ""]), "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
});

Deno.test("test names are unique", () => {
  assertEquals(new Set(BENCH_TESTS.map((test) => test.name)).size, BENCH_TESTS.length);
});

const LINE: Line = { what: "SET", unit: "req/s", ours: [900, 1000, 1900], reference: [2000, 500, 1000] };

Deno.test("lines of the persistence table: medians, and ratios between them", () => {
  assertEquals(figuresOf({ ...LINE, base: [1250, 1250] }), {
    ours: 1000,
    reference: 1000,
    ratio: 1,
    own: 0.8,
  });
  assertEquals(figuresOf(LINE).own, NaN);
});

Deno.test("lines of the persistence table: limits of a ratio, of our own figures, of the figure itself", () => {
  assertEquals(lineTargets(LINE), []);
  const limits: Line["limits"] = [{ of: "ratio", atLeast: 1 }, { of: "own", atLeast: 0.95 }, {
    of: "figure",
    atMost: 10,
  }];
  const targets = lineTargets({ ...LINE, base: [1000], limits });
  assertEquals(targets.map(({ name, value }) => [name, value]), [["ratio", 1], ["own", 1], ["figure", 1000]]);
  assertEquals(targets.map(isMet), [true, true, false]);
  assertEquals(describeLimits(limits), "ratio ≥ 1, own ≥ 0.95, figure ≤ 10");
  assertEquals(describeLimits([]), "-");
});

Deno.test("the persistence table: what was not measured, and what it was not compared with", () => {
  const loading: Line = {
    what: "loading",
    unit: "s",
    ours: [1.25],
    reference: [NaN],
    limits: [{ of: "ratio", atMost: 1.5 }],
  };
  const { columns, rows, targets } = tabulate("title", [loading, { ...LINE, base: [1250] }], []);
  assertEquals(rows, [
    ["loading", "s", "1.250", "n/a", "n/a", "-", "ratio ≤ 1.5", "FAIL ratio"],
    ["SET", "req/s", "1,000", "1,000", "1.00", "0.80", "-", "-"],
  ]);
  assertEquals(rows.map((row) => row.length), [columns.length, columns.length]);
  assertEquals(targets.length, 1);
});

Deno.test("what servers tell: fields of INFO, seconds of loading", () => {
  const text = "# Persistence\r\nloading:0\r\nrdb_bgsave_in_progress:1\r\nrdb_last_bgsave_status:ok\r\n";
  assertEquals(infoField(text, "rdb_bgsave_in_progress"), 1);
  assertEquals(infoField(text, "eventloop_duration_max"), NaN);
  const log =
    "* DB loaded from incr file x.aof: 3.000 seconds\n* DB loaded from append only file: 3.125 seconds\n* Ready\n";
  assertEquals(loggedSeconds(log), 3.125);
  assertEquals(loggedSeconds("* DB loaded from disk: 0.500 seconds\n"), 0.5);
  assertEquals(loggedSeconds(""), NaN);
});

Deno.test("who goes first changes from round to round", () => {
  assertEquals([0, 1, 2].map((round) => turnsOf(round)[0]), ["mini-redis", "redis-server", "mini-redis"]);
});
