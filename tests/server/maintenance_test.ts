import { assert, assertEquals, assertMatch } from "@std/assert";
import { type RespClient, startServer, type TestServer } from "../harness.ts";
import { toPlain } from "../support/resp_reply.ts";

const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

/** Sends commands without waiting, then takes the replies; how many of them were errors of each kind. */
async function pipeline(client: RespClient, commands: (string | number)[][]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const command of commands) await client.send(...command);
  for (let i = 0; i < commands.length; i++) {
    const reply = await client.read();
    const kind = reply.type === "error" ? reply.text.split(" ")[0] : "fine";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** The text of the error that the command gets. */
async function refusal(client: RespClient, ...command: (string | number)[]): Promise<string> {
  const reply = await client.call(...command);
  if (!("text" in reply) || reply.type !== "error") throw new Error(`no error: ${JSON.stringify(reply)}`);
  return reply.text;
}

/** The key in the next message of keyspace events. */
async function nextKey(listener: RespClient): Promise<string> {
  const message = toPlain(await listener.read());
  if (!Array.isArray(message)) throw new Error(`no message: ${message}`);
  return String(message[2]);
}

async function info(client: RespClient, section: string, field: string): Promise<string> {
  const text = String(await client.ask("INFO", section));
  return new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1] ?? "";
}

function sets(prefix: string, count: number, size = 1000): (string | number)[][] {
  return Array.from({ length: count }, (_, i) => ["SET", `${prefix}${i}`, "v".repeat(size)]);
}

/** Waits until a condition holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 6000; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("that does not come true");
}

async function withServer(
  config: Record<string, string | number>,
  test: (client: RespClient, server: TestServer) => Promise<void>,
) {
  await using server = await startServer({ config });
  using client = await server.connect();
  await test(client, server);
}

Deno.test("maintenance: keys that nobody asks for expire, with events", async () => {
  await withServer({ hz: 100, "notify-keyspace-events": "Ex" }, async (client, server) => {
    using listener = await server.connect();
    await listener.ask("SUBSCRIBE", "__keyevent@0__:expired");
    const commands = Array.from({ length: 500 }, (_, i) => ["SET", `key:${i}`, "v", "PX", 1 + i % 50]);
    await pipeline(client, commands);
    await client.ask("SET", "lasting", "1");
    await until(async () => await client.ask("DBSIZE") === 1);
    assertEquals(await info(client, "stats", "expired_keys"), "500");
    const names = new Set<string>();
    for (let i = 0; i < 500; i++) {
      names.add(await nextKey(listener));
    }
    assertEquals(names.size, 500);
  });
});

Deno.test("maintenance: DEBUG SET-ACTIVE-EXPIRE stops the cycle, not the expiry on access", async () => {
  await withServer({ hz: 100, "enable-debug-command": "yes" }, async (client) => {
    await client.ask("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    await pipeline(client, Array.from({ length: 100 }, (_, i) => ["SET", `key:${i}`, "v", "PX", 1]));
    await new Promise((resolve) => setTimeout(resolve, 60));
    assertEquals(await client.ask("DBSIZE"), 100);
    assertEquals(await client.ask("GET", "key:1"), null);
    assertEquals(await client.ask("DBSIZE"), 99);
    await client.ask("DEBUG", "SET-ACTIVE-EXPIRE", "1");
    await until(async () => await client.ask("DBSIZE") === 0);
  });
});

Deno.test("maintenance: DEBUG PAUSE-CRON stops the cycle too", async () => {
  await withServer({ hz: 100, "enable-debug-command": "yes" }, async (client) => {
    await client.ask("DEBUG", "PAUSE-CRON", "1");
    await pipeline(client, Array.from({ length: 100 }, (_, i) => ["SET", `key:${i}`, "v", "PX", 1]));
    await new Promise((resolve) => setTimeout(resolve, 60));
    assertEquals(await client.ask("DBSIZE"), 100);
    await client.ask("DEBUG", "PAUSE-CRON", "0");
    await until(async () => await client.ask("DBSIZE") === 0);
  });
});

Deno.test("maintenance: without eviction a full server refuses what may need memory", async () => {
  await withServer({ maxmemory: "3mb" }, async (client) => {
    const counts = await pipeline(client, sets("key:", 5000));
    const stored = counts.get("fine") ?? 0;
    assert(stored > 1000 && stored < 3000, `${stored}`);
    assertEquals(counts.get("OOM"), 5000 - stored);
    assertEquals(await refusal(client, "SET", "a", "1"), OUT_OF_MEMORY);
    assertEquals(await client.ask("GET", "key:0"), "v".repeat(1000));
    assertEquals(await client.ask("DBSIZE"), stored);
    assertEquals(await client.ask("DEL", "key:0", "key:1"), 2);
    assertEquals(await client.ask("SET", "a", "1"), "OK");
    assertEquals(await client.ask("CONFIG", "SET", "maxmemory", "0"), "OK");
    assertEquals(await client.ask("SET", "b", "v".repeat(100_000)), "OK");
  });
});

Deno.test("maintenance: transactions on a full server", async () => {
  await withServer({}, async (client) => {
    await pipeline(client, sets("key:", 100));
    await client.ask("MULTI");
    assertEquals(await client.ask("SET", "a", "1"), "QUEUED");
    await client.ask("CONFIG", "SET", "maxmemory", "1");
    // CONFIG was queued: memory is still unlimited.
    assertEquals(await client.ask("EXEC"), ["OK", "OK"]);
    await client.ask("MULTI");
    assertEquals(await client.ask("GET", "a"), "QUEUED");
    assertEquals(await refusal(client, "SET", "a", "2"), OUT_OF_MEMORY);
    assertEquals(
      await refusal(client, "EXEC"),
      "EXECABORT Transaction discarded because of previous errors.",
    );
    await client.ask("MULTI");
    await client.ask("GET", "a");
    assertEquals(await client.ask("EXEC"), ["1"], "reading needs no memory");
  });
});

Deno.test("maintenance: memory that runs out between MULTI and EXEC", async () => {
  await withServer({}, async (client, server) => {
    using other = await server.connect();
    await client.ask("MULTI");
    await client.ask("SET", "a", "1");
    await other.ask("CONFIG", "SET", "maxmemory", "1");
    assertEquals(
      await refusal(client, "EXEC"),
      `EXECABORT Transaction discarded because of: ${OUT_OF_MEMORY}`,
    );
    assertEquals(await refusal(client, "EXEC"), "ERR EXEC without MULTI");
  });
});

Deno.test("maintenance: every policy keeps the memory within its limit", async () => {
  await withServer({ maxmemory: "4mb" }, async (client) => {
    for (const policy of ["allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-ttl", "volatile-lru"]) {
      await client.ask("FLUSHALL");
      await client.ask("CONFIG", "SET", "maxmemory-policy", policy);
      await client.ask("CONFIG", "RESETSTAT");
      const counts = await pipeline(client, sets("key:", 8000).map((command) => [...command, "EX", 1000]));
      assertEquals([...counts], [["fine", 8000]], policy);
      const size = Number(await client.ask("DBSIZE"));
      assert(size > 2000 && size < 4500, `${policy}: ${size} keys`);
      const evicted = Number(await info(client, "stats", "evicted_keys"));
      assertEquals(evicted, 8000 - size, policy);
    }
  });
});

Deno.test("maintenance: evicted keys raise events", async () => {
  const config = { maxmemory: "2mb", "maxmemory-policy": "allkeys-lru", "notify-keyspace-events": "Ee" };
  await withServer(config, async (client, server) => {
    using listener = await server.connect();
    await listener.ask("SUBSCRIBE", "__keyevent@0__:evicted");
    await pipeline(client, sets("key:", 3000));
    assertMatch(await nextKey(listener), /^key:\d+$/);
  });
});

Deno.test("maintenance: a lower limit is reached in the background", async () => {
  await withServer({ "maxmemory-policy": "allkeys-lru" }, async (client, server) => {
    await pipeline(client, sets("key:", 8000));
    assertEquals(await client.ask("DBSIZE"), 8000);
    await client.ask("CONFIG", "SET", "maxmemory", "3mb");
    await server.waitForLog(
      /WARNING: the new maxmemory value set via CONFIG SET \(3145728\) is smaller than/,
    );
    await until(async () => Number(await client.ask("DBSIZE")) < 3000);
  });
});

Deno.test("maintenance: an LFU policy makes OBJECT FREQ count", async () => {
  // Without decay: the count would be one less if a minute of the clock ended meanwhile.
  const config = { "maxmemory-policy": "allkeys-lfu", "lfu-log-factor": 0, "lfu-decay-time": 0 };
  await withServer(config, async (client) => {
    await client.ask("SET", "a", "1");
    for (let i = 0; i < 30; i++) await client.ask("GET", "a");
    assertEquals(await client.ask("OBJECT", "FREQ", "a"), 35);
    await client.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    assertEquals(await client.ask("OBJECT", "IDLETIME", "a") !== undefined, true);
  });
});

Deno.test("maintenance: strings that grow in place are counted", async () => {
  await withServer({ maxmemory: "3mb" }, async (client) => {
    await client.ask("SETRANGE", "big", 1_000_000, "x");
    await client.ask("SETRANGE", "big", 3_100_000, "x");
    assertEquals(await refusal(client, "APPEND", "big", "x"), OUT_OF_MEMORY);
    await client.ask("DEL", "big");
    assertEquals(await client.ask("SET", "a", "1"), "OK");
  });
});

Deno.test("maintenance: what grew while memory was unlimited is counted when a limit is set", async () => {
  await withServer({}, async (client) => {
    await client.ask("SETRANGE", "big", 10_000, "x");
    await client.ask("SETRANGE", "big", 5_000_000, "x");
    await client.ask("CONFIG", "SET", "maxmemory", "4mb");
    await until(async () => (await client.call("SET", "a", "1")).type === "error");
  });
});
