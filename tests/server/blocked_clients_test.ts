import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { redisAvailable, RespClient, startRedis, startServer, type TestServer } from "../harness.ts";
import { ConnectionClosed } from "../support/resp_client.ts";
import { encodeReply } from "../support/resp_reply.ts";

/** Clients on one key; fewer where so many files can't be open. */
const MANY = 2000;
/** How many connect at once. */
const TOGETHER = 100;
/** Open files that are no clients. */
const OTHER_FILES = 200;
/** Looks at the number of blocked clients. */
const ATTEMPTS = 4000;

/** One line of INFO. */
async function figure(client: RespClient, section: string, name: string): Promise<number> {
  const text = String(await client.ask("INFO", section));
  return Number(new RegExp(`^${name}:([0-9]+)`, "m").exec(text)?.[1]);
}

/** Waits until so many clients are blocked. */
async function untilBlocked(client: RespClient, count: number): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await figure(client, "clients", "blocked_clients") === count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never were ${count} clients blocked`);
}

/** Sends the command and waits until the server holds it back; `count` clients are blocked then. */
async function wait(other: RespClient, client: RespClient, command: string, count = 1): Promise<void> {
  await client.send(...command.split(" "));
  await untilBlocked(other, count);
}

async function replyOf(client: RespClient): Promise<string> {
  return encodeReply(await client.read());
}

/** What a test of both servers gets: our server or the real one, and two clients. */
type Scenario = (server: TestServer, first: RespClient, second: RespClient) => Promise<unknown[]>;

/** The scenario must come to the same results with a real redis-server, where there is one. */
function onBoth(name: string, scenario: Scenario): void {
  Deno.test(name, async () => {
    const outcome = async (start: () => Promise<TestServer>) => {
      await using server = await start();
      using first = await server.connect();
      using second = await server.connect();
      return await scenario(server, first, second);
    };
    const ours = await outcome(startServer);
    if (redisAvailable()) assertEquals(ours, await outcome(startRedis));
  });
}

onBoth("blocked clients: CLIENT UNBLOCK", async (_, first, second) => {
  const id = Number(await second.ask("CLIENT", "ID"));
  const outcomes: unknown[] = [];
  for (const how of [[], ["TIMEOUT"], ["ERROR"], ["error"]]) {
    for (
      const command of [
        "BLPOP a 0",
        "BLMOVE a b LEFT LEFT 0",
        "BZMPOP 10 1 a MIN",
        "XREAD BLOCK 0 STREAMS a $",
      ]
    ) {
      await wait(first, second, command);
      outcomes.push(await first.ask("CLIENT", "UNBLOCK", id, ...how), await replyOf(second));
    }
  }
  outcomes.push(await first.ask("CLIENT", "UNBLOCK", id), await first.ask("CLIENT", "UNBLOCK", 123_456));
  for (const wrong of [[id, "SOON"], ["x"], []]) {
    outcomes.push(encodeReply(await first.call("CLIENT", "UNBLOCK", ...wrong)));
  }
  await second.send("BLPOP", "a", "0");
  await second.send("PING");
  await untilBlocked(first, 1);
  outcomes.push(await first.ask("CLIENT", "UNBLOCK", id), await replyOf(second), await replyOf(second));
  outcomes.push(await first.ask("RPUSH", "a", "1"), await first.ask("LLEN", "a"));
  return outcomes;
});

// Redis 7.0 ends with a failed assertion here.
Deno.test("blocked clients: CLIENT UNBLOCK leaves one alone that CLIENT PAUSE holds back", async () => {
  await using server = await startServer();
  using first = await server.connect();
  using second = await server.connect();
  const id = Number(await second.ask("CLIENT", "ID"));
  await first.ask("CLIENT", "PAUSE", "100000", "WRITE");
  await second.send("RPUSH", "a", "1");
  await second.send("GET", "b");
  await untilBlocked(first, 1);
  assertEquals(await first.ask("CLIENT", "UNBLOCK", id), 0);
  await first.ask("CLIENT", "UNPAUSE");
  assertEquals([await replyOf(second), await replyOf(second)], [":1\r\n", "$-1\r\n"]);
});

onBoth("blocked clients: CLIENT KILL, and what is pushed then stays", async (_, first, second) => {
  const id = Number(await second.ask("CLIENT", "ID"));
  await wait(first, second, "BLPOP a b 0");
  const killed = await first.ask("CLIENT", "KILL", "ID", id);
  await assertRejects(() => second.read(), ConnectionClosed);
  await untilBlocked(first, 0);
  return [killed, await first.ask("RPUSH", "a", "1"), await first.ask("LRANGE", "a", "0", "-1")];
});

onBoth(
  "blocked clients: a disconnect is noticed, and what is pushed then stays",
  async (server, first, second) => {
    using third = await server.connect();
    await wait(first, second, "BLPOP a b 0");
    await wait(first, third, "BLMOVE a b LEFT LEFT 100", 2);
    second.close();
    await untilBlocked(first, 1);
    await third.send("SET", "never", "run");
    await third.closeWrite();
    await untilBlocked(first, 0);
    const pushed = await first.ask("RPUSH", "a", "1");
    return [pushed, await first.ask("LRANGE", "a", "0", "-1"), await first.ask("EXISTS", "b", "never")];
  },
);

onBoth("blocked clients: what CLIENT LIST and INFO show", async (_, first, second) => {
  await first.ask("CONFIG", "RESETSTAT");
  await second.ask("CLIENT", "SETNAME", "waiting");
  await wait(first, second, "BLPOP a 0");
  const line = () => first.ask("CLIENT", "LIST").then((list) => /^.*name=waiting.*$/m.exec(String(list))![0]);
  const shown = (text: string) => text.match(/\b(?:flags|multi|cmd|db|qbuf|obl)=\S*/g);
  const outcomes: unknown[] = [shown(await line())];
  outcomes.push(await figure(first, "clients", "clients_in_timeout_table"));
  await first.ask("RPUSH", "a", "1");
  outcomes.push(await replyOf(second), shown(await line()));
  await wait(first, second, "BRPOP a 100");
  outcomes.push(await figure(first, "clients", "clients_in_timeout_table"));
  await first.ask("RPUSH", "a", "1");
  outcomes.push(await replyOf(second), await figure(first, "clients", "clients_in_timeout_table"));
  return outcomes;
});

onBoth("blocked clients: a command counts once, when its wait is over", async (_, first, second) => {
  await first.ask("CONFIG", "RESETSTAT");
  await wait(first, second, "BLPOP a 0");
  const count = async () =>
    /cmdstat_blpop:calls=(\d+)/.exec(String(await first.ask("INFO", "commandstats")))?.[1];
  await first.ask("RPUSH", "a", "1");
  const outcomes: unknown[] = [await replyOf(second), await count()];
  await second.call("BLPOP", "a", "0.01");
  outcomes.push(await count());
  await first.ask("RPUSH", "a", "1");
  await second.call("BLPOP", "a", "0");
  return [...outcomes, await count()];
});

Deno.test("blocked clients: INFO counts the keys, and those whose end is waited for", async () => {
  await using server = await startServer();
  using first = await server.connect();
  using second = await server.connect();
  using third = await server.connect();
  const keys = async () => [
    await figure(first, "clients", "total_blocking_keys"),
    await figure(first, "clients", "total_blocking_keys_on_nokey"),
  ];
  await first.ask("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
  await wait(first, second, "BLPOP a b a 0");
  assertEquals(await keys(), [2, 0]);
  await wait(first, third, "XREADGROUP GROUP g alice BLOCK 0 STREAMS s >", 2);
  assertEquals(await keys(), [3, 1]);
  await first.ask("DEL", "s");
  assertMatch(await replyOf(third), /^-NOGROUP/);
  assertEquals(await keys(), [2, 0]);
  await first.ask("RPUSH", "b", "1");
  await second.read();
  assertEquals(await keys(), [0, 0]);
});

Deno.test("blocked clients: XGROUP SETID, and a group that is made anew, bring messages", async () => {
  await using server = await startServer();
  using first = await server.connect();
  using second = await server.connect();
  const READ = "XREADGROUP GROUP g alice BLOCK 0 NOACK STREAMS s >";
  await first.ask("XADD", "s", "1-1", "f", "v");
  await first.ask("XGROUP", "CREATE", "s", "g", "$");
  const message = "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n";
  await wait(first, second, READ);
  await first.ask("XGROUP", "SETID", "s", "g", "0");
  assertEquals(await replyOf(second), message);
  await wait(first, second, READ);
  await first.ask("MULTI");
  await first.ask("XGROUP", "DESTROY", "s", "g");
  await first.ask("XGROUP", "CREATE", "s", "g", "0");
  await first.ask("EXEC");
  assertEquals(await replyOf(second), message);
});

Deno.test("blocked clients: the end of a stream by its deadline is noticed while no command runs", async () => {
  await using server = await startServer();
  using first = await server.connect();
  using second = await server.connect();
  await first.ask("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
  await wait(first, second, "XREADGROUP GROUP g alice BLOCK 0 STREAMS s >");
  await first.ask("PEXPIRE", "s", "30");
  assertMatch(await replyOf(second), /^-NOGROUP/);
});

Deno.test("blocked clients: many on one key are served in order", async () => {
  await using server = await startServer({ config: { maxclients: 9000 } });
  using pusher = await server.connect();
  const clients: RespClient[] = [];
  try {
    const count = Math.min(MANY, openFileLimit() - OTHER_FILES);
    while (clients.length < count) {
      const next = Array.from({ length: TOGETHER }, () => server.connect());
      for (const client of await Promise.all(next)) {
        clients.push(client);
        // By the time when this has its reply, what the client sent behind it is waited for: one comes after the other.
        await client.sendRaw("*1\r\n$4\r\nPING\r\n*3\r\n$5\r\nBLPOP\r\n$1\r\na\r\n$1\r\n0\r\n");
        await client.read();
      }
    }
    await untilBlocked(pusher, clients.length);
    assertEquals(await figure(pusher, "clients", "total_blocking_keys"), 1);
    for (let from = 0; from < clients.length; from += 500) {
      const numbers = Array.from({ length: Math.min(500, clients.length - from) }, (_, i) => from + i);
      assertEquals(await pusher.ask("RPUSH", "a", ...numbers), numbers.length);
      for (const number of numbers) {
        const reply = await replyOf(clients[number]);
        assertEquals(reply, `*2\r\n$1\r\na\r\n$${String(number).length}\r\n${number}\r\n`);
      }
    }
    assertEquals([await pusher.ask("EXISTS", "a"), await figure(pusher, "clients", "blocked_clients")], [
      0,
      0,
    ]);
  } finally {
    for (const client of clients) client.close();
  }
});

/** How many files this process, and each that it starts, may have open. */
function openFileLimit(): number {
  const { stdout } = new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).outputSync();
  const limit = Number(new TextDecoder().decode(stdout));
  return Number.isNaN(limit) ? Infinity : limit;
}
