/** ACL categories as bits, and the ones a command has because of its flags and its group. */
import { ADMIN, BLOCKING, FAST, namesOfBits, PUBSUB, READONLY, WRITE } from "./flags.ts";
import type { CommandGroup, CommandSpec } from "./spec.ts";

/** Category bits, in Redis's order. */
export const Category = {
  KEYSPACE: 1 << 0,
  READ: 1 << 1,
  WRITE: 1 << 2,
  SET: 1 << 3,
  SORTEDSET: 1 << 4,
  LIST: 1 << 5,
  HASH: 1 << 6,
  STRING: 1 << 7,
  BITMAP: 1 << 8,
  HYPERLOGLOG: 1 << 9,
  GEO: 1 << 10,
  STREAM: 1 << 11,
  PUBSUB: 1 << 12,
  ADMIN: 1 << 13,
  FAST: 1 << 14,
  SLOW: 1 << 15,
  BLOCKING: 1 << 16,
  DANGEROUS: 1 << 17,
  CONNECTION: 1 << 18,
  TRANSACTION: 1 << 19,
  SCRIPTING: 1 << 20,
} as const;

/** Every category with its name (without the `@`), in the order of ACL CAT. */
export const CATEGORY_NAMES: readonly (readonly [bit: number, name: string])[] = Object.entries(Category)
  .map(([name, bit]) => [bit, name.toLowerCase()] as const);

const BIT_BY_NAME = new Map(CATEGORY_NAMES.map(([bit, name]) => [name, bit]));

/** What a command is about by its group; groups that are missing here have no category of their own. */
const GROUP_CATEGORY: Partial<Record<CommandGroup, number>> = {
  generic: Category.KEYSPACE,
  string: Category.STRING,
  bitmap: Category.BITMAP,
  hyperloglog: Category.HYPERLOGLOG,
  geo: Category.GEO,
  hash: Category.HASH,
  list: Category.LIST,
  set: Category.SET,
  sorted_set: Category.SORTEDSET,
  stream: Category.STREAM,
  connection: Category.CONNECTION,
  transactions: Category.TRANSACTION,
  scripting: Category.SCRIPTING,
};

const SUBJECTS = Object.values(GROUP_CATEGORY).reduce((all, bit) => all | bit, 0);

/**
 * All categories of a command. Flags give the general ones (WRITE → @write, ADMIN → @admin and
 * @dangerous, no FAST → @slow). The group gives the subject, unless `categories` names another
 * subject (SORT, WAIT) or the command is a container, which by itself is about nothing.
 */
export function aclCategories(spec: CommandSpec): number {
  const explicit = spec.categories ?? 0;
  const inherits = spec.subcommands === undefined && (explicit & SUBJECTS) === 0;
  const subject = inherits ? GROUP_CATEGORY[spec.group] ?? 0 : 0;
  const named = explicit | subject;
  return named | categoriesOfFlags(spec.flags, named);
}

/** Redis's setImplicitACLCategories; scripting commands are never @read, even the `_RO` ones. */
function categoriesOfFlags(flags: number, named: number): number {
  let bits = flags & FAST ? Category.FAST : Category.SLOW;
  if (flags & WRITE) bits |= Category.WRITE;
  if (flags & READONLY && !(named & Category.SCRIPTING)) bits |= Category.READ;
  if (flags & ADMIN) bits |= Category.ADMIN | Category.DANGEROUS;
  if (flags & PUBSUB) bits |= Category.PUBSUB;
  if (flags & BLOCKING) bits |= Category.BLOCKING;
  return bits;
}

/** Names of the bits, without `@`, in the order of ACL CAT. */
export function categoryNames(bits: number): string[] {
  return namesOfBits(bits, CATEGORY_NAMES);
}

/** Bit of a category by its lower-case name without `@`; undefined when there is no such category. */
export function categoryByName(name: string): number | undefined {
  return BIT_BY_NAME.get(name);
}
