/**
 * The form for people: types named, strings quoted, aggregates numbered and indented.
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
import { escapeForDisplay } from "../../util/byte_string.ts";

/** An aggregate as it is printed. */
interface Numbered {
  /** What stands behind an element's number. */
  mark: string;
  /** What is printed when there are no elements. */
  empty: string;
  /** Each with a value, in a map. */
  elements: [Reply, Reply?][];
}

/** A reply with its line end. `prefix` is the indentation of all lines but the first. */
export function formatStandard(reply: Reply, prefix = ""): string {
  if (reply instanceof WithAttributes) return formatStandard(reply.reply, prefix);
  const aggregate = asNumbered(reply);
  return aggregate === null ? `${formatScalar(reply)}\n` : formatNumbered(aggregate, prefix);
}

function formatScalar(reply: Reply): string {
  if (typeof reply === "string") return escapeForDisplay(reply);
  if (typeof reply === "number" || typeof reply === "bigint") return `(integer) ${reply}`;
  if (typeof reply === "boolean") return `(${reply})`;
  if (reply instanceof Status || reply instanceof Verbatim) return reply.text;
  if (reply instanceof ReplyError) return `(error) ${reply.message}`;
  if (reply instanceof Double) return `(double) ${reply.text}`;
  if (reply instanceof BigNumber) return `(big number) ${reply.text}`;
  return "(nil)";
}

function asNumbered(reply: Reply): Numbered | null {
  if (Array.isArray(reply)) return numbered(")", "(empty array)", reply);
  if (reply instanceof ReplySet) return numbered("~", "(empty set)", reply.items);
  if (reply instanceof Push) return numbered(")", "(empty push)", reply.items);
  if (reply instanceof ReplyMap) return { mark: "#", empty: "(empty hash)", elements: reply.entries };
  return null;
}

function numbered(mark: string, empty: string, items: Reply[]): Numbered {
  return { mark, empty, elements: items.map((item) => [item]) };
}

function formatNumbered({ mark, empty, elements }: Numbered, prefix: string): string {
  if (elements.length === 0) return `${empty}\n`;
  const width = String(elements.length).length;
  const inner = prefix + " ".repeat(width + 2);
  return elements.map(([item, value], index) => {
    const start = `${index === 0 ? "" : prefix}${String(index + 1).padStart(width)}${mark} `;
    const text = start + formatStandard(item, inner);
    return value === undefined ? text : `${text.slice(0, -1)} => ${formatValue(value, inner)}`;
  }).join("");
}

/** A map's value: an aggregate that takes several lines begins on a line of its own. */
function formatValue(value: Reply, prefix: string): string {
  const text = formatStandard(value, prefix);
  const severalLines = text.indexOf("\n") < text.length - 1;
  return severalLines && asNumbered(value) !== null ? `\n${prefix}${text}` : text;
}
