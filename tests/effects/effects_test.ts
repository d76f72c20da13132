import { assertEquals } from "@std/assert";
import { Effects } from "../../src/effects/mod.ts";
import { NotificationEffect } from "../../src/effects/notifications.ts";
import { type ChangeSink, EventClass, Events } from "../../src/keyspace/change.ts";
import { newKeyspace } from "../keyspace/recording.ts";

/** Notes what it is told. */
class Consumer implements ChangeSink {
  wanted = 0;

  constructor(readonly name: string, readonly notes: string[]) {}

  changed(): void {
    this.notes.push(`${this.name} changed`);
  }

  replaced(): void {
    this.notes.push(`${this.name} replaced`);
  }
}

Deno.test("Effects: those who listen are told in order; without any there is no sink", () => {
  const notes: string[] = [];
  const [first, second] = ["first", "second"].map((name) => new Consumer(name, notes));
  const effects = new Effects([first, second]);
  assertEquals(effects.refresh(), null);
  second.wanted = EventClass.STRING;
  const database = newKeyspace().database(0);
  effects.refresh()!.changed(database, "k", Events.SET);
  first.wanted = EventClass.GENERIC;
  effects.refresh()!.changed(database, "k", Events.SET);
  assertEquals(effects.wanted, EventClass.STRING | EventClass.GENERIC);
  effects.replaced(database, null);
  assertEquals(notes, [
    "second changed",
    "first changed",
    "second changed",
    "first replaced",
    "second replaced",
  ]);
});

Deno.test("NotificationEffect: publishes what is configured, if anybody listens", () => {
  const published: string[] = [];
  const publisher = {
    hasSubscribers: false,
    publish: (channel: string, message: string) => published.push(`${channel} ${message}`),
  };
  const effect = new NotificationEffect(publisher);
  const database = newKeyspace().database(3);
  effect.classes = EventClass.KEYSPACE | EventClass.STRING;
  assertEquals(effect.wanted, 0);
  publisher.hasSubscribers = true;
  assertEquals(effect.wanted, EventClass.STRING);
  effect.changed(database, "k\xff", Events.SET);
  effect.changed(database, "k", Events.DEL);
  effect.classes = EventClass.KEYEVENT | EventClass.GENERIC;
  effect.changed(database, "k", Events.DEL);
  assertEquals(published, ["__keyspace@3__:k\xff set", "__keyevent@3__:del k"]);
  effect.classes = EventClass.GENERIC;
  assertEquals(effect.wanted, 0);
  effect.classes = EventClass.KEYEVENT;
  assertEquals(effect.wanted, 0);
});
