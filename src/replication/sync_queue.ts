/**
 * Which replicas get a snapshot when, and from which.
 *
 * @module
 */

import { FullSync } from "./full_sync.ts";
import { MOST_UNSENT } from "./held_stream.ts";
import type { ReplicationParts } from "./mod.ts";
import type { Replica } from "./replica.ts";
import type { ReplicationStream } from "./stream.ts";

/** Replicas that wait for a snapshot, and the snapshots that are on their way to others. */
export class SyncQueue {
  readonly #parts: ReplicationParts;
  readonly #stream: ReplicationStream;
  readonly #waiting = new Set<Replica>();
  readonly #syncs = new Set<FullSync>();

  constructor(parts: ReplicationParts, stream: ReplicationStream) {
    this.#parts = parts;
    this.#stream = stream;
  }

  /** Has the replica get a snapshot: one that is being made, if there is still time, or one of its own. */
  add(replica: Replica): void {
    replica.waitingSince = this.#parts.clock.now();
    for (const sync of this.#syncs) if (sync.join(replica)) return;
    this.#waiting.add(replica);
    this.startDue();
  }

  /** Forgets a replica whose connection is gone. */
  drop(replica: Replica): void {
    this.#waiting.delete(replica);
    this.#syncOf(replica)?.drop(replica);
  }

  /** The replica acknowledged its snapshot, so that the stream can follow. */
  proceed(replica: Replica): void {
    this.#syncOf(replica)?.proceed(replica);
  }

  /** What counts as unsent output of a replica, when `pending` bytes wait for its socket. */
  outputOf(replica: Replica, pending: number): number {
    const sync = this.#syncOf(replica);
    if (sync === undefined) return pending;
    // A snapshot's pieces are sent as the socket takes them; what counts is what gathers behind them.
    return Math.max(0, pending - 2 * MOST_UNSENT) + sync.heldBytes;
  }

  /** Begins what is due: a snapshot for all that wait and want the same. To be called about ten times a second. */
  startDue(): void {
    const { config, persistence } = this.#parts;
    const [first] = this.#waiting;
    if (first === undefined || persistence.busy || persistence.loading !== null) return;
    const group = [...this.#waiting].filter((replica) => replica.wantsSameAs(first));
    const isFiltered = first.withoutData || first.withoutFunctions;
    const diskless = config.get("repl-diskless-sync");
    const toDisk = !group.every((replica) => replica.understandsEof) || (!diskless && !isFiltered);
    if (diskless && !toDisk && !this.#hasWaited(group)) return;
    for (const replica of group) this.#waiting.delete(replica);
    const sync = new FullSync(this.#parts, this.#stream, group, toDisk);
    this.#syncs.add(sync);
    sync.onEmpty = () => this.#syncs.delete(sync);
    sync.onEnd = () => {
      persistence.onChange?.();
      this.startDue();
    };
  }

  /** Others may come until `repl-diskless-sync-delay` is over. */
  #hasWaited(group: readonly Replica[]): boolean {
    const { clock, config } = this.#parts;
    const enough = config.get("repl-diskless-sync-max-replicas");
    if (enough > 0 && group.length >= enough) return true;
    const longest = Math.max(...group.map((replica) => clock.now() - replica.waitingSince));
    return longest >= config.get("repl-diskless-sync-delay") * 1000;
  }

  #syncOf(replica: Replica): FullSync | undefined {
    for (const sync of this.#syncs) if (sync.has(replica)) return sync;
  }
}
