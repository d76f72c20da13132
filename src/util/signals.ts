/**
 * Signals by the names that a system knows.
 *
 * @module
 */

/** The signals that ask a process to end in order. Deno refuses to listen to one that the system does not have. */
export function endingSignals(os: typeof Deno.build.os = Deno.build.os): readonly Deno.Signal[] {
  return os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
}

/** The signals that have no effect here though they would end the process: a closed terminal, as with Redis. */
export function ignoredSignals(os: typeof Deno.build.os = Deno.build.os): readonly Deno.Signal[] {
  return os === "windows" ? [] : ["SIGHUP"];
}
