/**
 * Measures one subject and prints the result as JSON: `node measure.mjs NAME`. Features are tried on one
 * instance, start time and memory measured in the same process before anything else has been loaded.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { FEATURES } from "./features.mjs";
import { SUBJECTS } from "./subjects.mjs";

/** How often it is started; and keys, each with a value of 100 bytes, that memory is measured with. */
const STARTS = 10;
const KEYS = 10_000;
/** A check that takes longer has failed. */
const CHECK_LIMIT_MS = 4_000;

const start = SUBJECTS[process.argv[2]];
const memory = await measureMemory();
const startTimes = await measureStarts();
process.stdout.write(JSON.stringify({ startTimes, memory, features: await tryFeatures() }));
process.exit(0);

/** Bytes that it takes more than this process without it: when it has just started, and with keys. */
async function measureMemory() {
  globalThis.gc?.();
  const before = residentBytes([]);
  const subject = await start();
  const client = subject.client();
  await client.ping();
  const started = residentBytes(subject.pids) - before;
  for (let i = 0; i < KEYS; i += 100) {
    await client.mset(Array.from({ length: 200 }, (_, j) => j % 2 ? "x".repeat(100) : `key:${i + j / 2}`));
  }
  globalThis.gc?.();
  const filled = residentBytes(subject.pids) - before;
  client.disconnect();
  await subject.stop();
  return { started, filled };
}

/** Milliseconds from the call that starts it to the first answer to a PING. */
async function measureStarts() {
  const times = [];
  for (let i = 0; i < STARTS; i++) {
    const begin = performance.now();
    const subject = await start();
    const client = subject.client();
    await client.ping();
    times.push(performance.now() - begin);
    client.disconnect();
    await subject.stop();
  }
  return times;
}

async function tryFeatures() {
  const results = {};
  for (const [name, check] of Object.entries(FEATURES)) {
    const subject = await start();
    const clients = [subject.client()];
    const second = () => {
      const client = subject.client();
      clients.push(client);
      return client;
    };
    for (const client of clients) client.on("error", () => {});
    try {
      await clients[0].flushall();
      const outcome = check(clients[0], { ...subject, second });
      results[name] = await Promise.race([outcome, sleep(CHECK_LIMIT_MS, false)]);
    } catch (error) {
      results[name] = false;
      process.stderr.write(`${process.argv[2]}: ${name}: ${error.message}\n`);
    }
    for (const client of clients) client.disconnect();
    await subject.stop();
  }
  return results;
}

/** Resident memory of this process and others (Linux). */
function residentBytes(pids) {
  return [process.pid, ...pids].map((pid) => {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Number(kibibytes[1]) * 1024;
  }).reduce((sum, bytes) => sum + bytes);
}
