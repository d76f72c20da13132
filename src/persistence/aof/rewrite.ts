/**
 * BGREWRITEAOF: the image of a rewrite, taken while the data go on changing.
 *
 * @module
 */

import type { Keyspace } from "../../keyspace/keyspace.ts";
import { SafeFile } from "../safe_file.ts";
import { type ImageWriter, Snapshot } from "../snapshot.ts";
import { writeImage } from "../snapshot_job.ts";
import type { AppendOnlyFile, Rewrite } from "./append_only_file.ts";
import type { BaseFormat } from "./manifest.ts";
import type { LoopTime } from "../../util/loop_time.ts";
import { systemReason } from "../../util/system_reason.ts";

/** What a rewrite has to do with. */
export interface RewriteParts {
  readonly file: AppendOnlyFile;
  readonly keyspace: Keyspace;
  readonly loop: LoopTime;
  /** A writer for a new base. */
  readonly newImage: (format: BaseFormat) => ImageWriter;
  /** `aof-rewrite-incremental-fsync`. */
  readonly syncing: () => boolean;
}

/** Runs rewrites, one at a time. */
export class RewriteJob {
  /** Called when a rewrite has ended, however. */
  onEnd: (() => void) | null = null;
  readonly #parts: RewriteParts;
  #snapshot: Snapshot | null = null;
  #aborted = false;

  constructor(parts: RewriteParts) {
    this.#parts = parts;
  }

  /** Whether a rewrite is under way. */
  get active(): boolean {
    return this.#snapshot !== null;
  }

  /** Keys that the image has, and how many are written. */
  get progress(): { done: number; total: number } {
    return { done: this.#snapshot?.recorded ?? 0, total: this.#snapshot?.total ?? 0 };
  }

  /** Begins a rewrite; the image is that of this moment. False if it can't begin, which was logged. */
  begin(): boolean {
    const { file, keyspace, newImage } = this.#parts;
    const rewrite = file.beginRewrite();
    if (rewrite === null) return false;
    this.#aborted = false;
    const image = newImage(rewrite.format);
    this.#snapshot = new Snapshot(keyspace, image);
    this.#run(this.#snapshot, image, rewrite);
    return true;
  }

  /**
   * Gives the rewrite under way up, if there is one. What it has written is removed a little later; the append-only file
   * may be switched off at once.
   */
  abort(): void {
    if (this.#snapshot === null || this.#aborted) return;
    this.#aborted = true;
    this.#parts.file.failRewrite(null);
  }

  /** Never rejects. */
  async #run(snapshot: Snapshot, image: ImageWriter, rewrite: Rewrite): Promise<void> {
    const { file, loop, syncing } = this.#parts;
    let target: SafeFile | undefined;
    try {
      target = new SafeFile(rewrite.temporaryPath, syncing());
      if (await writeImage(snapshot, image, target, loop, () => this.#aborted)) {
        await target.commit(rewrite.basePath);
      }
      if (!this.#aborted) file.completeRewrite();
    } catch (error) {
      if (!this.#aborted) file.failRewrite(systemReason(error));
      this.#aborted = true;
    }
    if (this.#aborted) {
      snapshot.abort();
      target?.discard();
      file.removeImage(rewrite);
    }
    this.#snapshot = null;
    this.onEnd?.();
  }
}
