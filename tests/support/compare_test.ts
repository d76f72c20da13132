import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { compareScript, type Difference, report, type Target } from "../conformance/compare.ts";
import { compareSequence, reportSequence } from "../conformance/sequence.ts";
import {
  closes,
  masked,
  notCompared,
  on,
  receive,
  replies,
  sameErrorKind,
  sameType,
  since72,
  type StepInput,
  toSteps,
  unordered,
  unorderedPairs,
} from "../conformance/runner.ts";
import { ScriptedServer } from "./scripted_server.ts";

type Answers = Record<string, string>;

/** Compares two servers that answer from these tables, and +OK to everything else; `quit` closes. */
async function compare(
  ours: Answers,
  theirs: Answers,
  script: StepInput[],
  is72 = true,
): Promise<Difference[]> {
  const [left, right] = [ours, theirs].map((answers) =>
    new ScriptedServer((command) => command === "quit" ? undefined : answers[command] ?? "+OK\r\n")
  );
  using _left = left;
  using _right = right;
  return await compareScript(target(left, is72), target(right, false), script.flatMap(toSteps), 2);
}

function target(server: ScriptedServer, is72: boolean): Target {
  return { is72, connect: () => server.connect() };
}

Deno.test("conformance: equal replies are no difference", async () => {
  assertEquals(await compare({ a: ":1\r\n" }, { a: ":1\r\n" }, ["a\n b c", on("second", "a")]), []);
});

Deno.test("conformance: a planted difference is found and reported with its step and both replies", async () => {
  const found = await compare({ "get k": "$1\r\n\xff\r\n" }, { "get k": "$1\r\n\xfe\r\n" }, [
    "a",
    on("b", "get k"),
    "c",
  ]);
  const [ours, wanted] = ["$1\r\n\xff\r\n", "$1\r\n\xfe\r\n"];
  assertEquals(found, [{ step: 2, label: "get k", connection: "b", ours, wanted }]);
  const text = report("example", 2, 3, found);
  for (
    const part of [
      "example, RESP2: 1 of 3",
      "step 2 on b: get k",
      '"$1\\r\\n\\xff\\r\\n"',
      '"$1\\r\\n\\xfe\\r\\n"',
    ]
  ) {
    assertStringIncludes(text, part);
  }
});

Deno.test("conformance: the type of a null, and bytes that nobody read, are differences", async () => {
  assertEquals((await compare({ a: "$-1\r\n" }, { a: "*-1\r\n" }, ["a"])).length, 1);
  const [left] = await compare({ a: "+OK\r\n+more\r\n" }, {}, ["a"]);
  assertEquals([left.step, left.ours, left.wanted], [2, "+more\r\n", ""]);
});

Deno.test("conformance: silence and a close are differences and end the script", async () => {
  using silent = new ScriptedServer((command) => command === "a" ? "" : "+OK\r\n");
  using other = new ScriptedServer(() => "+OK\r\n");
  let opened = 0;
  // Little time for the script's connection alone, on which nothing comes: FLUSHALL before it, and the other server, answer.
  const impatient = { is72: true, connect: () => silent.connect(opened++ === 0 ? undefined : 50) };
  assertEquals(await compareScript(impatient, target(other, false), ["a", "b"].flatMap(toSteps), 2), [
    { step: 1, label: "a", connection: "a", ours: "(no reply in time)", wanted: "+OK\r\n" },
  ]);
  assertEquals((await compare({}, { a: "rubbish\r\n" }, ["a"]))[0].wanted, '(not a reply: "rubbish\\r\\n")');
  assertEquals(await compare({}, {}, ["a", closes("quit")]), []);
});

Deno.test("conformance: several replies, and messages received later", async () => {
  const answers = { sub: "+1\r\n+2\r\n", pub: ":1\r\n+message\r\n" };
  assertEquals(await compare(answers, answers, [replies(2, "sub"), "pub", receive("a"), "x"]), []);
});

Deno.test("conformance: what may differ is normalised, what may not isn't", async () => {
  const [ab, ba] = ["*2\r\n+a\r\n+b\r\n", "*2\r\n+b\r\n+a\r\n"];
  assertEquals(await compare({ x: ab }, { x: ba }, [unordered("x")]), []);
  assertEquals((await compare({ x: ab }, { x: ba }, [unorderedPairs("x")])).length, 1);
  assertEquals(await compare({ x: "+id 17\r\n" }, { x: "+id 9\r\n" }, [masked(/\d+/, "x")]), []);
  const errors: Answers[] = [{ x: "-ERR one\r\n" }, { x: "-ERR two\r\n" }, { x: "-OTHER one\r\n" }];
  assertEquals(await compare(errors[0], errors[1], [sameErrorKind("x")]), []);
  assertEquals((await compare(errors[0], errors[2], [sameErrorKind("x")])).length, 1);
  assertEquals(await compare({ x: ":1\r\n" }, { x: ":2\r\n" }, [sameType("x")]), []);
  assertEquals((await compare({ x: ":1\r\n" }, { x: "+2\r\n" }, [sameType("x")])).length, 1);
  assertEquals(await compare({ x: ":1\r\n" }, { x: "+2\r\n" }, [notCompared("an example", "x")]), []);
  assertThrows(() => notCompared(" ", "x"));
});

Deno.test("conformance: since72 requires the literal reply of a 7.2 and nothing of an older one", async () => {
  const script = [since72("x", ":2")];
  assertEquals(await compare({ x: ":2\r\n" }, { x: "-ERR unknown\r\n" }, script), []);
  assertEquals((await compare({ x: ":1\r\n" }, { x: ":1\r\n" }, script)).length, 1);
  assertEquals(await compare({ x: ":1\r\n" }, { x: ":1\r\n" }, script, false), []);
});

Deno.test("conformance: a generated sequence tells which command differs, the seed and what came before", async () => {
  using left = new ScriptedServer((command) => command === "n 333" ? ":0\r\n" : "+OK\r\n");
  using right = new ScriptedServer(() => "+OK\r\n");
  const commands = Array.from({ length: 500 }, (_, i) => ["n", i]);
  const mismatch = await compareSequence(target(left, true), target(right, true), commands, 2);
  if (!mismatch) throw new Error("no mismatch was found");
  assertEquals(mismatch.index, 333);
  const text = reportSequence("example", 2, 42, commands, mismatch);
  for (const part of ["CONFORMANCE_SEED=42", "334: n 333", "315: n 314", '":0\\r\\n"']) {
    assertStringIncludes(text, part);
  }
});
