/** Sessions of users who have logged in. One ends after half an hour in which it wasn't used. */
import type { Redis } from "ioredis";

/** Seconds. */
const IDLE_LIMIT = 30 * 60;

export interface Session {
  user: string;
  visits: number;
}

/** Starts a session and returns its token. */
export async function openSession(redis: Redis, user: string): Promise<string> {
  const token = crypto.randomUUID();
  await redis.multi()
    .hset(`session:${token}`, { user, visits: 0 })
    .expire(`session:${token}`, IDLE_LIMIT)
    .sadd(`sessions-of:${user}`, token)
    .exec();
  return token;
}

/** The session, which then lives for another half hour; null if there is none, or none any more. */
export async function useSession(redis: Redis, token: string): Promise<Session | null> {
  const key = `session:${token}`;
  if (await redis.expire(key, IDLE_LIMIT) === 0) return null;
  const visits = await redis.hincrby(key, "visits", 1);
  return { user: await redis.hget(key, "user") ?? "", visits };
}

/** Ends all sessions of a user; how many there were. */
export async function logOutEverywhere(redis: Redis, user: string): Promise<number> {
  const tokens = await redis.smembers(`sessions-of:${user}`);
  const ended = tokens.length === 0 ? 0 : await redis.del(tokens.map((token) => `session:${token}`));
  await redis.del(`sessions-of:${user}`);
  return ended;
}
