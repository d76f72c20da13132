/**
 * `--stat`: a line of figures about the server every second.
 *
 * @module
 */

import { refuseError, type Reply, Verbatim } from "../../client/mod.ts";
import type { Session } from "./session.ts";
import { sleep } from "./sleep.ts";

const ROWS_PER_HEADING = 20;
const HEADING = `\
------- data ------ --------------------- load -------------------- - child -
keys       mem      clients blocked requests            connections          
`;
/** What a server is busy with besides, by the bits of {@linkcode childBits}. */
const CHILDREN = ["", "SAVE", "AOF", "SAVE+AOF", "LOAD"];

/** Prints lines until the connection ends. Never returns by itself. */
export async function showStatistics(session: Session): Promise<number> {
  const { options, output } = session;
  const connection = await session.require();
  let before: number | undefined;
  for (let row = 0;; row++) {
    if (row % ROWS_PER_HEADING === 0) output.write(HEADING);
    const info = new Info(textOf(refuseError(await connection.call("INFO"))));
    const requests = info.field("total_commands_processed");
    output.write(formatRow(info, requests, requests - (before ?? requests)));
    before = requests;
    await sleep(options.interval || 1);
  }
}

function formatRow(info: Info, requests: number, added: number): string {
  const columns: [text: string | number, width: number][] = [
    [info.keys(), 11],
    [formatBytes(info.field("used_memory")), 9],
    [info.field("connected_clients"), 8],
    [info.field("blocked_clients"), 8],
    [`${requests} (+${added})`, 20],
    [info.field("total_connections_received"), 12],
  ];
  const text = columns.map(([value, width]) => String(value).padEnd(width)).join("");
  return `${text}${CHILDREN[childBits(info)] ?? ""}\n`;
}

function childBits(info: Info): number {
  return info.field("rdb_bgsave_in_progress") | info.field("aof_rewrite_in_progress") << 1 |
    info.field("loading") << 2;
}

/** Bytes as redis-cli shortens them: `512B`, `1.50K`, `2.03M`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = "KMGTP";
  let power = 1;
  while (power < units.length && bytes >= 1024 ** (power + 1)) power++;
  return `${(bytes / 1024 ** power).toFixed(2)}${units[power - 1]}`;
}

function textOf(reply: Reply): string {
  return reply instanceof Verbatim ? reply.text : String(reply);
}

/** The fields of an INFO reply. */
class Info {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** A field's number; 0 if there is none. */
  field(name: string): number {
    return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(this.#text)?.[1] ?? 0);
  }

  /** Keys of all databases. */
  keys(): number {
    let sum = 0;
    for (const [, keys] of this.#text.matchAll(/^db\d+:keys=(\d+)/gm)) sum += Number(keys);
    return sum;
  }
}
