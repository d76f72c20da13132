/**
 * A server in the program's own process.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import { Log } from "../observability/log.ts";
import { ListenError } from "../server/listener.ts";
import { Server } from "../server/server.ts";
import { unsupportedWarnings } from "../server/unsupported.ts";
import { byteStringToUtf8, utf8ToByteString } from "../util/byte_string.ts";
import { Random, systemSeeded } from "../util/random.ts";
import { nextTurn } from "../util/turn.ts";
import { MovableClock, timeOf } from "./clock.ts";
import { frameOf } from "./commands.ts";
import { EmbeddedDirectory } from "./directory.ts";
import { FailureInjector } from "./failures.ts";
import { fixtureCommands } from "./fixtures.ts";
import { LocalClients } from "./local_client.ts";
import { checkOptions, configOf } from "./options.ts";
import { toBuffers, toValue } from "./reply_value.ts";
import { Snapshots } from "./snapshots.ts";
import { TimeTravel } from "./time_travel.ts";
import type {
  Fixture,
  RedisArgument,
  RedisBuffers,
  RedisServer,
  RedisValue,
  ServerClock,
  ServerOptions,
  Snapshot,
} from "./types.ts";

/**
 * Starts a server in this process: a real one, which listens on TCP, in a few milliseconds. There may be any number of
 * them. Dispose it, or call its `stop`, when it is not needed any more.
 *
 * ```ts
 * import { startServer } from "@mini-redis/mini-redis";
 *
 * await using redis = await startServer();
 * await redis.call("SET", "greeting", "hello");
 * console.log(redis.url, await redis.call("GET", "greeting"));
 * ```
 *
 * @throws {TypeError} if an option is wrong
 * @throws {RangeError} if `time` is no time
 * @throws {Error} if the port is taken, or files that are there can't be loaded
 */
export async function startServer(options: ServerOptions = {}): Promise<RedisServer> {
  checkOptions(options);
  const config = configOf(options);
  const clock = new MovableClock(
    options.clock !== "manual",
    options.time === undefined ? undefined : timeOf(options.time),
  );
  const server = new EmbeddedServer(config, clock, options);
  await server.start();
  return server;
}

class EmbeddedServer implements RedisServer {
  readonly clock: ServerClock;
  readonly fail: FailureInjector;
  readonly #server: Server;
  readonly #clock: MovableClock;
  readonly #directory: EmbeddedDirectory;
  readonly #log: Log;
  readonly #snapshots: Snapshots;
  readonly #clients: LocalClients;
  #lastLine = "";
  #stopped: Promise<void> | null = null;
  #ended = false;
  #port = 0;

  constructor(config: Config, clock: MovableClock, { log, seed }: ServerOptions) {
    this.#clock = clock;
    this.#log = new Log(config.get("loglevel"), {
      write: (line) => {
        this.#lastLine = new TextDecoder().decode(line).trimEnd();
        log?.(this.#lastLine);
      },
    });
    const dir = config.origin("dir") === undefined ? undefined : byteStringToUtf8(config.get("dir"));
    this.#directory = new EmbeddedDirectory(dir, (path) => {
      config.setFromArguments("dir", [utf8ToByteString(path)]);
    });
    this.#server = new Server(config, clock, this.#log, {
      random: seed === undefined ? systemSeeded() : new Random(seed),
      directory: this.#directory,
      fail: () => void this.stop(),
    });
    const { services } = this.#server;
    this.#clients = new LocalClients(this.#server.host);
    this.#snapshots = new Snapshots(services, clock);
    this.clock = new TimeTravel(clock, services);
    this.fail = new FailureInjector(this.#server);
    this.#server.finished.then(() => {
      this.#ended = true;
      this.#clients.end(new Error("the server was stopped"));
    });
  }

  get host(): string {
    const [address] = this.#server.services.config.get("bind");
    const name = address.replace(/^-/, "");
    if (name === "*" || name === "0.0.0.0") return "127.0.0.1";
    return name === "::*" || name === "::" ? "::1" : name;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    const { config } = this.#server.services;
    const password = config.get("requirepass");
    const login = password === null ? "" : `:${encodeURIComponent(byteStringToUtf8(password))}@`;
    const path = config.get("unixsocket");
    if (this.#port === 0 && path !== null) return `unix://${login}${byteStringToUtf8(path)}`;
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `redis://${login}${host}:${this.#port}`;
  }

  /** Opens the sockets and loads what is in the directory. */
  async start(): Promise<void> {
    const server = this.#server;
    const { config } = server.services;
    for (const warning of [...config.warnings(), ...unsupportedWarnings(config)]) this.#log.warning(warning);
    try {
      server.open();
      this.#port = server.listeners.port;
      // What CONFIG GET answers, and CONFIG SET compares with.
      if (this.#port !== 0) config.setFromArguments("port", [String(this.#port)]);
      if (!await server.load()) throw new Error(`the data can't be loaded: ${this.#lastLine}`);
    } catch (error) {
      await this.stop();
      if (error instanceof ListenError) throw new Error(error.message.split("\n")[0], { cause: error });
      throw error;
    }
    server.serve();
  }

  async call(command: string, ...args: RedisArgument[]): Promise<RedisValue> {
    return await this.#clients.call(frameOf([command, ...args]), toValue);
  }

  async callBuffers(command: string, ...args: RedisArgument[]): Promise<RedisBuffers> {
    return await this.#clients.call(frameOf([command, ...args]), toBuffers);
  }

  async snapshot(): Promise<Snapshot> {
    // Calls that were made before come before.
    await undefined;
    this.#clients.assertRunning();
    return this.#snapshots.take();
  }

  async rollback(to?: Snapshot): Promise<void> {
    await undefined;
    this.#clients.assertRunning();
    const { host } = this.#server;
    host.beginBatch(this.#clients.current.client);
    try {
      this.#snapshots.rollBack(to);
    } finally {
      host.endBatch();
    }
  }

  async flush(): Promise<void> {
    await this.call("FLUSHALL");
  }

  async load(fixture: Fixture): Promise<number> {
    await this.#run(fixtureCommands(fixture, this.#clock.now()));
    return Object.keys(fixture).length;
  }

  async loadNdjson(text: string): Promise<number> {
    // Few need it, and it is not small.
    const { loadLines } = await import("./ndjson.ts");
    using client = this.#clients.separate();
    return await loadLines(text, (frame) => client.call(frame, toValue));
  }

  async loadFile(path: string | URL): Promise<number> {
    const text = await Deno.readTextFile(path);
    return String(path).endsWith(".json") ? await this.load(JSON.parse(text)) : await this.loadNdjson(text);
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Runs commands in database 0. */
  async #run(commands: Iterable<RedisArgument[]>): Promise<void> {
    await undefined;
    using client = this.#clients.separate();
    for (const words of commands) await client.call(frameOf(words), toValue);
  }

  async #stop(): Promise<void> {
    const { control, keyspace, persistence } = this.#server.services;
    if (!this.#ended && !control.shutdown({ save: "never", now: true, force: true })) this.#server.stop();
    this.#clients.end(new Error("the server was stopped"));
    this.#clock.stop();
    this.fail.stop();
    await this.#server.settled();
    // What was being written to a file notices in its own time that it is not wanted.
    while (persistence.busy) await nextTurn();
    this.#snapshots.release();
    for (const database of keyspace.databases()) database.release();
    await this.#directory.remove();
  }
}
