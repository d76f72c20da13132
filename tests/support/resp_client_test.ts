import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionClosed, ReplyTimeout } from "./resp_client.ts";
import { encodeReply, NotResp, ReplyError } from "./resp_reply.ts";
import { ScriptedServer } from "./scripted_server.ts";

Deno.test("RespClient: sends any words, reads lossless, raw and plain replies", async () => {
  using server = new ScriptedServer((command) => `$${command.length}\r\n${command}\r\n`);
  using client = await server.connect();
  assertEquals(await client.call("ECHO", 5, new Uint8Array([0, 255])), {
    type: "bulk",
    text: "ECHO 5 \x00\xff",
  });
  await client.send("a\r\nb");
  assertEquals(await client.readRaw(), "$4\r\na\r\nb\r\n");
  assertEquals(await client.ask("x"), "x");
});

Deno.test("RespClient: several replies that arrive together are read one by one", async () => {
  using server = new ScriptedServer(() => ":1\r\n*2\r\n+a\r\n$-1\r\n#t\r\n");
  using client = await server.connect();
  await client.send("x");
  assertEquals(await client.readRaw(), ":1\r\n");
  assertEquals(await client.readRaw(), "*2\r\n+a\r\n$-1\r\n");
  assertEquals(await client.readRaw(), "#t\r\n");
});

Deno.test("RespClient: a large reply arrives whole", async () => {
  const payload = "\xe9".repeat(3_000_000);
  using server = new ScriptedServer(() => `$${payload.length}\r\n${payload}\r\n`);
  using client = await server.connect();
  assertEquals((await client.ask("x")) === payload, true);
});

Deno.test("RespClient: push messages are kept apart on demand", async () => {
  using server = new ScriptedServer(() => ">1\r\n+one\r\n+OK\r\n>1\r\n+two\r\n");
  using client = await server.connect();
  assertEquals((await client.call("x")).type, "push");
  assertEquals(await client.readRaw(), "+OK\r\n");
  assertEquals(await client.readRaw(), ">1\r\n+two\r\n");
  client.separatePushes = true;
  assertEquals(await client.ask("x"), "OK");
  assertEquals(encodeReply(await client.readPush()), ">1\r\n+one\r\n");
  assertEquals(encodeReply(await client.readPush()), ">1\r\n+two\r\n");
});

Deno.test("RespClient: errors, silence, the end and rubbish are told apart", async () => {
  const answers: Record<string, string> = {
    error: "-ERR no\r\n",
    silence: "",
    half: "+first\r\n$5\r\nab",
    rubbish: "hello\r\n",
  };
  using server = new ScriptedServer((command) => answers[command]);
  using client = await server.connect();
  const { timeoutMs } = client;
  await assertRejects(() => client.ask("error"), ReplyError, "ERR no");
  client.timeoutMs = 50;
  await assertRejects(() => client.ask("silence"), ReplyTimeout);
  client.timeoutMs = timeoutMs;
  assertEquals(await client.ask("half"), "first");
  client.timeoutMs = 50;
  await assertRejects(() => client.read(), ReplyTimeout, "ab");
  client.timeoutMs = timeoutMs;
  await assertRejects(() => client.ask("close"), ConnectionClosed, "ab");
  using other = await server.connect();
  await assertRejects(() => other.ask("rubbish"), NotResp);
});

Deno.test("RespClient: readToEnd gives what came before the close", async () => {
  using server = new ScriptedServer((command) => command === "quit" ? undefined : "+bye\r\n");
  using client = await server.connect();
  await client.send("x");
  await client.send("quit");
  assertEquals(await client.readToEnd(), "+bye\r\n");
});
