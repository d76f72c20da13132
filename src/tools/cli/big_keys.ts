/**
 * `--bigkeys` and `--memkeys`: the largest key of each type, by elements or by memory.
 *
 * @module
 */

import { type RedisConnection, refuseError, type Reply, ReplyError, Status } from "../../client/mod.ts";
import { escapeForDisplay } from "../../util/byte_string.ts";
import { announceScan, percent, scanKeys } from "./key_scan.ts";
import type { Options } from "./options.ts";
import type { Output } from "./output.ts";
import type { Session } from "./session.ts";

const KEYS_PER_REPORT = 1_000_000;

/** What is known of the keys of one type. */
interface TypeTotal {
  readonly name: string;
  /** The command that tells a key's size in elements; undefined for the types of modules. */
  readonly sizeCommand?: string;
  readonly unit: string;
  count: number;
  size: number;
  biggest: number;
  biggestKey?: string;
}

/** Redis's own types, in the order of redis-cli's summary. */
const TYPES: readonly [name: string, sizeCommand: string, unit: string][] = [
  ["list", "LLEN", "items"],
  ["hash", "HLEN", "fields"],
  ["string", "STRLEN", "bytes"],
  ["stream", "XLEN", "entries"],
  ["set", "SCARD", "members"],
  ["zset", "ZCARD", "members"],
];

/** Looks at all keys and prints what it finds; `byMemory` measures bytes of memory. The status to exit with. */
export async function findBigKeys(session: Session, byMemory: boolean): Promise<number> {
  const { options, output } = session;
  const connection = await session.require();
  const survey = new Survey(output, byMemory);
  const total = Number(refuseError(await connection.call("DBSIZE")));
  output.write(announceScan("biggest"));
  for await (const keys of scanKeys(connection, options)) {
    const done = percent(survey.sampled, total);
    const types = (await callForEach(connection, keys, (key) => ["TYPE", key])).map(typeName);
    const present = keys.map((key, index) => ({ key, type: survey.type(types[index]) }))
      .filter(({ type }) => type.name !== "none");
    const command = byMemory ? memoryCommand(options) : ({ key, type }: Present) => [type.sizeCommand!, key];
    const measured = present.filter(({ type }) => byMemory || type.sizeCommand !== undefined);
    const sizes = await callForEach(connection, measured, command);
    const sizeOf = new Map(measured.map((item, index) => [item, sizes[index]]));
    for (const item of present) survey.add(item, sizeOf.get(item) ?? 0, done);
  }
  survey.report();
  return 0;
}

/** A key with its type. */
interface Present {
  key: string;
  type: TypeTotal;
}

function memoryCommand({ memorySamples }: Options): (item: Present) => string[] {
  const samples = memorySamples === undefined ? [] : ["SAMPLES", String(memorySamples)];
  return ({ key }) => ["MEMORY", "USAGE", key, ...samples];
}

function callForEach<T>(
  connection: RedisConnection,
  items: T[],
  command: (item: T) => string[],
): Promise<Reply[]> {
  return Promise.all(items.map((item) => connection.call(...command(item))));
}

function typeName(reply: Reply): string {
  const name = refuseError(reply);
  return name instanceof Status ? name.text : String(name);
}

/** What was found so far. */
class Survey {
  sampled = 0;
  #keyBytes = 0;
  readonly #output: Output;
  readonly #byMemory: boolean;
  readonly #types = new Map<string, TypeTotal>();

  constructor(output: Output, byMemory: boolean) {
    this.#output = output;
    this.#byMemory = byMemory;
    for (const [name, sizeCommand, unit] of TYPES) this.#addType(name, unit, sizeCommand);
  }

  /** The record of a type. */
  type(name: string): TypeTotal {
    return this.#types.get(name) ?? this.#addType(name, "?");
  }

  add({ key, type }: Present, reply: Reply, done: string): void {
    if (reply instanceof ReplyError) {
      this.#output.writeError(
        `Warning:  size of '${key}' failed (may have changed type): ${reply.message}\n`,
      );
    }
    // A key that went away meanwhile has no size.
    const size = typeof reply === "number" ? reply : 0;
    this.sampled++;
    this.#keyBytes += key.length;
    type.count++;
    type.size += size;
    if (size > type.biggest) {
      type.biggest = size;
      type.biggestKey = key;
      const found = `Biggest ${type.name.padEnd(6)} found so far '${escapeForDisplay(key)}'`;
      this.#output.write(`[${done}%] ${found} with ${size} ${type.unit}\n`);
    }
    if (this.sampled % KEYS_PER_REPORT === 0) {
      this.#output.write(`[${done}%] Sampled ${this.sampled} keys so far\n`);
    }
  }

  report(): void {
    const { sampled } = this;
    const types = [...this.#types.values()].filter((type) => type.name !== "none");
    const average = (sampled === 0 ? 0 : this.#keyBytes / sampled).toFixed(2);
    const lines = [
      ...["", "-------- summary -------", "", `Sampled ${sampled} keys in the keyspace!`],
      ...[`Total key length in bytes is ${this.#keyBytes} (avg len ${average})`, ""],
      ...types.filter((type) => type.biggestKey !== undefined).map(biggestLine),
      "",
      ...types.map((type) => totalLine(type, sampled)),
    ];
    this.#output.write(`${lines.join("\n")}\n`);
  }

  #addType(name: string, unit: string, sizeCommand?: string): TypeTotal {
    const shownUnit = this.#byMemory ? "bytes" : unit;
    const type: TypeTotal = { name, unit: shownUnit, sizeCommand, count: 0, size: 0, biggest: 0 };
    this.#types.set(name, type);
    return type;
  }
}

function biggestLine({ name, biggest, biggestKey = "", unit }: TypeTotal): string {
  return `Biggest ${name.padStart(6)} found '${escapeForDisplay(biggestKey)}' has ${biggest} ${unit}`;
}

function totalLine({ name, count, size, unit }: TypeTotal, sampled: number): string {
  const average = (count === 0 ? 0 : size / count).toFixed(2);
  return `${count} ${name}s with ${size} ${unit} (${percent(count, sampled)}% of keys, avg size ${average})`;
}
