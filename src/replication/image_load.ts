/**
 * Putting a master's data into the place of one's own.
 *
 * @module
 */

import type { Keyspace } from "../keyspace/keyspace.ts";
import { beginLoading, type LoadParts, snapshotSteps } from "../persistence/load.ts";
import { type ByteInput, RdbError } from "../persistence/rdb/reader.ts";
import { nextTurn } from "../util/turn.ts";
import { LinkError } from "./connection.ts";

/** Milliseconds that loading takes at a time, before others are served. */
const SLICE = 50;
/** The same while clients are served from the data before. */
const SHORT_SLICE = 2;

/** `blocking`: clients are told to wait. `async`: they are served from the data before. */
export type LoadingMode = "none" | "blocking" | "async";

/** What putting the data in place has to do with. */
export interface ImageLoadParts {
  readonly load: LoadParts;
  /** Tells clients of the load. `persistence.loading` is set before. */
  readonly setLoading: (mode: LoadingMode) => void;
  /** To be called before the data change: nobody may go on from the old ones. */
  readonly leaveOldData: () => void;
  /** Called between two slices. Throws if the load is not wanted any more. */
  readonly onPause: () => void;
}

/** An RDB file, to be read once. */
export interface Image {
  readonly input: ByteInput;
  readonly size: number;
}

/** Empties the keyspace and loads the image. After a failure, a {@linkcode LinkError}, the keyspace is empty. */
export async function loadInPlace(parts: ImageLoadParts, image: Image): Promise<void> {
  const { keyspace, log } = parts.load;
  log.notice("MASTER <-> REPLICA sync: Flushing old data");
  parts.leaveOldData();
  clear(keyspace);
  log.notice("MASTER <-> REPLICA sync: Loading DB in memory");
  let complete = false;
  try {
    await load(parts, image, keyspace, "blocking");
    complete = true;
  } finally {
    if (!complete) clear(keyspace);
  }
}

/**
 * Loads the image beside the data that there are, and then puts it in their place. `mode` says what clients get meanwhile.
 * After a failure, a {@linkcode LinkError}, the data are as they were.
 */
export async function loadBeside(
  parts: ImageLoadParts,
  image: Image,
  mode: "blocking" | "async",
): Promise<void> {
  const { keyspace, log } = parts.load;
  log.notice("MASTER <-> REPLICA sync: Loading DB in memory");
  const sibling = keyspace.sibling();
  try {
    await load(parts, image, sibling, mode);
  } catch (error) {
    log.notice("MASTER <-> REPLICA sync: Discarding temporary DB in background");
    for (const database of sibling.databases()) database.release();
    throw error;
  }
  log.notice("MASTER <-> REPLICA sync: Swapping active DB with loaded DB");
  parts.leaveOldData();
  keyspace.takeOver(sibling);
}

async function load(
  parts: ImageLoadParts,
  { input, size }: Image,
  keyspace: Keyspace,
  mode: "blocking" | "async",
): Promise<void> {
  const { clock, persistence } = parts.load;
  if (mode === "blocking") beginLoading(parts.load);
  else persistence.asyncLoading = true;
  parts.setLoading(mode);
  const steps = snapshotSteps({ ...parts.load, keyspace }, input, size, OPTIONS);
  const slice = mode === "async" ? SHORT_SLICE : SLICE;
  try {
    for (;;) {
      const end = clock.monotonic() + slice;
      let step = steps.next();
      while (!step.done && clock.monotonic() < end) step = steps.next();
      if (step.done) return;
      await nextTurn();
      parts.onPause();
    }
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new LinkError(
      `Failed trying to load the MASTER synchronization DB: ${error.message}, at offset ${error.offset}`,
    );
  } finally {
    persistence.loading = null;
    persistence.asyncLoading = false;
    parts.setLoading("none");
  }
}

/** A replica keeps what is past its deadline until its master deletes it. */
const OPTIONS = { replaceExisting: false, dropExpired: false };

function clear(keyspace: Keyspace): void {
  for (const database of keyspace.databases()) keyspace.clear(database);
}
