/** Runs of the client inside the test, and of the real redis-cli beside it. */
import { type Output } from "../../../src/tools/cli/output.ts";
import { runProgram } from "../../../src/tools/cli/program.ts";
import { bytesOf, textOf } from "../../support/bytes.ts";

/** What a run left; texts are byte strings. */
export interface Finished {
  status: number;
  output: string;
  errors: string;
}

/** Collects what is printed. */
export class Collected implements Output {
  output = "";
  errors = "";

  write(text: string): void {
    this.output += text;
  }

  writeError(text: string): void {
    this.errors += text;
  }
}

/** Runs ours in this process. */
export async function runOurs(args: string[], environment: Record<string, string> = {}): Promise<Finished> {
  const collected = new Collected();
  const surroundings = { terminal: false, environment: (name: string) => environment[name] };
  const status = await runProgram(args, surroundings, collected);
  return { status, output: collected.output, errors: collected.errors };
}

/** Runs the real redis-cli. */
export function runReal(args: string[], environment: Record<string, string> = {}): Promise<Finished> {
  return runProcess(["redis-cli", ...args], "", environment);
}

/** Runs a command to its end with this standard input. */
export async function runProcess(
  [program, ...args]: string[],
  stdin: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  const process = new Deno.Command(program, {
    args,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(bytesOf(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await process.output();
  return { status: code, output: textOf(stdout), errors: textOf(stderr) };
}

/** A server that answers HELLO as it should, and whatever else it is sent on a connection with one text after the other. */
export class FixedServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  /** What it answers, over and over. */
  answers = ["+OK\r\n"];
  /** Whether it hangs up when it has answered once. */
  closesAfter = false;

  constructor() {
    this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(): Promise<void> {
    for await (const socket of this.#listener) {
      this.#open.add(socket);
      this.#serve(socket).catch(() => {}).finally(() => this.#drop(socket));
    }
  }

  async #serve(socket: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(4096);
    let next = 0;
    for (let count = await socket.read(buffer); count !== null; count = await socket.read(buffer)) {
      const hello = /HELLO/i.test(textOf(buffer.subarray(0, count)));
      const answer = hello ? "%1\r\n+proto\r\n:3\r\n" : this.answers[next++ % this.answers.length];
      // Nothing to say is said by hanging up.
      if (answer === "") break;
      await socket.write(bytesOf(answer));
      if (this.closesAfter && !hello) break;
    }
  }

  #drop(socket: Deno.Conn): void {
    if (this.#open.delete(socket)) socket.close();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const socket of this.#open) this.#drop(socket);
  }
}
