/** What `deno compile` has put into a binary. */

import { Buffer } from "node:buffer";

/** Deno's own record of how the program is to be run, as far as tests look at it. */
export interface Embedded {
  /** Null for none, an empty list for all, else what is permitted; by names such as `allow_net`, `deny_import`. */
  permissions: Record<string, string[] | boolean | null>;
  /** Flags for V8, Deno's own first. */
  v8_flags: string[];
  /** The main module. */
  entrypoint_key: string;
  /** Paths of all files, with `/`. */
  files: string[];
}

/** Numbers before the parts of the record have 8 bytes. */
const LENGTH_SIZE = 8;

type Entry = { File: { n: string } } | { Dir: { n: string; e: Entry[] } } | { Symlink: { n: string } };

/** Reads the record of a binary made by the Deno that runs the tests. Throws if there is none. */
export function readEmbedded(path: string): Embedded {
  const bytes = Buffer.from(Deno.readFileSync(path).buffer);
  const record = partAt(bytes, '{"argv":[', 0);
  const tree = partAt(bytes, '[{"', bytes.indexOf('{"argv":[') + record.length);
  return { ...JSON.parse(record), files: [...paths(JSON.parse(tree), "")] };
}

/** The first part after `from` that begins with `start`. */
function partAt(bytes: Buffer, start: string, from: number): string {
  const at = bytes.indexOf(start, from);
  if (at < LENGTH_SIZE) throw new Error(`nothing embedded begins with ${start}`);
  return bytes.toString("utf8", at, at + Number(bytes.readBigUInt64LE(at - LENGTH_SIZE)));
}

function* paths(entries: readonly Entry[], prefix: string): Generator<string> {
  for (const entry of entries) {
    if ("Dir" in entry) yield* paths(entry.Dir.e, `${prefix}${entry.Dir.n}/`);
    else yield prefix + ("File" in entry ? entry.File.n : entry.Symlink.n);
  }
}
