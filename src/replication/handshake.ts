/**
 * What a replica says to its master before the data come.
 *
 * @module
 */

import { REDIS_VERSION } from "../util/version.ts";
import { LinkError, type MasterConnection } from "./connection.ts";

/** How the replica introduces itself. */
export interface Introduction {
  /** Port and, unless empty, the address under which it can be reached. */
  readonly port: number;
  readonly address: string;
  /** `masteruser` and `masterauth`; null for none. */
  readonly user: string | null;
  readonly password: string | null;
}

/** Where the replica wants the stream to go on. */
export interface SyncRequest {
  readonly id: string;
  /** Offset of the first byte that it wants. */
  readonly offset: number;
}

/**
 * The master's answer: all data come, and then the stream behind `offset` of the history `id`; or the stream goes on, with
 * another ID from now on unless that is null.
 */
export type SyncAnswer =
  | { readonly kind: "full"; readonly id: string; readonly offset: number }
  | { readonly kind: "continue"; readonly id: string | null };

/** The master does not want us, at least not now. */
export class SyncRefused extends LinkError {
  override name = "SyncRefused";
}

/** Where messages go. */
interface NoticeLog {
  notice(text: string): void;
}

/** Makes sure that there is a master which lets us in, and tells it who we are. Throws {@linkcode LinkError}. */
export async function introduce(
  connection: MasterConnection,
  { port, address, user, password }: Introduction,
  log: NoticeLog,
): Promise<void> {
  connection.send("PING");
  const pong = await connection.line();
  if (!pong.startsWith("+") && !MASTER_WANTS_PASSWORD.test(pong)) {
    throw new LinkError(`Error reply to PING from master: '${pong}'`);
  }
  log.notice("Master replied to PING, replication can continue...");
  if (password !== null) {
    connection.send("AUTH", ...user === null ? [] : [user], password);
    const answer = await connection.line();
    if (answer.startsWith("-")) throw new LinkError(`Unable to AUTH to MASTER: ${answer}`);
  }
  const settings = [
    ["listening-port", String(port)],
    ...address === "" ? [] : [["ip-address", address]],
    ["capa", "eof", "capa", "psync2"],
    ["version", REDIS_VERSION],
  ];
  for (const setting of settings) connection.send("REPLCONF", ...setting);
  for (const [name] of settings) {
    const answer = await connection.line();
    if (answer.startsWith("-")) {
      log.notice(`(Non critical) Master does not understand REPLCONF ${name}: ${answer}`);
    }
  }
}

const MASTER_WANTS_PASSWORD = /^-(?:NOAUTH|NOPERM|ERR operation not permitted)/;

/**
 * Asks for the stream from where it ended, or for all data if `request` is null. The stream itself, or the data, are what
 * comes next on the connection. `isFailover` asks for the other one to become a master first. Throws
 * {@linkcode LinkError}, {@linkcode SyncRefused} if that is the answer.
 */
export async function askForSync(
  connection: MasterConnection,
  request: SyncRequest | null,
  isFailover: boolean,
  log: NoticeLog,
): Promise<SyncAnswer> {
  if (request === null) log.notice("Partial resynchronization not possible (no cached master)");
  else log.notice(`Trying a partial resynchronization (request ${request.id}:${request.offset}).`);
  const place = [request?.id ?? "?", String(request?.offset ?? -1)];
  connection.send("PSYNC", ...place, ...isFailover ? ["FAILOVER"] : []);
  const answer = await lineBehindBlanks(connection);
  const full = /^\+FULLRESYNC ([^ ]{40}) ([0-9]{1,15})$/.exec(answer);
  if (full !== null) {
    log.notice(`Full resync from master: ${full[1]}:${full[2]}`);
    return { kind: "full", id: full[1], offset: Number(full[2]) };
  }
  const going = /^\+CONTINUE(?: ([^ ]{40}))?\s*$/.exec(answer);
  if (going !== null && request !== null) {
    log.notice("Successful partial resynchronization with master.");
    return { kind: "continue", id: going[1] ?? null };
  }
  if (/^-(?:NOMASTERLINK|LOADING)/.test(answer)) {
    throw new SyncRefused(`Master is currently unable to PSYNC but should be in the future: ${answer}`);
  }
  throw new SyncRefused(`Unexpected reply to PSYNC from master: ${answer}`);
}

/** While it prepares its answer, a master sends empty lines, so that nobody takes it for dead. */
export async function lineBehindBlanks(connection: MasterConnection): Promise<string> {
  for (;;) {
    const line = await connection.line();
    if (line !== "") return line;
  }
}
