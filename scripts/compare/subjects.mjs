/**
 * What is compared, each with the same interface. Runs in Node, in a directory where the packages are
 * installed.
 *
 * A subject is started with `start()`. What comes back has `client()`, a new ioredis client; `port`, where
 * other programs connect, or undefined; `pids`, the processes besides this one; `pass(seconds)`, which lets
 * time pass without waiting, or undefined; `stop()`.
 */
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(`${process.cwd()}/`);
const { Redis } = require("ioredis");

export const SUBJECTS = {
  "mini-redis": startMiniRedis,
  "ioredis-mock": startMock,
  "redis-memory-server": startMemoryServer,
};

async function startMiniRedis() {
  const { startServer } = require("mini-redis");
  const server = await startServer({ notifyKeyspaceEvents: "KEA" });
  const pid = /process_id:(\d+)/.exec(await server.call("INFO", "server"))[1];
  return {
    port: server.port,
    pids: [Number(pid)],
    client: () => new Redis(server.url),
    pass: (seconds) => server.clock.advance(`${seconds}s`),
    library: server,
    stop: () => server.stop(),
  };
}

function startMock() {
  const Mock = require("ioredis-mock");
  const RealDate = Date;
  return {
    port: undefined,
    pids: [],
    client: () => new Mock({ notifyKeyspaceEvents: "KEg$lshzx" }),
    pass: (seconds) => moveDate(seconds * 1000),
    stop: () => {
      globalThis.Date = RealDate;
    },
  };
}

/** Moves the Date of this process, as the fake timers of test frameworks do. */
function moveDate(milliseconds) {
  const Before = Date;
  globalThis.Date = class extends Before {
    constructor(...args) {
      super(...args.length === 0 ? [Before.now() + milliseconds] : args);
    }
    static now() {
      return Before.now() + milliseconds;
    }
  };
}

async function startMemoryServer() {
  const { RedisMemoryServer } = require("redis-memory-server");
  const options = { instance: { args: ["--save", "", "--notify-keyspace-events", "KEA"] } };
  if (process.env.REDIS_SERVER) options.binary = { systemBinary: process.env.REDIS_SERVER };
  const server = new RedisMemoryServer(options);
  const port = await server.getPort();
  return {
    port,
    pids: [server.getInstanceInfo().childProcess.pid],
    client: () => new Redis(port, "127.0.0.1"),
    pass: undefined,
    stop: () => server.stop(),
  };
}
