/**
 * A full resynchronisation as the replica goes through it: receive the master's data, put them in place, take over where
 * its stream stands.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { toBytes } from "../util/byte_string.ts";
import type { Clock } from "../util/clock.ts";
import type { Persistence } from "../persistence/mod.ts";
import { SafeFile } from "../persistence/safe_file.ts";
import { LinkError, type MasterConnection } from "./connection.ts";
import type { SyncAnswer } from "./handshake.ts";
import { type Image, type ImageLoadParts, loadBeside, loadInPlace } from "./image_load.ts";
import type { ReplicationLog } from "./mod.ts";
import type { ReplicationStream } from "./stream.ts";
import { type Announcement, MemoryImage, readAnnouncement, receiveImage } from "./sync_receiver.ts";
import { systemReason } from "../util/system_reason.ts";

/** Milliseconds between two signs of life while the data are being loaded. */
const SIGN_PERIOD = 1000;

/** What a full resynchronisation has to do with. */
export interface FullSyncParts {
  readonly clock: Clock;
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly log: ReplicationLog;
  readonly persistence: Persistence;
  readonly stream: ReplicationStream;
  readonly image: Omit<ImageLoadParts, "onPause">;
  /** Whether to go on. */
  readonly isWanted: () => boolean;
}

/** One of them. */
export class FullSync {
  /** Bytes received, and altogether; 0 while that is not known. */
  received = 0;
  total = 0;
  /** Everything was received. */
  loading = false;

  readonly #parts: FullSyncParts;
  readonly #connection: MasterConnection;
  readonly #answer: SyncAnswer & { kind: "full" };
  #signedAt = 0;

  /** `connection` is where the master has just announced the data with `answer`. */
  constructor(
    parts: FullSyncParts,
    connection: MasterConnection,
    answer: SyncAnswer & { kind: "full" },
  ) {
    this.#parts = parts;
    this.#connection = connection;
    this.#answer = answer;
  }

  /** Goes through it to the end. Throws {@linkcode LinkError}. */
  async run(): Promise<void> {
    const { config, keyspace, persistence, stream } = this.#parts;
    const announcement = await readAnnouncement(this.#connection);
    if ("length" in announcement) this.total = announcement.length;
    const mode = config.get("repl-diskless-load");
    const isEmpty = [...keyspace.databases()].every(({ size }) => size === 0);
    const usesMemory = mode === "swapdb" || (mode === "on-empty-db" && isEmpty);
    this.#tellWhere(announcement, usesMemory);
    if (usesMemory) await this.#syncByMemory(announcement, mode === "swapdb");
    else await this.#syncByFile(announcement);
    const { id, offset } = this.#answer;
    stream.adopt(id, offset, streamDatabase(persistence.lastLoad.fields, keyspace));
    // A log that was given up for the new data begins again with them.
    persistence.followConfiguration();
  }

  #tellWhere(announcement: Announcement, usesMemory: boolean): void {
    const where = usesMemory ? "to parser" : "to disk";
    const what = "length" in announcement
      ? `${announcement.length} bytes from master`
      : "streamed RDB from master with EOF";
    this.#parts.log.notice(`MASTER <-> REPLICA sync: receiving ${what} ${where}`);
  }

  /** The data are read from memory once all of them are there: what is cut off then has changed nothing. */
  async #syncByMemory(announcement: Announcement, beside: boolean): Promise<void> {
    const { image, stream } = this.#parts;
    const input = new MemoryImage();
    await receiveImage(this.#connection, announcement, input, (size) => this.received = size);
    const parts = this.#beginLoading(image);
    const received: Image = { input, size: input.size };
    if (!beside) return await loadInPlace(parts, received);
    // The data before are only fit to be served if they are an earlier state of the same history.
    const isSameHistory = this.#answer.id === stream.id;
    await loadBeside(parts, received, isSameHistory ? "async" : "blocking");
  }

  async #syncByFile(announcement: Announcement): Promise<void> {
    const { clock, config, image, keyspace, persistence } = this.#parts;
    const path = persistence.snapshotPath;
    await this.#receiveToFile(announcement, path, Math.floor(clock.now() / 1000));
    const parts = this.#beginLoading(image);
    const file = await Deno.open(path);
    try {
      await loadInPlace(parts, { input: file, size: (await file.stat()).size });
    } finally {
      file.close();
    }
    // What was received is a snapshot of what there is now.
    persistence.snapshots.savedDirty = keyspace.dirty;
    const keepsNothing = config.get("save").length === 0 && !config.get("appendonly");
    if (keepsNothing && config.get("rdb-del-sync-files")) await this.#removeFile(path);
  }

  async #receiveToFile(announcement: Announcement, path: string, second: number): Promise<void> {
    const { config, persistence } = this.#parts;
    let file: SafeFile | null = null;
    try {
      const temporary = `${persistence.directory.root()}temp-${second}.${Deno.pid}.rdb`;
      file = new SafeFile(temporary, config.get("rdb-save-incremental-fsync"));
      const sink = { keeps: false, write: (piece: Uint8Array) => file!.write(piece) };
      await receiveImage(this.#connection, announcement, sink, (size) => this.received = size);
      this.loading = true;
      // A snapshot of the data before must not take the place of this one.
      persistence.snapshots.abort();
      await file.commit(path);
    } catch (error) {
      file?.discard();
      if (error instanceof LinkError) throw error;
      throw new LinkError(`Write error or short write writing to the DB dump file: ${systemReason(error)}`);
    }
  }

  async #removeFile(path: string): Promise<void> {
    const { log } = this.#parts;
    log.notice("Removing the RDB file obtained from the master. This replica has persistence disabled");
    try {
      await Deno.remove(path);
    } catch (error) {
      log.warning(`Could not remove the RDB file: ${systemReason(error)}`);
    }
  }

  #beginLoading(image: Omit<ImageLoadParts, "onPause">): ImageLoadParts {
    if (!this.#parts.isWanted()) throw new LinkError("");
    this.loading = true;
    return { ...image, onPause: () => this.#pause() };
  }

  /** Goes on only if the data are still wanted, and lets the master know that somebody is there. */
  #pause(): void {
    if (!this.#parts.isWanted()) throw new LinkError("");
    const now = this.#parts.clock.monotonic();
    if (now - this.#signedAt < SIGN_PERIOD) return;
    this.#signedAt = now;
    this.#connection.write(NEWLINE);
  }
}

const NEWLINE = toBytes("\n");

/** The database that the stream behind a snapshot is in, by the fields of that; 0 if they say nothing of use. */
export function streamDatabase(fields: ReadonlyMap<string, string>, { databaseCount }: Keyspace): number {
  const index = Number(fields.get("repl-stream-db") ?? 0);
  return Number.isInteger(index) && index >= 0 && index < databaseCount ? index : 0;
}
