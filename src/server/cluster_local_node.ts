/**
 * One node of a cluster on this machine, as the process that started it sees it.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { encodeCommand } from "../resp/encode.ts";
import { fromBytes, toBytes } from "../util/byte_string.ts";

/** How many lines of its log are kept for a report. */
const LINES_KEPT = 15;
const BUFFER_SIZE = 4096;
/** Milliseconds in which a node has to answer a command. */
const ANSWER_LIMIT = 5000;

/** Where a node is, and how it is started. */
export interface NodePlace {
  /** The address on which it is reached, numeric. */
  readonly hostname: string;
  readonly port: number;
  readonly busPort: number;
  /** The password of its clients, a byte string; null for none. */
  readonly password: string | null;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** What the process finds on its standard input, a byte string. */
  readonly stdin: string;
}

/** A running process, whose log is passed on. */
export class LocalNode {
  readonly place: NodePlace;
  /** Settles when the process has ended and its log is complete. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #process: Deno.ChildProcess;
  readonly #lines: string[] = [];

  /** Starts the process; `print` gets each line of its log, with the port in front and a line end. */
  constructor(place: NodePlace, print: (line: string) => void) {
    this.place = place;
    const [program, ...args] = place.command;
    const stdin = place.stdin === "" ? "null" : "piped";
    const options = { args, stdin, stdout: "piped", stderr: "piped" } as const;
    this.#process = new Deno.Command(program, options).spawn();
    if (stdin === "piped") void this.#feed();
    const { stdout, stderr, status } = this.#process;
    const logged = Promise.all([this.#pass(stdout, print), this.#pass(stderr, print)]);
    this.ended = logged.then(() => status);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The last lines of its log. */
  get lastLines(): string {
    return this.#lines.join("\n");
  }

  /** Sends a signal; nothing happens if the process has ended. */
  signal(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It was quicker.
    }
  }

  /** The reply to a command, a byte string without RESP's marks. Throws if that is an error or does not come. */
  async ask(...words: string[]): Promise<string> {
    const { hostname, port, password } = this.place;
    const connection = await Deno.connect({ hostname, port });
    const timer = setTimeout(() => connection.close(), ANSWER_LIMIT);
    try {
      const exchange = new Exchange(connection);
      if (password !== null) await exchange.ask(["AUTH", password]);
      return await exchange.ask(words);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`node ${port}, ${words.slice(0, 2).join(" ")}: ${reason}`);
    } finally {
      clearTimeout(timer);
      close(connection);
    }
  }

  async #feed(): Promise<void> {
    const writer = this.#process.stdin.getWriter();
    // A process that ends without reading is noticed by its end.
    await writer.write(toBytes(this.place.stdin)).catch(() => {});
    await writer.close().catch(() => {});
  }

  async #pass(stream: ReadableStream<Uint8Array<ArrayBuffer>>, print: (line: string) => void): Promise<void> {
    const lines: ReadableStream<string> = stream.pipeThrough(new TextDecoderStream()).pipeThrough(
      new TextLineStream(),
    );
    for await (const line of lines) {
      this.#lines.push(line);
      if (this.#lines.length > LINES_KEPT) this.#lines.shift();
      print(`[${this.place.port}] ${line}\n`);
    }
  }
}

/** Commands and replies on one connection, one after the other. Replies are of one line or one bulk string. */
class Exchange {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  /** What has come and belongs to no reply yet, a byte string. */
  #received = "";

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Throws what an error reply says. */
  async ask(words: readonly string[]): Promise<string> {
    const bytes = encodeCommand(words);
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
    const line = await this.#line();
    if (line.startsWith("-")) throw new Error(line.slice(1));
    return line.startsWith("$") ? await this.#take(Number(line.slice(1))) : line.slice(1);
  }

  async #line(): Promise<string> {
    let end: number;
    while ((end = this.#received.indexOf("\r\n")) < 0) await this.#receive();
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 2);
    return line;
  }

  async #take(length: number): Promise<string> {
    while (this.#received.length < length + 2) await this.#receive();
    const text = this.#received.slice(0, length);
    this.#received = this.#received.slice(length + 2);
    return text;
  }

  async #receive(): Promise<void> {
    const count = await this.#connection.read(this.#buffer);
    if (count === null) throw new Error("the connection was closed");
    this.#received += fromBytes(this.#buffer, 0, count);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The time limit has closed it.
  }
}
