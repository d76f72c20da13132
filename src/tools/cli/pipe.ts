/**
 * `--pipe`: standard input goes to the server as it is, replies are counted.
 *
 * @module
 */

import { type RedisConnection, ReplyError } from "../../client/mod.ts";
import { encodeCommand } from "../../resp/encode.ts";
import { fromBytes, toBytes } from "../../util/byte_string.ts";
import type { Session } from "./session.ts";
import { inputPieces } from "./standard_input.ts";

const MARK_SIZE = 20;

/** What came back. */
interface Counts {
  errors: number;
  replies: number;
  /** When the last reply came, by the clock of `performance`. */
  lastReply: number;
}

/** Sends and counts; the status to exit with: 1 if there were errors. */
export async function transferInput(session: Session): Promise<number> {
  const { options, output } = session;
  const connection = await session.require();
  const mark = fromBytes(crypto.getRandomValues(new Uint8Array(MARK_SIZE)));
  const counts: Counts = { errors: 0, replies: 0, lastReply: performance.now() };
  const received = countReplies(session, connection, mark, counts);
  const sent = await sendAll(connection, received);
  if (sent) {
    // The input may end within a line; what begins a new one is ignored where a command could begin.
    connection.send(toBytes("\r\n"));
    connection.send(encodeCommand(["ECHO", mark]));
    counts.lastReply = performance.now();
    output.write("All data transferred. Waiting for the last reply...\n");
  }
  if (await before(received, options.pipeTimeout, counts)) output.write("Last reply received from server.\n");
  else {
    output.writeError(`No replies for ${options.pipeTimeout} seconds: exiting.\n`);
    counts.errors++;
  }
  output.write(`errors: ${counts.errors}, replies: ${counts.replies}\n`);
  return counts.errors > 0 ? 1 : 0;
}

/** Sends standard input, no faster than the server takes it. False if replies failed before the end. */
async function sendAll(connection: RedisConnection, received: Promise<void>): Promise<boolean> {
  let failed = false;
  const failure = received.catch(() => void (failed = true));
  for await (const piece of inputPieces()) {
    if (failed) break;
    connection.send(piece);
    await Promise.race([connection.drain(), failure]);
  }
  return !failed;
}

/** Counts replies up to the one with the mark. */
async function countReplies(
  { output }: Session,
  connection: RedisConnection,
  mark: string,
  counts: Counts,
): Promise<void> {
  for (;;) {
    const reply = await connection.read();
    counts.lastReply = performance.now();
    if (reply === mark) return;
    counts.replies++;
    if (!(reply instanceof ReplyError)) continue;
    counts.errors++;
    output.writeError(`${reply.message}\n`);
  }
}

/** Waits for `received`; false if no reply comes for `seconds` (0: as long as it takes). */
async function before(received: Promise<void>, seconds: number, counts: Counts): Promise<boolean> {
  const done = received.then(() => true);
  if (seconds <= 0) return await done;
  for (;;) {
    const left = counts.lastReply + seconds * 1000 - performance.now();
    if (left <= 0) return false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), left));
    const ended = await Promise.race([done, timeout]).finally(() => clearTimeout(timer));
    if (ended) return true;
  }
}
