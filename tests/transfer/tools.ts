/** Dumps and restores in this process, and the data that they are tried with. */
import { commandTable } from "../../src/commands/mod.ts";
import { datasetDigest } from "../../src/commands/server/dataset_digest.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { run as runDump } from "../../src/tools/dump/mod.ts";
import { run as runRestore } from "../../src/tools/restore/mod.ts";
import { InProcess } from "../commands/in_process.ts";
import { dispose, fileOf, load, newKeyspace } from "../persistence/rdb/files.ts";
import { samples } from "../persistence/rdb/samples.ts";
import type { Word } from "../support/bytes.ts";

/** Commands for keys that the samples have none of: special scores, distant deadlines, bytes everywhere. */
export const SPECIAL: readonly Word[][] = [
  [
    "ZADD",
    "scores",
    "-0",
    "minus zero",
    "inf",
    "infinite",
    "-inf",
    "minus infinite",
    "9007199254740993",
    "odd",
  ],
  ["SET", "distant", "1", "PXAT", "9223372036854775807"],
  ["SET", 'quote"back\\slash\n\t\u0001', 'quote"back\\slash\n\t\u0001\x7f'],
  ["SET", "text", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"],
  ["SET", "no text", "\xc3\x28\xed\xa0\x80"],
  ["SET", "\xff\xfe", "\x00"],
  ["HSET", "binary", "\xff", "\xfe", "base64", "AAAA", "", ""],
  ["SADD", "binary set", "\xff", "plain", ""],
];

/** Scores whose texts, and with them digests, are others in Redis 7.0 than in 7.2. */
export const SCORES = ["5e-324", "1.7976931348623157e+308", "0.1", "1.5e-7", "123456789012345680"];

/** An empty session with all samples in it. */
export function sampleSession(): InProcess {
  const session = new InProcess(commandTable);
  for (const command of [...samples(), ...SPECIAL]) session.run(command);
  for (const score of SCORES) session.run(["ZADD", "scores", score, `member ${score}`]);
  return session;
}

/** A directory for one test, removed at its end. */
export class Workspace {
  readonly path = Deno.makeTempDirSync({ prefix: "transfer-test-" });

  /** Path of a file in it. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Writes a file; the path. */
  write(name: string, content: string | Uint8Array): string {
    const path = this.file(name);
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return path;
  }

  /** Writes data as an RDB file; the path. */
  writeRdb(name: string, keyspace: Keyspace, version = 11): string {
    return this.write(name, fileOf(keyspace, { version }));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** How a tool ended, with what it said on standard error. */
export interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs `mini-redis dump` with these arguments. */
export function dump(...args: string[]): Promise<Ended> {
  return heard(() => runDump(args));
}

/** Runs `mini-redis restore` with these arguments. */
export function restore(...args: string[]): Promise<Ended> {
  return heard(() => runRestore(args));
}

async function heard(run: () => Promise<number>): Promise<Ended> {
  const lines: string[] = [];
  const before = console.error;
  console.error = (line: string) => lines.push(line);
  try {
    return { code: await run(), said: lines.join("\n") };
  } finally {
    console.error = before;
  }
}

/** The digest of the data in an RDB file. */
export function digestOfRdb(path: string): string {
  const keyspace = newKeyspace();
  load(Deno.readFileSync(path), { keyspace, dropExpired: false });
  const digest = datasetDigest(keyspace);
  dispose(keyspace);
  return digest;
}

/** The lines of a file in an order of their own: keys have none. */
export function sortedLines(path: string): string[] {
  return Deno.readTextFileSync(path).split("\n").sort();
}
