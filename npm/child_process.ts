/**
 * The child process that a server runs in, and the requests to it.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import {
  decodeError,
  decodeValue,
  encodeValue,
  LineSplitter,
  type WireMessage,
} from "../src/embedding/wire.ts";
import { denoCommand } from "./deno_command.ts";

/** How long a server may take to stop before its process is killed. */
const STOP_LIMIT_MS = 10_000;

/** An answer, or that there will be none. */
type Answer = Exclude<WireMessage, { log: string }> | { gone: string };

/** A running `child.ts`. */
export class ServerProcess {
  #child: ChildProcessByStdio<Writable, Readable, null>;
  #onLog: (line: string) => void;
  #lastId = 0;
  #waiting = new Map<number, (answer: Answer) => void>();
  /** Why no request can be answered any more. */
  #gone: string | undefined;
  #ended: Promise<void>;

  /** @param onLog gets each line of the server's log */
  constructor(onLog: (line: string) => void) {
    this.#onLog = onLog;
    const { program, args, env } = denoCommand("src/embedding/child.js");
    this.#child = spawn(program, args, { env, stdio: ["pipe", "pipe", "inherit"], windowsHide: true });
    // Writing to a process that has ended: its end is told by the event below.
    this.#child.stdin.on("error", () => {});
    this.#read(this.#child.stdout);
    this.#ended = new Promise((resolve) => {
      this.#child.on("error", (error) => resolve(this.#end(`can't be started: ${error.message}`)));
      // Not "exit": there may be answers in the pipe.
      this.#child.on(
        "close",
        (code, signal) => resolve(this.#end(`has ended (${signal ?? `status ${code}`})`)),
      );
    });
  }

  /**
   * Calls a method.
   *
   * @throws what the method threw, or an `Error` when the process has ended
   */
  async ask(method: string, ...args: unknown[]): Promise<unknown> {
    const id = this.#lastId++;
    const request = { id, method, args: args.map(encodeValue) };
    const answer = await new Promise<Answer>((resolve) => {
      if (this.#gone !== undefined) return resolve({ gone: this.#gone });
      this.#waiting.set(id, resolve);
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    // Made here and not where the answer arrives: so its stack shows the line that asked.
    if ("gone" in answer) throw new Error(answer.gone);
    if ("error" in answer) throw decodeError(answer.error);
    return decodeValue(answer.value);
  }

  /** Ends the process: it ends by itself when its input does. */
  async stop(): Promise<void> {
    this.#gone ??= "the server was stopped";
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(kill);
  }

  #read(output: Readable): void {
    const lines = new LineSplitter();
    output.setEncoding("utf8");
    output.on("data", (piece: string) => {
      for (const line of lines.push(piece)) this.#take(JSON.parse(line));
    });
  }

  #take(message: WireMessage): void {
    if ("log" in message) return this.#onLog(message.log);
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  #end(how: string): void {
    this.#gone ??= `the server's process ${how}`;
    for (const resolve of this.#waiting.values()) resolve({ gone: this.#gone });
    this.#waiting.clear();
  }
}
