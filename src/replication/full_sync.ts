/**
 * Full resynchronisation: a snapshot for replicas, and behind it what the stream brought meanwhile.
 *
 * Replicas that wait at the same time get the same snapshot: straight from memory in pieces (`$EOF:` and a mark that ends
 * it, as its length is not known), or from the file that it was saved to (`$` and its length).
 *
 * @module
 */

import { type ImageSink, type SaveResult, writeImage } from "../persistence/snapshot_job.ts";
import { Snapshot } from "../persistence/snapshot.ts";
import type { RdbFileWriter } from "../persistence/rdb/file_writer.ts";
import { HeldStream, MOST_UNSENT } from "./held_stream.ts";
import type { ReplicationParts } from "./mod.ts";
import type { Replica } from "./replica.ts";
import type { ReplicationStream } from "./stream.ts";

/** What is read of a snapshot's file at a time. */
const FILE_PIECE = 64 * 1024;

/** One snapshot on its way to replicas. */
export class FullSync implements ImageSink {
  /** Called when all that concerns the snapshot itself is over. */
  onEnd: (() => void) | null = null;
  /** Called when it has no replicas left. */
  onEmpty: (() => void) | null = null;
  readonly #parts: ReplicationParts;
  readonly #stream: ReplicationStream;
  readonly #held = new HeldStream();
  readonly #members = new Set<Replica>();
  readonly #id: string;
  readonly #offset: number;
  readonly #toDisk: boolean;
  /** While it is being saved to the disk, others may still join. */
  #isOpen: boolean;
  #aborted = false;

  /** Begins with the data of this moment. No other image may be under way. `replicas` want the same, and are not empty. */
  constructor(
    parts: ReplicationParts,
    stream: ReplicationStream,
    replicas: readonly Replica[],
    toDisk: boolean,
  ) {
    this.#parts = parts;
    this.#stream = stream;
    this.#toDisk = this.#isOpen = toDisk;
    // The snapshot holds what was appended so far, so that nobody may get it afterwards.
    stream.flush();
    stream.forgetDatabase();
    this.#id = stream.id;
    this.#offset = stream.offset;
    for (const replica of replicas) this.#admit(replica);
    stream.targets.add(this.#held);
    const target = toDisk ? "disk" : "replicas sockets";
    parts.log.notice(`Starting BGSAVE for SYNC with target: ${target}`);
    const image = parts.persistence.newTransfer(!replicas[0].withoutFunctions);
    if (toDisk) this.#sendFile(parts.persistence.snapshots.begin(image));
    else this.#sendImage(image, replicas[0].withoutData);
  }

  /** Bytes of the stream that are held for its replicas. */
  get heldBytes(): number {
    return this.#held.size;
  }

  /** Takes one more replica along, if there is still time and the snapshot is right for it. */
  join(replica: Replica): boolean {
    const first = this.#members.values().next().value;
    if (!this.#isOpen || first === undefined || !replica.wantsSameAs(first)) return false;
    this.#admit(replica);
    return true;
  }

  has(replica: Replica): boolean {
    return this.#members.has(replica);
  }

  /** The replica acknowledged, so that it has told the snapshot's end and can take the stream. */
  proceed(replica: Replica): void {
    replica.state = "online";
    this.#parts.log.notice(`Synchronization with replica ${replica.name} succeeded`);
    this.#held.handOver(replica, () => {
      this.#stream.targets.add(replica);
      this.drop(replica);
    });
  }

  /** Forgets a replica, whose connection is gone or which gets the stream itself now. */
  drop(replica: Replica): void {
    this.#members.delete(replica);
    if (this.#members.size > 0) return;
    this.#stream.targets.delete(this.#held);
    this.onEmpty?.();
  }

  /** Gives the snapshot up; its replicas have to begin again. */
  abort(): void {
    this.#aborted = true;
    this.#closeAll();
  }

  /** Takes a piece of the snapshot, and waits for the slowest replica. */
  async write(bytes: Uint8Array): Promise<void> {
    await Promise.all([...this.#members].map((replica) => this.#sendPiece(replica, bytes)));
  }

  async #sendPiece(replica: Replica, bytes: Uint8Array): Promise<void> {
    replica.send(bytes);
    await replica.client.transport.drained();
    replica.progressAt = this.#parts.clock.now();
  }

  #admit(replica: Replica): void {
    this.#members.add(replica);
    replica.progressAt = this.#toDisk ? 0 : this.#parts.clock.now();
    if (!replica.isOld) replica.sendText(`+FULLRESYNC ${this.#id} ${this.#offset}\r\n`);
  }

  async #sendImage(image: RdbFileWriter, isEmpty: boolean): Promise<void> {
    const { config, keyspace, newId, persistence } = this.#parts;
    persistence.transfer = this;
    const mark = newId();
    const snapshot = isEmpty ? null : new Snapshot(keyspace, image);
    for (const replica of this.#members) replica.sendText(`$EOF:${mark}\r\n`);
    const isOver = () => this.#aborted || this.#members.size === 0;
    let isComplete = true;
    if (snapshot === null) await this.#sendEmpty(image);
    else {
      const keyDelay = config.get("rdb-key-save-delay");
      isComplete = await writeImage(snapshot, image, this, persistence.loop, isOver, keyDelay);
    }
    persistence.transfer = null;
    if (isComplete) { for (const replica of [...this.#members]) this.#imageSent(replica, mark); }
    else {
      snapshot?.abort();
      this.#closeAll();
    }
    this.#end();
  }

  async #sendEmpty(image: RdbFileWriter): Promise<void> {
    image.end();
    for (let bytes = image.take(); bytes !== null; bytes = image.take()) await this.write(bytes);
  }

  #imageSent(replica: Replica, mark: string): void {
    const { clock, log } = this.#parts;
    replica.sendText(mark);
    if (replica.snapshotOnly) {
      this.#dismiss(replica);
      return;
    }
    log.notice(
      `Streamed replica with replica ${replica.name} succeeded (socket). Waiting for REPLCONF ACK from replica to enable ` +
        "streaming",
    );
    replica.state = "loading";
    replica.ackedAt = clock.now();
  }

  async #sendFile(saved: Promise<SaveResult>): Promise<void> {
    const { log, persistence } = this.#parts;
    const result = await saved;
    this.#isOpen = false;
    if (result !== "saved") {
      log.warning("SYNC failed. BGSAVE child returned an error");
      this.#closeAll();
      return this.#end();
    }
    const path = persistence.snapshotPath;
    await Promise.all([...this.#members].map((replica) => this.#sendFileTo(replica, path)));
    this.#removeFile(path);
    this.#end();
  }

  /** Sends the file as it is now, even if there is another one in its place before all is sent. Never rejects. */
  async #sendFileTo(replica: Replica, path: string): Promise<void> {
    const { clock, log } = this.#parts;
    try {
      using file = Deno.openSync(path);
      replica.state = "receiving";
      replica.progressAt = clock.now();
      replica.sendText(`$${file.statSync().size}\r\n`);
      const piece = new Uint8Array(FILE_PIECE);
      for (let size = await file.read(piece); size !== null; size = await file.read(piece)) {
        if (replica.closed) return;
        replica.send(piece.subarray(0, size));
        if (isFull(replica)) await replica.client.transport.drained();
        replica.progressAt = clock.now();
      }
    } catch (error) {
      log.warning(`SYNC failed. Can't open/stat DB after BGSAVE: ${error}`);
      return replica.close();
    }
    if (replica.snapshotOnly) return this.#dismiss(replica);
    replica.ackedAt = clock.now();
    this.proceed(replica);
  }

  /** What was saved for replicas only, and is not wanted on the disk. */
  #removeFile(path: string): void {
    const { config } = this.#parts;
    if (!config.get("rdb-del-sync-files") || config.get("save").length > 0 || config.get("appendonly")) {
      return;
    }
    this.#parts.log.notice("Removing the RDB file used to feed replicas in a persistence-less instance");
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) this.#parts.log.warning(`Can't remove ${path}: ${error}`);
    }
  }

  /** Ends the connection of a replica that wanted the snapshot only, when it has it. */
  async #dismiss(replica: Replica): Promise<void> {
    this.#parts.log.notice(
      `RDB transfer completed, rdb only replica (${replica.name}) should be disconnected asap`,
    );
    await replica.client.transport.drained();
    replica.close();
  }

  #closeAll(): void {
    for (const replica of [...this.#members]) replica.close();
  }

  #end(): void {
    this.onEnd?.();
  }
}

function isFull(replica: Replica): boolean {
  return !replica.closed && replica.client.transport.usage().queuedBytes > MOST_UNSENT;
}
