import { runCommand } from "../client.ts";
import type { BenchOptions } from "../options.ts";
import { runBenchmark } from "../redis_benchmark.ts";
import { makeDirectory, type Server, withServer } from "../servers.ts";
import { median } from "../statistics.ts";
import { NAMES, noRounds, type Rounds, turnsOf } from "./data.ts";
import type { Limit, Line } from "./line.ts";

const DEPTHS = [1, 16];
const WARM_UP_REQUESTS = 10_000;
/** Seconds that a run should last about; with `everysec` some syncs should fall into it. */
const RUN_SECONDS = 3;
const QUICK_SECONDS = 0.3;
const LEAST_REQUESTS = 2000;
const VALUE_SIZE = 3;

/** A setting of the append-only file, and what it is to reach. */
interface Policy {
  name: string;
  extra: string[];
  limits: Limit[];
}

const LOGGING = ["--auto-aof-rewrite-percentage", "0", "--appendonly", "yes", "--appendfsync"];
const POLICIES: Policy[] = [
  { name: "appendonly no", extra: [], limits: [] },
  {
    name: "everysec",
    extra: [...LOGGING, "everysec"],
    limits: [{ of: "ratio", atLeast: 1 }, { of: "own", atLeast: 0.95 }],
  },
  { name: "always", extra: [...LOGGING, "always"], limits: [{ of: "ratio", atLeast: 1 }] },
];

/** One server with one policy. */
interface Subject {
  policy: Policy;
  server: Server;
}

/** SETs a second with every policy and depth. All servers are up at the same time and take turns. */
export function measureAppending(options: BenchOptions, progress: (text: string) => void): Promise<Line[]> {
  return withSubjects(POLICIES, [], async (subjects) => {
    const lines: Line[] = [];
    for (const depth of DEPTHS) {
      const rates = await measureDepth(subjects, depth, options, progress);
      const base = rates.get(POLICIES[0])!["mini-redis"];
      for (const [policy, { "mini-redis": ours, "redis-server": reference }] of rates) {
        const { name, limits } = policy;
        const line = { what: `SET, depth ${depth}, ${name}`, unit: "req/s", ours, reference, limits };
        lines.push(policy === POLICIES[0] ? line : { ...line, base });
      }
    }
    return lines;
  });
}

/** Runs `use` with a pair of servers for each policy. */
function withSubjects<T>(
  [policy, ...rest]: readonly Policy[],
  subjects: readonly Subject[],
  use: (subjects: readonly Subject[]) => Promise<T>,
): Promise<T> {
  if (policy === undefined) return use(subjects);
  const { extra } = policy;
  const directories = { "mini-redis": makeDirectory(), "redis-server": makeDirectory() };
  const [ours, theirs] = NAMES.map((name) => (next: (server: Server) => Promise<T>) =>
    withServer(name, { extra, directories }, next)
  );
  return ours((our) =>
    theirs((their) => {
      const pair = [our, their].map((server) => ({ policy, server }));
      return withSubjects(rest, [...subjects, ...pair], use);
    })
  );
}

async function measureDepth(
  subjects: readonly Subject[],
  depth: number,
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<Map<Policy, Rounds>> {
  const rates = new Map(POLICIES.map((policy) => [policy, noRounds()]));
  const requests = await calibrate(subjects, depth, options.quick);
  for (let round = 0; round < options.rounds; round++) {
    progress(`round ${round + 1}/${options.rounds} of SET, depth ${depth}`);
    for (const policy of POLICIES) {
      const pair = subjects.filter((each) => each.policy === policy);
      for (const name of turnsOf(round)) {
        const { server } = pair.find((each) => each.server.name === name)!;
        rates.get(policy)![name].push(await rateOf(server, depth, requests.get(policy)!));
      }
    }
  }
  return rates;
}

/** Requests of a run of the wanted length for each policy, by what both servers do, which are warm after that. */
async function calibrate(
  subjects: readonly Subject[],
  depth: number,
  quick: boolean,
): Promise<Map<Policy, number>> {
  const requests = new Map<Policy, number>();
  for (const policy of POLICIES) {
    const rates: number[] = [];
    for (const { server } of subjects.filter((each) => each.policy === policy)) {
      rates.push(await rateOf(server, depth, WARM_UP_REQUESTS * depth));
    }
    const wanted = median(rates) * (quick ? QUICK_SECONDS : RUN_SECONDS);
    requests.set(policy, Math.round(Math.max(wanted, LEAST_REQUESTS)));
  }
  return requests;
}

/** SETs a second of 50 clients. */
async function rateOf(server: Server, depth: number, requests: number): Promise<number> {
  await runCommand(server.port, "FLUSHALL");
  const [sample] = await runBenchmark(server, {
    test: ["-t", "set"],
    requests,
    depth,
    size: VALUE_SIZE,
    keyspace: 0,
  });
  return sample.requestsPerSecond;
}
