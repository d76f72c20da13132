/** INFO cpu. */

import process from "node:process";
import type { Field } from "./source.ts";

/**
 * The lines of INFO cpu, in seconds. There are no child processes. The fields of the main thread alone are left out,
 * as Redis does where the system doesn't tell them apart.
 */
export function cpuSection(): Field[] {
  const { user, system } = process.cpuUsage();
  return [
    ["used_cpu_sys", seconds(system)],
    ["used_cpu_user", seconds(user)],
    ["used_cpu_sys_children", seconds(0)],
    ["used_cpu_user_children", seconds(0)],
  ];
}

function seconds(microseconds: number): string {
  return (microseconds / 1e6).toFixed(6);
}
