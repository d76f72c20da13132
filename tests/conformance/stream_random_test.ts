import { type Random, type RandomCommand, randomised } from "./runner.ts";

/** Where a sequence stands: IDs mostly go up, so that most XADDs succeed. */
interface Position {
  milliseconds: number;
  commands: number;
  /** What is to be sent next. */
  next: RandomCommand[];
}

const KEYS = ["s", "t"];
const GROUPS = ["g", "h"];
const CONSUMERS = ["c", "d", "\x00\xff\r\n"];
const EDGES = [
  "0",
  "-1",
  "127",
  "128",
  "4095",
  "4096",
  "-4097",
  "32767",
  "32768",
  "-32769",
  "8388608",
  "2147483648",
];
const WIDE = ["9223372036854775807", "-9223372036854775808", "9223372036854775808", "007", "-0", ""];

function id(random: Random, position: Position): string {
  const milliseconds = Math.max(0, position.milliseconds - random.below(40));
  return random.chance(0.2) ? `${milliseconds}` : `${milliseconds}-${random.below(3)}`;
}

function bound(random: Random, position: Position, edge: string): string {
  if (random.chance(0.4)) return edge;
  return random.chance(0.2) ? `(${id(random, position)}` : id(random, position);
}

function newId(random: Random, position: Position): string {
  if (random.chance(0.7)) position.milliseconds += random.below(3);
  // A jump far ahead makes differences of more than 32 bits within a node.
  if (random.chance(0.003)) position.milliseconds += 2 ** 33;
  const { milliseconds } = position;
  if (random.chance(0.05)) return `${milliseconds}-18446744073709551615`;
  return random.chance(0.5) ? `${milliseconds}-*` : `${milliseconds}-${random.below(200)}`;
}

function value(random: Random): string {
  if (random.chance(0.3)) return random.pick(EDGES);
  if (random.chance(0.2)) return random.pick(WIDE);
  return random.bytes(random.chance(0.05) ? random.between(60, 300) : random.below(8));
}

function fields(random: Random): string[] {
  const names = random.chance(0.7)
    ? ["a", "b"]
    : random.pick([["a"], ["b", "a"], ["1", "2", "3"], ["\x00\xff"]]);
  return names.flatMap((name) => [name, value(random)]);
}

function trimming(random: Random, position: Position): (string | number)[] {
  const operator = random.pick([["~"], ["~"], ["="], []]);
  const limit = operator[0] === "~" && random.chance(0.3) ? ["LIMIT", random.below(12)] : [];
  const strategy = random.chance(0.6)
    ? ["MAXLEN", ...operator, random.below(40)]
    : ["MINID", ...operator, id(random, position)];
  return [...strategy, ...limit];
}

function count(random: Random): (string | number)[] {
  return random.chance(0.5) ? ["COUNT", random.between(-1, 6)] : [];
}

function add(random: Random, position: Position): RandomCommand {
  const options = [
    ...(random.chance(0.1) ? ["NOMKSTREAM"] : []),
    ...(random.chance(0.15) ? trimming(random, position) : []),
  ];
  const words = ["XADD", random.pick(KEYS), ...options, newId(random, position), ...fields(random)];
  return { words, normalise: sameExhaustion };
}

/** 7.0 has another text than 7.2 where the milliseconds have no sequence left. */
function sameExhaustion(text: string): string {
  const wrong = "-ERR Elements are too large to be stored";
  return text.replace(
    wrong,
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item",
  );
}

function readEntries(random: Random, position: Position): RandomCommand {
  const key = random.pick(KEYS);
  return random.pick<() => RandomCommand>([
    () => ["XRANGE", key, bound(random, position, "-"), bound(random, position, "+"), ...count(random)],
    () => ["XREVRANGE", key, bound(random, position, "+"), bound(random, position, "-"), ...count(random)],
    () => ["XREAD", ...count(random), "STREAMS", key, id(random, position)],
    () => ["XREAD", "STREAMS", "s", "t", id(random, position), "$"],
    () => ["XLEN", key],
  ])();
}

function changeEntries(random: Random, position: Position): RandomCommand {
  const key = random.pick(KEYS);
  return random.pick<() => RandomCommand>([
    () => ["XDEL", key, id(random, position), id(random, position), id(random, position)],
    () => ["XDEL", key, id(random, position)],
    () => ["XTRIM", key, ...trimming(random, position)],
    () => ["XSETID", key, `${position.milliseconds += random.below(2)}-7`],
    () => ["XSETID", key, `${position.milliseconds}-99`, "ENTRIESADDED", random.below(300)],
    () => ["XADD", key, "MAXLEN", random.below(5), `${position.milliseconds}-7`, ...fields(random)],
  ])();
}

function readGroup(random: Random, position: Position): RandomCommand {
  const [key, group, consumer] = place(random, position);
  const noAck = random.chance(0.15) ? ["NOACK"] : [];
  const words = ["XREADGROUP", "GROUP", group, consumer, ...count(random), ...noAck, "STREAMS"];
  if (random.chance(0.2)) {
    const other = key === "s" ? "t" : "s";
    position.next.unshift(["XGROUP", "CREATECONSUMER", other, group, consumer]);
    return [...words, other, key, ">", ">"];
  }
  return [...words, key, random.chance(0.7) ? ">" : id(random, position)];
}

/** A key, a group and a consumer, who is created first: 7.2 creates who wants to read or claim, 7.0 only who can. */
function place(random: Random, position: Position): [string, string, string] {
  const chosen: [string, string, string] = [random.pick(KEYS), random.pick(GROUPS), random.pick(CONSUMERS)];
  position.next.push(["XGROUP", "CREATECONSUMER", ...chosen]);
  return chosen;
}

function claim(random: Random, position: Position): RandomCommand {
  const claimer = place(random, position);
  // Some entries get an age of an hour, and some claims ask for one of half an hour: milliseconds don't matter.
  const idle = random.chance(0.3) ? 1_800_000 : 0;
  const justId = random.chance(0.4) ? ["JUSTID"] : [];
  if (random.chance(0.4)) {
    return [
      "XAUTOCLAIM",
      ...claimer,
      idle,
      bound(random, position, "-"),
      ...(random.chance(0.5) ? ["COUNT", random.between(1, 3)] : []),
      ...justId,
    ];
  }
  const options = [
    ...(random.chance(0.4) ? ["IDLE", 3_600_000] : []),
    ...(random.chance(0.3) ? ["RETRYCOUNT", random.below(10)] : []),
    ...(random.chance(0.3) ? ["FORCE"] : []),
    ...(random.chance(0.1) ? ["LASTID", id(random, position)] : []),
  ];
  return ["XCLAIM", ...claimer, idle, id(random, position), id(random, position), ...options, ...justId];
}

function administer(random: Random, position: Position): RandomCommand {
  const key = random.pick(KEYS);
  const group = random.pick(GROUPS);
  const at = random.chance(0.3) ? "$" : random.chance(0.5) ? "0" : id(random, position);
  const read = random.chance(0.3) ? ["ENTRIESREAD", random.between(-1, 50)] : [];
  return random.pick<() => RandomCommand>([
    () => ["XGROUP", "CREATE", key, group, at, ...read, ...(random.chance(0.5) ? ["MKSTREAM"] : [])],
    () => ["XGROUP", "CREATE", key, group, at, ...read],
    () => ["XGROUP", "SETID", key, group, at, ...read],
    () => ["XGROUP", "CREATECONSUMER", key, group, random.pick(CONSUMERS)],
    () =>
      random.chance(0.3)
        ? ["XGROUP", "DELCONSUMER", key, group, random.pick(CONSUMERS)]
        : ["XPENDING", key, group],
    () => random.chance(0.2) ? ["XGROUP", "DESTROY", key, group] : ["XINFO", "GROUPS", key],
    () => random.chance(0.1) ? ["DEL", key] : ["TYPE", key],
    () => random.chance(0.3) ? ["COPY", "s", "t", "REPLACE"] : ["XPENDING", key, group],
    () => ["CONFIG", "SET", "stream-node-max-entries", random.pick([0, 1, 2, 5, 10])],
    () => ["CONFIG", "SET", "stream-node-max-bytes", random.pick([0, 40, 100, 300, 1000])],
  ])();
}

function acknowledge(random: Random, position: Position): RandomCommand {
  return [
    "XACK",
    random.pick(KEYS),
    random.pick(GROUPS),
    id(random, position),
    id(random, position),
    id(random, position),
  ];
}

/** What depends on the moment, and what 7.2 tells of consumers and 7.0 does not. */
const TIMES = new RegExp(
  [
    /[*%]\d+\r\n(?=\$4\r\nname\r\n\$\d+\r\n[^$]*\$(?:7\r\npending|9\r\nseen-time))/.source,
    /\$4\r\nidle\r\n:\d+\r\n(?:\$8\r\ninactive\r\n:-?\d+\r\n)?/.source,
    /\$9\r\nseen-time\r\n:\d+\r\n(?:\$11\r\nactive-time\r\n:-?\d+\r\n)?/.source,
    /:\d+\r\n(?=:-?\d+\r\n)/.source,
  ].join("|"),
  "g",
);

function describe(random: Random, position: Position): RandomCommand {
  const key = random.pick(KEYS);
  const group = random.pick(GROUPS);
  const consumer = random.chance(0.4) ? [random.pick(CONSUMERS)] : [];
  const idle = random.chance(0.3) ? ["IDLE", random.pick([0, 1_800_000])] : [];
  const words = random.pick<() => (string | number)[]>([
    () => ["XINFO", "STREAM", key],
    () => ["XINFO", "STREAM", key, "FULL", "COUNT", random.between(-1, 5)],
    () => ["XINFO", "STREAM", key, "FULL"],
    () => ["XINFO", "GROUPS", key],
    () => ["XINFO", "CONSUMERS", key, group],
    () => [
      "XPENDING",
      key,
      group,
      ...idle,
      bound(random, position, "-"),
      bound(random, position, "+"),
      random.between(-1, 8),
      ...consumer,
    ],
  ])();
  return { words, normalise: (text) => text.replace(TIMES, "#") };
}

const SETTINGS = [["CONFIG", "SET", "stream-node-max-entries", "10"], [
  "CONFIG",
  "SET",
  "stream-node-max-bytes",
  "300",
]];
const DEFAULTS = [["CONFIG", "SET", "stream-node-max-entries", "100"], [
  "CONFIG",
  "SET",
  "stream-node-max-bytes",
  "4096",
]];

/** A generator of `count` commands, which ends with the settings that it found. */
function commands(count: number): (random: Random) => RandomCommand {
  let position: Position = { milliseconds: 1, commands: 0, next: [] };
  return (random) => {
    const { commands } = position;
    position.commands++;
    if (commands < SETTINGS.length) return SETTINGS[commands];
    if (commands >= count - DEFAULTS.length) {
      const last = DEFAULTS[count - 1 - commands];
      if (commands === count - 1) position = { milliseconds: 1, commands: 0, next: [] };
      return last;
    }
    if (position.next.length === 0) position.next.push(draw(random, position));
    return position.next.shift()!;
  };
}

function draw(random: Random, position: Position): RandomCommand {
  const kind = random.float();
  if (kind < 0.27) return add(random, position);
  if (kind < 0.4) return readEntries(random, position);
  if (kind < 0.46) return changeEntries(random, position);
  if (kind < 0.6) return readGroup(random, position);
  if (kind < 0.7) return claim(random, position);
  if (kind < 0.78) return administer(random, position);
  if (kind < 0.84) return acknowledge(random, position);
  return describe(random, position);
}

for (const [seed, count] of [[20240201, 6000], [20240202, 6000]]) {
  randomised(`stream: random commands from ${seed}`, { seed, count, generate: commands(count) });
}
