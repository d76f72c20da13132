/** Start time and memory of the library in a Deno process, as measure.mjs has them for Node. Prints JSON. */
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import type { startServer } from "../../src/embedding/mod.ts";

const STARTS = 10;
const KEYS = 10_000;

let start: typeof startServer;

/** Resident memory of this process in bytes (Linux). */
function residentBytes(): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))!;
  return Number(kibibytes[1]) * 1024;
}

async function measureMemory(): Promise<{ started: number; filled: number }> {
  const before = residentBytes();
  // Now only: what is loaded counts.
  ({ startServer: start } = await import("../../src/embedding/mod.ts"));
  const server = await start();
  const client = new Redis(server.url);
  await client.ping();
  const started = residentBytes() - before;
  for (let i = 0; i < KEYS; i += 100) {
    await client.mset(Array.from({ length: 200 }, (_, j) => j % 2 ? "x".repeat(100) : `key:${i + j / 2}`));
  }
  const filled = residentBytes() - before;
  client.disconnect();
  await server.stop();
  return { started, filled };
}

async function measureStarts(): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const begin = performance.now();
    const server = await start();
    const client = new Redis(server.url);
    await client.ping();
    times.push(performance.now() - begin);
    client.disconnect();
    await server.stop();
  }
  return times;
}

const memory = await measureMemory();
console.log(JSON.stringify({ startTimes: await measureStarts(), memory, features: {} }));
