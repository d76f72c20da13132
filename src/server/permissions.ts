/**
 * Permissions that a server does not need.
 *
 * @module
 */

/**
 * Gives the permission to start processes back, for good: a binary has it for `--cluster-local`, and a server that is open
 * to the network must not.
 */
export function giveUpStartingProcesses(): void {
  Deno.permissions.revokeSync({ name: "run" });
}
