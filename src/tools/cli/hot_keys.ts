/**
 * `--hotkeys`: the keys that are used most, by the server's own counters.
 *
 * @module
 */

import { refuseError, ReplyError } from "../../client/mod.ts";
import { escapeForDisplay } from "../../util/byte_string.ts";
import { announceScan, percent, scanKeys } from "./key_scan.ts";
import { Exit, type Session } from "./session.ts";

/** How many keys the summary lists. */
const LISTED = 16;
const KEYS_PER_REPORT = 1_000_000;

/** Looks at all keys and prints those with the highest counters; the status to exit with. */
export async function findHotKeys(session: Session): Promise<number> {
  const { options, output } = session;
  const connection = await session.require();
  const total = Number(refuseError(await connection.call("DBSIZE")));
  output.write(announceScan("hot"));
  /** The hottest so far, hottest first. */
  const hottest: { key: string; counter: number }[] = [];
  let sampled = 0;
  for await (const keys of scanKeys(connection, options)) {
    const done = percent(sampled, total);
    const counters = await Promise.all(keys.map((key) => connection.call("OBJECT", "FREQ", key)));
    for (const [index, key] of keys.entries()) {
      const counter = counters[index];
      if (counter instanceof ReplyError) {
        output.writeError(`Error: ${counter.message}\n`);
        throw new Exit(1);
      }
      if (++sampled % KEYS_PER_REPORT === 0) output.write(`[${done}%] Sampled ${sampled} keys so far\n`);
      if (typeof counter !== "number" || counter <= (hottest[LISTED - 1]?.counter ?? 0)) continue;
      insert(hottest, key, counter);
      output.write(`[${done}%] Hot key '${escapeForDisplay(key)}' found so far with counter ${counter}\n`);
    }
  }
  output.write(`\n-------- summary -------\n\nSampled ${sampled} keys in the keyspace!\n`);
  for (const { key, counter } of hottest) {
    output.write(`hot key found with counter: ${counter}\tkeyname: ${escapeForDisplay(key)}\n`);
  }
  return 0;
}

/** Puts a key where it belongs; behind those that came earlier with the same counter. */
function insert(hottest: { key: string; counter: number }[], key: string, counter: number): void {
  const at = hottest.findIndex((other) => other.counter < counter);
  hottest.splice(at < 0 ? hottest.length : at, 0, { key, counter });
  if (hottest.length > LISTED) hottest.pop();
}
