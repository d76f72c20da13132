/** What the clients do: one command, or one transaction, at a time. */

import type { Random } from "../../src/util/random.ts";
import { type Plain, ReplyError } from "../../tests/support/resp_reply.ts";
import type { ClientState } from "./state.ts";

/** Something that takes effect as a whole or not at all. */
export interface Step {
  readonly commands: readonly (readonly string[])[];
  /** What it does to the client's keys. `reply` is that of the last command, undefined if it did not arrive. */
  apply(state: ClientState, reply: Plain | undefined): void;
}

/** The keys of a client, in a database of its own. */
export class Keyring {
  readonly prefix: string;
  readonly database: number;

  constructor(client: number) {
    this.prefix = `c${client}:`;
    this.database = client % 3;
  }

  key(name: string): string {
    return this.prefix + name;
  }
}

const LONGEST_STREAM = 50;

type Maker = (keys: Keyring, random: Random, number: number) => Step;

/** A step that is one command. */
function one(command: readonly string[], apply: Step["apply"]): Step {
  return { commands: [command], apply };
}

const MAKERS: readonly Maker[] = [
  increment,
  increment,
  pushElement,
  moveElement,
  addMember,
  popMember,
  setField,
  addScore,
  popLowest,
  addEntry,
  readEntries,
  acknowledge,
  deleteEntry,
  setDeadline,
  setBriefly,
  rename,
  startOver,
  transaction,
  transaction,
  transfer,
];

/** The step with that number, drawn at random. */
export function randomStep(keys: Keyring, random: Random, number: number): Step {
  return MAKERS[random.below(MAKERS.length)](keys, random, number);
}

/** The first step of all. */
export function newStream(keys: Keyring): Step {
  const key = keys.key("stream");
  return {
    commands: [["MULTI"], ["UNLINK", key], ["XGROUP", "CREATE", key, "group", "0", "MKSTREAM"], ["EXEC"]],
    apply: (state) => state.createStream(key),
  };
}

function increment(keys: Keyring): Step {
  const key = keys.key("count");
  return one(["INCR", key], (state) => state.increment(key, 1));
}

function pushElement(keys: Keyring, random: Random, number: number): Step {
  const key = keys.key("list");
  const element = `${number}:${"\u00ff\r\n".repeat(random.below(20))}`;
  return one(["RPUSH", key, element], (state) => state.push(key, element));
}

function moveElement(keys: Keyring): Step {
  const [from, to] = [keys.key("list"), keys.key("moved")];
  return one(["LMOVE", from, to, "LEFT", "RIGHT"], (state) => state.move(from, to));
}

function addMember(keys: Keyring, _: Random, number: number): Step {
  const key = keys.key("set");
  return one(["SADD", key, `m${number}`], (state) => state.addMember(key, `m${number}`));
}

function popMember(keys: Keyring): Step {
  const key = keys.key("set");
  return one(["SPOP", key], (state, reply) => {
    if (reply !== null) state.popMember(key, reply === undefined ? undefined : String(reply));
  });
}

function setField(keys: Keyring, random: Random, number: number): Step {
  const key = keys.key("hash");
  const field = `f${random.below(200)}`;
  const value = random.below(5) === 0 ? undefined : `v${number}`;
  const command = value === undefined ? ["HDEL", key, field] : ["HSET", key, field, value];
  return one(command, (state) => state.setField(key, field, value));
}

function addScore(keys: Keyring, random: Random): Step {
  const key = keys.key("scores");
  const member = `p${random.below(300)}`;
  const by = random.below(1000) - 500;
  return one(["ZINCRBY", key, String(by), member], (state) => state.addScore(key, member, by));
}

function popLowest(keys: Keyring): Step {
  const key = keys.key("scores");
  return one(["ZPOPMIN", key], (state) => state.popLowest(key));
}

function addEntry(keys: Keyring, _: Random, number: number): Step {
  const key = keys.key("stream");
  const id = entryId(number);
  const command = ["XADD", key, "MAXLEN", String(LONGEST_STREAM), id, "field", `value ${number}`];
  return one(command, (state) => state.addEntry(key, id, LONGEST_STREAM));
}

/** Steps are never numbered down, also not after a crash. */
function entryId(number: number): string {
  return `${number + 1}-0`;
}

function readEntries(keys: Keyring): Step {
  const key = keys.key("stream");
  const command = ["XREADGROUP", "GROUP", "group", "reader", "COUNT", "2", "STREAMS", key, ">"];
  return one(command, (state) => state.readEntries(key, 2));
}

function acknowledge(keys: Keyring, _: Random, number: number): Step {
  const key = keys.key("stream");
  const ids = Array.from({ length: 100 }, (_, i) => entryId(Math.max(0, number - 150 + i)));
  return one(["XACK", key, "group", ...ids], (state) => state.acknowledge(key, ids));
}

function deleteEntry(keys: Keyring, random: Random, number: number): Step {
  const key = keys.key("stream");
  const id = entryId(Math.max(0, number - random.below(200)));
  return one(["XDEL", key, id], (state) => state.deleteEntry(key, id));
}

function setDeadline(keys: Keyring, _: Random, number: number): Step {
  const key = keys.key("lasting");
  const deadline = 4_000_000_000_000 + number;
  return one(["SET", key, `${number}`, "PXAT", `${deadline}`], (state) => {
    state.strings.set(key, `${number}`);
    state.deadlines.set(key, deadline);
  });
}

/** It is gone before the server is up again. */
function setBriefly(keys: Keyring): Step {
  return one(["SET", keys.key("brief"), "x", "PX", "30"], () => {});
}

function rename(keys: Keyring): Step {
  const [from, to] = [keys.key("hash"), keys.key("renamed")];
  return {
    commands: [["MULTI"], ["HSET", from, "renamed", "1"], ["RENAME", from, to], ["EXEC"]],
    apply(state) {
      state.setField(from, "renamed", "1");
      state.rename(from, to);
    },
  };
}

/** Keeps everything small. */
function startOver(keys: Keyring, random: Random): Step {
  const names = ["list", "moved", "set", "hash", "renamed", "scores"];
  const key = keys.key(names[random.below(names.length)]);
  if (random.below(4) > 0) return increment(keys);
  if (random.below(4) === 0) return newStream(keys);
  return one(["UNLINK", key], (state) => state.unlink(key));
}

/** Two counters that are always equal, and one in another database. */
function transaction(keys: Keyring, _: Random, number: number): Step {
  const [left, right, log] = [keys.key("left"), keys.key("right"), keys.key("log")];
  return {
    commands: [
      ["MULTI"],
      ["INCR", left],
      ["RPUSH", log, String(number)],
      ["SELECT", "9"],
      ["INCR", keys.key("elsewhere")],
      ["SELECT", String(keys.database)],
      ["INCR", right],
      ["LTRIM", log, "-20", "-1"],
      ["EXEC"],
    ],
    apply(state) {
      state.increment(left, 1);
      state.increment(right, 1);
      state.push(log, String(number));
      state.lists.set(log, state.lists.get(log)!.slice(-20));
    },
  };
}

/** Accounts that all clients share, with a sum of 0. */
export const ACCOUNTS = 10;

function transfer(keys: Keyring, random: Random): Step {
  const amount = String(1 + random.below(100));
  const [from, to] = [random.below(ACCOUNTS), random.below(ACCOUNTS)];
  return {
    commands: [
      ["SELECT", "8"],
      ["MULTI"],
      ["DECRBY", `account:${from}`, amount],
      ["INCRBY", `account:${to}`, amount],
      ["EXEC"],
      ["SELECT", String(keys.database)],
    ],
    apply() {},
  };
}

/** Throws if a reply, or what a transaction answered inside of one, is an error. */
export function checkReply(command: readonly string[], reply: Plain): void {
  for (const each of Array.isArray(reply) ? reply : [reply]) {
    if (each instanceof ReplyError) throw new Error(`${command.join(" ")}: ${each.message}`);
  }
}
