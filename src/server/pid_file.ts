/**
 * The file that tells other programs the server's process number.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { Log } from "../observability/log.ts";
import { byteStringToUtf8 } from "../util/byte_string.ts";
import { systemReason } from "../util/system_reason.ts";

/** Where Redis puts it when it runs in the background and `pidfile` says nothing. */
const DEFAULT_PATH = "/var/run/redis.pid";

/** A written `pidfile`. */
export class PidFile {
  readonly #path: string;
  readonly #log: Log;

  private constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Writes the file if `pidfile` or `daemonize` asks for it. Failing to is no reason not to start. */
  static create(config: Config, log: Log): PidFile | null {
    const wanted = config.get("pidfile") ?? (config.get("daemonize") ? DEFAULT_PATH : null);
    if (wanted === null) return null;
    const path = byteStringToUtf8(wanted);
    try {
      Deno.writeTextFileSync(path, `${Deno.pid}\n`);
      return new PidFile(path, log);
    } catch (error) {
      log.warning(`Failed to write PID file: ${systemReason(error)}`);
      return null;
    }
  }

  /** Removes the file. */
  remove(): void {
    this.#log.notice("Removing the pid file.");
    try {
      Deno.removeSync(this.#path);
    } catch {
      // Somebody else was quicker.
    }
  }
}
