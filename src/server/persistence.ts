/**
 * Connects persistence with the other parts: the timer, the guards, the configuration, the replies.
 *
 * @module
 */

import { type Client, Condition } from "../command/client.ts";
import { NO_ASYNC_LOADING, WRITE } from "../command/flags.ts";
import { Propagators } from "../command/propagators.ts";
import type { CommandRecord } from "../command/registry.ts";
import { loadParts } from "../commands/server/reload.ts";
import type { Services } from "../commands/services.ts";
import { AppendLogError } from "../persistence/aof/append_log.ts";
import { loadData, openLog } from "../persistence/load.ts";
import { Errors } from "../resp/errors.ts";
import { nextTurn } from "../util/turn.ts";
import { type Refusable, ReplyGate } from "./reply_gate.ts";
import { systemReason } from "../util/system_reason.ts";

/** Milliseconds between two looks at what is due. */
const TICK_PERIOD = 100;
/** Milliseconds that loading takes at a time, before others are served. */
const LOADING_SLICE = 50;

/**
 * Sets guards and jobs, and follows the configuration. `refreshEffects` has the keyspace tell whoever listens now. The
 * gate is for the sessions.
 */
export function installPersistence(services: Services, refreshEffects: () => void): ReplyGate {
  const { config, cron, dispatcher, persistence, replication } = services;
  const gate = new ReplyGate((error, sessions) => refuseReplies(services, error, sessions));
  const propagators = new Propagators(dispatcher);
  const update = () => {
    const { appendOnly } = persistence;
    const { stream } = replication;
    const makesStream = stream.backlog !== null && !stream.relaying;
    propagators.set([appendOnly.log === null ? null : appendOnly, makesStream ? stream : null]);
    gate.log = persistence.appendOnly.log;
    setDiskCondition(services);
    refreshEffects();
  };
  persistence.onChange = update;
  replication.onChange = update;
  guardLoading(services);
  guardDisk(services);
  cron.add({ name: "persistence", period: TICK_PERIOD, run: () => persistence.tick() });
  config.onChange(["appendonly"], () => {
    if (persistence.loading === null) persistence.followConfiguration();
    return null;
  });
  config.onChange(["appendfsync", "aof-timestamp-enabled"], () => {
    persistence.appendOnly.configure();
    return null;
  });
  config.onChange(["save", "stop-writes-on-bgsave-error"], () => {
    setDiskCondition(services);
    return null;
  });
  return gate;
}

/** Loads the data, and opens the append-only file. False if the server must not go on, which was logged. */
export async function loadAtStart(services: Services): Promise<boolean> {
  const { config, dispatcher, log, persistence } = services;
  dispatcher.conditions |= Condition.LOADING;
  const steps = loadData(loadParts(services));
  for (;;) {
    const end = services.clock.monotonic() + LOADING_SLICE;
    let step = steps.next();
    while (!step.done && services.clock.monotonic() < end) step = steps.next();
    if (step.done) {
      if (!step.value) return false;
      break;
    }
    await nextTurn();
  }
  dispatcher.conditions &= ~Condition.LOADING;
  if (config.get("appendonly")) {
    try {
      openLog(persistence);
    } catch (error) {
      log.warning(systemReason(error));
      return false;
    }
  }
  persistence.onChange?.();
  return true;
}

function guardLoading({ dispatcher, persistence }: Services): void {
  dispatcher.setGuard(Condition.LOADING, (ctx, record) => {
    // The data before are still there.
    if (persistence.asyncLoading && (record.flags & NO_ASYNC_LOADING) === 0) return true;
    dispatcher.reject(ctx, record, Errors.LOADING.message);
    return false;
  });
}

function guardDisk(services: Services): void {
  const { dispatcher, persistence } = services;
  dispatcher.setGuard(Condition.DISK_ERROR, (ctx, record) => {
    if (!writes(services, ctx.client, record)) return true;
    const message = persistence.snapshotRefusesWrites
      ? Errors.SNAPSHOT_FAILED.message
      : `MISCONF Errors writing to the AOF file: ${persistence.logError}`;
    dispatcher.reject(ctx, record, message);
    return false;
  });
}

/** Whether a command writes; EXEC does if one of its commands does. */
export function writes({ transactions }: Services, client: Client, record: CommandRecord): boolean {
  if (record.fullName !== "exec") return true;
  return ((transactions.of(client)?.flags ?? 0) & WRITE) !== 0;
}

/** Says whether the disk refuses what must be written to it. */
export function setDiskCondition({ dispatcher, persistence }: Services): void {
  const refused = persistence.snapshotRefusesWrites || persistence.logError !== null;
  const bit = Condition.DISK_ERROR;
  dispatcher.conditions = refused ? dispatcher.conditions | bit : dispatcher.conditions & ~bit;
}

/** What could not be brought to the disk is not acknowledged. */
function refuseReplies(services: Services, error: unknown, sessions: Iterable<Refusable>): void {
  if (!(error instanceof AppendLogError)) throw error;
  // The log has said why.
  if (error.fatal) return services.control.fail();
  setDiskCondition(services);
  for (const session of sessions) session.refuse(error.message);
}
