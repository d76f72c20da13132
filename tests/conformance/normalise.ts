import { encodeReply, parseReply, type Reply } from "../support/resp_reply.ts";

/**
 * A raw reply with the elements of its outermost array, set, push or map in byte order; other replies unchanged.
 * @param group how many array elements belong together: 2 for alternating names and values
 */
export function sortReply(raw: string, group: number): string {
  const result = parseReply(raw);
  if (!("reply" in result)) return raw;
  return encodeReply(sorted(result.reply, group));
}

function sorted(reply: Reply, group: number): Reply {
  switch (reply.type) {
    case "map":
      return { ...reply, entries: byEncoding(reply.entries) };
    case "array":
    case "set":
    case "push": {
      const groups: Reply[][] = [];
      for (let i = 0; i < reply.items.length; i += group) groups.push(reply.items.slice(i, i + group));
      return { ...reply, items: byEncoding(groups).flat() };
    }
    default:
      return reply;
  }
}

function byEncoding<T extends Reply[]>(groups: T[]): T[] {
  const keyed = groups.map((group): [string, T] => [group.map(encodeReply).join(""), group]);
  keyed.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return keyed.map(([, group]) => group);
}
