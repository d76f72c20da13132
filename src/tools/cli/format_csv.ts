/**
 * Comma-separated values: all elements of a reply, however deep, on one line.
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
  WithAttributes,
} from "../../client/mod.ts";
import { escapeForDisplay } from "../../util/byte_string.ts";

/** A reply without a line end. */
export function formatCsv(reply: Reply): string {
  const join = (items: Reply[]) => items.map(formatCsv).join(",");
  if (reply === null) return "NULL";
  if (typeof reply === "string") return escapeForDisplay(reply);
  if (typeof reply !== "object") return String(reply);
  if (Array.isArray(reply)) return join(reply);
  if (reply instanceof ReplySet || reply instanceof Push) return join(reply.items);
  if (reply instanceof ReplyMap) return join(reply.entries.flat());
  if (reply instanceof ReplyError) return `ERROR,${escapeForDisplay(reply.message)}`;
  if (reply instanceof Double || reply instanceof BigNumber) return reply.text;
  if (reply instanceof WithAttributes) return formatCsv(reply.reply);
  return escapeForDisplay(reply.text);
}
