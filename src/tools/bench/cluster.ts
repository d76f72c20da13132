/**
 * The masters of a cluster.
 *
 * @module
 */

import { connect, type ConnectOptions, ReplyError } from "../../client/mod.ts";
import { keyHashSlot } from "../../util/crc16.ts";
import { fromBytes, toBytes } from "../../util/byte_string.ts";
import type { Request } from "./requests.ts";
import { TAG_MARK } from "./suite.ts";

/** Three of these meet every slot. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** A master that has slots. */
export interface Master {
  readonly id: string;
  readonly hostname: string;
  readonly port: number;
  /** A hash tag, braces included, of one of its slots. */
  readonly tag: string;
}

/** Asks the node that the options name. Throws what `connect` throws, and an `Error` if it answers an error. */
export async function findMasters(options: ConnectOptions & { hostname: string }): Promise<Master[]> {
  using connection = await connect(options);
  const reply = await connection.call("CLUSTER", "SLOTS");
  if (reply instanceof ReplyError) throw reply;
  const masters = new Map<string, Master>();
  for (const range of Array.isArray(reply) ? reply : []) {
    if (!Array.isArray(range) || !Array.isArray(range[2])) continue;
    const [first, last, [address, port, id]] = range as [number, number, [string, number, string]];
    if (masters.has(id)) continue;
    const hostname = address === "" || address === null ? options.hostname : address;
    masters.set(id, { id, hostname, port, tag: tagOf(first, last) });
  }
  return [...masters.values()];
}

/** The request for a node. */
export function tagged(request: Request, { tag }: Master): Request {
  return toBytes(fromBytes(request).replaceAll(TAG_MARK, tag));
}

/** A tag of three characters, as long as the mark, whose slot is in the range. */
function tagOf(first: number, last: number): string {
  for (const a of ALPHABET) {
    for (const b of ALPHABET) {
      for (const c of ALPHABET) {
        const slot = keyHashSlot(a + b + c);
        if (slot >= first && slot <= last) return `{${a}${b}${c}}`;
      }
    }
  }
  throw new Error(`No tag found for the slots ${first} to ${last}`);
}
