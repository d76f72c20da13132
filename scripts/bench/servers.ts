import { runCommand } from "./client.ts";

const ROOT = new URL("../../", import.meta.url);
/** How long a server may take from its start to its first PONG. */
const START_LIMIT = 60_000;
/** Milliseconds between two attempts to get one. */
const START_POLL = 5;
const LOG_TAIL = 2000;

/** A server process is gone: nothing more can be measured. The message holds the end of its log. */
export class ServerEnded extends Error {}

/** A running server under test. */
export interface Server {
  /** Name in tables. */
  name: ServerName;
  port: number;
  /** The process that does the work, which CPU and memory are read from. */
  pid: number;
  /** Milliseconds from the start of the process to its first PONG, which comes after the loading of its data. */
  startup: number;
  /** Rejects with ServerEnded when the process ends; a benchmark of a dead server would wait for ever. */
  died: Promise<never>;
  /** The end of what the server has written to its log. */
  log(): string;
  stop(): Promise<void>;
}

/** Which program is started. */
export type ServerName = "mini-redis" | "redis-server";

/** Ours and the one it is compared with, in the order of the table columns. */
export interface Pair {
  ours: Server;
  reference: Server;
}

/** How a server is started. */
export interface StartOptions {
  /** Directives for both servers, after those that switch persistence off. */
  extra: string[];
  /** A directory of its own for each of them. */
  directories?: Record<ServerName, string>;
}

const running = new Set<Deno.ChildProcess>();
const directories = new Set<string>();

/** Starts `command` with its output piped, and remembers it for `killAll` until it ends. */
export function spawn(command: string, args: string[]): Deno.ChildProcess {
  const child = new Deno.Command(command, {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  running.add(child);
  child.status.then(() => running.delete(child));
  return child;
}

/** Kills every process that `spawn` started and that still runs. */
export function killAll(): void {
  for (const child of running) kill(child, "SIGKILL");
}

/** Makes an empty directory for a server's files; `removeDirectories` removes it. */
export function makeDirectory(): string {
  const path = Deno.makeTempDirSync({ prefix: "mini-redis-bench-" });
  directories.add(path);
  return path;
}

/** Removes every directory that `makeDirectory` made. Nobody may write there any more. */
export function removeDirectories(): void {
  for (const path of directories) {
    Deno.removeSync(path, { recursive: true });
    directories.delete(path);
  }
}

/** Sends a signal; a process that has ended meanwhile is no error. */
export function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}

/**
 * The command line of our server, as words: MINI_REDIS_SERVER split on spaces, or else the `start` task of
 * deno.json run by this same Deno.
 */
export function ourCommandLine(): string[] {
  const given = Deno.env.get("MINI_REDIS_SERVER");
  if (given?.trim()) return given.trim().split(/ +/);
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const [program, ...rest] = String(tasks.start.command).split(/ +/);
  return [program === "deno" ? Deno.execPath() : program, ...rest];
}

/** Throws a message for people when redis-server or redis-benchmark can't be run. */
export async function requireTools(): Promise<void> {
  for (const tool of ["redis-server", "redis-benchmark"]) {
    try {
      await new Deno.Command(tool, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    } catch {
      throw new Error(`${tool} was not found on the PATH: install Redis 6.2 or newer to compare with it`);
    }
  }
}

/** Runs `use` with both servers started on free ports, without persistence, and stops them after it. */
export function withPair<T>(extra: string[], use: (pair: Pair) => Promise<T>): Promise<T> {
  return withServer(
    "mini-redis",
    { extra },
    (ours) => withServer("redis-server", { extra }, (reference) => use({ ours, reference })),
  );
}

/** Runs `use` with one server started on a free port, and stops it after it. */
export async function withServer<T>(
  name: ServerName,
  options: StartOptions,
  use: (server: Server) => Promise<T>,
): Promise<T> {
  const server = await startServer(name, options);
  try {
    return await Promise.race([use(server), server.died]);
  } finally {
    await server.stop();
  }
}

/** Starts one server on a free port. */
export function startServer(name: ServerName, { extra, directories }: StartOptions): Promise<Server> {
  const commandLine = name === "mini-redis" ? ourCommandLine() : [name];
  return start(name, commandLine, directories ? ["--dir", directories[name], ...extra] : extra);
}

async function start(name: ServerName, commandLine: string[], extra: string[]): Promise<Server> {
  const port = freePort();
  const [program, ...args] = commandLine;
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const begun = performance.now();
  const child = spawn(program, [...args, ...settings, ...extra]);
  const log = { tail: "" };
  const drained = Promise.all([keepTail(child.stdout, log), keepTail(child.stderr, log)]);
  const died = Promise.all([child.status, drained]).then(([status]): never => {
    throw new ServerEnded(`${name} ended (code ${status.code}) while it was needed:\n${log.tail}`);
  });
  // Every server ends at last; only those who wait on `died` at that moment are to hear of it.
  died.catch(() => {});
  const stop = async () => {
    kill(child, "SIGTERM");
    const timer = setTimeout(() => kill(child, "SIGKILL"), 3000);
    await child.status;
    clearTimeout(timer);
  };
  try {
    await Promise.race([waitUntilReady(port, name), died]);
    const startup = performance.now() - begun;
    return {
      name,
      port,
      pid: await workingProcess(port, child.pid),
      startup,
      died,
      log: () => log.tail,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function keepTail(stream: ReadableStream<Uint8Array>, log: { tail: string }): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    log.tail = (log.tail + text).slice(-LOG_TAIL);
  }
}

async function waitUntilReady(port: number, name: string): Promise<void> {
  const end = performance.now() + START_LIMIT;
  while (performance.now() < end) {
    try {
      await runCommand(port, "PING");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, START_POLL));
    }
  }
  throw new Error(`${name} did not answer PING within ${START_LIMIT / 1000} seconds`);
}

/** The server's own word on its process: a launcher (`deno task`, a shell) is not the one to measure. */
async function workingProcess(port: number, child: number): Promise<number> {
  try {
    const match = /process_id:(\d+)/.exec(String(await runCommand(port, "INFO", "server")));
    return match ? Number(match[1]) : child;
  } catch {
    return child;
  }
}

/** A port on which nobody listens at this moment. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
