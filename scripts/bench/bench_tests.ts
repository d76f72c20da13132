import { pipeline } from "./client.ts";

/** What a test is about to be run with. */
export interface TestSetting {
  requests: number;
  depth: number;
  /** Bytes of each value. */
  size: number;
  /** Keys are drawn from so many; 0 uses one key. */
  keyspace: number;
}

/** One test of the throughput table. */
export interface BenchTest {
  /** The word that selects it with `--tests`. */
  name: string;
  /** What is given to redis-benchmark: `-t name`, or a command with its arguments. */
  arguments: string[];
  /** True when the value size matters to it; it is run with one size if not. */
  sized?: boolean;
  /** True when it has keys or members to draw with `-r`. */
  keyed?: boolean;
  /** True when it changes nothing, so that one filling serves all rounds. */
  readOnly?: boolean;
  /** Share of the usual number of requests, for commands that do many things each. */
  weight?: number;
  /** True when it has targets of throughput and latency. */
  targeted?: boolean;
  /** Fills the emptied server on `port` with what the test needs. */
  fill?(port: number, setting: TestSetting): Promise<void>;
}

/** Tests that run when `--tests` doesn't say otherwise. */
export const DEFAULT_TESTS = ["ping_inline", "ping_mbulk", "set", "get", "incr", "mset"];

/** Every test that can be selected. Names and keys are those of redis-benchmark's own tests. */
export const BENCH_TESTS: readonly BenchTest[] = [
  { ...builtIn("ping_inline"), readOnly: true, targeted: true },
  { ...builtIn("ping_mbulk"), readOnly: true, targeted: true },
  { ...builtIn("set"), sized: true, keyed: true, targeted: true },
  { ...builtIn("get"), sized: true, keyed: true, readOnly: true, targeted: true, fill: fillStrings },
  { ...builtIn("incr"), keyed: true, targeted: true },
  { ...builtIn("mset"), sized: true, keyed: true, weight: 0.2, targeted: true },
  { ...builtIn("lpush"), sized: true },
  { ...builtIn("rpush"), sized: true },
  { ...builtIn("lpop"), sized: true, fill: fillList },
  { ...builtIn("rpop"), sized: true, fill: fillList },
  { ...builtIn("sadd"), keyed: true },
  { ...builtIn("hset"), sized: true, keyed: true },
  { ...builtIn("spop"), fill: fillSet },
  { ...builtIn("zadd"), keyed: true },
  { ...builtIn("zpopmin"), fill: fillSortedSet },
  { ...builtIn("lrange_100"), weight: 0.1 },
  { ...builtIn("lrange_300"), weight: 0.05 },
  { ...builtIn("lrange_500"), weight: 0.04 },
  { ...builtIn("lrange_600"), weight: 0.03 },
];

/** The test of that name; `undefined` if there is none. */
export function findTest(name: string): BenchTest | undefined {
  return BENCH_TESTS.find((test) => test.name === name);
}

function builtIn(name: string): BenchTest {
  return { name, arguments: ["-t", name] };
}

/** The number that redis-benchmark puts in place of `__rand_int__`. */
function randomName(index: number): string {
  return String(index).padStart(12, "0");
}

async function fillStrings(port: number, { size, keyspace }: TestSetting): Promise<void> {
  const value = "x".repeat(size);
  if (keyspace === 0) return await pipeline(port, 1, () => ["SET", "key:__rand_int__", value]);
  await pipeline(port, keyspace, (i) => ["SET", `key:${randomName(i)}`, value]);
}

async function fillList(port: number, { requests, size }: TestSetting): Promise<void> {
  const value = "x".repeat(size);
  await pipeline(port, requests, () => ["RPUSH", "mylist", value]);
}

async function fillSet(port: number, { requests }: TestSetting): Promise<void> {
  await pipeline(port, requests, (i) => ["SADD", "myset", `element:${randomName(i)}`]);
}

async function fillSortedSet(port: number, { requests }: TestSetting): Promise<void> {
  await pipeline(port, requests, (i) => ["ZADD", "myzset", String(i), `element:${randomName(i)}`]);
}
