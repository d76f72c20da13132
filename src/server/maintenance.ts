/**
 * What keeps the data in bounds: expiry and eviction, connected to the timer, the dispatcher and the configuration.
 *
 * @module
 */

import { type Client, Condition } from "../command/client.ts";
import { DENYOOM } from "../command/flags.ts";
import type { CommandRecord } from "../command/registry.ts";
import type { Services } from "../commands/services.ts";
import type { Config } from "../config/mod.ts";
import type { EvictionSettings } from "../keyspace/eviction.ts";
import { Errors } from "../resp/errors.ts";
import { type ObjectCount, startObjectCount } from "./object_count.ts";
import { SlicedTask } from "./sliced_task.ts";

/** The work that {@linkcode installMaintenance} set going. */
export interface Maintenance {
  /** Ends it. */
  stop(): void;
}

/** Adds the jobs and the guard, and follows the configuration. */
export function installMaintenance(services: Services): Maintenance {
  const { config, log } = services;
  const { loop } = services.stats;
  const expiry = expiryTask(services);
  const eviction = new SlicedTask(
    loop,
    () => services.evictor.run() === "running",
    () => 0,
    (error) => log.warning(`Eviction failed: ${error}`),
  );
  installGuard(services, eviction);
  let count: ObjectCount | null = null;
  const apply = () => {
    configure(services);
    if (services.keyspace.counting) count ??= startObjectCount(services.keyspace, loop, log);
    else {
      count?.stop();
      count = null;
    }
  };
  apply();
  config.onChange([...EVICTION_DIRECTIVES, "lfu-log-factor", "lfu-decay-time"], () => {
    apply();
    return null;
  });
  config.onChange(["maxmemory"], () => {
    warnIfTooSmall(services);
    if (config.get("maxmemory") > 0) eviction.startLater();
    return null;
  });
  return {
    stop() {
      expiry.stop();
      eviction.stop();
      count?.stop();
    },
  };
}

const EVICTION_DIRECTIVES = [
  "maxmemory",
  "maxmemory-policy",
  "maxmemory-samples",
  "maxmemory-eviction-tenacity",
] as const;

function expiryTask({ config, cron, expireCycle, log, stats }: Services): SlicedTask {
  const begin = () => expireCycle.begin(cron.frequency, config.get("active-expire-effort"));
  const slice = () => {
    if (expireCycle.slice()) return true;
    if (!expireCycle.cutShort || cron.paused) return false;
    // There is more to be done than fits into a cycle: the next one follows at once.
    begin();
    return true;
  };
  const task = new SlicedTask(
    stats.loop,
    slice,
    () => expireCycle.pause,
    (error) => log.warning(`The expire cycle failed: ${error}`),
  );
  const run = () => {
    if (task.active) return;
    begin();
    task.start();
  };
  cron.add({ name: "expire", period: 0, run });
  return task;
}

/** While `maxmemory` is set, commands that may need memory pass by here. */
function installGuard(services: Services, eviction: SlicedTask): void {
  const { dispatcher, evictor } = services;
  dispatcher.setGuard(Condition.OUT_OF_MEMORY, (ctx, record) => {
    const result = evictor.run();
    if (result === "running") eviction.startLater();
    if (result !== "failed" || !needsMemory(services, ctx.client, record)) return true;
    dispatcher.reject(ctx, record, Errors.OUT_OF_MEMORY.message);
    return false;
  });
}

/** EXEC needs memory if one of its commands does. */
function needsMemory({ transactions }: Services, client: Client, record: CommandRecord): boolean {
  if (record.fullName !== "exec") return true;
  return ((transactions.of(client)?.flags ?? 0) & DENYOOM) !== 0;
}

function configure({ config, dispatcher, evictor, keyspace }: Services): void {
  const settings = evictionSettings(config);
  evictor.configure(settings);
  keyspace.counting = settings.maxMemory > 0;
  keyspace.accessClock.logFactor = config.get("lfu-log-factor");
  keyspace.accessClock.decayMinutes = config.get("lfu-decay-time");
  const bit = Condition.OUT_OF_MEMORY;
  dispatcher.conditions = keyspace.counting ? dispatcher.conditions | bit : dispatcher.conditions & ~bit;
}

function evictionSettings(config: Config): EvictionSettings {
  return {
    maxMemory: config.get("maxmemory"),
    policy: config.get("maxmemory-policy"),
    samples: config.get("maxmemory-samples"),
    tenacity: config.get("maxmemory-eviction-tenacity"),
  };
}

function warnIfTooSmall({ config, keyspace, log }: Services): void {
  const limit = config.get("maxmemory");
  const used = keyspace.usedMemory();
  if (limit === 0 || used <= limit) return;
  log.warning(
    `WARNING: the new maxmemory value set via CONFIG SET (${limit}) is smaller than the current memory usage ` +
      `(${used}). This will result in key eviction and/or the inability to accept new write commands depending on ` +
      "the maxmemory-policy.",
  );
}
