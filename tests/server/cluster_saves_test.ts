import { assertEquals } from "@std/assert";
import { ClusterLink } from "../../src/cluster/mod.ts";
import { ClusterSaves } from "../../src/server/cluster_saves.ts";
import { atTurnEnd } from "../../src/server/turn_end.ts";

class Recorded {
  readonly events: string[] = [];
  readonly link = new ClusterLink(true, null, 0);
  readonly saves = new ClusterSaves(
    (sync) => this.events.push(sync ? "sync" : "save"),
    (_, bytes) => this.events.push(`send ${bytes[0]}`),
  );

  send(byte: number): void {
    this.saves.send(this.link, new Uint8Array([byte]));
  }
}

function turnEnd(): Promise<void> {
  return new Promise((resolve) => atTurnEnd(resolve));
}

Deno.test("cluster saves: one for a turn, durable if one of them was to be, and what is sent after it waits for it", async () => {
  const recorded = new Recorded();
  const { events, saves } = recorded;
  recorded.send(1);
  saves.want(false);
  recorded.send(2);
  await Promise.resolve();
  saves.want(true);
  recorded.send(3);
  saves.want(false);
  assertEquals(events, ["send 1"]);
  await turnEnd();
  assertEquals(events, ["send 1", "sync", "send 2", "send 3"]);
  recorded.send(4);
  saves.want(false);
  await turnEnd();
  assertEquals(events.slice(4), ["send 4", "save"]);
});

Deno.test("cluster saves: who can't wait for the turn's end has it all done at once, and only once", async () => {
  const recorded = new Recorded();
  recorded.saves.want(true);
  recorded.send(1);
  recorded.saves.flush();
  recorded.send(2);
  assertEquals(recorded.events, ["sync", "send 1", "send 2"]);
  recorded.saves.flush();
  await turnEnd();
  assertEquals(recorded.events.length, 3);
});
