/**
 * A real redis-server of one's own, on a Unix socket in a temporary directory, to compare the helpers with.
 */

import { fromBytes, toBytes } from "../../src/util/byte_string.ts";

/** A RESP2 reply; bulk and simple strings are byte strings, errors are values. */
export type Reply = string | number | null | ReplyError | Reply[];

/** An error reply's text. */
export class ReplyError {
  constructor(readonly message: string) {}
}

/** Whether `redis-server` is installed; tests that need it are ignored otherwise. */
export function redisAvailable(): boolean {
  try {
    return new Deno.Command("redis-server", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** The running server with one connection; `await using` stops it and removes its directory. */
export class RedisReference {
  #process: Deno.ChildProcess;
  #connection: Deno.Conn;
  #directory: string;

  private constructor(process: Deno.ChildProcess, connection: Deno.Conn, directory: string) {
    this.#process = process;
    this.#connection = connection;
    this.#directory = directory;
  }

  /** Starts a server that listens on its socket only, with further arguments if any. */
  static async start(...extra: string[]): Promise<RedisReference> {
    const directory = await Deno.makeTempDir({ prefix: "redis-reference-" });
    const path = `${directory}/socket`;
    const args = ["--port", "0", "--unixsocket", path, "--dir", directory, "--save", "", ...extra];
    const process = new Deno.Command("redis-server", { args, stdout: "null", stderr: "null" }).spawn();
    try {
      return new RedisReference(process, await connect(path), directory);
    } catch (error) {
      process.kill("SIGKILL");
      await process.status;
      await Deno.remove(directory, { recursive: true });
      throw error;
    }
  }

  /** Sends the commands in one go and returns their replies in order. */
  async pipeline(commands: (string | number)[][]): Promise<Reply[]> {
    const request = toBytes(commands.map(encodeCommand).join(""));
    const [replies] = await Promise.all([this.#readReplies(commands.length), this.#writeAll(request)]);
    return replies;
  }

  async call(...command: (string | number)[]): Promise<Reply> {
    return (await this.pipeline([command]))[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #writeAll(request: Uint8Array): Promise<void> {
    for (let sent = 0; sent < request.length;) sent += await this.#connection.write(request.subarray(sent));
  }

  async #readReplies(count: number): Promise<Reply[]> {
    const buffer = new Uint8Array(65536);
    const parser = new ReplyParser();
    const replies: Reply[] = [];
    while (replies.length < count) {
      const length = await this.#connection.read(buffer);
      if (length === null) throw new Error("redis-server closed the connection");
      parser.push(fromBytes(buffer, 0, length));
      for (let reply = parser.next(); reply !== undefined; reply = parser.next()) replies.push(reply);
    }
    return replies;
  }
}

async function connect(path: string): Promise<Deno.Conn> {
  for (let attempt = 0; attempt < 3000; attempt++) {
    try {
      return await Deno.connect({ transport: "unix", path });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("redis-server did not start");
}

function encodeCommand(command: (string | number)[]): string {
  const parts = command.map(String).map((text) => `$${text.length}\r\n${text}\r\n`);
  return `*${parts.length}\r\n${parts.join("")}`;
}

class ReplyParser {
  #text = "";
  #position = 0;

  push(text: string): void {
    this.#text = this.#text.slice(this.#position) + text;
    this.#position = 0;
  }

  /** The next whole reply, or undefined when more text is needed. */
  next(): Reply | undefined {
    const start = this.#position;
    const reply = this.#parse();
    if (reply === undefined) this.#position = start;
    return reply;
  }

  #parse(): Reply | undefined {
    const end = this.#text.indexOf("\r\n", this.#position);
    if (end < 0) return undefined;
    const kind = this.#text[this.#position];
    const rest = this.#text.slice(this.#position + 1, end);
    this.#position = end + 2;
    if (kind === "+") return rest;
    if (kind === "-") return new ReplyError(rest);
    if (kind === ":") return Number(rest);
    const length = Number(rest);
    if (length < 0) return null;
    return kind === "$" ? this.#bulk(length) : this.#array(length);
  }

  #bulk(length: number): string | undefined {
    const end = this.#position + length;
    if (this.#text.length < end + 2) return undefined;
    const bulk = this.#text.slice(this.#position, end);
    this.#position = end + 2;
    return bulk;
  }

  #array(length: number): Reply[] | undefined {
    const items: Reply[] = [];
    while (items.length < length) {
      const item = this.#parse();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}
