/**
 * Starting real servers, this project's or redis-server, for the duration of a test:
 *
 * ```ts
 * await using server = await startServer({ config: { databases: 4 } });
 * using client = await server.connect();
 * assertEquals(await client.ask("PING"), "PONG");
 * ```
 */
import { freePort } from "./support/free_port.ts";
import { RespClient, type RespClientOptions } from "./support/resp_client.ts";
import { toPlain } from "./support/resp_reply.ts";
import { ROOT, serverCommand } from "./support/server_command.ts";

export { redisAvailable, redisVersion, referenceAvailable } from "./support/server_command.ts";
export { ReplyError } from "./support/resp_reply.ts";
export { RespClient };

/** How long a server may take to answer its first PING, and to end after SIGTERM, on a machine that is busy. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;
/** Attempts at starting, each with another port, when the port turns out to be taken. */
const START_ATTEMPTS = 5;

/** A directive's value; an array is several arguments, a boolean yes or no. */
export type ConfigValue = string | number | boolean | readonly (string | number)[];

export interface ServerOptions {
  /**
   * Directives, given as `--name value…`. A free `port` and a temporary `dir` are set unless named here; without a
   * configuration file also `bind 127.0.0.1` and `save ""`.
   */
  config?: Record<string, ConfigValue>;
  /** Further arguments, after those of `config`. */
  args?: readonly string[];
  /** Text of a configuration file, given as first argument. It is `redis.conf` in the server's directory. */
  configFile?: string;
  /** Further files in the server's directory, by their names. */
  files?: Readonly<Record<string, string>>;
  /** Additional environment variables. */
  env?: Record<string, string>;
}

/** Starts this project's server (or what `MINI_REDIS_SERVER` names) and waits until it answers. */
export function startServer(options: ServerOptions = {}): Promise<TestServer> {
  return start(serverCommand(), options);
}

/** Starts the real redis-server, for comparison. */
export function startRedis(options: ServerOptions = {}): Promise<TestServer> {
  return start(["redis-server"], options);
}

/** Starts the real redis-sentinel; `configFile` names what it watches, and is rewritten by it. */
export function startSentinel(options: ServerOptions & { configFile: string }): Promise<TestServer> {
  return start(["redis-sentinel"], options);
}

/** What a server that ran to its end left. */
export interface FinishedServer {
  code: number;
  /** Standard output and standard error, in this order. */
  output: string;
}

/** Runs this project's server with these arguments to its end: for `--version`, and errors at start. */
export function runServer(args: readonly string[], stdin = ""): Promise<FinishedServer> {
  return runToEnd(serverCommand(), args, stdin);
}

/** The same with the real redis-server. */
export function runRedis(args: readonly string[], stdin = ""): Promise<FinishedServer> {
  return runToEnd(["redis-server"], args, stdin);
}

async function runToEnd(command: string[], args: readonly string[], stdin: string): Promise<FinishedServer> {
  const process = new Deno.Command(command[0], {
    args: [...command.slice(1), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  // A server that doesn't read its input may be gone already: a broken pipe is no error here.
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await process.output();
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

async function start(command: string[], options: ServerOptions): Promise<TestServer> {
  const dir = await Deno.makeTempDir({ prefix: "mini-redis-test-" });
  try {
    if (options.configFile !== undefined) await Deno.writeTextFile(`${dir}/redis.conf`, options.configFile);
    for (const [name, text] of Object.entries(options.files ?? {})) {
      await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    for (let attempt = 1;; attempt++) {
      const server = new TestServer(command, options, dir);
      try {
        await server.start();
        return server;
      } catch (error) {
        const taken = error instanceof PortTaken && options.config?.port === undefined;
        if (!taken || attempt === START_ATTEMPTS) throw error;
      }
    }
  } catch (error) {
    await Deno.remove(dir, { recursive: true });
    throw error;
  }
}

/** Another process was quicker to take the probed port. */
class PortTaken extends Error {
  override name = "PortTaken";
}

/** A running server with a directory of its own; disposing it stops the server and removes the directory. */
export class TestServer implements AsyncDisposable {
  /** 0 if the server was told not to listen on TCP. */
  readonly port: number;
  /** The port of the cluster bus, if there is one. The usual, 10,000 above the other, may be an outgoing connection's. */
  readonly busPort: number;
  readonly dir: string;

  #command: string[];
  #options: ServerOptions;
  #process!: Deno.ChildProcess;
  #log = "";
  #exited = false;
  /** Settles when the process has ended and its log is complete. */
  #ended!: Promise<Deno.CommandStatus>;

  constructor(command: string[], options: ServerOptions, dir: string) {
    this.#command = command;
    this.#options = options;
    this.dir = dir;
    const port = options.config?.port;
    this.port = port === undefined ? freePort() : Number(port);
    this.busPort = freePort();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Everything the server has written to standard output and standard error so far, over all its starts. */
  get log(): string {
    return this.#log;
  }

  /** Starts the process and waits until it answers; again after {@link stop}: same port, same directory. */
  async start(): Promise<void> {
    const [program, ...leading] = this.#command;
    this.#process = new Deno.Command(program, {
      args: [...leading, ...this.#arguments()],
      cwd: ROOT,
      env: this.#options.env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#exited = false;
    const process = this.#process;
    const logged = Promise.all([this.#capture(process.stdout), this.#capture(process.stderr)]);
    this.#ended = process.status.then(async (status) => {
      this.#exited = true;
      await logged;
      return status;
    });
    try {
      await this.#untilReady();
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** A new client, authenticated if the server was configured with `requirepass`. */
  async connect(options: RespClientOptions = {}): Promise<RespClient> {
    const client = await RespClient.connect({ port: this.port, ...options });
    const password = this.#options.config?.requirepass;
    if (typeof password === "string" && password !== "") await client.ask("AUTH", password);
    return client;
  }

  /**
   * Waits until the log, from character `from` on, matches.
   * @throws {Error} with the log, if it doesn't within the limit or the server ends without it
   */
  async waitForLog(pattern: RegExp, from = 0, limitMs = 60_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + limitMs;
    while (true) {
      const isLast = this.#exited || Date.now() > deadline;
      // What a server wrote last may arrive after the news of its end.
      if (this.#exited) await this.#ended;
      const match = pattern.exec(this.#log.slice(from));
      if (match) return match;
      if (isLast) {
        throw new Error(`${pattern} is not in the log:\n${this.#log}`);
      }
      await sleep(10);
    }
  }

  /** Sends a signal, without waiting for its effect. */
  signal(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  /**
   * Stops the server with SIGTERM and waits for its end; harmless if it has ended already.
   * @throws {Error} if it had to be killed
   */
  async stop(): Promise<Deno.CommandStatus> {
    this.signal("SIGTERM");
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      this.signal("SIGKILL");
    }, STOP_LIMIT_MS);
    const status = await this.#ended;
    clearTimeout(timer);
    if (killed) throw new Error(`no end within ${STOP_LIMIT_MS} ms of SIGTERM; log:\n${this.#log}`);
    return status;
  }

  /** Ends the server at once with SIGKILL. */
  kill(): Promise<Deno.CommandStatus> {
    this.signal("SIGKILL");
    return this.#ended;
  }

  /** Waits for an end that the test has caused in another way. */
  exited(): Promise<Deno.CommandStatus> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stop();
    } finally {
      await Deno.remove(this.dir, { recursive: true });
    }
  }

  #arguments(): string[] {
    const { config, configFile, args = [] } = this.#options;
    // What a configuration file may set itself is left to it.
    const defaults: Record<string, ConfigValue> = configFile === undefined
      ? { bind: "127.0.0.1", save: "" }
      : {};
    const words = configFile === undefined ? [] : [`${this.dir}/redis.conf`];
    if (config?.["cluster-enabled"] !== undefined) defaults["cluster-port"] = this.busPort;
    const directives: Record<string, ConfigValue> = {
      port: this.port,
      dir: this.dir,
      ...defaults,
      ...config,
    };
    for (const [name, value] of Object.entries(directives)) words.push(`--${name}`, ...configWords(value));
    return [...words, ...args];
  }

  async #capture(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#log += text;
  }

  async #untilReady(): Promise<void> {
    const from = this.#log.length;
    if (this.port === 0) {
      await this.waitForLog(/Ready to accept connections/, from, START_LIMIT_MS);
      return;
    }
    const deadline = Date.now() + START_LIMIT_MS;
    while (!await this.#answers()) {
      if (this.#exited) {
        await this.#ended;
        const log = this.#log.slice(from);
        if (/already in use|Failed listening on port/i.test(log)) throw new PortTaken(log);
        throw new Error(`the server ended while starting: ${this.#command.join(" ")}\n${log}`);
      }
      if (Date.now() > deadline) throw new Error(`no answer to PING; log:\n${this.#log.slice(from)}`);
      await sleep(15);
    }
  }

  /**
   * True if the server on the port answers and is this one: when two tests probe the same port, the quicker server
   * answers to both, and the directory tells them apart.
   */
  async #answers(): Promise<boolean> {
    try {
      using client = await this.connect({ timeoutMs: 5000 });
      const pong = await client.call("PING");
      if (pong.type === "error") return !/^LOADING/.test(pong.text);
      const dir = toPlain(await client.call("CONFIG", "GET", "dir"));
      if (!Array.isArray(dir)) return true;
      const wanted = String(this.#options.config?.dir ?? this.dir);
      return await Deno.realPath(String(dir[1])) === await Deno.realPath(wanted);
    } catch {
      return false;
    }
  }
}

function configWords(value: ConfigValue): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === "boolean") return [value ? "yes" : "no"];
  return [String(value)];
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
