import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { connect, ConnectionClosed, ProtocolError, Push, ReplyError, Status } from "../../src/client/mod.ts";
import { encodeCommand } from "../../src/resp/encode.ts";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { startServer } from "../harness.ts";

/** A server that answers the first bytes of its one connection with `answer` and hangs up after `hangUp`. */
async function answering(answer: string, hangUp = false): Promise<Disposable & { port: number }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  listener.accept().then(async (socket) => {
    open.push(socket);
    await socket.read(new Uint8Array(4096));
    await socket.write(toBytes(answer));
    if (hangUp) open.pop()!.close();
  }).catch(() => {});
  await Promise.resolve();
  const close = () => {
    for (const socket of open) socket.close();
    listener.close();
  };
  return { port: listener.addr.port, [Symbol.dispose]: close };
}

Deno.test("a connection: calls in order, errors as replies, databases, protocols", async () => {
  await using server = await startServer({ config: { requirepass: "secret" } });
  const { port } = server;
  await assertRejects(() => connect({ port, password: "wrong" }), ReplyError, "WRONGPASS");
  using two = await connect({ port, password: "secret", database: 3 });
  const replies = await Promise.all([
    two.call("SET", "k\xff", toBytes("\0\r\n")),
    two.call("GET", "k\xff"),
    two.call("LPUSH", "k\xff", "x"),
    two.call("DBSIZE"),
  ]);
  assertEquals(replies.slice(0, 2), [new Status("OK"), "\0\r\n"]);
  const [, , refused] = replies;
  assertInstanceOf(refused, ReplyError);
  assertEquals((refused as ReplyError).code, "WRONGTYPE");
  assertEquals(replies[3], 1);
  using three = await connect({ port, username: "default", password: "secret", protocol: 3 });
  assertEquals(await three.call("GET", "k\xff"), null);
  three.close();
  await assertRejects(() => three.call("PING"), ConnectionClosed);
  assertEquals(three.closed, true);
});

Deno.test("a connection: pushes go to their receiver, or else are replies", async () => {
  await using server = await startServer();
  using connection = await connect({ port: server.port, protocol: 3 });
  using other = await connect({ port: server.port });
  const pushes: unknown[] = [];
  connection.onPush = (push) => pushes.push(push.items[0]);
  connection.send(encodeCommand(["SUBSCRIBE", "c"]));
  assertEquals(await connection.call("PING"), new Status("PONG"));
  assertEquals(await other.call("PUBLISH", "c", "m"), 1);
  assertEquals(await connection.call("PING"), new Status("PONG"));
  assertEquals(pushes, ["subscribe", "message"]);
  connection.onPush = undefined;
  await other.call("PUBLISH", "c", "n");
  assertEquals(await connection.read(), new Push(["message", "c", "n"]));
});

Deno.test("a connection: much is sent while replies wait", async () => {
  await using server = await startServer();
  using connection = await connect({ port: server.port });
  const value = "x".repeat(100_000);
  for (let i = 0; i < 50; i++) connection.send(encodeCommand(["ECHO", value]));
  for (let i = 0; i < 50; i++) assertEquals((await connection.read()) === value, true);
  await connection.drain();
});

Deno.test("a connection: the end and bad bytes reach everybody who waits", async () => {
  using ending = await answering("+one\r\n", true);
  using first = await connect({ port: ending.port });
  const calls = [first.call("A"), first.call("B"), first.call("C")];
  const settled = await Promise.allSettled(calls);
  assertEquals(settled.map((result) => result.status), ["fulfilled", "rejected", "rejected"]);
  await assertRejects(() => calls[2], ConnectionClosed);
  using wrong = await answering("HTTP/1.1 400\r\n");
  using second = await connect({ port: wrong.port });
  await assertRejects(() => second.call("PING"), ProtocolError);
  await assertRejects(() => second.call("PING"), ProtocolError);
});

Deno.test("a connection: bytes behind a reply can be read undecoded", async () => {
  using server = await answering("+FULLRESYNC\r\nREDIS0011");
  using connection = await connect({ port: server.port });
  assertEquals(await connection.call("SYNC"), new Status("FULLRESYNC"));
  let text = "";
  while (text.length < 9) text += fromBytes(await connection.readBytes() ?? new Uint8Array(1));
  assertEquals(text, "REDIS0011");
});

Deno.test("a connection that is refused throws what the system says", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(() => connect({ port }), Deno.errors.ConnectionRefused);
});
