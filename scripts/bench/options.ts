import { parseArgs } from "@std/cli";
import { BENCH_TESTS, DEFAULT_TESTS, findTest } from "./bench_tests.ts";

/** What the benchmark is to do. */
export interface BenchOptions {
  help: boolean;
  /** Short runs on small data, to see that everything works; its figures are rough. */
  quick: boolean;
  rounds: number;
  /** Names of tests, all known. */
  tests: string[];
  /** Pipeline depths. */
  depths: number[];
  /** Value sizes in bytes. */
  sizes: number[];
  /** Names of tables, in the order given. */
  tables: string[];
  /** File for the unrounded results. */
  json?: string;
  /** Keys of the filled key space, of the memory table and of the expiry table. */
  keys: number;
  /** Idle connections of the connection table. */
  connections: number;
}

const FLAGS = ["help", "quick", "skip-memory", "connections", "loop-hold"];
const VALUES = ["rounds", "tests", "depths", "sizes", "tables", "json", "keys"];

/**
 * Reads the command line. `tableNames` are the tables there are; without a choice the first two are run.
 * Throws a message for people on anything unknown or out of range.
 */
export function parseOptions(args: string[], tableNames: readonly string[]): BenchOptions {
  const unknown = (word: string): boolean => {
    throw new Error(`unknown option ${word}; --help lists the options`);
  };
  const parsed: Record<string, unknown> = parseArgs(args, { boolean: FLAGS, string: VALUES, unknown });
  const quick = parsed.quick === true;
  const list = (name: string, fallback: string[]) => words(parsed[name]) ?? fallback;
  const numbers = (name: string, fallback: number[]) =>
    words(parsed[name])?.map((word) => wholeNumber(name, word)) ?? fallback;
  const single = (name: string, fallback: number) =>
    parsed[name] === undefined ? fallback : wholeNumber(name, String(parsed[name]));
  return {
    help: parsed.help === true,
    quick,
    rounds: single("rounds", quick ? 2 : 3),
    tests: list("tests", DEFAULT_TESTS).flatMap(checkTest),
    depths: numbers("depths", quick ? [1, 16] : [1, 16, 64]),
    sizes: numbers("sizes", quick ? [3] : [3, 100, 1024]),
    tables: chooseTables(parsed, tableNames),
    json: parsed.json === undefined ? undefined : String(parsed.json),
    keys: single("keys", quick ? 100_000 : 1_000_000),
    connections: quick ? 1000 : 10_000,
  };
}

function words(value: unknown): string[] | undefined {
  return value === undefined ? undefined : String(value).split(",").filter((word) => word !== "");
}

function wholeNumber(name: string, word: string): number {
  if (!/^[1-9]\d{0,8}$/.test(word)) throw new Error(`--${name} takes whole numbers from 1, not "${word}"`);
  return Number(word);
}

function checkTest(word: string): string[] {
  const name = word.toLowerCase();
  if (name === "ping") return ["ping_inline", "ping_mbulk"];
  if (findTest(name)) return [name];
  throw new Error(`unknown test "${word}"; there are: ${BENCH_TESTS.map((test) => test.name).join(", ")}`);
}

function chooseTables(parsed: Record<string, unknown>, names: readonly string[]): string[] {
  const flagged = ["connections", "loop-hold"].filter((name) => parsed[name] === true);
  let chosen = words(parsed.tables) ?? (flagged.length > 0 ? [] : names.slice(0, 2));
  if (chosen.includes("all")) chosen = [...names];
  const strange = chosen.find((name) => !names.includes(name));
  if (strange !== undefined) {
    throw new Error(`unknown table "${strange}"; there are: ${names.join(", ")}, all`);
  }
  const all = [...new Set([...chosen, ...flagged])];
  return parsed["skip-memory"] === true ? all.filter((name) => name !== "memory") : all;
}
