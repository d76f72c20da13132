/** Logs exchanged with the real redis-server, in both directions. */
import { assert, assertEquals } from "@std/assert";
import { datasetDigest, valueDigest } from "../../../src/commands/server/dataset_digest.ts";
import { AppendOnlyFile } from "../../../src/persistence/aof/append_only_file.ts";
import { CommandImageWriter } from "../../../src/persistence/aof/command_image.ts";
import { AofDirectory } from "../../../src/persistence/aof/directory.ts";
import { Snapshot } from "../../../src/persistence/snapshot.ts";
import type { InProcess } from "../../commands/in_process.ts";
import { SystemClock } from "../../../src/util/clock.ts";
import { redisAvailable, startRedis } from "../../harness.ts";
import { splitWords } from "../../support/split_words.ts";
import { emptySession, LineRecord, loadLog, NAMES, TemporaryDirectory } from "./load_log.ts";
import { sampleCommands } from "./sample_data.ts";

const ignore = !redisAvailable();

function redisConfig(dir: string, preamble: boolean): Record<string, string | boolean> {
  return {
    dir,
    "appendonly": true,
    "aof-use-rdb-preamble": preamble,
    "aof-timestamp-enabled": true,
    "appendfsync": "no",
    "enable-debug-command": "yes",
  };
}

/** The digest of each key, by database and key. */
async function digestsOf(ask: (...words: string[]) => unknown): Promise<Map<string, unknown>> {
  const digests = new Map<string, unknown>();
  for (const database of ["0", "9"]) {
    await ask("SELECT", database);
    for (const key of (await ask("KEYS", "*") as string[]).sort()) {
      digests.set(`${database} ${key}`, (await ask("DEBUG", "DIGEST-VALUE", key) as unknown[])[0]);
    }
  }
  return digests;
}

function digestsOfSession(session: InProcess): Map<string, unknown> {
  const digests = new Map<string, unknown>();
  for (const database of [0, 9]) {
    session.run(["SELECT", database]);
    for (const key of (session.run("KEYS *") as string[]).sort()) {
      digests.set(`${database} ${key}`, valueDigest(session.keyspace.database(database), key));
    }
  }
  return digests;
}

/** Writes a log with all sample data: the first half into a base, the rest into the incremental file behind it. */
async function writeOurs(root: string): Promise<string> {
  const session = emptySession();
  const log = new LineRecord();
  const file = new AppendOnlyFile({
    directory: new AofDirectory(NAMES, root),
    clock: new SystemClock(),
    log,
    listener: { onError: assert.bind(null, false), onRecovered: () => {}, onNotice: () => {} },
    options: () => ({
      policy: "no",
      timestamps: true,
      format: "aof",
      keepsHistory: false,
      rewritePercentage: 0,
      rewriteMinimumSize: 0,
    }),
    skipsSync: () => false,
  });
  const writeImage = (path: string) => {
    const image = new CommandImageWriter(1_700_000_000);
    new Snapshot(session.keyspace, image).complete(() => {
      for (let bytes = image.take(); bytes !== null; bytes = image.take()) {
        Deno.writeFileSync(path, bytes, { append: true });
      }
    });
  };
  file.readManifest(true);
  file.openAtStart(0, 0, (path) => Deno.writeFileSync(path, new Uint8Array(0)));
  session.dispatcher.propagator = file;
  const commands = sampleCommands();
  const half = commands.length / 2 | 0;
  for (const command of commands.slice(0, half)) session.run(command);
  file.log!.flush();
  const rewrite = file.beginRewrite()!;
  writeImage(rewrite.basePath);
  for (const command of commands.slice(half)) session.run(command);
  session.run("SELECT 0");
  session.run("DEL list");
  assert(file.completeRewrite());
  file.log!.flush();
  assert(file.close());
  await file.log?.close();
  return datasetDigest(session.keyspace);
}

Deno.test("redis loads our log, and redis-check-aof finds nothing wrong", { ignore }, async () => {
  using directory = new TemporaryDirectory();
  const digest = await writeOurs(directory.path);
  assertEquals(loadLog(directory.path).digest, digest);
  const check = new Deno.Command("redis-check-aof", {
    args: [`${directory.path}/appendonlydir/appendonly.aof.manifest`],
  }).outputSync();
  const report = new TextDecoder().decode(check.stdout);
  assertEquals(check.code, 0, report);
  assert(report.includes("All AOF files and manifest are valid"), report);
  await using redis = await startRedis({ config: redisConfig(directory.path, true) });
  using client = await redis.connect();
  assertEquals(
    await digestsOf((...words) => client.ask(...words)),
    digestsOfSession(loadLog(directory.path).session),
  );
  assertEquals(await client.ask("DEBUG", "DIGEST"), digest);
});

Deno.test("we load the log of a real redis", { ignore }, async () => {
  for (const preamble of [true, false]) {
    using directory = new TemporaryDirectory();
    let digest: unknown;
    {
      await using redis = await startRedis({ config: redisConfig(directory.path, preamble) });
      using client = await redis.connect();
      const commands = sampleCommands();
      const half = commands.length / 2 | 0;
      for (const [index, command] of commands.entries()) {
        await client.ask(...splitWords(command));
        if (index !== half) continue;
        await client.ask("BGREWRITEAOF");
        while (
          /aof_rewrite_(in_progress|scheduled):1/.test(String(await client.ask("INFO", "persistence")))
        ) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      await client.ask("MULTI");
      await client.ask("SET", "in", "transaction");
      await client.ask("RPUSH", "list", "in", "transaction");
      await client.ask("EXEC");
      digest = await client.ask("DEBUG", "DIGEST");
    }
    const loaded = loadLog(directory.path, { acceptsTruncated: false });
    assertEquals([loaded.result.status, loaded.digest], ["loaded", digest], loaded.log.lines.join("\n"));
  }
});
