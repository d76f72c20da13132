/**
 * What kind of file something is, and how it is read.
 *
 * @module
 */

import { systemReason } from "../util/system_reason.ts";
import { fromBytes } from "../util/byte_string.ts";
import { type EntrySource, TransferError } from "./entry.ts";
import { Input } from "./input.ts";
import { LogSource } from "./log_source.ts";
import { NdjsonSource } from "./ndjson_source.ts";
import { RdbSource } from "./rdb_source.ts";
import { makeTemporary, removeTemporary } from "./temporary_file.ts";

/** `log`: commands behind a snapshot, or files that a manifest names, which can be read in memory only. */
export type FileKind = "rdb" | "ndjson" | "commands" | "log";

/** What the field is in a file that begins as a snapshot and goes on as commands. */
const PREAMBLE_FIELD = "\x0caof-preamble\xc0\x01";

/** Tells by its beginning what an input holds. Throws {@linkcode TransferError} if it is nothing known. */
export function recognise(input: Input): FileKind {
  const head = fromBytes(input.peek());
  if (/^REDIS[0-9]{4}/.test(head)) return head.includes(PREAMBLE_FIELD) ? "log" : "rdb";
  if (/^[*#]/.test(head)) return "commands";
  if (/^(?:\xef\xbb\xbf)?[ \t\r\n]*\{/.test(head)) return "ndjson";
  // Nothing at all is a dump of no keys.
  if (/^(?:\xef\xbb\xbf)?[ \t\r\n]*$/.test(head) && head.length < 4096) return "ndjson";
  throw new TransferError(
    `${input.name} is none of what can be read: an RDB file, an append-only file, commands in RESP, NDJSON`,
  );
}

/** Whether a path is that of a multi-part append-only file: its directory or its manifest. */
export function isLogPath(path: string): boolean {
  if (path.endsWith(".manifest")) return true;
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    throw new TransferError(`can't read ${path}: ${systemReason(error)}`);
  }
}

/** Opens a file of any kind as a source. Throws {@linkcode TransferError}. */
export function openFile(path: string, warn: (text: string) => void): EntrySource {
  if (isLogPath(path)) return LogSource.manifest(path, warn);
  return openInput(Input.file(path), warn, path);
}

/** Opens an input as a source; `path` is where it can be read again, if there is such a place. */
export function openInput(input: Input, warn: (text: string) => void, path: string | null): EntrySource {
  const kind = recognise(input);
  if (kind === "rdb") return new RdbSource(input, warn);
  if (kind === "ndjson") return new NdjsonSource(input);
  if (path !== null) {
    input.close();
    return LogSource.file(path, warn);
  }
  return spooled(input, warn);
}

/** Reads a log from what can't be read twice, by way of a file. */
function spooled(input: Input, warn: (text: string) => void): EntrySource {
  const path = makeTemporary(".aof");
  try {
    using file = Deno.openSync(path, { write: true });
    const chunk = new Uint8Array(64 * 1024);
    for (let count = input.readSync(chunk); count !== null && count > 0; count = input.readSync(chunk)) {
      for (let done = 0; done < count;) done += file.writeSync(chunk.subarray(done, count));
    }
  } catch (error) {
    removeTemporary(path);
    throw error;
  }
  return new TemporarySource(LogSource.file(path, warn), path);
}

/** A source whose file goes with it. */
export class TemporarySource implements EntrySource {
  readonly #source: EntrySource;
  readonly #path: string;

  constructor(source: EntrySource, path: string) {
    this.#source = source;
    this.#path = path;
  }

  get progress(): EntrySource["progress"] {
    return this.#source.progress;
  }

  send(receiver: Parameters<EntrySource["send"]>[0]): ReturnType<EntrySource["send"]> {
    return this.#source.send(receiver);
  }

  close(): void {
    this.#source.close();
    removeTemporary(this.#path);
  }
}
