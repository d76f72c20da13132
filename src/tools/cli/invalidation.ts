/**
 * The push messages of client-side caching.
 *
 * @module
 */

import type { Push } from "../../client/mod.ts";

/** The keys that a push says are out of date; null if it says something else. */
export function invalidatedKeys({ items }: Push): string[] | null {
  const [kind, keys] = items;
  if (kind !== "invalidate" || items.length !== 2 || !Array.isArray(keys)) return null;
  return keys.every((key) => typeof key === "string") ? keys : null;
}
