import { assertEquals, assertMatch } from "@std/assert";
import { REDIS_VERSION, VERSION } from "../../src/util/version.ts";

Deno.test("the version is that of deno.json, and Redis's is a 7.2", () => {
  const manifest = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  assertEquals(VERSION, manifest.version);
  assertMatch(REDIS_VERSION, /^7\.2\.\d+$/);
});
