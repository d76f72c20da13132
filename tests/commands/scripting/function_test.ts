/** Libraries are kept and handed on, and it is said that they are not run. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { dumpLibraries, isPayload, readLibraries } from "../../../src/persistence/rdb/payload.ts";
import { RdbError } from "../../../src/persistence/rdb/reader.ts";
import { redisAvailable, ReplyError, startRedis, startServer } from "../../harness.ts";
import { textOf } from "../../support/bytes.ts";
import { payload } from "../../persistence/rdb/legacy_bytes.ts";
import { until } from "../../persistence/tools.ts";

const CODE = '#!lua name=lib\nredis.register_function("f", function() return 1 end)';

Deno.test("function: payloads of libraries", () => {
  for (const texts of [[], [CODE], [CODE, "#!lua name=other\n\xff\0"]]) {
    const bytes = dumpLibraries(texts);
    assertEquals(isPayload(bytes), true);
    assertEquals(readLibraries(bytes), texts);
  }
  assertThrows(() => readLibraries(payload(0, "\x05hello")), RdbError);
  assertThrows(() => readLibraries(payload(245, "\x7fcut off")), RdbError);
});

Deno.test({
  name:
    "function: libraries of a master are kept, dumped as it dumps them, not listed, and flushed by RESTORE",
  ignore: !redisAvailable(),
  async fn() {
    await using master = await startRedis({ config: { "repl-diskless-sync-delay": 0 } });
    await using replica = await startServer({ config: { replicaof: ["127.0.0.1", master.port] } });
    using theirs = await master.connect();
    using ours = await replica.connect();
    await theirs.ask("FUNCTION", "LOAD", CODE);
    await ours.ask("REPLICAOF", "NO", "ONE");
    await ours.ask("REPLICAOF", "127.0.0.1", String(master.port));
    await until("the replica has its data", async () => {
      return String(await ours.ask("INFO", "replication")).includes("master_link_status:up");
    });
    const dumped = await theirs.ask("FUNCTION", "DUMP");
    assertEquals(await ours.ask("FUNCTION", "DUMP"), dumped);
    await assertRejects(() => ours.ask("FUNCTION", "LIST"), ReplyError, "functions are not supported yet");
    await ours.ask("REPLICAOF", "NO", "ONE");
    const restoring = () => ours.ask("FUNCTION", "RESTORE", dumpLibraries([CODE]), "REPLACE");
    await assertRejects(restoring, ReplyError, "functions are not supported yet");
    assertEquals(await ours.ask("FUNCTION", "RESTORE", dumpLibraries([]), "APPEND"), "OK");
    assertEquals(await ours.ask("FUNCTION", "DUMP"), dumped);
    assertEquals(await ours.ask("FUNCTION", "RESTORE", dumpLibraries([]), "FLUSH"), "OK");
    assertEquals(await ours.ask("FUNCTION", "DUMP"), textOf(dumpLibraries([])));
    assertEquals(await ours.ask("FUNCTION", "LIST"), []);
  },
});
