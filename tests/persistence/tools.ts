/** What the tests of whole servers and their files share. */

import { copySync } from "@std/fs";
import { type RespClient, startRedis, startServer, type TestServer } from "../harness.ts";
import { encodeCommand, type Word } from "../support/bytes.ts";
import { type Plain, ReplyError, toPlain } from "../support/resp_reply.ts";
import type { ConfigValue } from "../harness.ts";
import { samples } from "./rdb/samples.ts";

/** A directory that is gone when the test is over. */
export class TemporaryDirectory implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "mini-redis-data-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** One field of INFO. */
export async function info(client: RespClient, field: string): Promise<string> {
  const text = String(await client.ask("INFO", "everything"));
  return new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1] ?? "missing";
}

/** Waits until `condition` holds; throws if it does not in a long time. */
export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until neither a snapshot nor a rewrite is under way or to come. */
export async function untilQuiet(client: RespClient): Promise<void> {
  const busy = /^(?:rdb_bgsave_in_progress|aof_rewrite_in_progress|aof_rewrite_scheduled):1/m;
  await until(
    "the background work is over",
    async () => !busy.test(String(await client.ask("INFO", "persistence"))),
  );
}

/** Sends the commands in one piece; their replies, errors included. */
export async function pipeline(client: RespClient, ...commands: Word[][]): Promise<Plain[]> {
  await client.sendRaw(commands.map(encodeCommand).join(""));
  const replies: Plain[] = [];
  for (let i = 0; i < commands.length; i++) replies.push(toPlain(await client.read()));
  return replies;
}

/** Makes keys of every type and encoding, some with a deadline, and one in another database. */
export async function fill(client: RespClient): Promise<void> {
  const replies = await pipeline(client, ...samples(), ["SELECT", "3"], ["SET", "elsewhere", "1"], [
    "SELECT",
    "0",
  ]);
  const error = replies.find((reply) => reply instanceof ReplyError);
  if (error !== undefined) throw error;
}

/** DEBUG DIGEST. */
export async function digest(client: RespClient): Promise<string> {
  return String(await client.ask("DEBUG", "DIGEST"));
}

/** The digest of a server's data. */
export async function digestOf(server: TestServer): Promise<string> {
  using client = await server.connect();
  return await digest(client);
}

/** Configuration of a server on `dir` whose data can be compared. */
export function on(dir: string, config: Record<string, ConfigValue> = {}): Record<string, ConfigValue> {
  return { dir, "enable-debug-command": true, ...config };
}

/** The digest that a new server of ours, or the real redis-server, has after loading a copy of the files in `dir`. */
export async function digestOfCopy(
  dir: string,
  config: Record<string, ConfigValue> = {},
  start: typeof startServer | typeof startRedis = startServer,
): Promise<string> {
  using copy = new TemporaryDirectory();
  copySync(dir, copy.path, { overwrite: true });
  await using server = await start({ config: on(copy.path, config) });
  return await digestOf(server);
}

/** Paths of all files below `dir`, relative to it, sorted. */
export function filesIn(dir: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${dir}/${prefix}`)].flatMap(({ isDirectory, name }) =>
    isDirectory ? filesIn(dir, `${prefix}${name}/`) : [prefix + name]
  ).sort();
}
