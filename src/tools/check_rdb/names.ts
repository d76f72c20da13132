/**
 * What redis-check-rdb calls things.
 *
 * @module
 */

import { ValueType } from "../../persistence/rdb/format.ts";

/** What the checker was about to do when it met an error. */
export type Doing =
  | "start"
  | "read-type"
  | "read-expire"
  | "read-key"
  | "read-object-value"
  | "check-sum"
  | "read-len"
  | "read-aux"
  | "read-module-aux"
  | "read-functions";

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ValueType.STRING]: "string",
  [ValueType.LIST]: "list-linked",
  [ValueType.SET]: "set-hashtable",
  [ValueType.SORTED_SET]: "zset-v1",
  [ValueType.HASH]: "hash-hashtable",
  [ValueType.SORTED_SET_2]: "zset-v2",
  [ValueType.MODULE_PRE_GA]: "module-pre-release",
  [ValueType.MODULE_2]: "module-value",
  [ValueType.HASH_ZIPMAP]: "hash-zipmap",
  [ValueType.LIST_ZIPLIST]: "list-ziplist",
  [ValueType.SET_INTSET]: "set-intset",
  [ValueType.SORTED_SET_ZIPLIST]: "zset-ziplist",
  [ValueType.HASH_ZIPLIST]: "hash-ziplist",
  [ValueType.LIST_QUICKLIST]: "quicklist",
  [ValueType.STREAM_LISTPACKS]: "stream",
  [ValueType.HASH_LISTPACK]: "hash-listpack",
  [ValueType.SORTED_SET_LISTPACK]: "zset-listpack",
  [ValueType.LIST_QUICKLIST_2]: "quicklist-v2",
  [ValueType.STREAM_LISTPACKS_2]: "stream-v2",
  [ValueType.SET_LISTPACK]: "set-listpack",
  [ValueType.STREAM_LISTPACKS_3]: "stream-v3",
};

/** A name for the type of a value. */
export function typeName(type: number): string {
  return TYPE_NAMES[type] ?? "unknown";
}
