/** What replicas send to this server: REPLCONF, PSYNC, SYNC. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import {
  ADMIN,
  ALLOW_BUSY,
  LOADING,
  NO_ASYNC_LOADING,
  NO_MULTI,
  NOSCRIPT,
  STALE,
} from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Replica } from "../../replication/replica.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { byteStringToUtf8 } from "../../util/byte_string.ts";
import { describeClient } from "../connection/client_info.ts";
import { services } from "../services.ts";

/** As long as a host's name can be. */
const LONGEST_ADDRESS = 1024;

export const replconf = defineCommand({
  name: "REPLCONF",
  group: "server",
  since: "3.0.0",
  summary: "Tells a master of its replica, or asks a replica how far it is; for servers among themselves.",
  complexity: "O(1)",
  arity: -1,
  flags: ADMIN | NOSCRIPT | LOADING | STALE | ALLOW_BUSY,
  docFlags: ["syscmd"],
  run(ctx, args) {
    if (args.length % 2 === 0) throw Errors.SYNTAX;
    const { replication } = services(ctx);
    for (let i = 1; i < args.length; i += 2) {
      if (args.is(i, "ACK")) return acknowledge(ctx, args, i);
      if (args.is(i, "GETACK")) return replication.link?.acknowledge();
      configure(replication.replicas.of(ctx.client), args, i);
    }
    ctx.reply.ok();
  },
});

export const psync = defineCommand({
  name: "PSYNC",
  group: "server",
  since: "2.8.0",
  summary: "Makes the connection a replica that has the data already, up to an offset; for servers.",
  syntax: "replicationid offset",
  arity: -3,
  flags: ADMIN | NO_ASYNC_LOADING | NO_MULTI | NOSCRIPT,
  run(ctx, args) {
    const { replication } = services(ctx);
    const id = args.text(1);
    const isKnown = ctx.client.kind === "replica";
    if (!isKnown && args.length > 3 && args.is(3, "FAILOVER")) takeOver(ctx, id);
    replication.replicas.synchronize(ctx.client, { id, offset: args.clampedInt(2) });
  },
});

export const sync = defineCommand({
  name: "SYNC",
  group: "server",
  since: "1.0.0",
  summary: "Makes the connection a replica that gets all data; for servers.",
  flags: ADMIN | NO_ASYNC_LOADING | NO_MULTI | NOSCRIPT,
  run(ctx) {
    services(ctx).replication.replicas.synchronize(ctx.client, null);
  },
});

/** REPLCONF ACK offset [FACK offset]: there is no reply, not even to nonsense. */
function acknowledge(ctx: CommandContext, args: Args, index: number): void {
  const offset = Number(args.text(index + 1));
  const hasSynced = args.length > index + 3 && args.is(index + 2, "FACK");
  const synced = hasSynced ? Number(args.text(index + 3)) : null;
  if (!Number.isSafeInteger(offset) || (synced !== null && !Number.isSafeInteger(synced))) return;
  services(ctx).replication.replicas.acknowledge(ctx.client, offset, synced);
}

/** What a replica says of itself: the option at `index`, and its value. */
function configure(replica: Replica, args: Args, index: number): void {
  const value = index + 1;
  switch (args.lower(index)) {
    case "listening-port":
      replica.listeningPort = args.int(value);
      return;
    case "ip-address":
      if (args.size(value) >= LONGEST_ADDRESS) {
        const size = args.size(value);
        throw new CommandError(
          `ERR REPLCONF ip-address provided by replica instance is too long: ${size} bytes`,
        );
      }
      replica.announcedAddress = args.text(value);
      return;
    case "capa":
      if (args.is(value, "EOF")) replica.understandsEof = true;
      else if (args.is(value, "PSYNC2")) replica.understandsNewId = true;
      return;
    case "rdb-only":
      replica.snapshotOnly = readFlag(args, value);
      return;
    case "rdb-filter-only":
      return filter(replica, args.lower(value));
    default:
      throw new CommandError(`ERR Unrecognized REPLCONF option: ${args.text(index)}`);
  }
}

function readFlag(args: Args, index: number): boolean {
  const value = args.int(index);
  if (value !== 0 && value !== 1) {
    throw new CommandError("ERR value is out of range, value must between 0 and 1");
  }
  return value === 1;
}

/** The snapshot is to hold what is named, and nothing else. */
function filter(replica: Replica, names: string): void {
  const wanted = names.split(/\s+/).filter((name) => name !== "");
  const unknown = wanted.find((name) => name !== "functions");
  if (unknown !== undefined) {
    throw new CommandError(`ERR Unsupported rdb-filter-only option: ${unknown}`);
  }
  replica.withoutData = true;
  replica.withoutFunctions = wanted.length === 0;
}

/** PSYNC … FAILOVER: this server's master asks it to be the master. */
function takeOver(ctx: CommandContext, id: string): void {
  const { log, replication } = services(ctx);
  log.warning(`Failover request received for replid ${byteStringToUtf8(id)}.`);
  if (replication.role === "master") {
    throw new CommandError("ERR PSYNC FAILOVER can't be sent to a master.");
  }
  if (id.toLowerCase() !== replication.stream.id) {
    throw new CommandError("ERR PSYNC FAILOVER replid must match my replid.");
  }
  replication.promote?.();
  const client = describeClient(services(ctx), ctx.client);
  log.notice(`MASTER MODE enabled (failover request from '${client}')`);
}
