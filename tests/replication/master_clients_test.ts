import { assertEquals } from "@std/assert";
import { redisAvailable } from "../harness.ts";
import { digestOf, info, until } from "../persistence/tools.ts";
import { counter, startMaster, startRealReplica } from "./master_tools.ts";
import { untilEqual, untilLinked } from "./replica_tools.ts";

const ignore = !redisAvailable();

Deno.test({
  name: "redis-cli --rdb gets a snapshot that a server loads, and --replica the stream",
  ignore,
  async fn() {
    await using master = await startMaster();
    using client = await master.connect();
    await client.ask("DEBUG", "POPULATE", 5000);
    const { code } = await redisCli(master.port, "--rdb", `${master.dir}/copy.rdb`);
    assertEquals(code, 0);
    const follower = new Deno.Command("redis-cli", {
      args: ["-p", String(master.port), "--replica"],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await until("it follows", async () => /state=online/.test(String(await client.ask("INFO"))));
    await client.ask("SET", "followed", "1");
    let text = "";
    for await (const piece of follower.stdout.pipeThrough(new TextDecoderStream())) {
      if ((text += piece).includes('"followed"')) break;
    }
    follower.kill();
    await follower.status;
    await client.ask("DEL", "followed");
    await Deno.rename(`${master.dir}/copy.rdb`, `${master.dir}/dump.rdb`);
    const before = await digestOf(master);
    await client.ask("DEBUG", "RELOAD", "NOSAVE");
    assertEquals(await digestOf(master), before);
  },
});

Deno.test({
  name: "a replica without its snapshot's end begins again, and a full output buffer ends a replica",
  ignore,
  async fn() {
    await using master = await startMaster({
      "client-output-buffer-limit": ["replica", "20mb", 0, 0],
      "repl-backlog-size": "16kb",
    });
    using client = await master.connect();
    // The first snapshot would take minutes, the next one has no delay.
    await client.ask("CONFIG", "SET", "rdb-key-save-delay", 10_000);
    await client.ask("DEBUG", "POPULATE", 20_000);
    await using replica = await startRealReplica(master.port);
    await until("it is being sent", async () => await info(client, "rdb_bgsave_in_progress") === "1");
    await client.ask("CONFIG", "SET", "rdb-key-save-delay", 0);
    const value = "x".repeat(1 << 20);
    for (let i = 0; i < 25; i++) await client.ask("SET", `large:${i % 3}`, value);
    await master.waitForLog(/overcoming of output buffer limits/);
    using link = await replica.connect();
    await untilLinked(link);
    await untilEqual(master, replica);
    assertEquals(await counter(client, "sync_full"), 2);
  },
});

function redisCli(port: number, ...args: string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command("redis-cli", { args: ["-p", String(port), ...args] }).output();
}
