/**
 * The orderly end of a server.
 *
 * @module
 */

import type { ServerControl, ShutdownRequest } from "../commands/services.ts";
import type { Config } from "../config/mod.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Log } from "../observability/log.ts";

/** What a shutdown has to do with. */
export interface ShutdownParts {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly log: Log;
}

/** Decides whether the server may end, and ends it. */
export class Shutdown implements ServerControl {
  readonly #parts: ShutdownParts;
  readonly #end: () => void;

  /** `end` closes everything. */
  constructor(parts: ShutdownParts, end: () => void) {
    this.#parts = parts;
    this.#end = end;
  }

  shutdown(request: ShutdownRequest): boolean {
    const { log } = this.#parts;
    log.notice("User requested shutdown...");
    if (!this.#mayLoseChanges(request)) {
      log.warning("Errors trying to shut down the server. Check the logs for more information.");
      return false;
    }
    this.#end();
    log.warning("mini-redis is now ready to exit, bye bye...");
    return true;
  }

  /** There are no snapshots yet: an explicit SAVE of changed data can't be obeyed, and is refused without FORCE. */
  #mayLoseChanges({ save, force }: ShutdownRequest): boolean {
    const { config, keyspace, log } = this.#parts;
    if (keyspace.dirty === 0 || save === "never") return true;
    if (save === "configured" && config.get("save").length === 0) return true;
    log.warning(`Snapshots are not supported yet: ${keyspace.dirty} changes can't be saved`);
    return save === "configured" || force;
  }
}

/** What a signal asks for, by the value of `shutdown-on-sigterm` or `shutdown-on-sigint`. */
export function signalRequest(actions: readonly string[]): ShutdownRequest {
  const save = actions.includes("save") ? "always" : actions.includes("nosave") ? "never" : "configured";
  return { save, now: actions.includes("now"), force: actions.includes("force") };
}
