const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Commands that are encoded and written at once by `pipeline`. */
const BATCH = 500;
const NEWLINE = 10;
const MINUS = 45;

/** A reply as the benchmarks need it: text of a simple or bulk string, integer, or null. */
export type Reply = string | number | null;

/** The RESP form of one command. Arguments are ASCII. */
export function encodeCommand(args: readonly string[]): string {
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${arg.length}\r\n${arg}\r\n`;
  return text;
}

/** One command at a time over one connection: the little that preparing and watching a server takes. */
export class Client {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(65536);
  #pending = "";

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects to 127.0.0.1. Throws Deno.errors.ConnectionRefused while nobody listens. */
  static async connect(port: number): Promise<Client> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    return new Client(connection);
  }

  /** Sends a command and waits for its reply. Throws on an error reply, an array, or a closed connection. */
  async command(...args: string[]): Promise<Reply> {
    await writeAll(this.#connection, encoder.encode(encodeCommand(args)));
    const line = await this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case ":":
        return Number(rest);
      case "$":
        return rest === "-1" ? null : await this.#bulk(Number(rest));
      default:
        throw new Error(`${args[0]}: ${rest}`);
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #line(): Promise<string> {
    let end = this.#pending.indexOf("\r\n");
    while (end < 0) {
      await this.#read();
      end = this.#pending.indexOf("\r\n");
    }
    return this.#take(end);
  }

  async #bulk(length: number): Promise<string> {
    while (this.#pending.length < length + 2) await this.#read();
    return this.#take(length);
  }

  #take(length: number): string {
    const text = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length + 2);
    return text;
  }

  async #read(): Promise<void> {
    const length = await this.#connection.read(this.#buffer);
    if (length === null) throw new Error("the server closed the connection");
    this.#pending += decoder.decode(this.#buffer.subarray(0, length));
  }
}

/** Sends one command to a server over a connection of its own. */
export async function runCommand(port: number, ...args: string[]): Promise<Reply> {
  const client = await Client.connect(port);
  try {
    return await client.command(...args);
  } finally {
    client.close();
  }
}

/**
 * Sends `count` commands over one connection without waiting for replies in between. Every reply must be one
 * line (status or integer). Throws when the server answers an error or closes the connection.
 */
export async function pipeline(
  port: number,
  count: number,
  make: (index: number) => string[],
): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await Promise.all([writeCommands(connection, count, make), readReplies(connection, count)]);
  } finally {
    connection.close();
  }
}

async function writeCommands(connection: Deno.TcpConn, count: number, make: (index: number) => string[]) {
  for (let start = 0; start < count; start += BATCH) {
    const end = Math.min(start + BATCH, count);
    let text = "";
    for (let i = start; i < end; i++) text += encodeCommand(make(i));
    await writeAll(connection, encoder.encode(text));
  }
}

async function readReplies(connection: Deno.TcpConn, count: number) {
  const buffer = new Uint8Array(65536);
  let atLineStart = true;
  for (let replies = 0; replies < count;) {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("the server closed the connection while it was being filled");
    for (let i = 0; i < length; i++) {
      if (atLineStart && buffer[i] === MINUS) {
        throw new Error(`filling failed: ${decoder.decode(buffer.subarray(i, length)).split("\r\n")[0]}`);
      }
      atLineStart = buffer[i] === NEWLINE;
      if (atLineStart) replies++;
    }
  }
}

/** Writes all of `bytes`. */
export async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}
