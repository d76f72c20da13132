/** Running a script against two servers at once and telling where their replies differ. */
import { NotResp, quote } from "../support/resp_reply.ts";
import { ConnectionClosed, ReplyTimeout, type RespClient } from "../support/resp_client.ts";
import { FIRST_CONNECTION, type Step } from "./steps.ts";

export type Protocol = 2 | 3;

/** One of the two servers. */
export interface Target {
  connect(): Promise<RespClient>;
  /** True for 7.2 or later: the replies given to `since72` are required of it. */
  is72: boolean;
}

/** One reply that isn't as it has to be. */
export interface Difference {
  /** Counted from 1; one more than there are steps stands for what arrived after the last one. */
  step: number;
  label: string;
  connection: string;
  /** What was received and what would have been right, or what failed instead. */
  ours: string;
  wanted: string;
}

/** What a step gave: raw replies and, if one of those wanted couldn't be had, why. */
interface Outcome {
  answers: string[];
  failure: string;
}

/** The connections of one script to one server. */
class Session {
  #target: Target;
  #protocol: Protocol;
  #clients = new Map<string, RespClient>();

  constructor(target: Target, protocol: Protocol) {
    this.#target = target;
    this.#protocol = protocol;
  }

  get names(): string[] {
    return [...this.#clients.keys()];
  }

  async client(name: string): Promise<RespClient> {
    const known = this.#clients.get(name);
    if (known) return known;
    const client = await this.#target.connect();
    this.#clients.set(name, client);
    // Refused while a password is required that this connection hasn't given; the servers have to agree on that too.
    if (this.#protocol === 3) await client.call("HELLO", 3);
    return client;
  }

  /** Takes one step. */
  async run(step: Step): Promise<Outcome> {
    const answers: string[] = [];
    try {
      const client = await this.client(step.connection);
      if (step.until !== undefined) return await runUntil(client, step.bytes, step.until);
      // A server that closes early makes the write fail; what matters is what it said before.
      await client.sendRaw(step.bytes).catch(() => {});
      for (let i = 0; i < step.replies; i++) answers.push(await client.readRaw());
      if (step.toEnd) answers.push(await client.readToEnd());
    } catch (error) {
      return { answers, failure: describeFailure(error) };
    }
    return { answers, failure: "" };
  }

  /** Half-closes a connection and reads what the server had still sent on it. */
  async leftOver(name: string): Promise<string> {
    try {
      const client = await this.client(name);
      await client.closeWrite();
      return await client.readToEnd();
    } catch (error) {
      return describeFailure(error);
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}

/** Attempts at seeing what a step waits for, with so many milliseconds between them. */
const ATTEMPTS = 6000;
const ATTEMPT_INTERVAL_MS = 10;

async function runUntil(client: RespClient, bytes: string, pattern: RegExp): Promise<Outcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await client.sendRaw(bytes);
    if (pattern.test(await client.readRaw())) return { answers: [], failure: "" };
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_INTERVAL_MS));
  }
  return { answers: [], failure: `(${pattern} did not come)` };
}

function describeFailure(error: unknown): string {
  if (error instanceof ConnectionClosed) return "(connection closed)";
  if (error instanceof ReplyTimeout) return "(no reply in time)";
  if (error instanceof NotResp) return `(${error.message})`;
  throw error;
}

/** Takes both servers to their initial state: no keys, no scripts. */
async function clear(target: Target): Promise<void> {
  using client = await target.connect();
  await client.ask("FLUSHALL");
}

/**
 * Runs the steps on both servers, step by step side by side, and compares. Ends early when a server closes a
 * connection or falls silent, as all that follows would differ too.
 */
export async function compareScript(
  ours: Target,
  reference: Target,
  steps: readonly Step[],
  protocol: Protocol,
): Promise<Difference[]> {
  await Promise.all([clear(ours), clear(reference)]);
  const [left, right] = [new Session(ours, protocol), new Session(reference, protocol)];
  const differences: Difference[] = [];
  try {
    // The first connection is opened first, whatever the script does first: client ids then agree.
    await Promise.all([left.client(FIRST_CONNECTION), right.client(FIRST_CONNECTION)]);
    for (const [index, step] of steps.entries()) {
      const [got, model] = await Promise.all([left.run(step), right.run(step)]);
      const found = differs(
        step,
        got,
        step.expected ? requiredOf(ours, step.expected[protocol], got) : model,
      );
      if (found) {
        differences.push({ step: index + 1, label: step.label, connection: step.connection, ...found });
      }
      if (got.failure || model.failure) return differences;
      if (step.pauseMs) await new Promise((resolve) => setTimeout(resolve, step.pauseMs));
    }
    differences.push(...await compareLeftOvers(left, right, steps.length + 1));
  } finally {
    left.close();
    right.close();
  }
  return differences;
}

/** The outcome that `since72` asks for; an older server, standing in for ours, may answer what it likes. */
function requiredOf(ours: Target, expected: string, got: Outcome): Outcome {
  return ours.is72 ? { answers: [expected], failure: "" } : got;
}

function differs(step: Step, got: Outcome, model: Outcome): { ours: string; wanted: string } | undefined {
  if (step.notCompared !== undefined && got.failure === "" && model.failure === "") return undefined;
  const [ours, wanted] = [got, model].map(({ answers, failure }) =>
    answers.map((text) => step.normalise.reduce((value, change) => change(value), text)).join("") + failure
  );
  // A reply that the reference doesn't give either is a fault of the script, which ends here: not to be passed over.
  return ours === wanted && model.failure === "" ? undefined : { ours, wanted };
}

async function compareLeftOvers(left: Session, right: Session, step: number): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const connection of left.names) {
    const [ours, wanted] = await Promise.all([left.leftOver(connection), right.leftOver(connection)]);
    if (ours !== wanted) {
      differences.push({ step, label: "(unread at the end of the script)", connection, ours, wanted });
    }
  }
  return differences;
}

/** Lines that tell a person everything about the differences. */
export function report(
  name: string,
  protocol: Protocol,
  stepCount: number,
  found: readonly Difference[],
): string {
  const lines = [`${name}, RESP${protocol}: ${found.length} of ${stepCount} steps differ`];
  for (const { step, label, connection, ours, wanted } of found) {
    lines.push(`  step ${step} on ${connection}: ${label}`, ...showPair(ours, wanted));
  }
  return lines.join("\n");
}

/** Both replies, long ones from shortly before the place where they part. */
function showPair(ours: string, wanted: string): string[] {
  let start = 0;
  while (start < ours.length && ours[start] === wanted[start]) start++;
  const from = ours.length + wanted.length > 800 ? Math.max(0, start - 60) : 0;
  const prefix = from > 0 ? `from byte ${from}: ` : "";
  return [
    `    ours:   ${prefix}${quote(ours.slice(from))}`,
    `    wanted: ${prefix}${quote(wanted.slice(from))}`,
  ];
}
