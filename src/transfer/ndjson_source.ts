/**
 * NDJSON, read: an entry a line. `docs/import-export.md` has the format.
 *
 * @module
 */

import type { Deadline } from "../keyspace/deadline.ts";
import { toDeadline } from "../keyspace/deadline.ts";
import type { TypeName } from "../keyspace/value.ts";
import type { EntryHead, EntryReceiver, EntrySource, Progress } from "./entry.ts";
import type { Input } from "./input.ts";
import { JsonReader } from "./json_reader.ts";
import { NdjsonStreamReader } from "./ndjson_stream.ts";
import { readElements } from "./ndjson_value.ts";

const TYPES: readonly string[] = ["string", "list", "set", "zset", "hash", "stream"];
const HIGHEST_DATABASE = 2n ** 31n - 1n;
const INT64_MAX = 2n ** 63n - 1n;
/** Bytes between two pauses. */
const STEP = 64 * 1024;

/** What a line has said so far. */
interface Line {
  database: number | null;
  key: string | null;
  type: TypeName | null;
  /** Undefined while nothing was said of it. */
  deadline: Deadline | null | undefined;
  library: string | null;
  /** The value was handed on as it was read. */
  isStreamed: boolean;
  /** The value, if it came before what has to be known for that. */
  captured: { bytes: Uint8Array<ArrayBuffer>; column: number } | null;
}

/** What is read from: a file, or a text in memory. */
export type TextInput = Pick<Input, "name" | "size" | "readSync" | "close">;

/** Reads NDJSON from an input. */
export class NdjsonSource implements EntrySource {
  readonly #input: TextInput;
  readonly #json: JsonReader;
  readonly #streams = new NdjsonStreamReader();
  #receiver!: EntryReceiver;

  constructor(input: TextInput) {
    this.#input = input;
    this.#json = new JsonReader(input, input.name);
  }

  get progress(): Progress {
    const { size } = this.#input;
    return { done: this.#json.offset, total: size === Number.MAX_SAFE_INTEGER ? 0 : size, unit: "bytes" };
  }

  *send(receiver: EntryReceiver): Iterable<void> {
    this.#receiver = receiver;
    let pause = this.#json.offset + STEP;
    while (this.#json.nextLine()) {
      yield* this.#line();
      if (this.#json.offset < pause) continue;
      yield;
      pause = this.#json.offset + STEP;
    }
  }

  close(): void {
    this.#streams.release();
    this.#input.close();
  }

  *#line(): Generator<void> {
    const json = this.#json;
    const line: Line = {
      database: null,
      key: null,
      type: null,
      deadline: undefined,
      library: null,
      isStreamed: false,
      captured: null,
    };
    const seen = new Set<string>();
    for (let more = json.open("{"); more; more = json.more("{")) {
      const name = json.name();
      if (seen.has(name)) json.fail(`"${name}" is given twice`);
      seen.add(name);
      if (name === "value") yield* this.#valueField(line);
      else this.#headField(line, name);
    }
    json.endLine();
    yield* this.#finish(line, seen.size);
  }

  #headField(line: Line, name: string): void {
    const json = this.#json;
    switch (name) {
      case "db":
        line.database = Number(json.integer(0n, HIGHEST_DATABASE));
        break;
      case "key":
        line.key = json.byteString();
        break;
      case "type": {
        const type = json.byteString();
        if (!TYPES.includes(type)) json.fail(`expected one of the types ${TYPES.join(", ")} before here`);
        line.type = type as TypeName;
        break;
      }
      case "expireAt":
        if (line.isStreamed) json.fail('"expireAt" has to stand before "value"');
        line.deadline = json.tryNull() ? null : toDeadline(json.integer(0n, INT64_MAX));
        break;
      case "library":
        line.library = json.byteString();
        break;
      default:
        json.fail(`there is no "${printable(name)}" in an entry`);
    }
  }

  /** The value goes on as it is read if all that stands before a value is known already, else it is kept. */
  *#valueField(line: Line): Generator<void> {
    const head = headOf(line);
    if (head === null || line.database === null || line.deadline === undefined) {
      line.captured = this.#json.capture();
      return;
    }
    line.isStreamed = true;
    yield* this.#value(this.#json, head);
  }

  *#value(json: JsonReader, head: EntryHead): Generator<void> {
    this.#receiver.begin(head);
    if (head.type === "stream") yield* this.#streams.read(json, this.#receiver);
    else yield* readElements(json, head.type, this.#receiver);
  }

  *#finish(line: Line, fieldCount: number): Generator<void> {
    const json: JsonReader = this.#json;
    if (line.library !== null) {
      if (fieldCount > 1) json.fail('beside "library" nothing else may stand');
      return this.#receiver.library(line.library);
    }
    const head = headOf(line);
    if (head === null) json.fail('an entry needs "key", "type" and "value"');
    if (line.captured !== null) {
      const value = new JsonReader(
        inputOf(line.captured.bytes),
        this.#input.name,
        json.line,
        line.captured.column,
      );
      yield* this.#value(value, head);
      value.endLine();
    } else if (!line.isStreamed) json.fail('an entry needs "key", "type" and "value"');
    this.#receiver.end();
  }
}

/** What begins the entry, or null if the line has not said enough. */
function headOf({ database, key, type, deadline }: Line): EntryHead | null {
  if (key === null || type === null) return null;
  return { database: database ?? 0, key, type, deadline: deadline ?? null };
}

function inputOf(bytes: Uint8Array): { readSync(target: Uint8Array): number | null } {
  let at = 0;
  return {
    readSync(target) {
      const count = Math.min(target.length, bytes.length - at);
      target.set(bytes.subarray(at, at + count));
      at += count;
      return count === 0 ? null : count;
    },
  };
}

/** A name from the input, so short and tame that it can stand in a message. */
function printable(name: string): string {
  return name.slice(0, 40).replace(/[^ -~]/g, "?");
}
