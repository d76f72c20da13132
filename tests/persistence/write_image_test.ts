import { assert, assertEquals } from "@std/assert";
import { type ImageWriter, Snapshot } from "../../src/persistence/snapshot.ts";
import { writeImage } from "../../src/persistence/snapshot_job.ts";
import { LoopTime } from "../../src/util/loop_time.ts";
import { nextTurn } from "../../src/util/turn.ts";
import { newKeyspace, setText } from "../keyspace/recording.ts";

const KEYS = 400;

/** Has something to be written after each slice. */
class CountingWriter implements ImageWriter {
  entries = 0;
  ended = false;
  #taken = 0;

  select(): void {}

  entry(): void {
    this.entries++;
  }

  entryInSteps(): null {
    return null;
  }

  end(): void {
    this.ended = true;
  }

  take(): Uint8Array<ArrayBuffer> | null {
    if (this.#taken === this.entries) return null;
    this.#taken = this.entries;
    return new Uint8Array(1);
  }
}

function newSnapshot(writer: ImageWriter): Snapshot {
  const keyspace = newKeyspace();
  for (let i = 0; i < KEYS; i++) setText(keyspace.database(0), `key:${i}`, "value");
  return new Snapshot(keyspace, writer);
}

/** Every look at the clock takes a millisecond, so that each ends a slice. */
function slowLoop(): LoopTime {
  let now = 0;
  return new LoopTime({ monotonic: () => now++ });
}

Deno.test("an image lets the event loop turn between two slices, however quickly the writes end", async () => {
  const writer = new CountingWriter();
  let turns = 0;
  let isOver = false;
  const counting = (async () => {
    for (; !isOver; turns++) await nextTurn();
  })();
  const turnsAtWrites: number[] = [];
  const sink = {
    write() {
      turnsAtWrites.push(turns);
      return Promise.resolve();
    },
  };
  assert(await writeImage(newSnapshot(writer), writer, sink, slowLoop(), () => false));
  isOver = true;
  await counting;
  assertEquals([writer.entries, writer.ended], [KEYS, true]);
  assert(turnsAtWrites.length >= 10, `${turnsAtWrites.length} writes`);
  // Timers that are due together may run in either order.
  assert(new Set(turnsAtWrites).size >= turnsAtWrites.length / 2, turnsAtWrites.join());
});

Deno.test("an image that is given up between two slices is not finished", async () => {
  const writer = new CountingWriter();
  let writes = 0;
  const sink = { write: () => Promise.resolve(void writes++) };
  assertEquals(await writeImage(newSnapshot(writer), writer, sink, slowLoop(), () => writes === 3), false);
  assertEquals([writes, writer.ended], [3, false]);
});
