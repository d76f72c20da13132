import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { catalogue, formatArguments } from "../../../src/tools/cli/catalogue.ts";
import { completionsFor } from "../../../src/tools/cli/completion.ts";
import { helpText } from "../../../src/tools/cli/help.ts";
import { hintFor } from "../../../src/tools/cli/hints.ts";
import { History, historyFile, isSecret } from "../../../src/tools/cli/history.ts";
import { Preferences } from "../../../src/tools/cli/preferences.ts";
import { splitWords } from "../../../src/tools/cli/split_words.ts";

const EXPIRE = "[EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]";

/** Lines and what is shown behind them. */
const HINTS: [line: string, hint: string][] = [
  ["", ""],
  ["se", ""],
  ["get", " key"],
  ["GET ", "key"],
  ["get a ", ""],
  ["get a b", ""],
  ["set foo", ` value [NX|XX] [GET] ${EXPIRE}`],
  ["set foo bar ", `[NX|XX] [GET] ${EXPIRE}`],
  ["set foo bar ex ", "seconds [NX|XX] [GET]"],
  ["set foo bar ex 10 ", "[NX|XX] [GET]"],
  ["set foo bar ex 10 nx ", "[GET]"],
  ["set foo bar get xx ", EXPIRE],
  ["config get ", "parameter [parameter ...]"],
  ["config get a ", "[parameter [parameter ...]]"],
  ["mset a b ", "[key value [key value ...]]"],
  ["xadd k * ", "field value [field value ...]"],
  ["scan 0 match ", "pattern [COUNT count] [TYPE type]"],
  [
    "sort k by ",
    "pattern [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC|DESC] [ALPHA] [STORE destination]",
  ],
  ["xread count 1 streams ", "key [key ...] ID [ID ...]"],
];

Deno.test("cli: hints say what is still to come", () => {
  for (const [line, hint] of HINTS) assertEquals(hintFor(splitWords(line)!, / $/.test(line)), hint, line);
});

Deno.test("cli: every command has a hint at every step, whatever is typed", () => {
  for (const { name, words, arguments: items } of catalogue) {
    if (items.length > 0) assertEquals(hintFor(words, true), formatArguments(items), name);
    for (const word of ["1", "x", "GET", "*"]) {
      const line: string[] = [...words];
      for (let i = 0; i < 6; i++) hintFor([...line, ...new Array(i).fill(word)], i % 2 === 0);
    }
  }
});

Deno.test("cli: the tabulator completes commands and topics", () => {
  assertEquals(completionsFor("hget"), [["hget", "hgetall"], "hget"]);
  assertEquals(completionsFor("CONFIG RES"), [["CONFIG RESETSTAT"], "CONFIG RES"]);
  assertEquals(completionsFor("help @st"), [["help @stream", "help @string"], "help @st"]);
  assertEquals(completionsFor("help persis")[0], ["help persist"]);
  assertEquals(completionsFor("nosuch")[0], []);
});

Deno.test("cli: help on a command, a container, a group, and nothing", () => {
  const get = "\r\n  \x1b[1mGET\x1b[0m \x1b[90mkey\x1b[0m\r\n";
  assert(helpText(["get"]).startsWith(`${get}  \x1b[33msummary:\x1b[0m `));
  assertStringIncludes(helpText(["get"]), "\x1b[33mgroup:\x1b[0m string\r\n");
  assertStringIncludes(helpText(["config"]), "\x1b[1mCONFIG REWRITE\x1b[0m");
  assertStringIncludes(helpText(["config", "get"]), "\x1b[1mCONFIG GET\x1b[0m");
  assertStringIncludes(helpText(["@sorted-set"]), "\x1b[1mZADD\x1b[0m");
  assertEquals(helpText(["@transactions"]).includes("group:"), false);
  assertEquals(helpText(["nosuch"]), "\r\n");
  assertStringIncludes(helpText([]), '"help @<group>"');
});

Deno.test("cli: the history is kept in a file, without repetitions and within its limit", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/history`;
    const history = new History(path);
    for (const line of ["one", "one", " ", "two", "é"]) history.add(line);
    assertEquals(await Deno.readTextFile(path), "one\ntwo\né\n");
    if (Deno.build.os !== "windows") assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
    assertEquals(new History(path).latestFirst(), ["é", "two", "one"]);
    for (let i = 0; i < 1000; i++) history.add(`line ${i}`);
    assertEquals((await Deno.readTextFile(path)).split("\n").length, 1001);
    new History(`${dir}/no/such/file`).add("goes on");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("cli: where the history is", () => {
  const at = (environment: Record<string, string>) => historyFile((name) => environment[name]);
  assertEquals(at({ HOME: "/home/me" }), "/home/me/.mini-redis_history");
  assertEquals(at({ HOME: "/home/me", REDISCLI_HISTFILE: "/tmp/h" }), "/tmp/h");
  assertEquals(at({ HOME: "/home/me", REDISCLI_HISTFILE: "/dev/null" }), null);
  assertEquals(at({}), null);
});

Deno.test("cli: lines with a password are not kept", () => {
  const secret = ["auth x", "HELLO 3 AUTH a b", "2 auth x", "config set requirepass x", "acl setuser a >p"];
  secret.push("migrate h 1 k 0 1 auth x", "sentinel set m auth-pass x");
  for (const line of secret) assertEquals(isSecret(line.split(" ")), true, line);
  for (const line of ["get auth", "hello 3", "config get requirepass", "acl list", ""]) {
    assertEquals(isSecret(line.split(" ")), false, line);
  }
  assertEquals(isSecret([]), false);
});

Deno.test("cli: preferences, typed and from a file", async () => {
  const preferences = new Preferences();
  assertEquals(preferences.apply(":set nohints"), "");
  assertEquals(preferences.hints, false);
  assertEquals(preferences.apply(":set x"), "unknown preference 'x'\n");
  assertEquals(preferences.apply(":get hints"), "unknown internal command ':get'\n");
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, ":set hints\n\n:set y\n");
    assertEquals(
      preferences.load((name) => name === "REDISCLI_RCFILE" ? path : undefined),
      "unknown preference 'y'\n",
    );
    assertEquals(preferences.hints, true);
  } finally {
    await Deno.remove(path);
  }
  assertEquals(preferences.load(() => undefined), "");
});
