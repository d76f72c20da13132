import type { BenchTable } from "./bench_table.ts";
import { tabulate } from "./persistence/line.ts";
import { measureFailover } from "./replication/failover.ts";
import { measureFullSync } from "./replication/full_sync.ts";
import { measureResharding } from "./replication/resharding.ts";
import { measureStream } from "./replication/stream.ts";
import { runTables } from "./runner.ts";

const NOTES = [
  "Master, replica, nodes of a cluster: all of the same program, on this one machine, with redis-benchmark or redis-cli " +
  "beside them.",
  "Own: beside our own throughput without a replica. 50 clients, one key.",
  "Lag: what the master had written less what the replica had applied, both asked at the same time while eight clients " +
  "of redis-benchmark write random keys, pipelined. Catching up: from the end of that load until both are equal.",
  "SET and WAIT 1: one client, from sending both until the replica's acknowledgement is told.",
  "Full sync: from REPLICAOF on an empty replica until its link is up, diskless and without a delay. PING: to the master, " +
  "one after the other; the round trips hold the client's own pauses and the machine's.",
  "Resharding: `redis-cli --cluster reshard` between two of three masters, from its start to its end.",
  "Failover: from kill -9 of one of three masters, each with a replica, until that replica takes a write.",
];

/** Replicas and clusters: what they cost, how far they are behind, how long they take. */
export const replication: BenchTable = {
  name: "replication",
  summary: "throughput with a replica, lag, full sync, resharding, failover",
  async run(options, progress) {
    const lines = [
      ...await measureStream(options, progress),
      ...await measureFullSync(options, progress),
      ...await measureResharding(options, progress),
      ...await measureFailover(options, progress),
    ];
    return tabulate(`Replication and cluster, medians of ${options.rounds} rounds`, lines, NOTES);
  },
};

if (import.meta.main) await runTables([replication], [...Deno.args, "--tables", "replication"]);
