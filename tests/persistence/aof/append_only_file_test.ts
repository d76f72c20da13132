import { assert, assertEquals } from "@std/assert";
import { datasetDigest } from "../../../src/commands/server/dataset_digest.ts";
import { type AofOptions, AppendOnlyFile } from "../../../src/persistence/aof/append_only_file.ts";
import { CommandImageWriter } from "../../../src/persistence/aof/command_image.ts";
import { AofDirectory } from "../../../src/persistence/aof/directory.ts";
import { type Disk, systemDisk } from "../../../src/persistence/aof/disk.ts";
import type { BaseFormat } from "../../../src/persistence/aof/manifest.ts";
import { RewriteJob } from "../../../src/persistence/aof/rewrite.ts";
import { RdbFileWriter } from "../../../src/persistence/rdb/file_writer.ts";
import { type ImageWriter, Snapshot } from "../../../src/persistence/snapshot.ts";
import { ManualClock } from "../../../src/util/clock.ts";
import { LoopTime } from "../../../src/util/loop_time.ts";
import type { InProcess } from "../../commands/in_process.ts";
import { CrashingDisk } from "./crashing_disk.ts";
import { turn } from "./fake_log_file.ts";
import { digestAfter, emptySession, LineRecord, loadLog, NAMES, TemporaryDirectory } from "./load_log.ts";

const EMPTY = "0".repeat(40);

/** A server with an append-only file, as far as this needs one. */
class LoggedSession {
  readonly session: InProcess = emptySession();
  readonly log = new LineRecord();
  readonly told: string[] = [];
  readonly clock = new ManualClock();
  readonly file: AppendOnlyFile;
  readonly options: { -readonly [K in keyof AofOptions]: AofOptions[K] };
  /** What is in the log, if nothing is lost. */
  digest = EMPTY;

  constructor(root: string, disk: Disk = systemDisk, format: BaseFormat = "aof") {
    this.options = {
      // With everysec a sync may hold writes back.
      policy: "no",
      timestamps: false,
      format,
      keepsHistory: false,
      rewritePercentage: 100,
      rewriteMinimumSize: 1000,
    };
    this.file = new AppendOnlyFile({
      directory: new AofDirectory(NAMES, root, disk),
      clock: this.clock,
      log: this.log,
      listener: {
        onError: (message) => this.told.push(message),
        onRecovered: (message) => this.told.push(message),
        onNotice: (message) => this.told.push(message),
      },
      options: () => this.options,
      skipsSync: () => false,
    });
    this.session.dispatcher.propagator = this.file;
  }

  start(): void {
    this.file.readManifest(true);
    this.file.openAtStart(0, 0, (path, format) => this.writeImage(path, format));
  }

  run(...commands: string[]): void {
    this.write(...commands);
    const { log, state } = this.file;
    if (state === "on" && log!.dirty === 0) this.digest = datasetDigest(this.session.keyspace);
  }

  /** As {@link run}, without noting the digest, which takes its time. */
  write(...commands: string[]): void {
    for (const command of commands) this.session.run(command);
    this.file.log?.flush();
  }

  newImage(format: BaseFormat): ImageWriter {
    if (format === "aof") return new CommandImageWriter();
    return new RdbFileWriter({
      compress: true,
      checksum: true,
      clocks: null,
      now: this.clock.now(),
      usedMemory: 0,
      isAofBase: true,
      functions: [],
    });
  }

  writeImage(path: string, format: BaseFormat): void {
    const image = this.newImage(format);
    const chunks: Uint8Array[] = [];
    new Snapshot(this.session.keyspace, image).complete(() => {
      for (let bytes = image.take(); bytes !== null; bytes = image.take()) chunks.push(bytes);
    });
    Deno.writeFileSync(path, new Uint8Array(chunks.flatMap((chunk) => [...chunk])));
  }

  /** A whole rewrite, with `meanwhile` while the image is being written. */
  rewrite(meanwhile: () => void): boolean {
    const rewrite = this.file.beginRewrite();
    if (rewrite === null) return false;
    this.writeImage(rewrite.temporaryPath, rewrite.format);
    meanwhile();
    this.file.directory.disk.rename(rewrite.temporaryPath, rewrite.basePath);
    return this.file.completeRewrite();
  }

  /** Ends everything, so that nothing of this process is left. */
  async end(): Promise<void> {
    await this.file.log?.close();
  }
}

function listOf(root: string): string[] {
  return [...Deno.readDirSync(`${root}/appendonlydir`)].map(({ name }) => name).sort();
}

function manifestOf(root: string): string {
  return Deno.readTextFileSync(`${root}/appendonlydir/appendonly.aof.manifest`);
}

Deno.test("append-only file: a start makes base, incremental file and manifest, the next one goes on", async () => {
  using directory = new TemporaryDirectory();
  const first = new LoggedSession(directory.path, systemDisk, "rdb");
  first.start();
  first.run("SET a 1", "SELECT 2", "RPUSH list x");
  await first.end();
  assertEquals(listOf(directory.path), [
    "appendonly.aof.1.base.rdb",
    "appendonly.aof.1.incr.aof",
    "appendonly.aof.manifest",
  ]);
  assertEquals(
    manifestOf(directory.path),
    "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
  );
  assertEquals(loadLog(directory.path).digest, first.digest);
  const second = new LoggedSession(directory.path);
  second.start();
  assert(second.log.has("Opening AOF incr file appendonly.aof.1.incr.aof on server start"));
  second.session.run("SELECT 3");
  second.run("SET b 1");
  await second.end();
  const loaded = loadLog(directory.path);
  assertEquals(loaded.digest, digestAfter(["SET a 1", "SELECT 2", "RPUSH list x", "SELECT 3", "SET b 1"]));
});

Deno.test("append-only file: files are the owner's alone", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using directory = new TemporaryDirectory();
  const { umask } = Deno;
  const before = umask(0);
  try {
    const server = new LoggedSession(directory.path);
    server.start();
    await server.end();
    const path = `${directory.path}/appendonlydir`;
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o700);
    for (const name of ["appendonly.aof.1.incr.aof", "appendonly.aof.manifest"]) {
      assertEquals(Deno.statSync(`${path}/${name}`).mode! & 0o777, 0o600);
    }
  } finally {
    umask(before);
  }
});

Deno.test("append-only file: a rewrite replaces the files before", async () => {
  using directory = new TemporaryDirectory();
  const server = new LoggedSession(directory.path);
  server.start();
  for (let i = 0; i < 100; i++) server.run("INCR counter", `SET key:${i % 7} ${i}`);
  const sizeBefore = server.file.log!.totalSize;
  assert(server.rewrite(() => server.run("INCR counter", "SELECT 5", "SET other 1")));
  server.run("INCR counter");
  assertEquals(listOf(directory.path), [
    "appendonly.aof.2.base.aof",
    "appendonly.aof.2.incr.aof",
    "appendonly.aof.manifest",
  ]);
  const { file } = server;
  assertEquals(file.log!.totalSize, file.directory.totalSize(file.manifest));
  assert(file.log!.totalSize < sizeBefore && file.baseSize < sizeBefore);
  assertEquals([file.rewrites, file.consecutiveFailures, file.lastRewriteFailed, file.rewrite], [
    1,
    0,
    false,
    null,
  ]);
  assertEquals(file.lastRewriteSeconds, 0);
  await server.end();
  assertEquals(loadLog(directory.path).digest, server.digest);
  for (
    const words of [
      "Creating AOF incr file appendonly.aof.2.incr.aof on background rewrite",
      "Background append only file rewriting started by pid",
      "Background AOF rewrite terminated with success",
      "Removing the history file appendonly.aof.1.base.aof",
      "Background AOF rewrite finished successfully",
    ]
  ) assert(server.log.has(words), words);
});

Deno.test("append-only file: history is kept if it is to be", async () => {
  using directory = new TemporaryDirectory();
  const server = new LoggedSession(directory.path);
  server.options.keepsHistory = true;
  server.start();
  server.run("SET a 1");
  assert(server.rewrite(() => {}));
  assert(server.rewrite(() => {}));
  assertEquals(server.file.manifest.history.length, 4);
  assertEquals(listOf(directory.path).length, 7);
  await server.end();
  const next = new LoggedSession(directory.path);
  next.start();
  assertEquals(listOf(directory.path).length, 3);
  await next.end();
  assertEquals(loadLog(directory.path).digest, server.digest);
});

Deno.test("append-only file: rewrites that fail leave small files behind, which all count", async () => {
  using directory = new TemporaryDirectory();
  const server = new LoggedSession(directory.path);
  server.start();
  for (let i = 0; i < 3; i++) {
    server.run(`SET a${i} 1`);
    assert(server.file.beginRewrite() !== null);
    server.run("INCR meanwhile");
    server.file.failRewrite("No space left on device");
  }
  const { file } = server;
  assertEquals([file.consecutiveFailures, file.lastRewriteFailed, file.manifest.increments.length], [
    3,
    true,
    4,
  ]);
  assertEquals(file.log!.totalSize, file.directory.totalSize(file.manifest));
  assertEquals(loadLog(directory.path).digest, server.digest);
  assert(file.isLimited());
  assert(server.log.has("has repeatedly failed and triggered the limit, will retry in 1 minutes"));
  assert(server.rewrite(() => server.run("SET b 1")));
  assertEquals([file.consecutiveFailures, file.manifest.increments.length], [0, 1]);
  await server.end();
  assertEquals(loadLog(directory.path).digest, server.digest);
});

Deno.test("append-only file: a crash between any two steps of a rewrite leaves the right data", async () => {
  for (const format of ["aof", "rdb"] as const) {
    let finished = false;
    for (let fatal = 0; !finished; fatal++) {
      using directory = new TemporaryDirectory();
      const disk = new CrashingDisk(fatal);
      const server = new LoggedSession(directory.path, disk, format);
      try {
        server.start();
        server.run("SET a 1");
        server.run("SELECT 1", "SADD set a b c");
        assert(server.rewrite(() => server.run("SET b 2")));
        server.run("INCR a");
        assert(server.rewrite(() => server.run("DEL b")));
        server.run("INCR a");
        finished = !disk.crashed;
      } catch (error) {
        if (!disk.crashed) throw error;
      }
      assertEquals(disk.crashed, !finished);
      assertEquals(loadLog(directory.path).digest || EMPTY, server.digest, `${format}, operation ${fatal}`);
      await restartAndCheck(directory.path, server.digest);
      await server.end();
    }
  }
});

/** Another server goes on with what a crash left, and rewrites it. */
async function restartAndCheck(root: string, digest: string): Promise<void> {
  const loaded = loadLog(root);
  const next = new LoggedSession(root);
  next.file.readManifest(true);
  next.session.keyspace.sink = null;
  const fill = loadLog(root, { session: next.session });
  next.session.dispatcher.propagator = next.file;
  assertEquals(fill.digest, loaded.digest);
  next.file.openAtStart(
    fill.result.totalSize,
    fill.result.baseSize,
    (path, format) => next.writeImage(path, format),
  );
  next.run("SET afterwards 1");
  assert(next.rewrite(() => next.run("SET meanwhile 1")));
  await next.end();
  const final = loadLog(root);
  assertEquals(final.digest, next.digest);
  final.session.run("DEL afterwards meanwhile");
  assertEquals(datasetDigest(final.session.keyspace), digest);
}

Deno.test("append-only file: a crash while the log is switched on leaves no log or the whole one", async () => {
  let finished = false;
  for (let fatal = 0; !finished; fatal++) {
    using directory = new TemporaryDirectory();
    const disk = new CrashingDisk(fatal);
    const server = new LoggedSession(directory.path, disk);
    server.session.run("SET a 1");
    try {
      server.file.enable();
      assert(server.file.rewriteScheduled);
      assert(server.rewrite(() => server.run("SET b 1")));
      assertEquals(server.file.state, "on");
      server.run("SET c 1");
      finished = !disk.crashed;
    } catch (error) {
      if (!disk.crashed) throw error;
    }
    const { digest, result } = loadLog(directory.path);
    const complete = digestAfter(["SET a 1", "SET b 1"]);
    if (result.status === "none") assertEquals([server.digest, finished], [EMPTY, false]);
    else assertEquals(digest, finished ? server.digest : complete, `operation ${fatal}`);
    await server.end();
  }
});

Deno.test("append-only file: it is switched off and on again", async () => {
  using directory = new TemporaryDirectory();
  const server = new LoggedSession(directory.path);
  server.start();
  server.run("SET a 1");
  server.file.disable();
  assertEquals([server.file.state, server.file.log], ["off", null]);
  assertEquals(loadLog(directory.path).digest, server.digest);
  server.run("SET unlogged 1");
  // A rewrite while it is off makes a base of everything.
  assert(server.rewrite(() => {}));
  assertEquals(loadLog(directory.path).digest, datasetDigest(server.session.keyspace));
  server.file.enable();
  const rewrite = server.file.beginRewrite()!;
  server.run("SET meanwhile 1");
  server.file.failRewrite(null);
  assertEquals([server.file.state, server.file.log, server.file.rewriteScheduled], ["waiting", null, true]);
  assertEquals([server.file.consecutiveFailures, rewrite.format], [0, "aof"]);
  assert(server.rewrite(() => server.run("SET again 1")));
  assertEquals(server.file.state, "on");
  server.run("SET last 1");
  assertEquals(loadLog(directory.path).digest, server.digest);
  assert(server.file.close());
  await turn();
});

Deno.test("append-only file: a rewrite does not begin while something can't be written", async () => {
  using directory = new TemporaryDirectory();
  const disk = Object.create(systemDisk) as { -readonly [K in keyof Disk]: Disk[K] };
  let room = Infinity;
  disk.open = (path, anew) => {
    const file = systemDisk.open(path, anew);
    const { writeSync } = file;
    file.writeSync = (bytes) => {
      if (room === 0) throw new Error("No space left on device (os error 28)");
      return writeSync.call(file, bytes.subarray(0, room));
    };
    return file;
  };
  const server = new LoggedSession(directory.path, disk);
  server.start();
  server.run("SET a 1");
  const { digest } = server;
  room = 0;
  server.run("SET b 1");
  assertEquals(server.file.log!.lastError, "No space left on device");
  assertEquals(server.file.beginRewrite(), null);
  assert(server.log.has("Can't rewrite the append only file: No space left on device"));
  assertEquals(loadLog(directory.path).digest, digest);
  room = Infinity;
  assert(server.rewrite(() => {}));
  await server.end();
  assertEquals(loadLog(directory.path).digest, datasetDigest(server.session.keyspace));
});

Deno.test("append-only file: a manifest that can't be written leaves the old one in force", async () => {
  for (const step of ["writeDurably", "rename", "syncDirectory"] as const) {
    using directory = new TemporaryDirectory();
    const disk = Object.create(systemDisk) as { -readonly [K in keyof Disk]: Disk[K] };
    let fails = false;
    const original = systemDisk[step] as (...args: unknown[]) => void;
    (disk as unknown as Record<string, unknown>)[step] = (...args: unknown[]) => {
      if (fails && String(args.join()).includes("appendonlydir")) {
        throw new Error("Input/output error (os error 5)");
      }
      original.apply(systemDisk, args);
    };
    const server = new LoggedSession(directory.path, disk);
    server.start();
    server.run("SET a 1");
    fails = true;
    assertEquals(server.file.beginRewrite(), null, step);
    server.run("SET b 1");
    assertEquals(loadLog(directory.path).digest, server.digest);
    fails = false;
    const rewrite = server.file.beginRewrite()!;
    server.run("SET c 1");
    server.writeImage(rewrite.basePath, "aof");
    server.session.keyspace.database(0).delete("d");
    fails = true;
    // The image was written too late here, but what it has more is in the log as well.
    const adopted = server.file.completeRewrite();
    assertEquals(adopted, step === "syncDirectory");
    fails = false;
    server.run("SET d 1");
    assertEquals(loadLog(directory.path).digest, server.digest, step);
    // Files of the manifest that might come back are there.
    if (adopted) assertEquals(server.file.manifest.history.length, 2);
    assert(server.rewrite(() => server.run("SET e 1")));
    await server.end();
    assertEquals(loadLog(directory.path).digest, server.digest, step);
    assertEquals(listOf(directory.path).length, 3);
  }
});

Deno.test("append-only file: under always a failed write shows, and the log recovers", async () => {
  using directory = new TemporaryDirectory();
  const server = new LoggedSession(directory.path);
  server.options.policy = "always";
  server.start();
  server.session.run("SET a 1");
  await server.file.log!.flush();
  assertEquals(server.file.log!.unsynced, 0);
  assertEquals(server.file.automaticRewrite(), null);
  assert(server.rewrite(() => server.session.run("SET b 1")));
  await server.file.log!.flush();
  assertEquals(loadLog(directory.path).digest, datasetDigest(server.session.keyspace));
  await server.end();
  assertEquals(server.told, []);
});

Deno.test("rewrite job: the image is that of the beginning, with writers all along", async () => {
  for (const format of ["aof", "rdb"] as const) {
    using directory = new TemporaryDirectory();
    const server = new LoggedSession(directory.path, systemDisk, format);
    server.start();
    for (let i = 0; i < 3000; i++) server.write(`SET key:${i} ${i}`, `RPUSH large ${i}`, `SADD set ${i}`);
    const job = new RewriteJob({
      file: server.file,
      keyspace: server.session.keyspace,
      loop: new LoopTime(server.clock),
      newImage: (each) => server.newImage(each),
      syncing: () => true,
    });
    const ended = new Promise<void>((resolve) => job.onEnd = resolve);
    assert(job.begin());
    assertEquals([job.active, job.progress.total], [true, 3002]);
    let done = false;
    ended.then(() => done = true);
    for (let i = 0; !done; i++) {
      server.write(
        `SET key:${i % 4000} new`,
        `DEL key:${(i * 7) % 3000}`,
        "LPOP large",
        `SADD set n${i}`,
        "INCR count",
      );
      if (i % 50 === 0) await turn();
      server.clock.advance(1);
    }
    assertEquals([job.active, server.file.lastRewriteFailed], [false, false]);
    server.run("SET end 1");
    await server.end();
    assertEquals(loadLog(directory.path).digest, server.digest);
    assertEquals(server.file.manifest.increments.length, 1);
  }
});

Deno.test("rewrite job: it can be given up, and fail", async () => {
  using directory = new TemporaryDirectory();
  const server = new LoggedSession(directory.path);
  server.start();
  for (let i = 0; i < 2000; i++) server.write(`SET key:${i} ${i}`);
  const job = new RewriteJob({
    file: server.file,
    keyspace: server.session.keyspace,
    loop: new LoopTime(server.clock),
    newImage: (format) => server.newImage(format),
    syncing: () => false,
  });
  let ended = new Promise<void>((resolve) => job.onEnd = resolve);
  assert(job.begin());
  server.run("SET meanwhile 1");
  job.abort();
  job.abort();
  assertEquals(server.file.rewrite, null);
  await ended;
  assertEquals([job.active, server.file.consecutiveFailures], [false, 0]);
  // The place where the image should go is taken.
  Deno.mkdirSync(`${directory.path}/temp-rewriteaof-bg-${Deno.pid}.aof`);
  ended = new Promise<void>((resolve) => job.onEnd = resolve);
  assert(job.begin());
  await ended;
  assertEquals([server.file.lastRewriteFailed, server.file.consecutiveFailures], [true, 1]);
  assert(server.log.has("Background AOF rewrite terminated with error"));
  await server.end();
  assertEquals(loadLog(directory.path).digest, datasetDigest(server.session.keyspace));
});
