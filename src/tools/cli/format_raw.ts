/**
 * The form for other programs: bare values, whatever their type.
 *
 * @module
 */

import {
  BigNumber,
  Double,
  Push,
  type Reply,
  ReplyError,
  ReplyMap,
  ReplySet,
  Status,
  Verbatim,
  WithAttributes,
} from "../../client/mod.ts";

/** A reply without a line end; its elements, however deep, have `delimiter` between them. */
export function formatRaw(reply: Reply, delimiter: string): string {
  const join = (items: Reply[]) => items.map((item) => formatRaw(item, delimiter)).join(delimiter);
  if (reply === null) return "";
  if (typeof reply === "string") return reply;
  if (typeof reply === "number" || typeof reply === "bigint") return String(reply);
  if (typeof reply === "boolean") return `(${reply})`;
  if (Array.isArray(reply)) return join(reply);
  if (reply instanceof ReplySet || reply instanceof Push) return join(reply.items);
  if (reply instanceof ReplyMap) {
    const lines = reply.entries.map((pair) => pair.map((item) => formatRaw(item, delimiter)).join(" "));
    return lines.join(delimiter);
  }
  if (reply instanceof ReplyError) return `${reply.message}\n`;
  if (reply instanceof WithAttributes) return formatRaw(reply.reply, delimiter);
  return textOf(reply);
}

function textOf(reply: Status | Verbatim | Double | BigNumber): string {
  return reply.text;
}
