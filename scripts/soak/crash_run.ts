/** Killing a server again and again, and looking at what it has after each start. */

import { Random } from "../../src/util/random.ts";
import { startServer, type TestServer } from "../../tests/harness.ts";
import { ConnectionClosed } from "../../tests/support/resp_client.ts";
import { type Plain, ReplyError } from "../../tests/support/resp_reply.ts";
import { ACCOUNTS } from "./steps.ts";
import { type Survived, Writer } from "./writer.ts";

const WRITERS = 4;
/** Keys that only make images larger, so that a kill meets one under way. */
const BALLAST = 20_000;
/** Milliseconds of writing before a kill. */
const SHORTEST = 40;
const LONGEST = 400;
/** With `everysec` what was acknowledged so long before the kill must be there: milliseconds. */
const EVERYSEC_LOSS = 1000;

/** What is to be done. */
export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  readonly policy: "always" | "everysec";
  /** Called after each kill, with a line that says what happened. */
  readonly report?: (line: string) => void;
}

/** What was found. */
export interface CrashResult extends Survived {
  kills: number;
  /** Kills that met a snapshot or a rewrite under way. */
  duringSnapshot: number;
  duringRewrite: number;
}

/** Kills a server under load and checks what it has afterwards. Throws if anything is missing or torn. */
export async function crashRun({ kills, policy, report, seed }: CrashOptions): Promise<CrashResult> {
  const random = new Random(seed);
  const writers = Array.from({ length: WRITERS }, (_, i) => new Writer(i, new Random(seed * 31 + i)));
  await using server = await startServer({
    config: {
      appendonly: true,
      appendfsync: policy,
      "aof-use-rdb-preamble": random.below(2) === 0,
      "aof-timestamp-enabled": random.below(2) === 0,
      "auto-aof-rewrite-min-size": "1mb",
      "enable-debug-command": true,
    },
  });
  const total = { kills, sent: 0, acknowledged: 0, lost: 0, duringSnapshot: 0, duringRewrite: 0 };
  for (let kill = 1; kill <= kills; kill++) {
    try {
      const { active, killedAt } = await crash(server, writers, random);
      if (active === "BGSAVE") total.duringSnapshot++;
      if (active === "BGREWRITEAOF") total.duringRewrite++;
      await server.start();
      const survived = await verify(
        server,
        writers,
        policy === "always" ? Infinity : killedAt - EVERYSEC_LOSS,
      );
      add(total, survived);
      report?.(`kill ${kill}: ${survived.sent} steps sent, ${survived.acknowledged} acknowledged, ${active}`);
    } catch (error) {
      throw new Error(`kill ${kill}, seed ${seed}; the log:\n${server.log.slice(-4000)}`, { cause: error });
    }
  }
  return total;
}

/** What the server was busy with besides, as far as that is known, and when it was killed, on the monotonic clock. */
interface Crash {
  readonly active: string;
  readonly killedAt: number;
}

/** Has the server written to, and killed. */
async function crash(server: TestServer, writers: Writer[], random: Random): Promise<Crash> {
  using client = await server.connect();
  await client.ask("DEBUG", "POPULATE", BALLAST, "ballast", 50);
  const running = writers.map((writer) => writer.run(server.port));
  const job = ["BGSAVE", "BGREWRITEAOF", "nothing"][random.below(3)];
  const jobs = job === "nothing" ? Promise.resolve(false) : keepBusy(server, job);
  await new Promise((resolve) => setTimeout(resolve, SHORTEST + random.below(LONGEST - SHORTEST)));
  // Not behind the kill: it may take its time to be noticed, and what is lost then was not older.
  const killedAt = performance.now();
  await server.kill();
  await Promise.all(running);
  return { active: await jobs ? job : "nothing", killedAt };
}

/** Begins the job as soon as it is over, until the server is gone. Whether it was under way then. */
async function keepBusy(server: TestServer, job: string): Promise<boolean> {
  let isActive = false;
  try {
    using client = await server.connect();
    while (true) {
      const reply: Plain | ReplyError = await client.ask(job).catch((error) => {
        if (error instanceof ReplyError) return error;
        throw error;
      });
      isActive = reply instanceof ReplyError || /started/.test(String(reply));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } catch (error) {
    if (error instanceof ConnectionClosed || error instanceof Deno.errors.BrokenPipe) return isActive;
    if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset) {
      return isActive;
    }
    throw error;
  }
}

async function verify(server: TestServer, writers: Writer[], certainBefore: number): Promise<Survived> {
  using client = await server.connect();
  const total = { sent: 0, acknowledged: 0, lost: 0 };
  for (const writer of writers) add(total, await writer.verify(client, certainBefore));
  await client.ask("SELECT", 8);
  let sum = 0;
  for (let i = 0; i < ACCOUNTS; i++) sum += Number(await client.ask("GET", `account:${i}`));
  if (sum !== 0) throw new Error(`half of a transfer: the accounts' sum is ${sum} instead of 0`);
  return total;
}

function add(total: Survived, { acknowledged, lost, sent }: Survived): void {
  total.sent += sent;
  total.acknowledged += acknowledged;
  total.lost += lost;
}
