/**
 * JSON as redis-cli writes it, its departures from JSON included: an error is `error:"…"`, an infinite double `inf`,
 * and a map's key that is an aggregate is put in quotes as it stands. Bytes above 127 go out as they came, which is
 * JSON if the data is UTF-8.
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

/** A reply without a line end. `quoted` writes ASCII only: strings in redis-cli's own quoting, once more escaped. */
export function formatJson(reply: Reply, quoted: boolean): string {
  const text = quoted ? quotedText : plainText;
  const list = (items: Reply[]) => `[${items.map((item) => formatJson(item, quoted)).join(",")}]`;
  if (typeof reply === "string") return text(reply);
  if (reply === null || typeof reply !== "object") return String(reply);
  if (Array.isArray(reply)) return list(reply);
  if (reply instanceof ReplySet || reply instanceof Push) return list(reply.items);
  if (reply instanceof ReplyMap) return formatMap(reply, quoted);
  if (reply instanceof ReplyError) return `error:${text(reply.message)}`;
  if (reply instanceof Double || reply instanceof BigNumber) return reply.text;
  if (reply instanceof WithAttributes) return formatJson(reply.reply, quoted);
  return text(reply.text);
}

function formatMap({ entries }: ReplyMap, quoted: boolean): string {
  const members = entries.map(([key, value]) => {
    const name = formatJson(key, quoted);
    return `${/^(?:"|error:)/.test(name) ? name : `"${name}"`}:${formatJson(value, quoted)}`;
  });
  return `{${members.join(",")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
};

function plainText(text: string): string {
  const escaped = text.replace(
    // deno-lint-ignore no-control-regex -- control characters are what has to be escaped
    /[\\"\x00-\x1f]/g,
    (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

function quotedText(text: string): string {
  return `"${escapeForDisplay(text).slice(1, -1).replaceAll("\\", "\\\\")}"`;
}
