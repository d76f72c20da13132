/**
 * Fixtures: values by key, as the commands that store them.
 *
 * @module
 */

import { millisecondsOf, timeOf } from "./clock.ts";
import type { Fixture, FixtureScalar, FixtureValue, RedisArgument, TypedFixture } from "./types.ts";

/** Elements that one command adds at most. */
const MOST_ELEMENTS = 1000;

/** Commands that store a fixture; what has a time to live lives from `now` on. Throws a TypeError for what is no value. */
export function* fixtureCommands(fixture: Fixture, now: number): Iterable<RedisArgument[]> {
  for (const [key, value] of Object.entries(fixture)) {
    yield ["DEL", key];
    const typed = typedFixture(key, value);
    yield* valueCommands(key, typed);
    const end = endOf(typed, now);
    if (end !== undefined) yield ["PEXPIREAT", key, end];
  }
}

/** The value with its type said. */
function typedFixture(key: string, value: FixtureValue): TypedFixture {
  if (isScalar(value)) return { $string: value };
  if (Array.isArray(value)) return { $list: value };
  if (value instanceof Set) return { $set: [...value] };
  if (typeof value !== "object" || value === null) throw new TypeError(`'${key}': ${value} is no value`);
  const names = Object.keys(value);
  if (!names.some((name) => name.startsWith("$"))) return { $hash: value as TypedFixture["$hash"] };
  const unknown = names.find((name) => !TYPES.includes(name) && name !== "$ttl" && name !== "$expireAt");
  if (unknown !== undefined) throw new TypeError(`'${key}': there is no '${unknown}'`);
  if (names.filter((name) => TYPES.includes(name)).length === 1) return value as TypedFixture;
  throw new TypeError(`'${key}': exactly one of ${TYPES.join(", ")} is to be given`);
}

const TYPES = ["$string", "$list", "$set", "$zset", "$hash", "$stream"];

function* valueCommands(key: string, value: TypedFixture): Iterable<RedisArgument[]> {
  if (value.$string !== undefined) yield ["SET", key, textOf(key, value.$string)];
  else if (value.$list !== undefined) yield* inPieces(["RPUSH", key], textsOf(key, value.$list));
  else if (value.$set !== undefined) yield* inPieces(["SADD", key], textsOf(key, value.$set));
  else if (value.$zset !== undefined) {
    const pairs = Object.entries(value.$zset).flatMap(([member, score]) => [score, member]);
    yield* inPieces(["ZADD", key], pairs);
  } else if (value.$hash !== undefined) yield* inPieces(["HSET", key], fieldsOf(key, value.$hash));
  else {
    for (const { id = "*", fields } of value.$stream!) yield ["XADD", key, id, ...fieldsOf(key, fields)];
  }
}

function endOf({ $ttl, $expireAt }: TypedFixture, now: number): number | undefined {
  if ($expireAt !== undefined) return timeOf($expireAt);
  return $ttl === undefined ? undefined : now + Math.ceil(millisecondsOf($ttl));
}

function fieldsOf(key: string, fields: { readonly [field: string]: FixtureScalar }): RedisArgument[] {
  return Object.entries(fields).flatMap(([field, value]) => [field, textOf(key, value)]);
}

function textsOf(key: string, values: readonly FixtureScalar[]): RedisArgument[] {
  return values.map((value) => textOf(key, value));
}

function textOf(key: string, value: FixtureScalar): RedisArgument {
  if (!isScalar(value)) throw new TypeError(`'${key}': an element is no string, number, boolean or bytes`);
  return typeof value === "boolean" ? String(value) : value;
}

function isScalar(value: unknown): value is FixtureScalar {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) || value instanceof Uint8Array;
}

/** A command for each so many of the arguments; none if there are none. */
function* inPieces(command: RedisArgument[], args: RedisArgument[]): Iterable<RedisArgument[]> {
  for (let i = 0; i < args.length; i += MOST_ELEMENTS) {
    yield [...command, ...args.slice(i, i + MOST_ELEMENTS)];
  }
}
