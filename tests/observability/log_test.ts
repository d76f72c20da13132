import { assertEquals, assertMatch } from "@std/assert";
import { Log } from "../../src/observability/log.ts";

Deno.test("lines have redis-server's form, and lower levels are left out", () => {
  const lines: string[] = [];
  const log = new Log("notice", { write: (line) => lines.push(new TextDecoder().decode(line)) });
  log.debug("a");
  log.verbose("b");
  log.notice("c");
  log.warning("d");
  assertEquals(lines.length, 2);
  assertMatch(lines[0], /^\d+:M \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} \* c\n$/);
  assertMatch(lines[1], / # d\n$/);
});

Deno.test("a target that can't be written to stops nobody", () => {
  const log = new Log("notice", {
    write() {
      throw new Error("No space left on device");
    },
  });
  log.warning("lost");
});
