/**
 * A server in the process of a test or a program.
 *
 * ```ts
 * import { startServer } from "@mini-redis/mini-redis";
 *
 * await using redis = await startServer({ clock: "manual", seed: 1 });
 * await redis.call("SET", "session", "data", "EX", 300);
 * await redis.clock.advance("5m");
 * console.log(await redis.call("GET", "session")); // null
 * ```
 *
 * `docs/embedding.md` has all of it, with examples.
 *
 * @module
 */

export { startServer } from "./server.ts";
export {
  type CommandDelay,
  type Directives,
  type DirectiveValue,
  type Duration,
  type Failures,
  type Fixture,
  type FixtureScalar,
  type FixtureValue,
  type Moment,
  type RedisArgument,
  type RedisBuffers,
  RedisError,
  type RedisMap,
  type RedisServer,
  type RedisValue,
  type ServerClock,
  type ServerOptions,
  type Snapshot,
  type StreamFixture,
  type TypedFixture,
} from "./types.ts";
