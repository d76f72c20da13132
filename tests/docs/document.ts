/**
 * Runs the blocks of a document as a reader would, one after the other in one directory, beside one server:
 *
 * - `sh`: all lines, by bash; one that fails ends the block. `command &` leaves a server running for later blocks.
 * - `console`: lines of `$ command`, each followed by what it prints. `…` stands for any text of a line, and alone in
 *   a line for any lines. `$ redis-cli` or `$ mini-redis cli` may be followed by lines with its prompt. A command that
 *   asks for INFO is asked again until the answer is right.
 * - `conf`: becomes `redis.conf` in the directory, and a server is started with it.
 * - `ts`: is type-checked and run; where every `console.log` has a comment behind it, this is what it prints.
 *
 * Port 6379 is that of the document's server; other ports that documents use become free ones.
 */
import { assertEquals, assertMatch } from "@std/assert";
import type { Block } from "../../scripts/docs/markdown.ts";
import { startServer, type TestServer } from "../harness.ts";
import { freePort, freePorts } from "../support/free_port.ts";
import { ROOT, serverCommand } from "../support/server_command.ts";

/** Ports that documents name besides 6379: servers beside the first one, and runs of a small cluster. */
const OTHER_PORTS = /\b(?:63[89]\d|700\d|7777)\b/g;
const LONGEST_COMMAND_MS = 120_000;
/** How long an answer to INFO may take to become what the document shows. */
const PATIENCE_MS = 60_000;
const PROGRAMS = ["deno", "npx", "mini-redis", "redis-server", "redis-cli", "redis-benchmark"];
const PROMPT = /^(?:\S+:\d+|not connected)(?:\[\d+\])?(?:\(TX\))?> ?/;

/** One command of a `console` block. */
interface Exchange {
  command: string;
  /** What is typed after its start, one line each. */
  readonly typed: string[];
  readonly expected: string[];
}

/** A document with the server and the directory that its blocks need. */
export class DocumentRun implements AsyncDisposable {
  readonly #path: string;
  readonly #server: TestServer;
  /** Programs, logs, process numbers: all that is not to be seen in the directory of the blocks. */
  readonly #tools: string;
  readonly #ports = new Map<string, string>();
  readonly #sparePort = String(freePort());

  private constructor(path: string, server: TestServer, tools: string) {
    this.#path = path;
    this.#server = server;
    this.#tools = tools;
    this.#ports.set("6379", String(server.port));
  }

  /** Starts the server and prepares the directory for the document at `path`, relative to the root. */
  static async open(path: string): Promise<DocumentRun> {
    const server = await startServer({
      config: { "repl-diskless-sync-delay": 0 },
      files: { "deno.json": await denoConfig("src/embedding/mod.ts") },
    });
    const tools = await Deno.makeTempDir({ prefix: "mini-redis-docs-" });
    const run = new DocumentRun(path, server, tools);
    await Deno.mkdir(`${tools}/bin`);
    await Deno.mkdir(`${tools}/logs`);
    for (const name of PROGRAMS) await writeProgram(`${tools}/bin`, name);
    await Deno.writeTextFile(`${tools}/tasks`, await taskLines());
    return run;
  }

  /** Runs one block. Throws an AssertionError that names the document and the line. */
  async runBlock(block: Block): Promise<void> {
    const text = this.#withPorts(block.text);
    const where = `${this.#path}:${block.line}`;
    if (block.language === "sh") return await this.#runShell(text, where);
    if (block.language === "console") return await this.#runConsole(text, where);
    if (block.language === "conf") return await this.#runConfiguration(text, where);
    await this.#runTypeScript(block, where);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for await (const { name } of Deno.readDir(`${this.#tools}/logs`)) {
      if (name.endsWith(".pid")) await end(`${this.#tools}/logs/${name}`);
    }
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#tools, { recursive: true });
  }

  async #runShell(text: string, where: string): Promise<void> {
    const script = text.split("\n").map(keepingServers).join("\n");
    const { code, output } = await this.#bash(`set -e\n${script}`);
    assertEquals(code, 0, `${where}: exit status ${code}\n${output}`);
  }

  async #runConsole(text: string, where: string): Promise<void> {
    for (const { command, typed, expected } of parseConsole(text)) {
      const deadline = Date.now() + (/\bINFO\b/.test(command) ? PATIENCE_MS : 0);
      const line = (/[|>]/.test(command) ? "" : "DOCS_TERMINAL=1 ") + keepingServers(command);
      for (;;) {
        const { output } = await this.#bash(line, typed.map((word) => `${word}\n`).join(""));
        const printed = output.split("\n").map((part) => part.trimEnd()).filter(Boolean).join("\n");
        if (isExpected(printed, expected)) break;
        if (Date.now() > deadline) {
          assertEquals(printed, expected.join("\n"), `${where}: ${command}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async #runConfiguration(text: string, where: string): Promise<void> {
    await Deno.writeTextFile(`${this.#server.dir}/redis.conf`, text + "\n");
    const { code, output } = await this.#bash("mini-redis redis.conf");
    assertEquals(code, 0, `${where}: exit status ${code}\n${output}`);
    assertMatch(output, /Ready to accept connections/, where);
  }

  async #runTypeScript(block: Block, where: string): Promise<void> {
    await Deno.writeTextFile(`${this.#server.dir}/block.ts`, this.#withPorts(block.text));
    const program = block.text.includes("Deno.test(") ? ["test", "--no-check"] : ["run", "--no-check"];
    const args = [...program, "--quiet", "--allow-all", "block.ts"];
    const { code, output } = await this.#execute(Deno.execPath(), args);
    assertEquals(code, 0, `${where}: exit status ${code}\n${output}`);
    const printing = block.text.split("\n").filter((line) => line.trimStart().startsWith("console.log("));
    const comments = printing.map((line) => /; \/\/ (.*)$/.exec(line)?.[1]).filter((text) =>
      text !== undefined
    );
    if (comments.length === 0 || comments.length < printing.length) return;
    assertEquals(output.trimEnd().split("\n"), comments, where);
  }

  #bash(script: string, input = ""): Promise<{ code: number; output: string }> {
    return this.#execute("bash", ["-c", script], input);
  }

  async #execute(program: string, args: string[], input = ""): Promise<{ code: number; output: string }> {
    const path = Deno.env.get("PATH") ?? "";
    const process = new Deno.Command(program, {
      args,
      cwd: this.#server.dir,
      env: {
        DOCS_DENO: Deno.execPath(),
        DOCS_LOGS: `${this.#tools}/logs`,
        DOCS_MAIN: `${ROOT}main.ts`,
        DOCS_PATH: path,
        DOCS_PORT: String(this.#server.port),
        DOCS_SERVER: serverCommand().join(" "),
        DOCS_SPARE_PORT: this.#sparePort,
        DOCS_TASKS: `${this.#tools}/tasks`,
        NO_COLOR: "1",
        PATH: `${this.#tools}/bin:${path}`,
        TERM: "dumb",
      },
      signal: AbortSignal.timeout(LONGEST_COMMAND_MS),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { code, stdout, stderr } = await process.output();
    return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  }

  #withPorts(text: string): string {
    return text.replace(/\b6379\b/g, this.#port.bind(this)).replace(OTHER_PORTS, this.#port.bind(this));
  }

  /** The free port that a documented one stands for. Ports 7000 to 7009 stay next to each other. */
  #port(documented: string): string {
    const known = this.#ports.get(documented);
    if (known !== undefined) return known;
    if (documented.startsWith("700")) {
      // With the ports of their cluster buses.
      const first = freePorts(10, 10_000);
      for (let i = 0; i < 10; i++) this.#ports.set(String(7000 + i), String(first + i));
    } else this.#ports.set(documented, String(freePort()));
    return this.#ports.get(documented)!;
  }
}

/** Type-checks the `ts` blocks of all documents, by path, in one go; what deno has to say against them, or nothing. */
export async function checkTypes(documents: ReadonlyMap<string, readonly Block[]>): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "mini-redis-docs-" });
  try {
    await Deno.writeTextFile(`${dir}/deno.json`, await denoConfig("tests/docs/library.d.ts"));
    const files: string[] = [];
    for (const [path, blocks] of documents) {
      for (const { text, line } of blocks) {
        const name = `${path.replace(/\W/g, "_")}_line_${line}.ts`;
        await Deno.writeTextFile(`${dir}/${name}`, text);
        files.push(name);
      }
    }
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", ...files],
      cwd: dir,
      env: { NO_COLOR: "1" },
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The first of the programs that a block needs and that is not installed. */
export function missingProgram({ language, text }: Block): string | undefined {
  if (language !== "sh" && language !== "console") return undefined;
  const used = PROGRAMS.filter((name) =>
    name.startsWith("redis-") && new RegExp(`\\b${name} `).test(`${text} `)
  );
  return used.find((name) => !isInstalled(name));
}

/** Takes a `console` block apart. */
export function parseConsole(text: string): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const line of text.split("\n")) {
    const last = exchanges.at(-1);
    if (line.startsWith("$ ")) exchanges.push({ command: line.slice(2), typed: [], expected: [] });
    else if (last === undefined) throw new Error(`a console block begins with "$ command", not: ${line}`);
    else if (last.command.endsWith("\\")) last.command += `\n${line.replace(/^> /, "")}`;
    else if (PROMPT.test(line)) last.typed.push(line.replace(PROMPT, ""));
    else if (line.trim() !== "") last.expected.push(line.trimEnd());
  }
  return exchanges;
}

/** Whether the printed lines, without empty ones, look as expected. */
export function isExpected(printed: string, expected: readonly string[]): boolean {
  const lines = expected.map((line) =>
    line === "…" ? "(?:.*\\n)*" : `${escaped(line).replaceAll("…", ".*")}\\n`
  );
  return new RegExp(`^${lines.join("")}$`).test(printed === "" ? "" : `${printed}\n`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A line of a script, such that a server in the background is awaited and noted. */
function keepingServers(line: string): string {
  const match = /^(\s*)(.+?)\s*&$/.exec(line);
  return match === null || match[2].endsWith("&") ? line : `${match[1]}KEEP_RUNNING=1 ${match[2]}`;
}

function isInstalled(program: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

/** A configuration with the project's packages, and its own name for the library, a module below the root. */
async function denoConfig(module: string): Promise<string> {
  const { name, imports, compilerOptions } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const library = new URL(`file://${ROOT}${module}`).href;
  return JSON.stringify({ imports: { ...imports, [name]: library }, compilerOptions, lock: false });
}

/** The tasks of deno.json, one in a line, with paths that are right in any directory. */
async function taskLines(): Promise<string> {
  const tasks: Record<string, { command: string }> =
    JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).tasks;
  const absolute = (word: string) => {
    if (word === "deno") return Deno.execPath();
    return /\.ts$|^tests\/$/.test(word) ? ROOT + word : word;
  };
  return Object.entries(tasks)
    .map(([name, { command }]) => `${name} ${command.split(" ").map(absolute).join(" ")}\n`).join("");
}

/** A script that has the program of this name done by programs.sh. */
async function writeProgram(folder: string, name: string): Promise<void> {
  const script = `#!/bin/sh\nexec bash '${ROOT}tests/docs/programs.sh' ${name} "$@"\n`;
  await Deno.writeTextFile(`${folder}/${name}`, script, { mode: 0o755 });
}

/** Ends the process whose number is in a file, and waits until the file has gone with it. */
async function end(pidFile: string): Promise<void> {
  for (let i = 0; i < 3000; i++) {
    const pid = Number(await Deno.readTextFile(pidFile).catch(() => ""));
    if (pid === 0) return;
    if (i % 1500 === 0) Deno.kill(pid, i === 0 ? "SIGTERM" : "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`a server of a document doesn't end: ${pidFile}`);
}
