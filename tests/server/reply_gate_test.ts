import { assertEquals, assertNotStrictEquals } from "@std/assert";
import { type GatedLog, type Refusable, ReplyGate } from "../../src/server/reply_gate.ts";

/** A session that counts how often it is held. */
class FakeSession implements Refusable {
  holds = 0;
  refusals: string[] = [];

  hold(): void {
    this.holds++;
  }

  release(): void {
    this.holds--;
  }

  refuse(message: string): void {
    this.refusals.push(message);
  }
}

/** A log whose flushes end when the test says so. */
class FakeLog implements GatedLog {
  dirty = 0;
  isDurable = true;
  flushes: PromiseWithResolvers<void>[] = [];

  flush(): Promise<void> | undefined {
    this.dirty = 0;
    if (!this.isDurable) return undefined;
    const flush = Promise.withResolvers<void>();
    this.flushes.push(flush);
    return flush.promise;
  }
}

function setUp() {
  const log = new FakeLog();
  const gate = new ReplyGate((error, sessions) => {
    for (const session of sessions) session.refuse(String(error));
  });
  gate.log = log;
  return { gate, log, turn: () => new Promise<void>((resolve) => setTimeout(resolve)) };
}

Deno.test("reply gate: nothing waits without a log, without a change, and for a log that is only written", () => {
  const { gate, log } = setUp();
  assertEquals(gate.settle(), null);
  log.dirty = 1;
  log.isDurable = false;
  assertEquals([gate.settle(), log.dirty], [null, 0]);
  gate.log = null;
  assertEquals(gate.settle(), null);
});

Deno.test("reply gate: writers and those who may have seen what they wrote wait for the disk", async () => {
  const { gate, log, turn } = setUp();
  const [writer, reader] = [new FakeSession(), new FakeSession()];
  log.dirty = 1;
  const first = gate.settle()!;
  first.add(writer);
  first.add(writer);
  // Nothing new, but the first is not on the disk yet.
  const second = gate.settle()!;
  assertNotStrictEquals(second, first);
  second.add(reader);
  second.add(writer);
  assertEquals([writer.holds, reader.holds], [2, 1]);
  log.flushes[0].resolve();
  await turn();
  assertEquals([writer.holds, reader.holds], [1, 1]);
  log.flushes[1].resolve();
  await turn();
  assertEquals([writer.holds, reader.holds, gate.settle()], [0, 0, null]);
});

Deno.test("reply gate: who waited for a flush that failed is refused, and nobody else", async () => {
  const { gate, log, turn } = setUp();
  const [before, failed, after] = [new FakeSession(), new FakeSession(), new FakeSession()];
  for (const session of [before, failed, after]) {
    log.dirty = 1;
    gate.settle()!.add(session);
  }
  log.flushes[0].resolve();
  log.flushes[1].reject("disk full");
  await turn();
  assertEquals([before, failed, after].map(({ holds, refusals }) => [holds, refusals]), [
    [0, []],
    [0, ["disk full"]],
    [1, []],
  ]);
  log.flushes[2].resolve();
  await turn();
  assertEquals(after.holds, 0);
});
