/**
 * Connects MIGRATE and ASKING with the other parts: guards, changes, the timer.
 *
 * @module
 */

import { Migrator } from "../cluster/migrator.ts";
import { Args } from "../command/args.ts";
import { type Client, Condition } from "../command/client.ts";
import { WRITE } from "../command/flags.ts";
import type { Services } from "../commands/services.ts";
import { RDB_VERSION_7_0 } from "../persistence/rdb/format.ts";
import { dumpPayload } from "../persistence/rdb/payload.ts";
import { encodeFrame } from "../resp/encode.ts";

/** Milliseconds between two looks at connections that nobody uses. */
const TICK_PERIOD = 1000;

/** What moves keys to other servers. The rest of the services need not be there yet. */
export function newMigrator(
  { clock, config, dispatcher, keyspace, pause }: Pick<
    Services,
    "clock" | "config" | "dispatcher" | "keyspace" | "pause"
  >,
  services: () => Services,
): Migrator {
  return new Migrator({
    clock,
    keyspace,
    // Servers of version 7.0 can't read newer ones.
    dump: (database, value) => dumpPayload(database, value, config.get("rdbcompression"), RDB_VERSION_7_0),
    propagate: (database, words) => dispatcher.propagator?.propagate(database, encodeFrame(words)),
    isPaused: () => pause.concerns(WRITE),
    isWritable: () => services().replication.role === "master" || keyspace.writable,
  });
}

/** Sets the guards and the job. `refreshEffects` has the keyspace tell whoever listens now. */
export function installMigration(services: Services, refreshEffects: () => void): void {
  const { blocked, cron, dispatcher, migrator, transactions } = services;
  const { held, targets } = migrator;
  cron.add({ name: "migration", period: TICK_PERIOD, run: () => targets.tick() });
  held.onActiveChange = () => {
    const bit = Condition.KEYS_HELD;
    dispatcher.conditions = held.active ? dispatcher.conditions | bit : dispatcher.conditions & ~bit;
    refreshEffects();
  };
  held.onReleased = () => blocked.serveRefused();
  blocked.mayRun = (record, args) => !held.active || !held.concerns(record, args);
  dispatcher.setGuard(Condition.KEYS_HELD, ({ client }, record, args) => {
    const isExec = record.fullName === "exec";
    // What is only queued does no harm yet.
    const concerned = isExec
      ? isQueueConcerned(services, client)
      : transactions.of(client) === undefined && held.concerns(record, args);
    if (concerned) held.postpone(client);
    return !concerned;
  });
  guardAsking(services);
}

function isQueueConcerned({ migrator, transactions }: Services, client: Client): boolean {
  const transaction = transactions.of(client);
  if (transaction === undefined || (transaction.flags & WRITE) === 0) return false;
  const args = new Args();
  for (let i = 0; i < transaction.length; i++) {
    if (migrator.held.concerns(transaction.load(i, args), args)) return true;
  }
  return false;
}

/** ASKING holds for one command, or for the transaction that MULTI begins. */
function guardAsking({ dispatcher, transactions }: Services): void {
  dispatcher.setGuard(Condition.ASKING, ({ client }) => {
    if (transactions.of(client) === undefined) client.setAsking(client.asking === 2 ? 1 : 0);
    return true;
  });
}
