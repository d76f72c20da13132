/**
 * The command table as dispatch wants it: flat records, found from the bytes of the name.
 *
 * @module
 */

import type { Args } from "./args.ts";
import { arityOf } from "./arity.ts";
import { Condition } from "./client.ts";
import type { CommandContext } from "./context.ts";
import * as flags from "./flags.ts";
import type { CommandSpec } from "./spec.ts";
import { LatencyHistogram } from "../util/latency_histogram.ts";

/** A command's handler. Synchronous; throws a `CommandError` to refuse. */
export type Handler = (ctx: CommandContext, args: Args) => void;

/** One command or subcommand, ready to run. Fields in a fixed order, so that every record has the same shape. */
export class CommandRecord {
  readonly spec: CommandSpec;
  /** Lower case; `container|sub` for a subcommand. */
  readonly fullName: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Bits of {@linkcode Condition} under which a guard must be asked. */
  readonly gates: number;
  readonly flags: number;
  readonly run: Handler | null;
  readonly subcommands: ReadonlyMap<string, CommandRecord> | null;
  /** INFO commandstats. */
  calls = 0;
  microseconds = 0;
  rejected = 0;
  failed = 0;
  /** INFO latencystats and LATENCY HISTOGRAM. */
  readonly latency = new LatencyHistogram();
  /** Calls of the batch under way, whose time is shared out when it ends. */
  batchCalls = 0;
  /** Time of each call is taken, because it may be long; see {@linkcode isTimedAlone}. */
  readonly timedAlone: boolean;

  constructor(spec: CommandSpec, container?: string) {
    const name = spec.name.toLowerCase();
    const arity = arityOf(spec, container !== undefined);
    this.spec = spec;
    this.fullName = container === undefined ? name : `${container}|${name}`;
    this.minimum = Math.abs(arity);
    this.maximum = arity < 0 ? Number.MAX_SAFE_INTEGER : arity;
    this.flags = spec.flags;
    this.gates = gatesOf(spec, this.fullName);
    this.run = spec.run ?? null;
    this.subcommands = spec.subcommands === undefined ? null : new Map(
      spec.subcommands.map((sub) => [sub.name.toLowerCase(), new CommandRecord(sub, name)]),
    );
    this.timedAlone = isTimedAlone(spec);
  }

  /** Forgets calls, refusals and times. */
  resetStatistics(): void {
    this.calls = 0;
    this.microseconds = 0;
    this.rejected = 0;
    this.failed = 0;
    this.latency.reset();
  }

  /** Counts the time of `calls` calls that took `microseconds` each. */
  addTime(microseconds: number, calls: number): void {
    this.microseconds += microseconds * calls;
    this.latency.record(microseconds, calls);
  }
}

/** Commands that a RESP2 client with subscriptions may still send. */
const ALLOWED_WHILE_SUBSCRIBED = new Set(
  [
    "ping",
    "subscribe",
    "ssubscribe",
    "unsubscribe",
    "sunsubscribe",
    "psubscribe",
    "punsubscribe",
    "quit",
    "reset",
  ],
);
/** Commands that are not queued between MULTI and EXEC. */
const NOT_QUEUED = new Set(["exec", "discard", "multi", "watch", "quit", "reset"]);

function gatesOf(spec: CommandSpec, name: string): number {
  let gates = Condition.FAILURE_INJECTED | Condition.PAUSED;
  if (name !== "asking") gates |= Condition.ASKING;
  if ((spec.flags & flags.NO_AUTH) === 0) gates |= Condition.UNAUTHENTICATED;
  if (!NOT_QUEUED.has(name)) gates |= Condition.IN_TRANSACTION;
  if (!ALLOWED_WHILE_SUBSCRIBED.has(name)) gates |= Condition.SUBSCRIBED;
  if ((spec.keys?.length ?? 0) > 0 || spec.getKeys !== undefined || name === "exec") {
    gates |= Condition.ROUTED;
  }
  if ((spec.flags & flags.DENYOOM) !== 0 || name === "exec") gates |= Condition.OUT_OF_MEMORY;
  if ((spec.flags & flags.WRITE) !== 0 || name === "exec") {
    gates |= Condition.DISK_ERROR | Condition.NOT_ENOUGH_REPLICAS | Condition.READ_ONLY_REPLICA;
  }
  if (name === "ping") gates |= Condition.DISK_ERROR;
  if ((spec.flags & flags.STALE) === 0 || name === "exec") gates |= Condition.MASTER_DOWN;
  if ((spec.flags & (flags.WRITE | flags.MAY_REPLICATE)) !== 0 || name === "exec") {
    gates |= Condition.KEYS_HELD;
  }
  const touchesData = (spec.flags & (flags.WRITE | flags.READONLY | flags.MAY_REPLICATE)) !== 0;
  if (touchesData || name === "exec") gates |= Condition.IS_REPLICA;
  if ((spec.flags & flags.LOADING) === 0) gates |= Condition.LOADING;
  if ((spec.flags & flags.PROTECTED) !== 0) gates |= Condition.PROTECTED;
  return gates;
}

/**
 * Reading the clock costs as much as a GET. So only commands whose time can grow with the data are timed one by one;
 * the constant-time ones of a batch share the batch's time evenly.
 */
function isTimedAlone(spec: CommandSpec): boolean {
  if ((spec.flags & (flags.FAST | flags.ARGUMENT_BOUND)) !== 0) return false;
  return !(spec.complexity ?? "").startsWith("O(1)");
}

const TABLE_SIZE = 4096;

/** Lower case of each byte. */
const LOWER = Uint8Array.from(
  { length: 256 },
  (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte),
);

/** Commands by name. */
export class CommandRegistry {
  readonly #byName = new Map<string, CommandRecord>();
  readonly #slots: (CommandRecord | undefined)[] = new Array(TABLE_SIZE).fill(undefined);
  readonly #names: (Uint8Array | undefined)[] = new Array(TABLE_SIZE).fill(undefined);

  /** `renames` is what `rename-command` says: lower-case name to new name, empty to remove it. */
  constructor(specs: readonly CommandSpec[], renames: ReadonlyMap<string, string> = new Map()) {
    for (const spec of specs) {
      const name = spec.name.toLowerCase();
      const shown = renames.get(name) ?? name;
      if (shown !== "") this.#add(shown.toLowerCase(), new CommandRecord(spec));
    }
  }

  /** All commands, without subcommands. */
  records(): Iterable<CommandRecord> {
    return this.#byName.values();
  }

  /** Number of commands, subcommands not counted. */
  get size(): number {
    return this.#byName.size;
  }

  /** The command or `container|sub` of that name, in any case. */
  byName(name: string): CommandRecord | undefined {
    const [first, second, more] = name.toLowerCase().split("|");
    const record = this.#byName.get(first);
    if (second === undefined) return record;
    return more === undefined ? record?.subcommands?.get(second) : undefined;
  }

  /** The command that has this name, in any case, without `rename-command`. */
  original(name: string): CommandRecord | undefined {
    const wanted = name.toUpperCase();
    for (const record of this.#byName.values()) if (record.spec.name === wanted) return record;
    return undefined;
  }

  /** The command whose name is argument 0; for a container the container itself. */
  lookUp(args: Args): CommandRecord | undefined {
    const buffer = args.buffer;
    const start = args.starts[0];
    const length = args.ends[0] - start;
    if (length === 0) return undefined;
    let slot = hashName(buffer, start, length);
    for (;;) {
      const name = this.#names[slot];
      if (name === undefined) return undefined;
      if (name.length === length && matches(buffer, start, name)) return this.#slots[slot];
      slot = (slot + 1) & (TABLE_SIZE - 1);
    }
  }

  #add(name: string, record: CommandRecord): void {
    this.#byName.set(name, record);
    const bytes = Uint8Array.from(name, (letter) => letter.charCodeAt(0));
    let slot = hashName(bytes, 0, bytes.length);
    while (this.#names[slot] !== undefined) slot = (slot + 1) & (TABLE_SIZE - 1);
    this.#names[slot] = bytes;
    this.#slots[slot] = record;
  }
}

function hashName(buffer: Uint8Array, start: number, length: number): number {
  const first = LOWER[buffer[start]];
  const middle = LOWER[buffer[start + (length >> 1)]];
  const last = LOWER[buffer[start + length - 1]];
  const mixed = Math.imul((first << 16) ^ (middle << 8) ^ last ^ (length << 24), 0x9e3779b1);
  return mixed >>> 20;
}

function matches(buffer: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (LOWER[buffer[start + i]] !== name[i]) return false;
  return true;
}
