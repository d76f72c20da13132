/** Command flags as bits, and the names COMMAND INFO shows for them. */

/** The command may change the data set. */
export const WRITE = 1 << 0;
/** The command only reads keys. */
export const READONLY = 1 << 1;
/** Refused when memory is over `maxmemory` and nothing can be evicted. */
export const DENYOOM = 1 << 2;
/** Administration: gives the ACL categories @admin and @dangerous. */
export const ADMIN = 1 << 3;
/** Has to do with publishing or subscribing. */
export const PUBSUB = 1 << 4;
/** Not allowed inside scripts. */
export const NOSCRIPT = 1 << 5;
/** May suspend the client until something happens. */
export const BLOCKING = 1 << 6;
/** Allowed while the data set is loading. */
export const LOADING = 1 << 7;
/** Allowed on a replica that has lost its master and must not serve stale data. */
export const STALE = 1 << 8;
/** Not shown by MONITOR. */
export const SKIP_MONITOR = 1 << 9;
/** Not put in the slow log. */
export const SKIP_SLOWLOG = 1 << 10;
/** Acts as if ASKING had been sent before it. */
export const ASKING = 1 << 11;
/** Constant or logarithmic time: @fast; every other command is @slow. */
export const FAST = 1 << 12;
/** Allowed before authentication. */
export const NO_AUTH = 1 << 13;
/** No write by itself, but may produce something to replicate. Not shown. */
export const MAY_REPLICATE = 1 << 14;
/** Declares keys, but is valid without any. */
export const NO_MANDATORY_KEYS = 1 << 15;
/** Refused unless the configuration enables it (DEBUG, MODULE). Not shown. */
export const PROTECTED = 1 << 16;
/** Not allowed during an asynchronous load, although LOADING or reads would be. */
export const NO_ASYNC_LOADING = 1 << 17;
/** Not allowed inside MULTI. */
export const NO_MULTI = 1 << 18;
/** Key positions can't be told from the legacy first/last/step triple. Derived from the key specs. */
export const MOVABLE_KEYS = 1 << 19;
/** Allowed while a script or a module keeps the server busy. */
export const ALLOW_BUSY = 1 << 20;
/** May touch keys that are not among its arguments. Not shown. */
export const TOUCHES_ARBITRARY_KEYS = 1 << 21;
/** Time grows with the command's own arguments only, not with the data (MSET). Ours; not shown. */
export const ARGUMENT_BOUND = 1 << 22;

/** Shown names, in the order in which COMMAND INFO lists them. */
const SHOWN_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [WRITE, "write"],
  [READONLY, "readonly"],
  [DENYOOM, "denyoom"],
  [ADMIN, "admin"],
  [PUBSUB, "pubsub"],
  [NOSCRIPT, "noscript"],
  [BLOCKING, "blocking"],
  [LOADING, "loading"],
  [STALE, "stale"],
  [SKIP_MONITOR, "skip_monitor"],
  [SKIP_SLOWLOG, "skip_slowlog"],
  [ASKING, "asking"],
  [FAST, "fast"],
  [NO_AUTH, "no_auth"],
  [NO_MANDATORY_KEYS, "no_mandatory_keys"],
  [NO_ASYNC_LOADING, "no_async_loading"],
  [NO_MULTI, "no_multi"],
  [MOVABLE_KEYS, "movablekeys"],
  [ALLOW_BUSY, "allow_busy"],
];

/** Names of the bits of `flags`, without those that Redis hides. */
export function commandFlagNames(flags: number): string[] {
  return namesOfBits(flags, SHOWN_NAMES);
}

/** Names from `table` whose bit is set, in the table's order. */
export function namesOfBits(bits: number, table: readonly (readonly [number, string])[]): string[] {
  return table.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
