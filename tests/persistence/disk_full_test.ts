/** What a server does when the disk is full, on a file system of 1 MB; where none can be mounted this is skipped. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ReplyError, type RespClient, startServer } from "../harness.ts";
import { ConnectionClosed } from "../support/resp_client.ts";
import { digest, digestOf, filesIn, info, on, until, untilQuiet } from "./tools.ts";

/** A file system of 1 MB. */
class SmallDisk implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "mini-redis-disk-" });

  constructor() {
    const { success } = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", this.path);
    if (success) return;
    Deno.removeSync(this.path);
    throw new Error("no file system can be mounted here");
  }

  /** Takes all space away but some 100 KB. */
  occupy(): void {
    using file = Deno.openSync(`${this.path}/ballast`, { write: true, create: true });
    const chunk = new Uint8Array(4096);
    let size = 0;
    try {
      while (true) size += file.writeSync(chunk);
    } catch {
      file.truncateSync(Math.max(0, size - 100 * 1024));
    }
  }

  free(): void {
    Deno.removeSync(`${this.path}/ballast`);
  }

  [Symbol.dispose](): void {
    run("umount", this.path);
    Deno.removeSync(this.path);
  }
}

function run(command: string, ...args: string[]): { success: boolean } {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync();
  } catch {
    return { success: false };
  }
}

function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    new SmallDisk()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

const ignore = !canMount();

/** Writes until it is refused; how many writes were acknowledged, and with what the next was refused. */
async function writeUntilRefused(client: RespClient): Promise<{ count: number; refusal: string }> {
  for (let count = 0; count < 200; count++) {
    try {
      await client.ask("SET", `key:${count}`, `${count} `.repeat(2000));
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      return { count, refusal: error.message };
    }
  }
  throw new Error("the disk did not get full");
}

for (const appendfsync of ["always", "everysec", "no"]) {
  Deno.test({
    name:
      `disk full: with \`${appendfsync}\` writes are refused until there is space again, and nothing is lost`,
    ignore,
    async fn() {
      using disk = new SmallDisk();
      await using server = await startServer({ config: on(disk.path, { appendonly: true, appendfsync }) });
      disk.occupy();
      using writer = await server.connect();
      const { count, refusal } = await writeUntilRefused(writer);
      assertMatch(refusal, /^MISCONF Errors writing to the AOF file: No space left on device/);
      // What was held back is not known one by one, so that the connection ends.
      if (appendfsync === "always") await assertRejects(() => writer.ask("PING"), ConnectionClosed);
      using client = await server.connect();
      assertEquals(await info(client, "aof_last_write_status"), "err");
      await assertRejects(() => client.ask("SET", "another", "1"), ReplyError, "MISCONF Errors writing");
      await assertRejects(() => client.ask("PING"), ReplyError, "MISCONF Errors writing");
      assertEquals(await client.ask("GET", "key:0"), "0 ".repeat(2000));
      disk.free();
      await until(
        "the log is written again",
        async () => await info(client, "aof_last_write_status") === "ok",
      );
      await server.waitForLog(/AOF write error looks solved/);
      assertEquals(await client.ask("SET", "another", "1"), "OK");
      assert(
        Number(await client.ask("EXISTS", ...Array.from({ length: count }, (_, i) => `key:${i}`))) === count,
      );
      // Once more: failures are told once in a while only, but always acted on.
      disk.occupy();
      await writeUntilRefused(client);
      disk.free();
      using last = await server.connect();
      await until("the log is written again", async () => await info(last, "aof_last_write_status") === "ok");
      assertEquals(await last.ask("SET", "another", "2"), "OK");
      const expected = await digest(last);
      // A last fsync may be under way with `everysec`.
      if (appendfsync === "everysec") await server.stop();
      else await server.kill();
      await server.start();
      assertEquals(await digestOf(server), expected);
    },
  });
}

Deno.test({
  name: "disk full: a snapshot and a rewrite fail, and leave the files as they were",
  ignore,
  async fn() {
    using disk = new SmallDisk();
    await using server = await startServer({
      config: on(disk.path, {
        appendonly: true,
        appendfsync: "always",
        rdbcompression: false,
        save: [3600, 100],
      }),
    });
    using client = await server.connect();
    await client.ask("SET", "a", "1");
    assertEquals(await client.ask("SAVE"), "OK");
    const old = await Deno.readFile(`${disk.path}/dump.rdb`);
    await client.ask("DEBUG", "POPULATE", 4000, "filler", 500);
    for (const [command, status] of [["SAVE", "ok"], ["BGSAVE", "err"]]) {
      await client.call(command);
      await untilQuiet(client);
      assertEquals(await info(client, "rdb_last_bgsave_status"), status);
      assertEquals(await Deno.readFile(`${disk.path}/dump.rdb`), old);
    }
    await assertRejects(() => client.ask("SET", "a", "2"), ReplyError, "MISCONF Redis is configured to save");
    await client.ask("CONFIG", "SET", "save", "");
    await client.ask("BGREWRITEAOF");
    await untilQuiet(client);
    assertEquals(await info(client, "aof_last_bgrewrite_status"), "err");
    assertEquals(await client.ask("SET", "a", "2"), "OK");
    assertEquals(filesIn(disk.path).filter((name) => name.includes("temp")), []);
    await server.kill();
    await server.start();
    using after = await server.connect();
    assertEquals([await after.ask("GET", "a"), await after.ask("DBSIZE")], ["2", 1]);
    await after.ask("BGREWRITEAOF");
    await untilQuiet(after);
    assertEquals(await info(after, "aof_last_bgrewrite_status"), "ok");
    assertEquals(await after.ask("SET", "b", "1"), "OK");
    await server.kill();
    await server.start();
    using last = await server.connect();
    assertEquals([await last.ask("GET", "a"), await last.ask("GET", "b")], ["2", "1"]);
  },
});
