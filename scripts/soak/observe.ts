/** Reading back what a server holds of one client's keys. */

import type { RespClient } from "../../tests/harness.ts";
import type { Plain } from "../../tests/support/resp_reply.ts";
import { canonicalStream, type Observed, sorted, withDeadline } from "./state.ts";

/** All keys of the selected database that match. */
export async function observe(client: RespClient, pattern: string): Promise<Observed> {
  const values = new Map<string, string>();
  const sets = new Map<string, Set<string>>();
  for (const key of await texts(client, "KEYS", pattern)) {
    const type = String(await client.ask("TYPE", key));
    if (type === "set") sets.set(key, new Set(await texts(client, "SMEMBERS", key)));
    else if (type !== "none") values.set(key, await READERS[type](client, key));
  }
  return { values, sets };
}

/** A value of each type, in canonical form. */
const READERS: Record<string, (client: RespClient, key: string) => Promise<string>> = {
  async string(client, key) {
    const deadline = Number(await client.ask("PEXPIRETIME", key));
    return withDeadline(String(await client.ask("GET", key)), deadline < 0 ? undefined : deadline);
  },
  async list(client, key) {
    return JSON.stringify(await texts(client, "LRANGE", key, "0", "-1"));
  },
  async hash(client, key) {
    return sorted(pairs(await texts(client, "HGETALL", key)));
  },
  async zset(client, key) {
    return sorted(pairs(await texts(client, "ZRANGE", key, "0", "-1", "WITHSCORES")));
  },
  async stream(client, key) {
    const entries = (await client.ask("XRANGE", key, "-", "+") as Plain[][]).map(([id]) => String(id));
    const [group] = await client.ask("XINFO", "GROUPS", key) as Plain[][];
    const delivered = String(group[group.indexOf("last-delivered-id") + 1]);
    const pending = await client.ask("XPENDING", key, "group", "-", "+", "100000") as Plain[][];
    return canonicalStream(entries, delivered, pending.map(([id]) => String(id)));
  },
};

async function texts(client: RespClient, ...words: string[]): Promise<string[]> {
  return (await client.ask(...words) as Plain[]).map(String);
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}
