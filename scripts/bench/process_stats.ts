/** Ticks per second of the times in /proc/PID/stat: USER_HZ, which Linux fixes at 100 for every user program. */
const TICKS_PER_SECOND = 100;

/** CPU seconds (user and system, all threads) in the text of a /proc/PID/stat file; NaN if it is malformed. */
export function parseCpuSeconds(stat: string): number {
  // The command name, in parentheses, may itself hold spaces and parentheses: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident bytes in the text of a /proc/PID/status file; NaN if it names none. */
export function parseResidentBytes(status: string): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  return match ? Number(match[1]) * 1024 : NaN;
}

/** What all processors of a machine have done since its start, in seconds. */
export interface ProcessorTime {
  /** Work, and what the host of a virtual machine gave to others while there was work. */
  wanted: number;
  stolen: number;
}

/** The first line of the text of /proc/stat; NaN if it is malformed. */
export function parseProcessorTime(stat: string): ProcessorTime {
  const [user, nice, system, , , irq, softirq, steal] = stat.split(/\s+/, 9).slice(1).map(Number);
  const stolen = steal / TICKS_PER_SECOND;
  return { wanted: (user + nice + system + irq + softirq) / TICKS_PER_SECOND + stolen, stolen };
}

/** Of this machine; NaN where /proc is missing. */
export function processorTime(): ProcessorTime {
  return parseProcessorTime(readProc("stat"));
}

/** CPU seconds that process `pid` has used so far; NaN where /proc is missing. */
export function cpuSeconds(pid: number): number {
  return parseCpuSeconds(readProcess(pid, "stat"));
}

/** Resident memory of process `pid` in bytes; NaN where /proc is missing. */
export function residentBytes(pid: number): number {
  return parseResidentBytes(readProcess(pid, "status"));
}

/** Resident memory once it has come to rest: two readings half a second apart within 0.5 %, at most `limit` ms. */
export async function settledResidentBytes(pid: number, limit = 10_000): Promise<number> {
  const end = performance.now() + limit;
  let previous = residentBytes(pid);
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const current = residentBytes(pid);
    if (Number.isNaN(current) || Math.abs(current - previous) <= previous * 0.005) return current;
    previous = current;
  }
  return previous;
}

function readProcess(pid: number, file: string): string {
  return readProc(`${pid}/${file}`);
}

function readProc(path: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${path}`);
  } catch {
    return "";
  }
}
