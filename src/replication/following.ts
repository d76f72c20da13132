/**
 * The role of a server: whom it follows, and how it begins and ends to follow.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { LoadParts } from "../persistence/load.ts";
import type { Persistence } from "../persistence/mod.ts";
import { encodeFrame } from "../resp/encode.ts";
import { streamDatabase } from "./full_sync_receipt.ts";
import type { LoadingMode } from "./image_load.ts";
import { Link, type LinkParts } from "./link.ts";
import type { Replication } from "./mod.ts";
import { SyncedOffset } from "./synced_offset.ts";

/** What following a master has to do with. */
export interface FollowingParts
  extends Pick<LinkParts, "clock" | "counters" | "batches" | "log" | "ownPort"> {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly load: LoadParts;
  readonly persistence: Persistence;
  readonly reader: Omit<LinkParts["reader"], "batches" | "stream" | "log">;
  /** Tells clients of a load; see `ImageLoadParts`. */
  readonly setLoading: (mode: LoadingMode) => void;
  /** Called when a master became a replica: clients that wait for what a master does have to be told. */
  readonly onDemoted: () => void;
  /** 40 new hexadecimal digits. */
  readonly newId: () => string;
}

/** Changes the role of a server. */
export class Following {
  readonly #replication: Replication;
  readonly #parts: FollowingParts;
  #link: Link | null = null;
  /** Whether stream's ID and offset tell what the data are, so that it can go on from there. */
  #resumable = false;
  readonly #synced = new SyncedOffset();

  constructor(replication: Replication, parts: FollowingParts) {
    this.#replication = replication;
    this.#parts = parts;
  }

  /**
   * Makes this server a replica of the server there, or of another one than before. A master tries to go on with its own
   * stream, which the other one may have been following.
   */
  follow(host: string, port: number): void {
    const { config, keyspace, log, onDemoted } = this.#parts;
    const { stream } = this.#replication;
    const wasMaster = this.#link === null;
    this.#link?.stop();
    stream.flush();
    if (wasMaster) {
      this.#resumable = true;
      log.notice(
        "Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to " +
          "synchronize with the new master with just a partial transfer.",
      );
    }
    stream.relaying = true;
    keyspace.replica = true;
    config.setFromArguments("replicaof", [host, String(port)]);
    this.#begin(host, port);
    if (wasMaster) onDemoted();
  }

  /** Makes this server a master. Its data stay, and its replicas can go on from where they are. */
  promote(): void {
    const { config, keyspace, newId, persistence } = this.#parts;
    const { replicas, stream } = this.#replication;
    if (this.#link === null) return;
    this.#link.stop();
    this.#link = null;
    this.#replication.link = null;
    this.#resumable = false;
    stream.relaying = false;
    stream.shiftId(newId());
    stream.forgetDatabase();
    keyspace.replica = false;
    config.setFromArguments("replicaof", ["no", "one"]);
    // They have to learn of the new ID.
    replicas.disconnectAll();
    // A log that was given up for data that never came.
    persistence.followConfiguration();
    this.#replication.onChange?.();
  }

  /**
   * To be called once after the data were loaded at the start: takes over where the stream stood when they were saved, and
   * follows whom the configuration names.
   */
  start(): void {
    const { config, persistence } = this.#parts;
    const { stream } = this.#replication;
    const { dropped, fields } = persistence.lastLoad;
    const master = config.get("replicaof");
    const id = fields.get("repl-id") ?? "";
    const offset = Number(fields.get("repl-offset") ?? NaN);
    // What came out of an append-only file is newer than its base, and nothing tells by how much.
    const isKnown = id.length === 40 && Number.isSafeInteger(offset) && !config.get("appendonly");
    if (isKnown && master !== null) {
      stream.adopt(id, offset, streamDatabase(fields, this.#parts.keyspace));
      this.#resumable = true;
    } else if (isKnown) {
      // A master begins a history of its own, and knows what its replicas may still have of the one before.
      stream.offset = offset;
      stream.secondId = id;
      stream.secondOffset = offset + 1;
      stream.openBacklog(config.get("repl-backlog-size"));
      for (const [database, key] of dropped) stream.propagate(database, encodeFrame(["DEL", key]));
    }
    if (master === null) return this.#replication.onChange?.();
    stream.relaying = true;
    this.#parts.keyspace.replica = true;
    this.#begin(master.host, master.port);
  }

  /** To be called once a second. */
  tick(): void {
    this.#link?.tick();
  }

  /** Ends the link, at the end of the server. */
  stop(): void {
    this.#link?.stop();
  }

  #begin(host: string, port: number): void {
    this.#link = new Link(this.#linkParts(), host, port);
    this.#replication.link = this.#link;
    this.#replication.onChange?.();
    this.#link.connect();
  }

  #linkParts(): LinkParts {
    const {
      batches,
      clock,
      config,
      counters,
      keyspace,
      load,
      log,
      ownPort,
      persistence,
      reader,
      setLoading,
    } = this.#parts;
    const { stream } = this.#replication;
    return {
      batches,
      clock,
      config,
      counters,
      log,
      ownPort,
      stream,
      canResume: () => this.#resumable,
      setResumable: (resumable) => this.#resumable = resumable,
      dropReplicas: () => this.#replication.replicas.disconnectAll(),
      failover: this.#replication.failover,
      fullSync: {
        clock,
        config,
        keyspace,
        log,
        persistence,
        stream,
        image: { load, setLoading, leaveOldData: () => this.#leaveOldData() },
      },
      onState: () => this.#replication.onChange?.(),
      reader: { ...reader, batches, stream, log },
      syncedOffset: () => this.#synced.update(persistence.appendOnly.log, stream.offset),
    };
  }

  /** The data are about to be replaced: nobody can go on from them, and no image of them is of any use. */
  #leaveOldData(): void {
    const { persistence } = this.#parts;
    const { replicas, stream } = this.#replication;
    this.#resumable = false;
    replicas.disconnectAll();
    stream.backlog = null;
    persistence.snapshots.abort();
    persistence.rewrites.abort();
    if (persistence.appendOnly.state !== "off") persistence.appendOnly.disable();
    persistence.onChange?.();
  }
}
