/** Key positions of the commands whose keys, or whose use of them, no key spec can describe. */
import { ACCESS, DELETE, OW, RO, RW, UPDATE } from "./key_spec.ts";
import type { ArgumentList, KeyPosition } from "./key_spec.ts";

const READ = RO | ACCESS;
const STORE = OW | UPDATE;

/** SET: the old value is only read with the option GET. */
export function setKeys(args: ArgumentList): KeyPosition[] {
  if (args.length < 2) return [];
  for (let i = 3; i < args.length; i++) {
    if (option(args, i) === "GET") return [{ index: 1, flags: RW | ACCESS | UPDATE }];
  }
  return [{ index: 1, flags: STORE }];
}

/** BITFIELD: a read unless there is a SET, an INCRBY or something that isn't understood. */
export function bitfieldKeys(args: ArgumentList): KeyPosition[] {
  if (args.length < 2) return [];
  return [{ index: 1, flags: isReadOnlyBitfield(args) ? READ : RW | ACCESS | UPDATE }];
}

function isReadOnlyBitfield(args: ArgumentList): boolean {
  for (let i = 2; i < args.length; i++) {
    const remaining = args.length - i - 1;
    const name = option(args, i);
    if (name === "GET" && remaining >= 2) i += 2;
    else if (name === "OVERFLOW" && remaining >= 1) i += 1;
    else return false;
  }
  return true;
}

/** SORT: the key and the last STORE destination. Keys that BY and GET derive from elements stay unknown. */
export function sortKeys(args: ArgumentList): KeyPosition[] {
  const found = sortReadOnlyKeys(args);
  const destination = lastArgumentOf(args, 2, ["STORE"], { LIMIT: 2, GET: 1, BY: 1 });
  if (destination !== 0) found.push({ index: destination, flags: STORE });
  return found;
}

/** SORT_RO: the key. */
export function sortReadOnlyKeys(args: ArgumentList): KeyPosition[] {
  return args.length < 2 ? [] : [{ index: 1, flags: READ }];
}

/** GEORADIUS and GEORADIUSBYMEMBER: the key and the last destination, also behind wrong options. */
export function georadiusKeys(args: ArgumentList): KeyPosition[] {
  if (args.length < 2) return [];
  const found: KeyPosition[] = [{ index: 1, flags: READ }];
  const destination = lastArgumentOf(args, 5, ["STORE", "STOREDIST"], { STORE: 1, STOREDIST: 1 });
  if (destination !== 0) found.push({ index: destination, flags: STORE });
  return found;
}

/** MIGRATE: the third argument, or if that is empty those after KEYS; both at once is an error, thus none. */
export function migrateKeys(args: ArgumentList): KeyPosition[] {
  if (args.length < 4) return [];
  const flags = RW | ACCESS | DELETE;
  const keysAt = keysOptionOfMigrate(args);
  if (keysAt === 0) return [{ index: 3, flags }];
  if (args.text(3) !== "") return [];
  const found: KeyPosition[] = [];
  for (let index = keysAt + 1; index < args.length; index++) found.push({ index, flags });
  return found;
}

function keysOptionOfMigrate(args: ArgumentList): number {
  const skipped: Record<string, number> = { AUTH: 1, AUTH2: 2 };
  for (let i = 6; i < args.length; i++) {
    const name = option(args, i);
    if (name === "KEYS") return i;
    i += skipped[name] ?? 0;
  }
  return 0;
}

/** Index of the argument after the last of the `options`; 0 without one. `skipped`: arguments of options. */
function lastArgumentOf(
  args: ArgumentList,
  start: number,
  options: readonly string[],
  skipped: Readonly<Record<string, number>>,
): number {
  let found = 0;
  for (let i = start; i < args.length; i++) {
    const name = option(args, i);
    if (options.includes(name) && i + 1 < args.length) found = i + 1;
    i += skipped[name] ?? 0;
  }
  return found;
}

function option(args: ArgumentList, index: number): string {
  return args.text(index).toUpperCase();
}
