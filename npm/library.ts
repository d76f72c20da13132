/**
 * The library for Node: the same as `src/embedding/` for Deno, with the server in a child process.
 *
 * @module
 */
import { resolve } from "node:path";
import { type Place, START } from "../src/embedding/wire.ts";
import type {
  Failures,
  Fixture,
  RedisArgument,
  RedisBuffers,
  RedisServer,
  RedisValue,
  ServerClock,
  ServerOptions,
  Snapshot,
} from "../src/embedding/types.ts";
import { ServerProcess } from "./child_process.ts";

export * from "../src/embedding/types.ts";

/**
 * Starts a server:
 *
 * ```ts
 * await using redis = await startServer();
 * const client = new Redis(redis.port, redis.host);
 * ```
 *
 * Without `await using`, call `stop()` when done: a running server keeps the Node process alive. It ends with
 * it.
 */
export async function startServer(options: ServerOptions = {}): Promise<RedisServer> {
  const { log, ...rest } = options;
  const isFunction = typeof log === "function";
  const server = new ServerProcess(isFunction ? log : () => {});
  try {
    // A function can't be sent; anything else is refused there.
    const place = await server.ask(START, { ...rest, log: isFunction ? true : log });
    return new ChildServer(server, place as Place);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A server in another process. */
class ChildServer implements RedisServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly clock: ServerClock;
  readonly fail: Failures;
  #process: ServerProcess;

  constructor(process: ServerProcess, place: Place) {
    this.#process = process;
    this.host = place.host;
    this.port = place.port;
    this.url = place.url;
    this.clock = {
      now: () => this.#ask("clock.now"),
      advance: (by) => this.#ask("clock.advance", by),
      set: (time) => this.#ask("clock.set", time),
    };
    this.fail = {
      dropConnections: () => this.#ask("fail.dropConnections"),
      delay: (delay) => this.#ask("fail.delay", delay),
      refuseWrites: (message) => this.#ask("fail.refuseWrites", message),
      refuseConnections: () => this.#ask("fail.refuseConnections"),
      reset: () => this.#ask("fail.reset"),
    };
  }

  call(command: string, ...args: RedisArgument[]): Promise<RedisValue> {
    return this.#ask("call", command, ...args);
  }

  callBuffers(command: string, ...args: RedisArgument[]): Promise<RedisBuffers> {
    return this.#ask("callBuffers", command, ...args);
  }

  snapshot(): Promise<Snapshot> {
    return this.#ask("snapshot");
  }

  rollback(to?: Snapshot): Promise<void> {
    return this.#ask("rollback", to);
  }

  flush(): Promise<void> {
    return this.#ask("flush");
  }

  load(fixture: Fixture): Promise<number> {
    return this.#ask("load", fixture);
  }

  loadNdjson(text: string): Promise<number> {
    return this.#ask("loadNdjson", text);
  }

  loadFile(path: string | URL): Promise<number> {
    // A test may have changed its directory, which the child doesn't know of.
    return this.#ask("loadFile", typeof path === "string" ? resolve(path) : path);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The interface says what a method answers; the child has the same interface. */
  async #ask<Answer>(method: string, ...args: unknown[]): Promise<Answer> {
    return await this.#process.ask(method, ...args) as Answer;
  }
}
