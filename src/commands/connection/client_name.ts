/** What may stand in a client's name and in what it tells of its library. */

import { CommandError } from "../../resp/errors.ts";

const BAD_NAME = new CommandError(
  "ERR Client names cannot contain spaces, newlines or special characters.",
);

/** Whether CLIENT LIST can show the text: it must not break the line into other fields. */
export function isShowable(text: string): boolean {
  return /^[!-~]*$/.test(text);
}

/** The name, if it is allowed; the empty one means none. */
export function checkClientName(name: string): string {
  if (!isShowable(name)) throw BAD_NAME;
  return name;
}
