/**
 * Error texts of the sorted set commands.
 *
 * @module
 */

import { CommandError } from "../../resp/errors.ts";

/** The errors that only sorted set commands give. */
export const SortedSetErrors = {
  NX_AND_XX: new CommandError("ERR XX and NX options at the same time are not compatible"),
  GT_LT_NX: new CommandError("ERR GT, LT, and/or NX options at the same time are not compatible"),
  SINGLE_INCREMENT: new CommandError("ERR INCR option supports a single increment-element pair"),
  SCORE_NOT_A_NUMBER: new CommandError("ERR resulting score is not a number (NaN)"),
  NOT_SCORE_RANGE: new CommandError("ERR min or max is not a float"),
  NOT_MEMBER_RANGE: new CommandError("ERR min or max not valid string range item"),
  LIMIT_WITHOUT_BY: new CommandError(
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
  ),
  SCORES_WITH_BYLEX: new CommandError(
    "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
  ),
  WEIGHT_NOT_FLOAT: new CommandError("ERR weight value is not a float"),
} as const;

/** Refuses a count of keys below 1. */
export function noInputKeys(commandName: string): CommandError {
  return new CommandError(`ERR at least 1 input key is needed for '${commandName}' command`);
}
