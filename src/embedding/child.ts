/**
 * A server for a Node program: the process that the npm package starts. It lives as long as its standard
 * input is open, so that it can't outlive whoever started it; `wire.ts` says what is spoken.
 *
 * @module
 */
import { startServer } from "./mod.ts";
import type { RedisServer, ServerOptions } from "./types.ts";
import {
  decodeValue,
  encodeError,
  encodeValue,
  LineSplitter,
  START,
  type WireMessage,
  type WireRequest,
} from "./wire.ts";

/** Sends lines in their order. */
type Send = (message: WireMessage) => void;

if (import.meta.main) {
  // Ctrl-C reaches every process of a terminal. It is up to the parent what it means.
  Deno.addSignalListener("SIGINT", () => {});
  const output = Deno.stdout.writable.getWriter();
  await serveParent(Deno.stdin.readable, (message) => {
    // A parent that is gone closes the input as well.
    output.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`)).catch(() => {});
  });
  await output.close().catch(() => {});
  Deno.exit(0);
}

/** Starts the server that the first request asks for, and serves it until the input ends. */
export async function serveParent(input: ReadableStream<Uint8Array<ArrayBuffer>>, send: Send): Promise<void> {
  const lines = new LineSplitter();
  let server: RedisServer | undefined;
  try {
    for await (const piece of input.pipeThrough(new TextDecoderStream())) {
      for (const line of lines.push(piece)) {
        const request: WireRequest = JSON.parse(line);
        if (server !== undefined) void answer(server, request, send);
        else if ((server = await start(request, send)) === undefined) return;
      }
    }
  } finally {
    await server?.stop();
  }
}

/** The started server; undefined, and the parent is told why, if it could not be. */
async function start({ id, method, args }: WireRequest, send: Send): Promise<RedisServer | undefined> {
  try {
    if (method !== START) throw new Error(`the first request is ${method}`);
    const options = decodeValue(args[0]) as Record<string, unknown>;
    // A function can't be sent: `true` stands for it.
    if (options.log === true) options.log = (line: string) => send({ log: line });
    const server = await startServer(options as ServerOptions);
    const { host, port, url } = server;
    send({ id, value: encodeValue({ host, port, url }) });
    return server;
  } catch (error) {
    send({ id, error: encodeError(error) });
    return undefined;
  }
}

async function answer(server: RedisServer, { id, method, args }: WireRequest, send: Send): Promise<void> {
  try {
    send({ id, value: encodeValue(await invoke(server, method, args.map(decodeValue))) });
  } catch (error) {
    send({ id, error: encodeError(error) });
  }
}

/** Calls a method by its name: `call`, or `clock.advance` and `fail.delay` of the server's parts. */
function invoke(server: RedisServer, method: string, args: unknown[]): unknown {
  const [part, name] = method.includes(".") ? method.split(".") : [undefined, method];
  const owner = part === undefined ? server : part === "clock" ? server.clock : server.fail;
  return Reflect.apply(Reflect.get(owner, name), owner, args);
}
