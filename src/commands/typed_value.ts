/**
 * Values of one type.
 *
 * @module
 */

import type { StoredObject, Value } from "../keyspace/value.ts";
import { Errors } from "../resp/errors.ts";

/** A class of values. */
// deno-lint-ignore no-explicit-any -- constructors of different types have different parameters
type ValueClass<T> = abstract new (...args: any[]) => T;

/** What a look-up gave, as a value of this class; undefined if there is no key. Throws WRONGTYPE for another type. */
export function ofType<T extends StoredObject>(
  value: Value | undefined,
  type: ValueClass<T>,
): T | undefined {
  if (value === undefined || value instanceof type) return value as T | undefined;
  throw Errors.WRONG_TYPE;
}
