/** Keys on their way, and what changes them without asking. */
import { assertEquals } from "@std/assert";
import { type Hold } from "../../src/cluster/held_keys.ts";
import { type MigrationRequest, Migrator } from "../../src/cluster/migrator.ts";
import { type ChangeEvent, Events } from "../../src/keyspace/change.ts";
import type { Database } from "../../src/keyspace/database.ts";
import { setHashingBySlot } from "../../src/keyspace/key.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";
import { ControlledTarget } from "../commands/generic/migration_target.ts";
import { setText, textOf } from "../keyspace/recording.ts";

/** A keyspace whose keys can be moved; payloads are the texts themselves. */
class Source {
  readonly keyspace = new Keyspace(2, new Random(7));
  readonly database = this.keyspace.database(0);
  readonly target = new ControlledTarget();
  readonly migrator: Migrator;
  readonly propagated: string[] = [];
  paused = false;
  writable = true;

  constructor() {
    const clock = { now: () => 1000, nowMicroseconds: () => 0, monotonic: () => 0 };
    this.migrator = new Migrator({
      clock,
      keyspace: this.keyspace,
      dump: (database, value) => toBytes(textOf(database, value)!),
      propagate: (_, words) => this.propagated.push(words.join(" ")),
      isPaused: () => this.paused,
      isWritable: () => this.writable,
    });
    this.keyspace.sink = this.migrator.held;
  }

  change(key: string, text: string | null, event: ChangeEvent = Events.SET): void {
    if (text === null) this.database.delete(key);
    else setText(this.database, key, text);
    this.database.changed(key, event);
  }

  run(keys: string[], options: Partial<MigrationRequest> = {}) {
    const { port } = this.target;
    const request = {
      host: "127.0.0.1",
      port,
      login: null,
      database: "0",
      timeout: 60_000,
      copy: false,
      replace: false,
    };
    return this.migrator.run({ ...request, keys, ...options }, this.database);
  }

  [Symbol.dispose](): void {
    this.target[Symbol.dispose]();
    this.migrator.targets.close();
  }
}

Deno.test("migrator: what was changed all the same is sent again, and what was deleted is deleted there", async () => {
  using source = new Source();
  const { database, target } = source;
  for (const key of ["a", "b", "c", "d"]) setText(database, key, key);
  const done = source.run(["a", "b", "c", "d"]);
  await target.expect(/RESTORE\r\n\$1\r\nd\r\n\$1\r\n0\r\n\$1\r\nd\r\n$/);
  source.change("a", "changed");
  source.change("b", null, Events.DEL);
  source.change("c", null, Events.EXPIRED);
  await target.reply("+OK\r\n+OK\r\n+OK\r\n+OK\r\n");
  const [sent] = await target.expect(/[^]*changed\r\n\$7\r\nREPLACE\r\n[^]*$/);
  assertEquals(sent.match(/\*/g)!.length, 2);
  assertEquals(/\*2\r\n\$3\r\nDEL\r\n\$1\r\nb\r\n/.test(sent), true);
  assertEquals([...database.entries()].map((handle) => database.keyOf(handle)), ["a"]);
  await target.reply("+OK\r\n:1\r\n");
  assertEquals(await done, "moved");
  assertEquals([database.size, source.migrator.held.active], [0, false]);
  assertEquals(source.propagated, ["DEL d", "DEL a"]);
});

Deno.test("migrator: in a cluster ASKING goes ahead of what is not RESTORE-ASKING", async () => {
  setHashingBySlot(true);
  try {
    using source = new Source();
    setText(source.database, "a", "a");
    const done = source.run(["a"]);
    await source.target.expect(/RESTORE-ASKING\r\n\$1\r\na\r\n[^]*\r\na\r\n$/);
    source.change("a", null, Events.DEL);
    await source.target.reply("+OK\r\n");
    await source.target.expect(/\*1\r\n\$6\r\nASKING\r\n\*2\r\n\$3\r\nDEL\r\n\$1\r\na\r\n$/);
    await source.target.reply("+OK\r\n:1\r\n");
    assertEquals(await done, "moved");
  } finally {
    setHashingBySlot(false);
  }
});

Deno.test("migrator: during a pause nothing is sent nor deleted", async () => {
  using source = new Source();
  const { database, target } = source;
  setText(database, "a", "a");
  source.paused = true;
  const done = source.run(["a"]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(source.migrator.held.active, false);
  source.paused = false;
  await target.expect(/RESTORE/);
  source.paused = true;
  await target.reply("+OK\r\n");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([database.size, source.migrator.held.active], [1, true]);
  source.paused = false;
  assertEquals(await done, "moved");
  assertEquals(database.size, 0);
});

Deno.test("migrator: a server that became a replica moves nothing", async () => {
  using source = new Source();
  const { database, target } = source;
  for (const key of ["a", "b"]) setText(database, key, key);
  const done = source.run(["a"]);
  await target.expect(/RESTORE/);
  source.writable = false;
  await target.reply("+OK\r\n");
  const error = "READONLY You can't write against a read only replica.";
  assertEquals(await done, { error });
  assertEquals(await source.run(["b"]), { error });
  assertEquals(database.size, 2);
  const copying = source.run(["b"], { copy: true });
  await target.expect(/RESTORE/);
  await target.reply("+OK\r\n");
  assertEquals(await copying, "moved");
});

Deno.test("migrator: keys that vanished before they were sent", async () => {
  using source = new Source();
  setText(source.database, "a", "a");
  source.database.setExpiry("a", 900);
  assertEquals(await source.run(["a", "b"]), "no-key");
});

Deno.test("held keys: names count in all databases, changes only in their own", () => {
  using source = new Source();
  const { held } = source.migrator;
  const keyspace = new Keyspace(2, new Random(8));
  const hold: Hold = held.hold(keyspace.database(0), ["a"]);
  assertEquals([held.has("a"), held.has("b")], [true, false]);
  const tell = (database: Database, key: string, event: ChangeEvent) => held.changed(database, key, event);
  tell(keyspace.database(1), "a", Events.SET);
  tell(keyspace.database(0), "b", Events.SET);
  tell(keyspace.database(0), "a", Events.KEY_MISS);
  assertEquals([...hold.changed], []);
  tell(keyspace.database(0), "a", Events.SET);
  assertEquals([...hold.changed], ["a"]);
  held.release(hold);
  assertEquals([held.active, held.has("a")], [false, false]);
});
