/**
 * `--scan`: every key on a line.
 *
 * @module
 */

import { escapeForDisplay } from "../../util/byte_string.ts";
import { scanKeys } from "./key_scan.ts";
import type { Session } from "./session.ts";

/** Prints the keys; the status to exit with. */
export async function listKeys(session: Session): Promise<number> {
  const { options, output } = session;
  const connection = await session.require();
  const shown = options.form === "standard" ? escapeForDisplay : (key: string) => key;
  for await (const keys of scanKeys(connection, options, 1)) {
    output.write(keys.map((key) => `${shown(key)}\n`).join(""));
  }
  return 0;
}
