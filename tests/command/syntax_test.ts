import { assertEquals, assertThrows } from "@std/assert";
import { parseSyntax, SyntaxLineError } from "../../src/command/syntax.ts";

Deno.test("syntax: words take their type from their name", () => {
  assertEquals(parseSyntax("key value seconds score unix-time-seconds pattern"), [
    { name: "key", type: "key", keySpecIndex: 0 },
    { name: "value", type: "string" },
    { name: "seconds", type: "integer" },
    { name: "score", type: "double" },
    { name: "unix-time-seconds", type: "unix-time" },
    { name: "pattern", type: "pattern" },
  ]);
  assertEquals(parseSyntax(""), []);
});

Deno.test("syntax: a stated type wins, and makes an upper-case word an argument", () => {
  assertEquals(parseSyntax("start:string key:string ID:string"), [
    { name: "start", type: "string" },
    { name: "key", type: "string" },
    { name: "ID", type: "string" },
  ]);
});

Deno.test("syntax: names that JavaScript objects have are ordinary names", () => {
  assertEquals(parseSyntax("constructor toString"), [
    { name: "constructor", type: "string" },
    { name: "toString", type: "string" },
  ]);
});

Deno.test("syntax: optional arguments, tokens and choices with versions", () => {
  assertEquals(parseSyntax("[NX | XX@3.0.0]:condition@2.6.12 [GET]@6.2.0 [EX seconds] [CH:change]"), [
    {
      name: "condition",
      type: "oneof",
      optional: true,
      since: "2.6.12",
      arguments: [
        { name: "nx", type: "pure-token", token: "NX" },
        { name: "xx", type: "pure-token", token: "XX", since: "3.0.0" },
      ],
    },
    { name: "get", type: "pure-token", token: "GET", optional: true, since: "6.2.0" },
    { name: "seconds", type: "integer", token: "EX", optional: true },
    { name: "change", type: "pure-token", token: "CH", optional: true },
  ]);
});

Deno.test("syntax: repetition of one argument, with the token once or every time", () => {
  assertEquals(parseSyntax("key [key ...] [WEIGHTS weight [weight ...]] [GET pattern [GET pattern ...]]"), [
    { name: "key", type: "key", keySpecIndex: 0, multiple: true },
    { name: "weight", type: "integer", token: "WEIGHTS", multiple: true, optional: true },
    { name: "pattern", type: "pattern", token: "GET", multiple: true, multipleToken: true, optional: true },
  ]);
});

Deno.test("syntax: repetition of several arguments is a block", () => {
  const block = (name: string) => [{
    name,
    type: "block" as const,
    multiple: true as const,
    arguments: [{ name: "field", type: "string" as const }, { name: "value", type: "string" as const }],
  }];
  assertEquals(parseSyntax("field value [field value ...]"), block("data"));
  assertEquals(parseSyntax("field value [field value ...]:pairs"), block("pairs"));
});

Deno.test("syntax: blocks take the token's name unless they have one", () => {
  const parts = [{ name: "offset", type: "integer" as const }, { name: "count", type: "integer" as const }];
  assertEquals(parseSyntax("[LIMIT (offset count)] LIMIT (offset count):page"), [
    { name: "limit", type: "block", token: "LIMIT", optional: true, arguments: parts },
    { name: "page", type: "block", token: "LIMIT", arguments: parts },
  ]);
});

Deno.test("syntax: quoted tokens, shown names, deprecation and a repeated choice", () => {
  assertEquals(parseSyntax("<'*':auto-id | ip:port=old-format@..2.8.12 | 'km'>...:choice"), [{
    name: "choice",
    type: "oneof",
    multiple: true,
    arguments: [
      { name: "auto-id", type: "pure-token", token: "*" },
      { name: "old-format", type: "string", display: "ip:port", deprecatedSince: "2.8.12" },
      { name: "km", type: "pure-token", token: "km" },
    ],
  }]);
});

Deno.test("syntax: key spec indexes count up, except where stated", () => {
  const indexes = parseSyntax("source destination [BY pattern=by-pattern#1] [STORE key=storekey#2] newkey")
    .map((argument) => argument.keySpecIndex);
  assertEquals(indexes, [0, 1, 1, 2, 2]);
});

Deno.test("syntax: a lower-case word after a token is its value, another token is not", () => {
  assertEquals(parseSyntax("(NO ONE):no-one 'lib-name' libname"), [
    {
      name: "no-one",
      type: "block",
      arguments: [
        { name: "no", type: "pure-token", token: "NO" },
        { name: "one", type: "pure-token", token: "ONE" },
      ],
    },
    { name: "libname", type: "string", token: "lib-name" },
  ]);
});

const MISTAKES: readonly (readonly [syntax: string, reason: string])[] = [
  ["[NX | XX]", "a oneof without a name"],
  ["[a b]", "a block without a name"],
  ["(a):lonely", "a group of one"],
  ["key [kye ...]", "the repetition differs"],
  ["[key ...]", "the repetition differs"],
  ["[key]:name", "nothing to be named"],
  ["[[key]]", "optional twice"],
  ["<a b | c>:choice", "an alternative of several items"],
  ["[key", '"]" expected, not "end of line"'],
  ["key]", 'unexpected "]"'],
  ["key ...", 'unexpected "..."'],
  ["key...", '"..." must stand after a space'],
  ["<a | >:choice", "nothing inside"],
  ["[]", "nothing inside"],
  ["key %", "unexpected character"],
  ["key@six", "unexpected character"],
];

for (const [syntax, reason] of MISTAKES) {
  Deno.test(`syntax: refuses "${syntax}"`, () => {
    assertThrows(() => parseSyntax(syntax), SyntaxLineError, reason);
  });
}
