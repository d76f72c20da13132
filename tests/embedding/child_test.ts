import { assert, assertEquals, assertRejects } from "@std/assert";
import { serveParent } from "../../src/embedding/child.ts";
import { decodeValue, encodeValue, type Place, type WireMessage } from "../../src/embedding/wire.ts";

/** The other end of a child's input and output. */
class Parent {
  #input = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  #writer = this.#input.writable.getWriter();
  #waiting = new Map<number, (message: WireMessage) => void>();
  #lastId = 0;
  readonly logged: string[] = [];
  readonly ended: Promise<void>;

  constructor() {
    this.ended = serveParent(this.#input.readable, (message) => {
      if ("log" in message) this.logged.push(message.log);
      else this.#waiting.get(message.id)!(message);
    });
  }

  /** Sends a request and waits for its answer; errors are thrown with their name before the message. */
  async ask(method: string, ...args: unknown[]): Promise<unknown> {
    const id = this.#lastId++;
    const answered = new Promise<WireMessage>((resolve) => this.#waiting.set(id, resolve));
    const request = { id, method, args: args.map(encodeValue) };
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const message = await answered;
    if ("error" in message) throw new Error(`${message.error.name}: ${message.error.message}`);
    return "value" in message ? decodeValue(message.value) : undefined;
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.ended;
  }
}

Deno.test("a child serves what its parent asks for until its input ends", async () => {
  const parent = new Parent();
  const { host, port, url } = await parent.ask("start", { log: true, clock: "manual" }) as Place;
  assertEquals(url, `redis://${host}:${port}`);
  assertEquals(await parent.ask("call", "SET", "k", new Uint8Array([0, 255]), "EX", 300), "OK");
  assertEquals(await parent.ask("callBuffers", "GET", "k"), new Uint8Array([0, 255]));
  assertEquals(await parent.ask("clock.advance", "5m"), undefined);
  assertEquals(await parent.ask("call", "EXISTS", "k"), 0);
  assertEquals(await parent.ask("fail.reset"), undefined);
  await assertRejects(() => parent.ask("call", "NOSUCH"), Error, "RedisError: ERR unknown command 'NOSUCH'");
  await assertRejects(() => parent.ask("clock.advance", -1), Error, "RangeError: ");
  await parent.close();
  assert(parent.logged.length > 0);
  await assertRejects(() => Deno.connect({ hostname: host, port }), Deno.errors.ConnectionRefused);
});

Deno.test("a request that takes its time doesn't hold up the next", async () => {
  const parent = new Parent();
  await parent.ask("start", {});
  const popped = parent.ask("call", "BLPOP", "list", 0);
  await parent.ask("call", "RPUSH", "list", "a");
  assertEquals(await popped, ["list", "a"]);
  await parent.close();
});

Deno.test("snapshots are named by what the parent got", async () => {
  const parent = new Parent();
  await parent.ask("start", {});
  const empty = await parent.ask("snapshot");
  assertEquals(await parent.ask("load", { a: "1", b: new Set(["x"]) }), 2);
  await parent.ask("snapshot");
  await parent.ask("rollback", empty);
  assertEquals(await parent.ask("call", "DBSIZE"), 0);
  await parent.close();
});

Deno.test("a server that can't start says why, and its child ends", async () => {
  const parent = new Parent();
  await assertRejects(() => parent.ask("start", { noSuchDirective: 1 }), Error);
  await parent.ended;
  const late = new Parent();
  await assertRejects(() => late.ask("call", "PING"), Error, "the first request is call");
  await late.ended;
});
