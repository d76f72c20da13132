/**
 * The orderly end of a server.
 *
 * @module
 */

import type { ServerControl, Services, ShutdownRequest } from "../commands/services.ts";

/** Decides whether the server may end, and ends it. */
export class Shutdown implements ServerControl {
  readonly #services: () => Services;
  readonly #end: () => void;

  /** `end` closes everything. */
  constructor(services: () => Services, end: () => void) {
    this.#services = services;
    this.#end = end;
  }

  shutdown(request: ShutdownRequest): boolean {
    const { log, persistence } = this.#services();
    log.notice("User requested shutdown...");
    // Half of the data on the disk would be worse than what is there.
    const isSafe = persistence.loading !== null || (this.#finishLog(request) && this.#save(request));
    if (!isSafe && !request.force) {
      log.warning("Errors trying to shut down the server. Check the logs for more information.");
      return false;
    }
    if (persistence.loading === null) persistence.appendOnly.close();
    this.#end();
    log.warning("mini-redis is now ready to exit, bye bye...");
    return true;
  }

  /** Gives up what runs in the background, and brings the append-only file to the disk. */
  #finishLog({ force }: ShutdownRequest): boolean {
    const { log, persistence } = this.#services();
    const { appendOnly, rewrites, snapshots } = persistence;
    if (appendOnly.state === "waiting") {
      log.warning("Writing initial AOF. Can't exit.");
      if (!force) return false;
    }
    if (snapshots.active) {
      log.warning("A snapshot is being saved. It is given up.");
      snapshots.abort();
    }
    if (rewrites.active) {
      log.warning("The AOF is being rewritten. The rewrite is given up.");
      rewrites.abort();
    }
    if (appendOnly.log === null) return true;
    log.notice("Calling fsync() on the AOF file.");
    try {
      appendOnly.log.flushSync();
      return true;
    } catch (error) {
      log.warning(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  #save({ save }: ShutdownRequest): boolean {
    const { config, log, persistence } = this.#services();
    if (save === "never" || (save === "configured" && config.get("save").length === 0)) return true;
    log.notice("Saving the final RDB snapshot before exiting.");
    if (persistence.snapshots.saveNow()) return true;
    log.warning("Error trying to save the DB, can't exit.");
    return false;
  }
}

/** What a signal asks for, by the value of `shutdown-on-sigterm` or `shutdown-on-sigint`. */
export function signalRequest(actions: readonly string[]): ShutdownRequest {
  const save = actions.includes("save") ? "always" : actions.includes("nosave") ? "never" : "configured";
  return { save, now: actions.includes("now"), force: actions.includes("force") };
}
