import { Client } from "../client.ts";
import type { BenchOptions } from "../options.ts";
import { makeDirectory, type Server, type ServerName, withServer } from "../servers.ts";
import {
  fill,
  isSaving,
  loggedSeconds,
  NAMES,
  noRounds,
  requireKeys,
  type Rounds,
  sleep,
  turnsOf,
} from "./data.ts";
import type { Limit, Line } from "./line.ts";

/** Milliseconds between two looks at whether a BGSAVE has ended. */
const SAVE_POLL = 3;
const LOADING: Limit[] = [{ of: "ratio", atMost: 1.5 }];
const SAVING: Limit[] = [{ of: "ratio", atMost: 2 }];
/** A log of single commands from its first to its last. */
const LOGGING = ["--appendonly", "yes", "--appendfsync", "no", "--auto-aof-rewrite-percentage", "0"];

/** One way to keep data, and what loading it took. */
interface Kind {
  name: string;
  extra: string[];
  directories: Record<ServerName, string>;
  seconds: Rounds;
  logged: Rounds;
}

/** Loading a snapshot and an append-only file, and BGSAVE. */
export async function measureFiles(options: BenchOptions, progress: (text: string) => void): Promise<Line[]> {
  const empty = { extra: [], directories: directories() };
  const kinds = [kind("RDB", []), kind("AOF", LOGGING)];
  const saving = noRounds();
  for (const name of NAMES) {
    progress(`${options.keys} keys in files of ${name}`);
    await withServer(name, kinds[0], (server) => writeSnapshots(server, options, saving[name]));
    await withServer(name, kinds[1], (server) => fill(server, options.keys));
  }
  for (let round = 0; round < options.rounds; round++) {
    progress(`round ${round + 1}/${options.rounds} of loading`);
    for (const name of turnsOf(round)) {
      const start = await withServer(name, empty, ({ startup }) => Promise.resolve(startup));
      for (const each of kinds) {
        await withServer(name, each, (server) => noteLoading(server, start, each, options.keys));
      }
    }
  }
  const line = (
    what: string,
    { "mini-redis": ours, "redis-server": reference }: Rounds,
    limits?: Limit[],
  ): Line => ({
    what,
    unit: "s",
    ours,
    reference,
    limits,
  });
  return [
    ...kinds.flatMap(({ name, seconds, logged }) => [
      line(`loading an ${name}`, seconds, LOADING),
      line(`loading an ${name}, by the log`, logged),
    ]),
    line("BGSAVE", saving, SAVING),
  ];
}

function directories(): Record<ServerName, string> {
  return { "mini-redis": makeDirectory(), "redis-server": makeDirectory() };
}

function kind(name: string, extra: string[]): Kind {
  return { name, extra, directories: directories(), seconds: noRounds(), logged: noRounds() };
}

/** Fills the server and has it save, once for nothing, then as often as there are rounds. */
async function writeSnapshots(
  server: Server,
  { keys, rounds }: BenchOptions,
  seconds: number[],
): Promise<void> {
  await fill(server, keys);
  await save(server);
  for (let round = 0; round < rounds; round++) seconds.push(await save(server));
}

/** Seconds that a BGSAVE takes. */
async function save(server: Server): Promise<number> {
  const client = await Client.connect(server.port);
  try {
    const start = performance.now();
    await client.command("BGSAVE");
    while (await isSaving(client)) await sleep(SAVE_POLL);
    return (performance.now() - start) / 1000;
  } finally {
    client.close();
  }
}

async function noteLoading(server: Server, emptyStart: number, kind: Kind, keys: number): Promise<void> {
  await requireKeys(server, keys);
  kind.seconds[server.name].push((server.startup - emptyStart) / 1000);
  kind.logged[server.name].push(loggedSeconds(server.log()));
}
