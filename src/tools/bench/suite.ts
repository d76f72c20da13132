/**
 * The tests: which requests each of them sends.
 *
 * @module
 */

import { toBytes } from "../../util/byte_string.ts";
import type { BenchOptions } from "./options.ts";
import { RANDOM_MARK, type Request, request } from "./requests.ts";

/** Is replaced by a value in a command of the user's own. */
const DATA_MARK = "__data__";
/** Is replaced by what puts a key on a node of a cluster; as long as what replaces it. */
export const TAG_MARK = "{tag}";
const KEYS_OF_MSET = 10;

/** One test. */
export interface Test {
  readonly title: string;
  readonly request: Request;
  /** What the report says of the payload, in bytes. */
  readonly payload: number;
}

/** A test of the suite, and what `-t` may call it. */
interface SuiteTest {
  readonly names: readonly string[];
  readonly title: string;
  readonly words: readonly string[];
}

/** The tests that the options select, in order: those of the suite, or the command's only one. */
export function selectTests(options: BenchOptions): Test[] {
  const { command, size, tests } = options;
  const data = randomData(size);
  if (command.length > 0) {
    const bytes = request(...command.map((word) => word.replaceAll(DATA_MARK, data)));
    return [{ title: command.join(" "), request: bytes, payload: bytes.length }];
  }
  return suite(data, options)
    .filter(({ names }) => tests === null || names.some((name) => tests.includes(name)))
    .map(({ title, words }) => ({ title, payload: size, request: requestOf(words) }));
}

/** Printable characters, the same each time. */
export function randomData(size: number): string {
  const bytes: string[] = new Array(size);
  let state = 1234;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = String.fromCharCode(0x30 + ((state >>> 16) & 63));
  }
  return bytes.join("");
}

/** A single word with a newline is an inline command, to be sent as it is. */
function requestOf(words: readonly string[]): Request {
  return words.length === 1 && words[0].endsWith("\r\n") ? toBytes(words[0]) : request(...words);
}

function suite(data: string, { cluster, keyspace }: BenchOptions): SuiteTest[] {
  const tag = cluster ? `:${TAG_MARK}` : "";
  const [key, list, set, sorted] = [
    `key${tag}:${RANDOM_MARK}`,
    `mylist${tag}`,
    `myset${tag}`,
    `myzset${tag}`,
  ];
  const element = `element:${RANDOM_MARK}`;
  const test = (title: string, ...words: string[]) => ({ names: [title.toLowerCase()], title, words });
  const range = (count: number, last: number) => ({
    names: ["lrange", `lrange_${count}`],
    title: `LRANGE_${count} (first ${count} elements)`,
    words: ["LRANGE", list, "0", String(last)],
  });
  return [
    { names: ["ping", "ping_inline"], title: "PING_INLINE", words: ["PING\r\n"] },
    { names: ["ping", "ping_mbulk"], title: "PING_MBULK", words: ["PING"] },
    test("SET", "SET", key, data),
    test("GET", "GET", key),
    test("INCR", "INCR", `counter${tag}:${RANDOM_MARK}`),
    test("LPUSH", "LPUSH", list, data),
    test("RPUSH", "RPUSH", list, data),
    test("LPOP", "LPOP", list),
    test("RPOP", "RPOP", list),
    test("SADD", "SADD", set, element),
    test("HSET", "HSET", `myhash${tag}`, element, data),
    test("SPOP", "SPOP", set),
    test("ZADD", "ZADD", sorted, keyspace === null ? "0" : RANDOM_MARK, element),
    test("ZPOPMIN", "ZPOPMIN", sorted),
    {
      names: ["lrange", "lrange_100", "lrange_300", "lrange_500", "lrange_600"],
      title: "LPUSH (needed to benchmark LRANGE)",
      words: ["LPUSH", list, data],
    },
    range(100, 99),
    range(300, 299),
    range(500, 499),
    range(600, 599),
    {
      names: ["mset"],
      title: `MSET (${KEYS_OF_MSET} keys)`,
      words: ["MSET", ...new Array(KEYS_OF_MSET).fill([key, data]).flat()],
    },
  ];
}
