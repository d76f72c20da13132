import { keyHashSlot } from "../../../src/util/crc16.ts";
import { pipeline, runCommand } from "../client.ts";
import type { BenchOptions } from "../options.ts";
import { noRounds, type Rounds, turnsOf } from "../persistence/data.ts";
import type { Line } from "../persistence/line.ts";
import type { ServerName } from "../servers.ts";
import { BenchCluster, redisCli } from "./bench_cluster.ts";

const EMPTY_SLOTS = 1000;
const QUICK_EMPTY_SLOTS = 200;
const FILLED_SLOTS = 100;
const QUICK_FILLED_SLOTS = 20;
/** Keys in each filled slot, and bytes of their values. */
const KEYS = 500;
const VALUE = "x".repeat(32);

/** Slots and keys that a second moves from one master to another. */
export async function measureResharding(
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<Line[]> {
  const slots = noRounds();
  const keys = noRounds();
  for (let round = 0; round < options.rounds; round++) {
    for (const name of turnsOf(round)) {
      progress(`round ${round + 1}/${options.rounds} of resharding, ${name}`);
      await BenchCluster.with(name, 0, [], (cluster) => measure(name, cluster, options, slots, keys));
    }
  }
  const line = (what: string, unit: string, rounds: Rounds): Line => ({
    what,
    unit,
    ours: rounds["mini-redis"],
    reference: rounds["redis-server"],
  });
  return [
    line("resharding, empty slots", "slots/s", slots),
    line(`resharding, slots of ${KEYS} keys`, "keys/s", keys),
  ];
}

async function measure(
  name: ServerName,
  cluster: BenchCluster,
  { quick }: BenchOptions,
  slots: Rounds,
  keys: Rounds,
): Promise<void> {
  const empty = quick ? QUICK_EMPTY_SLOTS : EMPTY_SLOTS;
  const filled = quick ? QUICK_FILLED_SLOTS : FILLED_SLOTS;
  const [from, to] = cluster.servers;
  slots[name].push(empty / await reshard(cluster, empty));
  // The lowest slots go first, and the lowest ones that are left are these.
  const tags = tagsOf(empty, filled);
  await pipeline(from.port, filled * KEYS, (i) => ["SET", `{${tags[i % filled]}}${i}`, VALUE]);
  keys[name].push(filled * KEYS / await reshard(cluster, filled));
  const moved = await runCommand(to.port, "DBSIZE");
  if (moved !== filled * KEYS) {
    throw new Error(`${name}: ${moved} keys have moved instead of ${filled * KEYS}`);
  }
}

/** Seconds that moving so many slots from the first node to the second takes. */
async function reshard(cluster: BenchCluster, slots: number): Promise<number> {
  const [from, to] = cluster.servers;
  const ends = ["--cluster-from", await cluster.idOf(from), "--cluster-to", await cluster.idOf(to)];
  const start = performance.now();
  await redisCli(
    "reshard",
    `127.0.0.1:${from.port}`,
    ...ends,
    "--cluster-slots",
    String(slots),
    "--cluster-yes",
  );
  return (performance.now() - start) / 1000;
}

/** A hash tag for each of `count` slots from `first` on. */
function tagsOf(first: number, count: number): string[] {
  const tags: string[] = [];
  for (let i = 0, found = 0; found < count; i++) {
    const slot = keyHashSlot(String(i)) - first;
    if (slot < 0 || slot >= count || tags[slot] !== undefined) continue;
    tags[slot] = String(i);
    found++;
  }
  return tags;
}
