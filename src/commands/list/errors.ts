/**
 * Error texts of the list commands.
 *
 * @module
 */

import { CommandError, wrongArity } from "../../resp/errors.ts";

/** The errors that only list commands give. */
export const ListErrors = {
  INDEX_OUT_OF_RANGE: new CommandError("ERR index out of range"),
  LPOP_ARITY: new CommandError(wrongArity("lpop")),
  RPOP_ARITY: new CommandError(wrongArity("rpop")),
  COUNT_NEGATIVE: new CommandError("ERR COUNT can't be negative"),
  MAXLEN_NEGATIVE: new CommandError("ERR MAXLEN can't be negative"),
  RANK_OUT_OF_RANGE: new CommandError(
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
  ),
  RANK_ZERO: new CommandError(
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
      "or use negative to start from the end of the list",
  ),
} as const;
