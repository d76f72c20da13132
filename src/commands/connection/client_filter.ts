/** Which clients CLIENT LIST shows and CLIENT KILL closes. */

import type { Args } from "../../command/args.ts";
import type { Client } from "../../command/client.ts";
import { classOf } from "../../observability/clients.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { parseInt64 } from "../../util/number.ts";
import type { Services } from "../services.ts";

const BAD_ID = new CommandError("ERR client-id should be greater than 0");

/** The types by which clients are asked for. */
export type ClientType = "normal" | "replica" | "pubsub" | "master";

const TYPE_NAMES = new Map<string, ClientType>([
  ["normal", "normal"],
  ["slave", "replica"],
  ["replica", "replica"],
  ["pubsub", "pubsub"],
  ["master", "master"],
]);

/** Argument `index` as a type of clients. */
export function readType(args: Args, index: number): ClientType {
  const type = TYPE_NAMES.get(args.lower(index));
  if (type === undefined) throw new CommandError(`ERR Unknown client type '${args.text(index)}'`);
  return type;
}

/** Whether a client is of that type. */
export function isOfType(client: Client, type: ClientType): boolean {
  if (client.kind === "master" || type === "master") return client.kind === type;
  return classOf(client) === type;
}

/** What CLIENT KILL is to close; all that is given must hold. */
export interface KillFilter {
  id: bigint | null;
  type: ClientType | null;
  user: string | null;
  address: string | null;
  localAddress: string | null;
  /** The client that asks is spared. */
  skipMe: boolean;
}

/** Whether the filter holds for `client`, when `self` asks. */
export function matchesFilter(filter: KillFilter, client: Client, self: Client): boolean {
  const { transport } = client;
  if (filter.address !== null && transport.remoteAddress !== filter.address) return false;
  if (filter.localAddress !== null && transport.localAddress !== filter.localAddress) return false;
  if (filter.type !== null && !isOfType(client, filter.type)) return false;
  if (filter.id !== null && BigInt(client.id) !== filter.id) return false;
  if (filter.user !== null && client.user !== filter.user) return false;
  return client !== self || !filter.skipMe;
}

/** The filter that CLIENT KILL's arguments mean, in the old form (an address alone) or the new one. */
export function readKillFilter({ authenticator }: Services, args: Args): KillFilter {
  const filter: KillFilter = {
    id: null,
    type: null,
    user: null,
    address: null,
    localAddress: null,
    skipMe: true,
  };
  if (args.length === 3) return { ...filter, address: args.text(2), skipMe: false };
  for (let i = 2; i < args.length; i += 2) {
    const value = i + 1;
    if (value === args.length) throw Errors.SYNTAX;
    if (args.is(i, "ID")) filter.id = readId(args, value);
    else if (args.is(i, "TYPE")) filter.type = readType(args, value);
    else if (args.is(i, "ADDR")) filter.address = args.text(value);
    else if (args.is(i, "LADDR")) filter.localAddress = args.text(value);
    else if (args.is(i, "USER")) {
      filter.user = args.text(value);
      if (!authenticator.knows(filter.user)) throw new CommandError(`ERR No such user '${filter.user}'`);
    } else if (args.is(i, "SKIPME")) {
      filter.skipMe = args.is(value, "YES");
      if (!filter.skipMe && !args.is(value, "NO")) throw Errors.SYNTAX;
    } else throw Errors.SYNTAX;
  }
  return filter;
}

function readId(args: Args, index: number): bigint {
  const id = parseInt64(args.text(index));
  if (id === undefined || id < 1n) throw BAD_ID;
  return id;
}
