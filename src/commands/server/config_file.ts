/**
 * Writing the configuration file anew.
 *
 * @module
 */

import { type Config, rewriteConfig, type RewriteOptions } from "../../config/mod.ts";
import { fromBytes, toBytes } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";

/**
 * Brings the file up to date, atomically: a new file beside it is synced and renamed. Null on success, else the
 * reason why it could not be done; the old file is then untouched.
 */
export function rewriteConfigFile(config: Config, path: string, options?: RewriteOptions): string | null {
  const temporary = `${path}.${Deno.pid}.tmp`;
  try {
    const old = readIfPresent(path);
    writeSynced(temporary, toBytes(rewriteConfig(old, config, options)), modeOf(path));
    Deno.renameSync(temporary, path);
    return null;
  } catch (error) {
    removeQuietly(temporary);
    return systemReason(error);
  }
}

function readIfPresent(path: string): string | null {
  try {
    return fromBytes(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

const DEFAULT_MODE = 0o644;

/** The permissions of the present file stay: it may hold passwords. */
function modeOf(path: string): number {
  try {
    return Deno.statSync(path).mode ?? DEFAULT_MODE;
  } catch {
    return DEFAULT_MODE;
  }
}

function writeSynced(path: string, bytes: Uint8Array, mode: number): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: mode & 0o777 });
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  file.syncSync();
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // There was none.
  }
}
