/**
 * What the library costs: starting and stopping a server, memory, snapshots and rollbacks. Prints one line for each figure.
 *
 * deno run --allow-all --v8-flags=--expose-gc scripts/bench/embedding.ts
 */
import { startServer } from "../../src/embedding/mod.ts";

const SERVERS = 20;
const ROUNDS = 10;

declare const gc: () => void;

function print(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(52)} ${value.toFixed(value < 10 ? 2 : 0).padStart(7)} ${unit}`);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Resident memory in MiB after a collection. */
function resident(): number {
  gc();
  return Deno.memoryUsage().rss / 2 ** 20;
}

async function measureStarts(): Promise<void> {
  const starts: number[] = [];
  const stops: number[] = [];
  for (let i = 0; i < SERVERS; i++) {
    const start = performance.now();
    const server = await startServer();
    await server.call("PING");
    starts.push(performance.now() - start);
    stops.push(await time(() => server.stop()));
  }
  print("start to the first reply, first server", starts[0], "ms");
  print(`… median of ${SERVERS}`, median(starts), "ms");
  print("stop, median", median(stops), "ms");
  const before = resident();
  const servers = await Promise.all(Array.from({ length: SERVERS }, () => startServer()));
  for (const server of servers) await server.call("SET", "key", "value");
  print("memory of a server with one key", (resident() - before) / SERVERS, "MiB");
  for (const server of servers) await server.stop();
}

async function measureRollback(title: string, keys: number, count: number, command: string[]): Promise<void> {
  await using server = await startServer();
  for (let i = 0; i < keys; i++) await server.call("HSET", `hash:${i}`, "a", 1, "b", 2);
  for (let i = 0; i < keys; i++) await server.call("SET", `text:${i}`, "a value of some twenty bytes");
  await server.snapshot();
  const [name, prefix, ...rest] = command;
  const change = async () => {
    for (let i = 0; i < count; i++) await server.call(name, `${prefix}${i}`, ...rest);
  };
  const changes: number[] = [];
  const rollbacks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    changes.push(await time(change));
    rollbacks.push(await time(() => server.rollback()));
  }
  print(`${title}: call`, median(changes) / count * 1000, "µs");
  print(`${title}: rollback a key`, median(rollbacks) / count * 1000, "µs");
}

const imported = performance.now();
print("process start to library loaded", imported, "ms");
await measureStarts();
await measureRollback("SET of 1,000 of 20,000 keys", 10_000, 1000, ["SET", "text:", "changed"]);
await measureRollback("SET of 1,000 new keys", 10_000, 1000, ["SET", "new:", "value"]);
await measureRollback("HSET of 1,000 of 20,000 keys", 10_000, 1000, ["HSET", "hash:", "a", "2"]);
await measureRollback("SET of 1 key", 10_000, 1, ["SET", "text:", "changed"]);
