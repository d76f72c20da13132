import { startServer } from "@mini-redis/mini-redis";
import { assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { logOutEverywhere, openSession, useSession } from "./sessions.ts";

Deno.test("a session counts its visits", async () => {
  await using server = await startServer();
  const redis = new Redis(server.url);
  const token = await openSession(redis, "ada");
  assertEquals(await useSession(redis, token), { user: "ada", visits: 1 });
  assertEquals(await useSession(redis, token), { user: "ada", visits: 2 });
  redis.disconnect();
});

Deno.test("a session ends half an hour after it was last used", async () => {
  await using server = await startServer();
  const redis = new Redis(server.url);
  const token = await openSession(redis, "ada");

  await server.clock.advance("29m");
  assertEquals((await useSession(redis, token))?.visits, 1);
  await server.clock.advance("29m");
  assertEquals((await useSession(redis, token))?.visits, 2);
  await server.clock.advance("30m");
  assertEquals(await useSession(redis, token), null);
  redis.disconnect();
});

Deno.test("logging out everywhere", async (t) => {
  await using server = await startServer();
  const redis = new Redis(server.url);
  await server.load({
    "session:one": { user: "ada", visits: 3 },
    "session:two": { user: "ada", visits: 5 },
    "session:three": { user: "grace", visits: 1 },
    "sessions-of:ada": { $set: ["one", "two"] },
    "sessions-of:grace": { $set: ["three"] },
  });
  await server.snapshot();

  await t.step("ends all sessions of this user", async () => {
    assertEquals(await logOutEverywhere(redis, "ada"), 2);
    assertEquals(await useSession(redis, "one"), null);
  });
  await server.rollback();

  await t.step("leaves those of others alone", async () => {
    assertEquals(await logOutEverywhere(redis, "grace"), 1);
    assertEquals(await useSession(redis, "one"), { user: "ada", visits: 4 });
  });
  redis.disconnect();
});
