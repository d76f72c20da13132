/**
 * The orderly end of a server.
 *
 * @module
 */

import type { ServerControl, Services, ShutdownRequest } from "../commands/services.ts";

/** Milliseconds between two looks at whether replicas have caught up. */
const CHECK_PERIOD = 100;

/** A shutdown that waits for replicas. */
interface Waiting {
  readonly request: ShutdownRequest;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly timer: ReturnType<typeof setInterval>;
  readonly onFailure: () => void;
}

/** Decides whether the server may end, and ends it. */
export class Shutdown implements ServerControl {
  readonly #services: () => Services;
  readonly #end: () => void;
  readonly #fail: () => void;
  #waiting: Waiting | null = null;

  /** `end` closes everything; `fail` ends the process. */
  constructor(services: () => Services, end: () => void, fail: () => void) {
    this.#services = services;
    this.#end = end;
    this.#fail = fail;
  }

  get timeLeft(): number | null {
    return this.#waiting === null ? null : Math.max(0, this.#waiting.deadline - this.#services().clock.now());
  }

  shutdown(request: ShutdownRequest, onFailure = () => {}): boolean {
    if (this.#waiting !== null) return false;
    const { clock, config, log, pause } = this.#services();
    log.notice("User requested shutdown...");
    const seconds = config.get("shutdown-timeout");
    if (request.now || seconds === 0 || this.#replicasAreReady()) return this.#finish(request);
    pause.beginLasting("shutdown");
    log.notice("Waiting for replicas before shutting down.");
    const timer = setInterval(() => this.#check(), CHECK_PERIOD);
    this.#waiting = { request, deadline: clock.now() + seconds * 1000, timer, onFailure };
    return true;
  }

  abortShutdown(): boolean {
    if (this.#waiting === null) return false;
    this.#goOn();
    this.#services().log.notice("Shutdown manually aborted.");
    return true;
  }

  fail(): void {
    this.#fail();
  }

  #replicasAreReady(): boolean {
    const { stream, replicas } = this.#services().replication;
    return [...replicas.figures()].every(({ ackedOffset }) => ackedOffset === stream.offset);
  }

  #check(): void {
    const { request } = this.#waiting!;
    if (this.timeLeft! > 0 && !this.#replicasAreReady()) return;
    this.#tellOfReplicas();
    clearInterval(this.#waiting!.timer);
    if (!this.#finish(request)) this.#goOn();
  }

  /** Ends the wait without an end of the server. */
  #goOn(): void {
    const { timer, onFailure } = this.#waiting!;
    clearInterval(timer);
    this.#waiting = null;
    this.#services().pause.endLasting("shutdown");
    onFailure();
  }

  #tellOfReplicas(): void {
    const { log, replication: { replicas, stream } } = this.#services();
    const all = [...replicas.figures()];
    const lagging = all.filter(({ ackedOffset }) => ackedOffset !== stream.offset);
    for (const { address, port, ackedOffset, lag, state } of lagging) {
      log.notice(
        `Lagging replica ${address}:${port} reported offset ${
          stream.offset - ackedOffset
        } behind master, lag=${lag}, ` +
          `state=${state}.`,
      );
    }
    log.notice(`${all.length - lagging.length} of ${all.length} replicas are in sync when shutting down.`);
  }

  #finish(request: ShutdownRequest): boolean {
    const { log, persistence } = this.#services();
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
