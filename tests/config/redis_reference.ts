/** A real redis-server in a directory of its own, to compare with. */

import { freePort } from "../support/free_port.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** True where `redis-server` is installed. */
export const hasRedisServer = await isInstalled();

async function isInstalled(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("redis-server", { args: ["--version"] }).output();
    return success;
  } catch {
    return false;
  }
}

function encodeCommand(args: readonly string[]): string {
  const words = args.map((word) => `$${ENCODER.encode(word).length}\r\n${word}\r\n`);
  return `*${args.length}\r\n${words.join("")}`;
}

/** A reply: bulk strings and integers as their text, errors with a leading minus, arrays as arrays. */
export type Reply = string | null | Reply[];

export class RedisReference {
  #buffer = "";

  private constructor(
    readonly directory: string,
    readonly port: number,
    private readonly process: Deno.ChildProcess,
    private readonly connection: Deno.TcpConn,
  ) {}

  /** Starts it with these arguments besides port and directory. */
  static async start(...args: string[]): Promise<RedisReference> {
    const directory = await Deno.makeTempDir();
    const port = freePort();
    const all = [...args, "--port", `${port}`, "--dir", directory];
    const command = new Deno.Command("redis-server", { args: all, stdout: "null", stderr: "null" });
    const process = command.spawn();
    for (;;) {
      try {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        return new RedisReference(directory, port, process, connection);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async send(...args: string[]): Promise<Reply> {
    return (await this.pipeline([args]))[0];
  }

  /** Sends several commands at once and gives their replies in order. */
  async pipeline(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    let request = ENCODER.encode(commands.map(encodeCommand).join(""));
    while (request.length > 0) request = request.subarray(await this.connection.write(request));
    const replies: Reply[] = [];
    for (let i = 0; i < commands.length; i++) replies.push(await this.#reply());
    return replies;
  }

  /** CONFIG GET of a pattern as a map. */
  async configGet(...patterns: string[]): Promise<Map<string, string>> {
    const flat = await this.send("CONFIG", "GET", ...patterns) as string[];
    const pairs = new Map<string, string>();
    for (let i = 0; i < flat.length; i += 2) pairs.set(flat[i], flat[i + 1]);
    return pairs;
  }

  async stop(): Promise<void> {
    this.connection.close();
    this.process.kill("SIGKILL");
    await this.process.status;
    await Deno.remove(this.directory, { recursive: true });
  }

  async #reply(): Promise<Reply> {
    const line = await this.#line();
    const rest = line.slice(1);
    if (line[0] === "$") return rest === "-1" ? null : await this.#take(Number(rest));
    if (line[0] !== "*") return line[0] === "-" ? line : rest;
    const items: Reply[] = [];
    for (let i = 0; i < Number(rest); i++) items.push(await this.#reply());
    return items;
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf("\r\n");
      if (end >= 0) return (await this.#take(end));
      await this.#fill();
    }
  }

  async #take(length: number): Promise<string> {
    while (this.#buffer.length < length + 2) await this.#fill();
    const text = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length + 2);
    return text;
  }

  async #fill(): Promise<void> {
    const chunk = new Uint8Array(65536);
    const count = await this.connection.read(chunk);
    if (count === null) throw new Error("redis-server closed the connection");
    this.#buffer += DECODER.decode(chunk.subarray(0, count));
  }
}
