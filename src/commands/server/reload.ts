/**
 * Loading the data again, for DEBUG RELOAD and DEBUG LOADAOF.
 *
 * @module
 */

import { type LoadParts, reloadLog, reloadSnapshot } from "../../persistence/load.ts";
import { CommandError } from "../../resp/errors.ts";
import type { Services } from "../services.ts";

/** How DEBUG RELOAD goes about it. */
export interface ReloadOptions {
  /** Save first, and empty the keyspace before loading. */
  readonly save: boolean;
  readonly flush: boolean;
  /** Keys of the file replace those that there are. */
  readonly merge: boolean;
}

/** What loading needs, from the services. */
export function loadParts(services: Services): LoadParts {
  const { clock, config, dispatcher, keyspace, log, persistence } = services;
  return { clock, config, keyspace, log, persistence, registry: dispatcher.registry, services };
}

/** DEBUG RELOAD. */
export function reload(services: Services, { save, flush, merge }: ReloadOptions): void {
  const { keyspace, log, persistence } = services;
  if (save && !persistence.saveNow()) throw new CommandError("ERR");
  if (flush) empty(services);
  const options = { replaceExisting: merge, dropExpired: false };
  if (!runToEnd(services, reloadSnapshot(loadParts(services), options))) {
    throw new CommandError("ERR Error trying to load the RDB dump, check server logs.");
  }
  persistence.snapshots.savedDirty = keyspace.dirty;
  log.warning("DB reloaded by DEBUG RELOAD");
}

/** DEBUG LOADAOF. */
export function reloadAppendOnlyFile(services: Services): void {
  const { dispatcher, keyspace, log, persistence } = services;
  const { appendOnly } = persistence;
  if (appendOnly.log !== null) appendOnly.log.write();
  empty(services);
  const { propagator } = dispatcher;
  dispatcher.propagator = null;
  try {
    if (!runToEnd(services, reloadLog(loadParts(services)))) {
      throw new CommandError("ERR Error trying to load the AOF files, check server logs.");
    }
  } finally {
    dispatcher.propagator = propagator;
  }
  persistence.snapshots.savedDirty = keyspace.dirty;
  log.warning("Append Only File loaded by DEBUG LOADAOF");
}

function empty({ keyspace }: Services): void {
  for (const database of keyspace.databases()) keyspace.clear(database);
}

/** Nobody is served meanwhile. What is loaded is no news to anybody. */
function runToEnd(services: Services, steps: Iterator<void, boolean>): boolean {
  const { clock, keyspace } = services;
  const { sink } = keyspace;
  keyspace.sink = null;
  try {
    let step = steps.next();
    while (!step.done) step = steps.next();
    return step.value;
  } finally {
    keyspace.sink = sink;
    keyspace.setTime(clock.now());
  }
}
