/** Which tool a command line asks for. */
import { assertEquals } from "@std/assert";
import { chooseTool } from "../../src/tools/mod.ts";

Deno.test("tools: without a name of one it is the server", () => {
  assertEquals(chooseTool("/usr/bin/mini-redis", []), { tool: "server", args: [] });
  assertEquals(chooseTool("mini-redis", ["--port", "7000"]), { tool: "server", args: ["--port", "7000"] });
  assertEquals(chooseTool("mini-redis", ["redis.conf"]), { tool: "server", args: ["redis.conf"] });
  assertEquals(chooseTool("mini-redis", ["server", "redis.conf"]), { tool: "server", args: ["redis.conf"] });
  assertEquals(chooseTool("mini-redis", ["toString"]), { tool: "server", args: ["toString"] });
});

Deno.test("tools: the first argument names one", () => {
  assertEquals(chooseTool("deno", ["cli", "-p", "7000"]), { tool: "cli", args: ["-p", "7000"] });
  assertEquals(chooseTool("mini-redis.exe", ["check-aof", "--fix", "a"]), {
    tool: "check-aof",
    args: ["--fix", "a"],
  });
  assertEquals(chooseTool("mini-redis", ["--port", "cli"]).tool, "server");
});

Deno.test("tools: a link named as one of Redis's programs is that program", () => {
  assertEquals(chooseTool("/usr/local/bin/redis-cli", ["bench"]), { tool: "cli", args: ["bench"] });
  assertEquals(chooseTool("C:\\tools\\redis-benchmark.EXE", ["-q"]), { tool: "bench", args: ["-q"] });
  assertEquals(chooseTool("redis-check-rdb", ["dump.rdb"]), { tool: "check-rdb", args: ["dump.rdb"] });
  assertEquals(chooseTool("redis-check-aof", []), { tool: "check-aof", args: [] });
  assertEquals(chooseTool("redis-server", ["cli"]), { tool: "server", args: ["cli"] });
});
