/**
 * FAILOVER: this master hands its role to a replica that has everything.
 *
 * @module
 */

import type { ClientPause } from "../command/pause.ts";
import { CommandError } from "../resp/errors.ts";
import type { ReplicationParts } from "./mod.ts";
import type { Replica } from "./replica.ts";
import type { Replicas } from "./replicas.ts";
import type { ReplicationStream } from "./stream.ts";

/**
 * How far it has come; the words of INFO. First writes wait until a replica has everything; then this server asks it
 * (PSYNC … FAILOVER) to be the master.
 */
export type FailoverState = "no-failover" | "waiting-for-sync" | "failover-in-progress";

/** The address of a replica. */
export interface FailoverTarget {
  readonly host: string;
  readonly port: number;
}

/** What FAILOVER asks for. */
export interface FailoverRequest {
  /** Null for whichever replica is first to have everything. */
  readonly target: FailoverTarget | null;
  /** Go on when the time is over, whether the target has everything or not. */
  readonly force: boolean;
  /** Milliseconds; 0 is for ever. */
  readonly timeout: number;
}

/** What a failover has to do with. */
export interface FailoverParts extends Pick<ReplicationParts, "clock" | "log"> {
  readonly pause: ClientPause;
  readonly stream: ReplicationStream;
  readonly replicas: Replicas;
  /** Has this server follow the target, asking it to become a master first. */
  readonly follow: (target: FailoverTarget) => void;
  /** Has this server be a master again, after it has followed in vain. */
  readonly promote: () => void;
}

/** The failover under way, if one is. */
export class Failover {
  state: FailoverState = "no-failover";

  readonly #parts: FailoverParts;
  #target: FailoverTarget | null = null;
  #force = false;
  /** Milliseconds since the epoch. */
  #deadline = Infinity;

  constructor(parts: FailoverParts) {
    this.#parts = parts;
  }

  /** Begins. Throws a `CommandError` if there is nobody to take over. */
  begin({ target, force, timeout }: FailoverRequest): void {
    const { clock, log, pause, replicas } = this.#parts;
    if (replicas.size === 0) throw new CommandError("ERR FAILOVER requires connected replicas.");
    if (force && (timeout === 0 || target === null)) {
      throw new CommandError(
        "ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
      );
    }
    if (target !== null) checkTarget(replicas.find(target.host, target.port));
    this.#target = target;
    this.#force = force;
    this.#deadline = timeout === 0 ? Infinity : clock.now() + timeout;
    this.state = "waiting-for-sync";
    pause.beginLasting("failover");
    log.notice(
      target === null ? "FAILOVER requested." : `FAILOVER requested to ${target.host}:${target.port}.`,
    );
    replicas.requestAcks();
  }

  /** FAILOVER ABORT. Throws a `CommandError` if there is nothing to abort. */
  abort(): void {
    if (this.state === "no-failover") throw new CommandError("ERR No failover in progress.");
    this.#giveUp("Failover manually aborted");
  }

  /** Goes on as soon as a replica has everything; to be called when one acknowledged something, and now and then. */
  check(): void {
    if (this.state !== "waiting-for-sync") return;
    const { clock, log } = this.#parts;
    if (clock.now() >= this.#deadline) {
      if (!this.#force) return this.#giveUp("Replica never caught up before timeout");
      const { host, port } = this.#target!;
      log.notice(`Failover to ${host}:${port} time out exceeded, failing over.`);
      return this.#handOver(this.#target!);
    }
    const replica = this.#findSynced();
    if (replica === undefined) return;
    const target = this.#target ?? { host: replica.address, port: replica.port };
    log.notice(`Failover target ${target.host}:${target.port} is synced, failing over.`);
    this.#handOver(target);
  }

  /** The target has become the master: writes go on, and are refused here from now on. */
  succeeded(): void {
    if (this.state === "failover-in-progress") this.#clear();
  }

  /** The target refused, or can't be reached any more. */
  failed(reason: string): void {
    if (this.state === "failover-in-progress") this.#giveUp(reason);
  }

  #handOver(target: FailoverTarget): void {
    this.state = "failover-in-progress";
    this.#parts.follow(target);
  }

  #giveUp(reason: string): void {
    const { log, promote } = this.#parts;
    const hasFollowed = this.state === "failover-in-progress";
    log.notice(`Aborting failover: ${reason}`);
    this.#clear();
    if (hasFollowed) promote();
  }

  #clear(): void {
    this.state = "no-failover";
    this.#target = null;
    this.#deadline = Infinity;
    this.#parts.pause.endLasting("failover");
  }

  #findSynced(): Replica | undefined {
    const { replicas, stream } = this.#parts;
    const candidates = this.#target === null
      ? [...replicas.online()]
      : [replicas.find(this.#target.host, this.#target.port)];
    return candidates.find((replica) => replica?.ackedOffset === stream.offset);
  }
}

function checkTarget(replica: Replica | undefined): void {
  if (replica === undefined) throw new CommandError("ERR FAILOVER target HOST and PORT is not a replica.");
  if (replica.stateName !== "online") {
    throw new CommandError("ERR FAILOVER target replica is not online.");
  }
}
