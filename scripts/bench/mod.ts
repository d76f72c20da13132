/**
 * `deno task bench`: mini-redis beside redis-server, in throughput, latency, CPU time and memory.
 * Each table is a file of its own; the first two are run when the command line names none.
 */
import { connections } from "./connections.ts";
import { loopHold } from "./loop_hold.ts";
import { memory } from "./memory.ts";
import { persistence } from "./persistence.ts";
import { replication } from "./replication.ts";
import { runTables } from "./runner.ts";
import { tenMillion } from "./ten_million.ts";
import { throughput } from "./throughput.ts";

await runTables([throughput, memory, connections, loopHold, tenMillion, persistence, replication], Deno.args);
