import { assert, assertEquals } from "@std/assert";
import { globMatch, matchesEverything } from "../../src/util/glob.ts";
import { Random } from "../../src/util/random.ts";
import { escapeForDisplay } from "../../src/util/byte_string.ts";
import { redisAvailable, RedisReference } from "./redis_reference.ts";

Deno.test("glob: stars, question marks and plain bytes", () => {
  for (
    const [pattern, text, expected] of [
      ["*", "x", true],
      ["**", "abc", true],
      ["a*c", "abbbc", true],
      ["a*c", "abbb", false],
      ["a**", "a", true],
      ["a*b*c", "axbxbxc", true],
      ["h?llo", "hello", true],
      ["h?llo", "hllo", false],
      ["?", "\xff", true],
      ["abc", "ab", false],
      ["ab", "abc", false],
      ["*\r\n*", "a\r\nb", true],
      ["\\*", "*", true],
      ["\\*", "a", false],
      ["a\\", "a\\", true],
    ] as const
  ) assertEquals(globMatch(pattern, text), expected, `${pattern} ${escapeForDisplay(text)}`);
});

Deno.test("glob: an empty text matches the empty pattern only, as in Redis", () => {
  assert(globMatch("", ""));
  for (const pattern of ["*", "**", "?", "[^a]", "a"]) assertEquals(globMatch(pattern, ""), false, pattern);
  assert(matchesEverything("*"));
  assert(!matchesEverything("**"));
});

Deno.test("glob: classes", () => {
  for (
    const [pattern, text, expected] of [
      ["[abc]", "b", true],
      ["[^abc]", "b", false],
      ["[^abc]", "d", true],
      ["[a-c]", "b", true],
      ["[c-a]", "b", true],
      ["[a-]", "-", false],
      ["[a-]x]", "]", true],
      ["[\\]]", "]", true],
      ["[\\a-c]", "b", false],
      ["[\\a-c]", "-", true],
      ["[abc", "c", true],
      ["[", "[", false],
      ["[^", "x", true],
      ["[]", "]", false],
      ["[^]", "x", true],
      ["[\\", "\\", true],
      ["x[0-9]*y", "x7zzy", true],
    ] as const
  ) assertEquals(globMatch(pattern, text), expected, `${pattern} ${text}`);
});

Deno.test("glob: without regard to case", () => {
  assert(globMatch("MAX*", "maxmemory", true));
  assert(globMatch("[A-C]x", "bX", true));
  assert(!globMatch("[A-C]x", "bX"));
  assert(globMatch("\\A", "a", true));
  assert(!globMatch("[\\A]", "a", true), "an escaped byte in a class keeps its case");
  assert(!globMatch("\xc4", "\xe4", true), "only ASCII letters have case");
});

/** Counts the chars that are looked at, which bounds the time without measuring it. */
class CountingText extends String {
  looks = 0;

  override charCodeAt(index: number): number {
    this.looks++;
    return super.charCodeAt(index);
  }
}

Deno.test("glob: many stars take at most pattern times text steps", () => {
  const pattern = "a*".repeat(50) + "b";
  const text = new CountingText("a".repeat(1000));
  assertEquals(globMatch(pattern, text as unknown as string), false);
  assert(text.looks <= pattern.length * text.length, `${text.looks} looks`);
  assert(globMatch("a*".repeat(2000) + "b", "a".repeat(5000) + "b"));
});

function randomText(random: Random, alphabet: string, longest: number): string {
  let text = "";
  for (let length = random.below(longest + 1); length > 0; length--) {
    text += alphabet[random.below(alphabet.length)];
  }
  return text;
}

const PATTERN_ALPHABET = "abc**?[]^\\--\xe4\x00\x7f\x80\xff";
const TEXT_ALPHABET = "abbcc*?[]^\\-\xe4\x00\x7f\x80\xff";

Deno.test({
  name: "glob: random patterns match the same keys as in redis-server",
  ignore: !redisAvailable(),
  fn: async () => {
    await using redis = await RedisReference.start();
    const random = new Random(20240601);
    const keys = new Set([""]);
    while (keys.size < 200) keys.add(randomText(random, TEXT_ALPHABET, 6));
    await redis.pipeline([...keys].map((key) => ["SET", key, "1"]));
    const patterns = Array.from({ length: 2000 }, () => randomText(random, PATTERN_ALPHABET, 8));
    const replies = await redis.pipeline(patterns.map((pattern) => ["KEYS", pattern]));
    patterns.forEach((pattern, i) => {
      const ours = [...keys].filter((key) => matchesEverything(pattern) || globMatch(pattern, key)).sort();
      assertEquals(ours, (replies[i] as string[]).sort(), `pattern ${escapeForDisplay(pattern)}`);
    });
  },
});

Deno.test({
  name: "glob: random patterns find the same directives in any case as in redis-server",
  ignore: !redisAvailable(),
  fn: async () => {
    await using redis = await RedisReference.start();
    const names = everySecond(await redis.call("CONFIG", "GET", "*") as string[]);
    const random = new Random(20240602);
    const patterns = Array.from(
      { length: 500 },
      () => "*" + randomText(random, "aAeEiImMxXrRsS*?[]^-\\", 5) + "*",
    );
    const replies = await redis.pipeline(patterns.map((pattern) => ["CONFIG", "GET", pattern]));
    patterns.forEach((pattern, i) => {
      const ours = names.filter((name) => globMatch(pattern, name, true)).sort();
      assertEquals(ours, everySecond(replies[i] as string[]).sort(), `pattern ${pattern}`);
    });
  },
});

function everySecond(pairs: string[]): string[] {
  return pairs.filter((_, i) => i % 2 === 0);
}
