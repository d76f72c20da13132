/** The vocabulary of conformance scripts: commands, on named connections, with how their replies are compared. */
import { encodeCommand, type Word, wordText } from "../support/bytes.ts";
import { parseReply, quote } from "../support/resp_reply.ts";
import { splitWords } from "../support/split_words.ts";
import { sortReply } from "./normalise.ts";

/** What is done with a raw reply before it is compared. */
export type Normaliser = (raw: string) => string;

/** One step of a script. */
export interface Step {
  /** For the report. */
  label: string;
  connection: string;
  /** Bytes to send; empty for a step that only waits for something. */
  bytes: string;
  /** How many replies are read after sending. */
  replies: number;
  /** Applied to each of the replies, in order. */
  normalise: Normaliser[];
  /** Why the replies are read but not compared. */
  notCompared?: string;
  /** What the server under test has to answer, instead of the same as the reference: raw, by protocol. */
  expected?: { 2: string; 3: string };
  /** Milliseconds to wait before the next step. */
  pauseMs?: number;
  /** Send again and again until the reply is like this; it is not compared. */
  until?: RegExp;
  /** Read everything up to the end of the connection instead of a number of replies. */
  toEnd?: boolean;
}

/** Steps made by one of the functions below. */
export class StepList {
  constructor(readonly steps: readonly Step[]) {}
}

/**
 * What a script consists of: a command as text, split by redis-cli's rules (several lines are several commands, blank
 * ones are skipped); a command as an array of its words, taken literally; or the result of a function of this module.
 */
export type StepInput = string | Word[] | StepList;

/** Name of the connection used when none is named with {@link on}. */
export const FIRST_CONNECTION = "a";

/** The steps that an input stands for. */
export function toSteps(input: StepInput): readonly Step[] {
  if (input instanceof StepList) return input.steps;
  if (Array.isArray(input)) {
    return [commandStep(input, input.map((word) => quote(wordText(word), 40)).slice(0, 12).join(" "))];
  }
  const lines = input.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.map((line) => commandStep(splitWords(line), line));
}

function commandStep(words: Word[], label: string): Step {
  return { label, connection: FIRST_CONNECTION, bytes: encodeCommand(words), replies: 1, normalise: [] };
}

function change(inputs: StepInput[], changed: (step: Step) => Partial<Step>): StepList {
  return new StepList(
    inputs.flatMap((input) => toSteps(input).map((step) => ({ ...step, ...changed(step) }))),
  );
}

/** Sends the commands over the connection of this name, opened when first used. */
export function on(connection: string, ...inputs: StepInput[]): StepList {
  return change(inputs, () => ({ connection }));
}

/** Expects this number of replies to one command, as SUBSCRIBE with several channels gives; 0: reads none. */
export function replies(count: number, ...inputs: StepInput[]): StepList {
  return change(inputs, () => ({ replies: count }));
}

/** Sends these bytes as they are. */
export function raw(bytes: string, count = 1): StepList {
  const step = {
    label: quote(bytes, 120),
    connection: FIRST_CONNECTION,
    bytes,
    replies: count,
    normalise: [],
  };
  return new StepList([step]);
}

/** Reads replies or messages that an earlier command, perhaps of another connection, has caused. */
export function receive(connection: string, count = 1): StepList {
  const label = `(receive ${count} on ${connection})`;
  return new StepList([{ label, connection, bytes: "", replies: count, normalise: [] }]);
}

/** After this the server has to close the connection; what it sends before that is compared. */
export function closes(...inputs: StepInput[]): StepList {
  return change(inputs, () => ({ toEnd: true, replies: 0 }));
}

/** Lets this time pass, for both servers. */
export function pause(pauseMs: number): StepList {
  const label = `(pause of ${pauseMs} ms)`;
  return new StepList([{
    label,
    connection: FIRST_CONNECTION,
    bytes: "",
    replies: 0,
    normalise: [],
    pauseMs,
  }]);
}

/** Waits until so many clients wait in blocking commands, on both servers. */
export function blocked(count: number): StepList {
  const until = new RegExp(`^blocked_clients:${count}\r$`, "m");
  const label = `(until ${count} clients are blocked)`;
  return change(["INFO clients"], () => ({ label, connection: "counting", until }));
}

/** Waits until so many clients wait, in blocking commands or for the end of a pause of writes, on both servers. */
export function held(count: number): StepList {
  // A 7.2 does not count those that a pause holds back among `blocked_clients`.
  const until = new RegExp(`(?: flags=\\w*b[^]*){${count}}`);
  const label = `(until ${count} clients are held back)`;
  return change(["CLIENT LIST"], () => ({ label, connection: "counting", until }));
}

/** Sends a blocking command over the connection of this name and waits until `count` clients are blocked. */
export function waits(connection: string, command: StepInput, count = 1): StepList {
  return new StepList([...toSteps(on(connection, replies(0, command))), ...toSteps(blocked(count))]);
}

function normalised(inputs: StepInput[], normaliser: Normaliser): StepList {
  return change(inputs, (step) => ({ normalise: [...step.normalise, normaliser] }));
}

/** The elements of the array or set, or the entries of the map, may come in any order. */
export function unordered(...inputs: StepInput[]): StepList {
  return normalised(inputs, (text) => sortReply(text, 1));
}

/** The same for maps that RESP2 gives as an array of alternating names and values. */
export function unorderedPairs(...inputs: StepInput[]): StepList {
  return normalised(inputs, (text) => sortReply(text, 2));
}

/** What the pattern matches, anywhere in the raw reply, is replaced by `#`: times, ids, addresses. */
export function masked(pattern: RegExp, ...inputs: StepInput[]): StepList {
  const everywhere = new RegExp(
    pattern.source,
    pattern.flags.includes("g") ? pattern.flags : pattern.flags + "g",
  );
  return normalised(inputs, (text) => text.replace(everywhere, "#"));
}

/** An error of the same first word is enough; other replies are compared whole. */
export function sameErrorKind(...inputs: StepInput[]): StepList {
  return normalised(inputs, (text) => text.startsWith("-") ? text.split(/[ \r]/, 1)[0] : text);
}

/** Only the type of the reply is compared, not its content. */
export function sameType(...inputs: StepInput[]): StepList {
  return normalised(inputs, (text) => {
    const result = parseReply(text);
    return "reply" in result ? result.reply.type : text;
  });
}

/** The commands are sent to both, the replies are not compared: the reason is required. */
export function notCompared(reason: string, ...inputs: StepInput[]): StepList {
  if (reason.trim() === "") throw new Error("notCompared needs a reason");
  return change(inputs, () => ({ notCompared: reason }));
}

/**
 * A command on which Redis 7.2 differs from 7.0: the server under test has to give this raw reply (CR LF at the end
 * may be left out); the reference's is not looked at. A server that itself is older than 7.2 is not checked.
 */
export function since72(input: StepInput, expected: string | { 2: string; 3: string }): StepList {
  const both = typeof expected === "string" ? { 2: expected, 3: expected } : expected;
  return change([input], () => ({ expected: { 2: withLineEnd(both[2]), 3: withLineEnd(both[3]) } }));
}

function withLineEnd(text: string): string {
  return text.endsWith("\r\n") ? text : `${text}\r\n`;
}
