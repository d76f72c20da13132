/** So many requests per minute and caller. */
import type { RedisClientType } from "redis";

const LIMIT = 3;
/** Seconds. */
const WINDOW = 60;

export interface Verdict {
  allowed: boolean;
  /** Requests that are left in this minute. */
  left: number;
}

/**
 * Counts a request. When Redis doesn't take it, it is allowed: a broken counter shall not close the shop.
 */
export async function countRequest(redis: RedisClientType, caller: string): Promise<Verdict> {
  const key = `requests:${caller}`;
  try {
    const [, count] = await redis.multi()
      .set(key, 0, { expiration: { type: "EX", value: WINDOW }, condition: "NX" })
      .incr(key)
      .exec();
    return { allowed: Number(count) <= LIMIT, left: Math.max(0, LIMIT - Number(count)) };
  } catch {
    return { allowed: true, left: LIMIT };
  }
}
