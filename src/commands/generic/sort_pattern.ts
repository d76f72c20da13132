/**
 * Patterns of SORT: which key, or field of a hash, belongs to an element.
 *
 * @module
 */

import { Hash } from "../../data/hash.ts";
import type { Database } from "../../keyspace/database.ts";
import type { Value } from "../../keyspace/value.ts";
import { LongString } from "../../keyspace/value.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { fromBytes, toBytes } from "../../util/byte_string.ts";
import { viewOf } from "../string/value.ts";

const content = new ByteSlice();

/**
 * The argument of BY or GET: `prefix*suffix` names a string key, `prefix*suffix->field` a field of a hash; `*` stands for
 * the element. `#` is the element itself. As in C, nothing behind a zero byte is looked at for these signs.
 */
export class SortPattern {
  /** Whether the pattern is `#`. */
  readonly isElement: boolean;
  /** Whether the pattern has no `*`, so that it is the same for every element. */
  readonly isConstant: boolean;
  readonly #prefix: string;
  readonly #suffix: string;
  /** Null for a string key. */
  readonly #field: ByteBuffer | null;

  constructor(text: string) {
    const [visible] = text.split("\0", 1);
    const star = visible.indexOf("*");
    const arrow = star < 0 ? -1 : visible.indexOf("->", star + 1);
    const hasField = arrow >= 0 && arrow + 2 < visible.length;
    this.isElement = visible === "#";
    this.isConstant = star < 0;
    this.#prefix = text.slice(0, Math.max(0, star));
    this.#suffix = text.slice(star + 1, hasField ? arrow : text.length);
    this.#field = hasField ? new ByteBuffer(toBytes(text.slice(arrow + 2))) : null;
  }

  /** What belongs to `element`; undefined if the key or field is missing, or of another type. */
  lookUp(database: Database, element: string): string | undefined {
    if (this.isElement) return element;
    if (this.isConstant) return undefined;
    const value = database.find(this.#prefix + element + this.#suffix);
    if (value === undefined) return undefined;
    return this.#field === null ? textOf(database, value) : fieldOf(value, this.#field);
  }
}

function textOf(database: Database, value: Value): string | undefined {
  if (typeof value !== "number" && !(value instanceof LongString)) return undefined;
  return fromBytes(viewOf(database, value));
}

function fieldOf(value: Value, field: ByteBuffer): string | undefined {
  if (!(value instanceof Hash) || !value.get(field, 0, field.buffer.length, content)) return undefined;
  return content.text();
}
