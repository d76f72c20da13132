/** INFO server. */

import { COMMIT, DIRTY } from "../../util/commit.ts";
import { REDIS_VERSION, VERSION } from "../../util/version.ts";
import type { Field, InfoSource } from "./source.ts";

const SECONDS_PER_DAY = 86_400;
const LRU_CLOCK_MASK = 0xffffff;

/** The lines of INFO server. */
export function serverSection(source: InfoSource): Field[] {
  const { clock, config, control, identity, stats } = source;
  const uptime = Math.max(0, Math.floor((clock.now() - stats.startedAt) / 1000));
  return [
    ["redis_version", REDIS_VERSION],
    ["redis_git_sha1", COMMIT],
    ["redis_git_dirty", DIRTY],
    ["redis_build_id", `mini-redis-${VERSION}`],
    ["redis_mode", config.get("cluster-enabled") ? "cluster" : "standalone"],
    ["mini_redis_version", VERSION],
    ["deno_version", Deno.version.deno],
    ["v8_version", Deno.version.v8],
    ["os", operatingSystem()],
    ["arch_bits", 64],
    ["monotonic_clock", "performance.now"],
    ["multiplexing_api", "deno"],
    ["process_id", Deno.pid],
    ["process_supervised", "no"],
    ["run_id", identity.runId],
    ["tcp_port", identity.port],
    ["server_time_usec", clock.nowMicroseconds()],
    ["uptime_in_seconds", uptime],
    ["uptime_in_days", Math.floor(uptime / SECONDS_PER_DAY)],
    ["hz", source.cron.frequency],
    ["configured_hz", config.get("hz")],
    ["lru_clock", Math.floor(clock.now() / 1000) & LRU_CLOCK_MASK],
    ["executable", Deno.execPath()],
    ["config_file", config.file ?? ""],
    ["io_threads_active", 0],
    ...identity.listeners.map((text, index): Field => [`listener${index}`, text]),
    ...control.timeLeft === null ? [] : [["shutdown_in_milliseconds", control.timeLeft] as const],
  ];
}

/** `Linux 6.1.0 x86_64` */
function operatingSystem(): string {
  const { os, arch } = Deno.build;
  return `${os[0].toUpperCase()}${os.slice(1)} ${Deno.osRelease()} ${arch}`;
}
