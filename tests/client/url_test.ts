import { assertEquals, assertThrows } from "@std/assert";
import { parseRedisUrl } from "../../src/client/mod.ts";

Deno.test("addresses as URLs", () => {
  assertEquals(parseRedisUrl("redis://"), {});
  assertEquals(parseRedisUrl("redis://host"), { hostname: "host" });
  assertEquals(parseRedisUrl("redis://host:6380/3"), { hostname: "host", port: 6380, database: 3 });
  assertEquals(parseRedisUrl("redis://:7000"), { port: 7000 });
  assertEquals(parseRedisUrl("redis://[::1]:7000/"), { hostname: "::1", port: 7000 });
  assertEquals(parseRedisUrl("redis://secret@host"), { hostname: "host", password: "secret" });
  assertEquals(parseRedisUrl("redis://:p%40s@host"), { hostname: "host", password: "p@s" });
  assertEquals(parseRedisUrl("redis://me:p:q@host"), { hostname: "host", username: "me", password: "p:q" });
  assertEquals(parseRedisUrl("redis://:%C3%A9@host"), { hostname: "host", password: "\xc3\xa9" });
  assertEquals(parseRedisUrl("rediss://host"), { hostname: "host", tls: {} });
  assertEquals(parseRedisUrl("unix:///tmp/a%20b.sock?db=2"), { unix: "/tmp/a b.sock", database: 2 });
  assertEquals(parseRedisUrl("unix://u:p@/tmp/s"), { unix: "/tmp/s", username: "u", password: "p" });
});

Deno.test("what is no address of a server is refused", () => {
  assertThrows(() => parseRedisUrl("http://host"), Error, "Invalid URI scheme");
  assertThrows(() => parseRedisUrl("redis://host:x"), Error, "Invalid URI");
  assertThrows(() => parseRedisUrl("redis://host:65536"), Error, "port out of range");
  assertThrows(() => parseRedisUrl("redis://host/x"), Error, "the database is a number");
  assertThrows(() => parseRedisUrl("redis://%zz@host"), Error, "percent-encoding");
});
