import { type Random, type RandomCommand, randomised } from "./runner.ts";

/** Integers around the edges of their widths, short texts, bytes; now and then something long. */
const ELEMENTS = [
  ...["", "0", "1", "2", "-1", "12", "127", "128", "-4096", "4095", "4096", "32767", "32768", "-32769"],
  ...["8388607", "-8388609", "2147483647", "2147483648", "9223372036854775807", "-9223372036854775808"],
  ...["007", "+1", "-0", "1.5", "a", "b", "c", "\x00\r\n\xff", "\xff", "hello world", "x".repeat(64)],
];

/** A list that seldom is empty. */
const STOCK = "stock";

/** How an encoding is called does not matter, as 7.0 knows only one. */
const ENCODING_NAME = /\$\d\r\n(?:quicklist|listpack)/;

function element(random: Random): string {
  if (random.chance(0.03)) return random.bytes(random.pick([100, 700, 2000, 5000]));
  return random.chance(0.1) ? String(random.below(5)) : random.pick(ELEMENTS);
}

function elements(random: Random): string[] {
  const count = random.chance(0.1) ? random.between(3, 12) : random.between(1, 2);
  return Array.from({ length: count }, () => element(random));
}

function masking(...words: (string | number)[]): RandomCommand {
  return { words, normalise: (raw) => raw.replace(ENCODING_NAME, "#") };
}

/**
 * A blocking command, nearly always with a list that is not empty among its keys: a redis-server with nothing else to do
 * notices only ten times a second that a client has waited long enough.
 */
function blockingCommand(random: Random, key: () => string): RandomCommand {
  const side = () => random.pick(["LEFT", "RIGHT"]);
  const source = random.chance(0.02) ? key() : STOCK;
  return random.pick<() => RandomCommand>([
    () => ["BLPOP", key(), key(), source, 0.001],
    () => ["BRPOP", key(), source, 0.001],
    () => ["BLMPOP", 0.001, 3, key(), key(), source, side(), "COUNT", random.between(1, 3)],
    () => ["BLMOVE", source, key(), side(), side(), 0.001],
    () => ["BRPOPLPUSH", source, key(), 0.001],
    () => ["RPUSH", STOCK, ...Array.from({ length: 20 }, () => element(random))],
  ])();
}

/** Changes at the ends. */
function endCommand(random: Random, key: () => string): RandomCommand {
  const side = () => random.pick(["LEFT", "RIGHT"]);
  const count = () => random.pick([0, 1, 2, 3, 7, 100, -1]);
  return random.pick<() => RandomCommand>([
    () => ["LPUSH", key(), ...elements(random)],
    () => ["RPUSH", key(), ...elements(random)],
    () => ["LPUSH", key(), ...elements(random)],
    () => ["RPUSH", key(), ...elements(random)],
    () => ["LPUSHX", key(), ...elements(random)],
    () => ["RPUSHX", key(), ...elements(random)],
    () => ["LPOP", key()],
    () => ["RPOP", key()],
    () => [random.pick(["LPOP", "RPOP"]), key(), count()],
    () => ["LMPOP", 2, key(), key(), side(), "COUNT", count()],
    () => ["LMPOP", 1, key(), side()],
    () => ["LMOVE", key(), key(), side(), side()],
    () => ["RPOPLPUSH", key(), key()],
    () => blockingCommand(random, key),
  ])();
}

/** Reads, and changes in the middle. */
function middleCommand(random: Random, key: () => string): RandomCommand {
  const index = () =>
    random.chance(0.05) ? random.pick(["x", "9223372036854775807"]) : random.between(-20, 20);
  return random.pick<() => RandomCommand>([
    () => ["LLEN", key()],
    () => ["LINDEX", key(), index()],
    () => ["LRANGE", key(), index(), index()],
    () => ["LRANGE", key(), 0, -1],
    () => ["LSET", key(), index(), element(random)],
    () => ["LINSERT", key(), random.pick(["BEFORE", "AFTER"]), element(random), element(random)],
    () => ["LINSERT", key(), random.pick(["BEFORE", "AFTER"]), element(random), element(random)],
    () => ["LREM", key(), random.between(-3, 3), element(random)],
    () => ["LTRIM", key(), random.between(-30, 3), random.between(-3, 30)],
    () => ["LPOS", key(), element(random), ...positionOptions(random)],
    () => masking("OBJECT", "ENCODING", key()),
  ])();
}

function positionOptions(random: Random): (string | number)[] {
  const options: (string | number)[] = [];
  if (random.chance(0.4)) options.push("RANK", random.between(-3, 3));
  if (random.chance(0.4)) options.push("COUNT", random.between(0, 3));
  if (random.chance(0.3)) options.push("MAXLEN", random.between(0, 12));
  return options;
}

function listCommand(random: Random, keys: number): RandomCommand {
  const key = () => `k${random.below(keys)}`;
  if (random.chance(0.02)) {
    return random.pick<RandomCommand>([
      ["SET", "string", "v"],
      ["LPUSH", "string", "1"],
      ["LMOVE", key(), "string", "LEFT", "LEFT"],
      ["DEL", key()],
      ["COPY", key(), key(), "REPLACE"],
      ["RENAME", key(), key()],
      ["TYPE", key()],
    ]);
  }
  return random.chance(0.5) ? endCommand(random, key) : middleCommand(random, key);
}

randomised("list: random commands", {
  seed: 20240301,
  count: 10_000,
  generate: (random) => listCommand(random, 6),
});

randomised("list: random commands with small nodes of changing size", {
  seed: 20240302,
  count: 10_000,
  generate: (random) =>
    random.chance(0.004)
      ? ["CONFIG", "SET", "list-max-listpack-size", random.pick([1, 2, 3, 4, 5, 8, -1])]
      : listCommand(random, 3),
});
