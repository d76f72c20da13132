/** WAIT and WAITAOF. */

import { Category } from "../../command/acl_category.ts";
import { NOSCRIPT } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { mayWait, readMillisecondTimeout } from "../blocking.ts";
import { services } from "../services.ts";

const LOCAL_OUT_OF_RANGE = new CommandError("ERR value is out of range, value must between 0 and 1");
const NOT_ON_REPLICA = new CommandError(
  "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to " +
    "be writable (which is not the default) writes to replicas are just local and are not propagated.",
);
const AOF_NOT_ON_REPLICA = new CommandError(
  "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are " +
    "not propagated.",
);
const NO_AOF = new CommandError(
  "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
);

const TIPS = ["request_policy:all_shards", "response_policy:agg_min"];

export const wait = defineCommand({
  name: "WAIT",
  group: "generic",
  since: "3.0.0",
  summary: "Waits until replicas have what the client wrote.",
  complexity: "O(1)",
  syntax: "numreplicas timeout:integer",
  flags: 0,
  tips: TIPS,
  categories: Category.CONNECTION,
  run(ctx, args) {
    const { replication } = services(ctx);
    if (replication.role === "slave") throw NOT_ON_REPLICA;
    const replicas = args.clampedInt(1);
    const timeout = readMillisecondTimeout(ctx, args, 2);
    const request = { replicas, onDisk: false, local: 0, timeout };
    replication.replicas.waiters.run(ctx.client, request, mayWait(ctx), ctx.reply);
  },
});

export const waitaof = defineCommand({
  name: "WAITAOF",
  group: "generic",
  since: "7.2.0",
  summary: "Waits until what the client wrote is on the disk, here and at replicas.",
  complexity: "O(1)",
  syntax: "numlocal numreplicas timeout:integer",
  flags: NOSCRIPT,
  tips: TIPS,
  categories: Category.CONNECTION,
  run(ctx, args) {
    const { config, replication } = services(ctx);
    const local = args.clampedInt(1);
    if (local < 0 || local > 1) throw LOCAL_OUT_OF_RANGE;
    const replicas = args.clampedInt(2);
    if (replicas < 0) throw Errors.NOT_POSITIVE;
    const timeout = readMillisecondTimeout(ctx, args, 3);
    if (replication.role === "slave") throw AOF_NOT_ON_REPLICA;
    if (local > 0 && !config.get("appendonly")) throw NO_AOF;
    const request = { replicas, onDisk: true, local, timeout };
    replication.replicas.waiters.run(ctx.client, request, mayWait(ctx), ctx.reply);
  },
});
