import { assert, assertEquals, assertMatch } from "@std/assert";
import { genericCommands } from "../../../src/commands/generic/mod.ts";
import { hashCommands } from "../../../src/commands/hash/mod.ts";
import { memory } from "../../../src/commands/server/memory.ts";
import { memoryReport } from "../../../src/commands/server/memory_doctor.ts";
import { memoryStatistics } from "../../../src/commands/server/memory_statistics.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { ClientRegistry } from "../../../src/observability/clients.ts";
import { MemoryMeter, type RawMemoryUsage } from "../../../src/observability/memory.ts";
import { InProcess } from "../in_process.ts";

const MEGABYTE = 1024 * 1024;

function start(): InProcess {
  return new InProcess([memory, ...genericCommands, ...hashCommands, ...stringCommands]);
}

/** A meter of a server whose data took these bytes, one reading after the other; all but the first are read. */
function meterOf(readings: readonly number[], usage: Partial<RawMemoryUsage> = {}): MemoryMeter {
  let time = 0;
  let index = 0;
  const raw = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, ...usage };
  const meter = new MemoryMeter(() => time, () => readings[index], () => raw);
  for (index = 1; index < readings.length; index++) {
    time += 1000;
    meter.figures();
  }
  index = readings.length - 1;
  return meter;
}

Deno.test("memory: USAGE is believable", () => {
  const session = start();
  const usage = (key: string) => Number(session.run(`MEMORY USAGE ${key}`));
  session.run(["SET", "short", "v"]);
  session.run(["SET", "long", "v".repeat(100_000)]);
  assert(usage("short") > 10 && usage("short") < 150);
  assert(usage("long") > 100_000 && usage("long") < 150_000);
  const before = usage("short");
  session.run("EXPIRE short 100");
  assert(usage("short") > before);
  session.run("HSET h f v");
  const small = usage("h");
  for (let i = 0; i < 1000; i++) session.run(`HSET h field:${i} value:${i}`);
  assert(small < 1000 && usage("h") > 18_000 && usage("h") < 300_000);
  assertEquals(session.run("MEMORY USAGE missing"), null);
});

Deno.test("memory: STATS adds up", () => {
  const session = start();
  session.run("MSET a 1 b 2");
  session.run("EXPIRE a 100");
  const meter = meterOf([1000, 9000, 5000], {
    rss: 40_000,
    heapTotal: 20_000,
    heapUsed: 10_000,
    external: 500,
  });
  const fields = memoryStatistics({
    clients: new ClientRegistry(),
    keyspace: session.keyspace,
    memory: meter,
    replication: { stream: { backlog: null } },
  });
  const value = (name: string) => {
    const field = fields.find((one) => one.name === name);
    return field === undefined || field.kind === "database" ? NaN : field.value;
  };
  assertEquals(value("peak.allocated"), 9000);
  assertEquals(value("total.allocated"), 5000);
  assertEquals(value("startup.allocated"), 1000);
  assertEquals(value("overhead.total") + value("dataset.bytes"), 5000);
  assertEquals(value("keys.count"), 2);
  assertEquals(value("keys.bytes-per-key"), 2000);
  assertEquals(value("dataset.percentage"), value("dataset.bytes") * 100 / 4000);
  assertEquals(value("peak.percentage"), 5000 * 100 / 9000);
  assertEquals(value("allocator.allocated"), 10_500);
  assertEquals(value("fragmentation.bytes"), 35_000);
  assertEquals(fields.filter(({ kind }) => kind === "database").map(({ name }) => name), ["db.0"]);
});

Deno.test("memory: DOCTOR", () => {
  const report = (readings: readonly number[], usage?: Partial<RawMemoryUsage>) =>
    memoryReport({ clients: new ClientRegistry(), memory: meterOf(readings, usage) });
  assertMatch(report([0, 1000]), /^Hi Sam, this instance is empty/);
  const healthy = { rss: 25 * MEGABYTE, heapTotal: 24 * MEGABYTE, heapUsed: 23 * MEGABYTE };
  assertMatch(report([0, 20 * MEGABYTE], healthy), /^Hi Sam, I can't find any memory issue/);
  const ill = report([0, 100 * MEGABYTE, 20 * MEGABYTE], {
    rss: 200 * MEGABYTE,
    heapTotal: 60 * MEGABYTE,
    heapUsed: 20 * MEGABYTE,
  });
  assertMatch(ill, /^Sam, I detected a few issues/);
  for (const issue of ["Peak memory", "High total RSS", "High allocator frag", "High process RSS"]) {
    assert(ill.includes(` * ${issue}`), issue);
  }
  assert(!ill.includes("Big client buffers"));
});
