import { assertEquals } from "@std/assert";
import { versionProblems } from "../../scripts/check.ts";
import { checkCounts, testCounts, totalCounts, totalLine } from "../../scripts/test.ts";

Deno.test("test counts are read from deno's summary, whatever else is printed", () => {
  const summary = "\x1b[0m\x1b[32mok\x1b[0m | 12 passed (3 steps) | 0 failed | 4 ignored (2s)";
  assertEquals(testCounts(`a\nok | 1 passed\n${summary}\n\n`), { passed: 12, failed: 0, skipped: 4 });
  assertEquals(testCounts("FAILED | 3 passed | 2 failed (5ms)\r\nerror: Test failed"), {
    passed: 3,
    failed: 2,
    skipped: 0,
  });
  assertEquals(testCounts("error: Type checking failed."), undefined);
});

Deno.test("check counts are read from its last line", () => {
  assertEquals(checkCounts("ok     lint\ncheck: 5 passed, 1 failed\n"), { passed: 5, failed: 1, skipped: 0 });
  assertEquals(checkCounts("Uncaught"), undefined);
});

Deno.test("totals count what failed silently", () => {
  const counts = { passed: 2, failed: 0, skipped: 1 };
  assertEquals(
    totalLine(totalCounts([{ success: true, counts }, { success: true, counts }])),
    "4 passed, 0 failed, 2 skipped",
  );
  assertEquals(totalLine(totalCounts([{ success: false, counts: undefined }])), "0 passed, 1 failed");
  assertEquals(totalCounts([{ success: false, counts }]).failed, 1);
  assertEquals(totalCounts([{ success: false, counts: { ...counts, failed: 3 } }]).failed, 3);
  assertEquals(totalCounts([{ success: true, counts: { passed: 0, failed: 0, skipped: 9 } }]).failed, 1);
});

Deno.test("versions of Deno named in documents have to be the pinned one", () => {
  const problems = (text: string) => versionProblems("2.9.6", new Map([["README.md", text]])).length;
  assertEquals(problems("npx -y deno@2.9.6 task start, FROM denoland/deno:alpine-2.9.6"), 0);
  assertEquals(problems("deno@2.9.6, but denoland/deno:2.9.5"), 1);
  assertEquals(problems("nothing"), 1);
});
