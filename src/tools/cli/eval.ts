/**
 * `--eval`: a script from a file, with keys and arguments from the command line.
 *
 * @module
 */

import { fromBytes, utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import { Executor } from "./execute.ts";
import { Exit, type Session } from "./session.ts";

/** Runs the script; words before the first lone comma are keys, those behind it arguments. The status to exit with. */
export async function evaluateFile(session: Session): Promise<number> {
  const { command, repeat, file = "" } = session.options;
  const script = readScript(session, file);
  const comma = command.indexOf(",");
  const keys = comma < 0 ? command : command.slice(0, comma);
  const args = comma < 0 ? [] : command.slice(comma + 1);
  await session.require();
  await new Executor(session, false).issue(["EVAL", script, String(keys.length), ...keys, ...args], repeat);
  return 0;
}

function readScript(session: Session, path: string): string {
  try {
    return fromBytes(Deno.readFileSync(path));
  } catch (error) {
    const text = `Can't open file '${path}': ${systemReason(error).replace(/: open '.*'$/, "")}\n`;
    session.output.writeError(utf8ToByteString(text));
    throw new Exit(1);
  }
}
