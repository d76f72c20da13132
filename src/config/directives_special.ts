/** Directives with a syntax of their own, and the shapes of their values. */

import { custom, LONG_MAX } from "./builders.ts";
import { parseLoose, parseMemory } from "./numbers.ts";
import {
  ConfigValueError,
  DENY_LOADING,
  IMMUTABLE,
  MEANINGLESS,
  MULTIPLE,
  PROTECTED,
  type Setting,
} from "./types.ts";

/** One rule of `save`: a snapshot after so many seconds if there were at least so many changes. */
export interface SaveRule {
  readonly seconds: number;
  readonly changes: number;
}

/** Limits on a client's unread replies: bytes at once, and bytes for some seconds on end; 0 is no limit. */
export interface OutputBufferLimit {
  readonly hard: number;
  readonly soft: number;
  readonly softSeconds: number;
}

/** The classes of clients that have limits of their own. */
export type ClientClass = "normal" | "replica" | "pubsub";
export type OutputBufferLimits = Readonly<Record<ClientClass, OutputBufferLimit>>;

/** The primary that this server replicates. */
export interface PrimaryAddress {
  readonly host: string;
  readonly port: number;
}

function parseSave(args: readonly string[], previous: Setting<readonly SaveRule[]>, mode: string) {
  const rules: SaveRule[] = [];
  const numbers = args.length === 1 && args[0] === "" ? [] : args.map((argument) => parseLoose(argument));
  if (numbers.length % 2 === 1) throw new ConfigValueError("Invalid save parameters");
  for (let i = 0; i < numbers.length; i += 2) {
    const [seconds, changes] = [numbers[i], numbers[i + 1]];
    if (seconds === undefined || seconds < 1n || changes === undefined || changes < 0n) {
      throw new ConfigValueError("Invalid save parameters");
    }
    rules.push({ seconds: Number(seconds), changes: Number(changes) });
  }
  // An empty value drops all rules; further lines of a file add to the earlier ones.
  return saveSetting(mode === "file" && rules.length > 0 ? [...previous.value, ...rules] : rules);
}

function saveSetting(rules: readonly SaveRule[]): Setting<readonly SaveRule[]> {
  return { value: rules, text: rules.map(({ seconds, changes }) => `${seconds} ${changes}`).join(" ") };
}

/** No `save` rules at all: what the first `save` line of a file starts from. */
export const NO_SAVE_RULES = saveSetting([]);

const CLIENT_CLASSES: Readonly<Record<string, ClientClass>> = {
  normal: "normal",
  slave: "replica",
  replica: "replica",
  pubsub: "pubsub",
};

function parseOutputBufferLimits(args: readonly string[], previous: Setting<OutputBufferLimits>) {
  if (args.length % 4 !== 0) {
    throw new ConfigValueError("Wrong number of arguments in buffer limit configuration.");
  }
  const limits: Record<ClientClass, OutputBufferLimit> = { ...previous.value };
  for (let i = 0; i < args.length; i += 4) {
    const name = args[i].toLowerCase();
    if (!Object.hasOwn(CLIENT_CLASSES, name)) {
      throw new ConfigValueError("Invalid client class specified in buffer limit configuration.");
    }
    limits[CLIENT_CLASSES[name]] = parseOutputBufferLimit(args[i + 1], args[i + 2], args[i + 3]);
  }
  return outputBufferSetting(limits);
}

function parseOutputBufferLimit(hardText: string, softText: string, secondsText: string): OutputBufferLimit {
  const hard = parseMemory(hardText);
  const soft = parseMemory(softText);
  const seconds = parseLoose(secondsText);
  if (
    hard === undefined || soft === undefined || seconds === undefined || seconds < 0n || seconds > LONG_MAX
  ) {
    throw new ConfigValueError("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
  }
  return { hard: Number(hard), soft: Number(soft), softSeconds: Number(seconds) };
}

function outputBufferSetting(limits: OutputBufferLimits): Setting<OutputBufferLimits> {
  const words = (name: string, limit: OutputBufferLimit) =>
    `${name} ${BigInt(limit.hard)} ${BigInt(limit.soft)} ${BigInt(limit.softSeconds)}`;
  const { normal, replica, pubsub } = limits;
  // CONFIG GET still says "slave", as Redis does for old readers of it.
  return {
    value: limits,
    text: [words("normal", normal), words("slave", replica), words("pubsub", pubsub)].join(" "),
  };
}

function parseOomScores(args: readonly string[]): Setting<readonly number[]> {
  if (args.length !== 3) throw new ConfigValueError("wrong number of arguments");
  const scores = args.map((argument) => {
    const score = parseLoose(argument);
    if (score === undefined || score < -2000n || score > 2000n) {
      throw new ConfigValueError("Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
    }
    return Number(score);
  });
  return { value: scores, text: scores.join(" ") };
}

/** The letters of `notify-keyspace-events`, with the bit of each in the value of the directive. */
export const NOTIFY = {
  KEYSPACE: 1,
  KEYEVENT: 2,
  GENERIC: 4,
  STRING: 8,
  LIST: 16,
  SET: 32,
  HASH: 64,
  SORTED_SET: 128,
  EXPIRED: 256,
  EVICTED: 512,
  STREAM: 1024,
  KEY_MISS: 2048,
  MODULE: 8192,
  NEW: 16384,
} as const;

const CLASS_LETTERS: readonly (readonly [string, number])[] = [
  ["g", NOTIFY.GENERIC],
  ["$", NOTIFY.STRING],
  ["l", NOTIFY.LIST],
  ["s", NOTIFY.SET],
  ["h", NOTIFY.HASH],
  ["z", NOTIFY.SORTED_SET],
  ["x", NOTIFY.EXPIRED],
  ["e", NOTIFY.EVICTED],
  ["t", NOTIFY.STREAM],
  ["d", NOTIFY.MODULE],
];
const ALL_CLASSES = CLASS_LETTERS.reduce((bits, [, bit]) => bits | bit, 0);
const NOTIFY_BITS = new Map<string, number>([
  ...CLASS_LETTERS,
  ["A", ALL_CLASSES],
  ["K", NOTIFY.KEYSPACE],
  ["E", NOTIFY.KEYEVENT],
  ["m", NOTIFY.KEY_MISS],
  ["n", NOTIFY.NEW],
]);

function parseNotify(args: readonly string[]): Setting<number> {
  if (args.length !== 1) throw new ConfigValueError("wrong number of arguments");
  let bits = 0;
  for (const letter of args[0]) {
    const bit = NOTIFY_BITS.get(letter);
    if (bit === undefined) {
      throw new ConfigValueError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }
    bits |= bit;
  }
  return { value: bits, text: formatNotify(bits) };
}

/** The letters of the bits in Redis's order. As there, `n` is not printed beside `A`. */
function formatNotify(bits: number): string {
  const has = (bit: number, letter: string) => (bits & bit) !== 0 ? letter : "";
  const classes = (bits & ALL_CLASSES) === ALL_CLASSES
    ? "A"
    : CLASS_LETTERS.map(([letter, bit]) => has(bit, letter)).join("") + has(NOTIFY.NEW, "n");
  return classes + has(NOTIFY.KEYSPACE, "K") + has(NOTIFY.KEYEVENT, "E") + has(NOTIFY.KEY_MISS, "m");
}

const MOST_ADDRESSES = 16;

function parseBind(args: readonly string[]): Setting<readonly string[]> {
  if (args.length > MOST_ADDRESSES) throw new ConfigValueError("Too many bind addresses specified.");
  const addresses = args.length === 1 && args[0] === "" ? [] : [...args];
  return { value: addresses, text: addresses.join(" ") };
}

function parseReplicaOf(args: readonly string[]): Setting<PrimaryAddress | null> {
  if (args.length !== 2) throw new ConfigValueError("wrong number of arguments");
  const [host, portText] = args;
  if (host.toLowerCase() === "no" && portText.toLowerCase() === "one") return { value: null, text: "" };
  const port = parseLoose(portText);
  if (port === undefined || port < 0n || port > 65535n) throw new ConfigValueError("Invalid master port");
  return { value: { host, port: Number(port) }, text: `${host} ${port}` };
}

function parsePercentiles(args: readonly string[]): Setting<readonly number[]> {
  const words = args.length === 1 && args[0] === "" ? [] : args;
  const percentiles = words.map((word) => {
    if (!/^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?)$/i.test(word)) {
      throw new ConfigValueError("Invalid latency-tracking-info-percentiles parameters");
    }
    const value = Number(word);
    if (!(value >= 0 && value <= 100)) {
      throw new ConfigValueError(
        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
      );
    }
    return value;
  });
  return { value: percentiles, text: percentiles.map(formatPercentile).join(" ") };
}

function formatPercentile(value: number): string {
  // As printf's %f does, a zero keeps its sign.
  return (Object.is(value, -0) ? "-" : "") + value.toFixed(6).replace(/\.?0+$/, "");
}

const defaultSave = saveSetting([
  { seconds: 3600, changes: 1 },
  { seconds: 300, changes: 100 },
  { seconds: 60, changes: 10000 },
]);

const MEBIBYTE = 1024 * 1024;
const defaultOutputBuffers = outputBufferSetting({
  normal: { hard: 0, soft: 0, softSeconds: 0 },
  replica: { hard: 256 * MEBIBYTE, soft: 64 * MEBIBYTE, softSeconds: 60 },
  pubsub: { hard: 32 * MEBIBYTE, soft: 8 * MEBIBYTE, softSeconds: 60 },
});

function parseDirectory(args: readonly string[]): Setting<string> {
  if (args.length !== 1) throw new ConfigValueError("wrong number of arguments");
  return { value: args[0], text: args[0] };
}

export const specialDirectives = {
  "dir": custom<string>(
    { value: ".", text: "." },
    "an existing directory",
    PROTECTED | DENY_LOADING,
    "The directory that the server works in and where it keeps its data files.",
    parseDirectory,
  ),
  "save": custom<readonly SaveRule[]>(
    defaultSave,
    "pairs of seconds and changes, or nothing",
    MULTIPLE,
    "Takes a snapshot after the given seconds when at least the given number of changes was made.",
    parseSave,
  ),
  "client-output-buffer-limit": custom<OutputBufferLimits>(
    defaultOutputBuffers,
    "groups of class, hard limit, soft limit, soft seconds",
    MULTIPLE,
    "Closes clients of a class whose unread replies exceed the hard limit, or the soft one for too long.",
    parseOutputBufferLimits,
  ),
  "oom-score-adj-values": custom<readonly number[]>(
    { value: [0, 200, 800], text: "0 200 800" },
    "three numbers from -2000 to 2000",
    MULTIPLE | MEANINGLESS,
    "Scores for the kernel's out-of-memory killer, for a primary, a replica and a background child.",
    parseOomScores,
  ),
  "notify-keyspace-events": custom<number>(
    { value: 0, text: "" },
    "letters of Ag$lshzxeKEtmdn",
    0,
    "Chooses which changes of the data set are published to pub/sub channels.",
    parseNotify,
  ),
  "bind": custom<readonly string[]>(
    { value: ["127.0.0.1", "-::1"], text: "127.0.0.1 -::1" },
    "up to 16 addresses; a leading - lets the address be missing; * is all IPv4, -::* all IPv6",
    MULTIPLE,
    "The addresses that the server listens on.",
    parseBind,
  ),
  "replicaof": custom<PrimaryAddress | null>(
    { value: null, text: "" },
    "host and port, or no one",
    IMMUTABLE | MULTIPLE,
    "Makes this server a replica of the server at the given address.",
    parseReplicaOf,
    "slaveof",
  ),
  "latency-tracking-info-percentiles": custom<readonly number[]>(
    { value: [50, 99, 99.9], text: "50 99 99.9" },
    "numbers from 0 to 100",
    MULTIPLE,
    "The percentiles of command latency that INFO shows.",
    parsePercentiles,
  ),
};
