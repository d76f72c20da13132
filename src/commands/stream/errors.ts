/**
 * Error texts of the commands on streams, word for word Redis's own.
 *
 * @module
 */

import { CommandError } from "../../resp/errors.ts";

/** The errors with a fixed text. */
export const StreamErrors = {
  INVALID_ID: new CommandError("ERR Invalid stream ID specified as stream command argument"),
  INVALID_START: new CommandError("ERR invalid start ID for the interval"),
  INVALID_END: new CommandError("ERR invalid end ID for the interval"),
  TWO_STRATEGIES: new CommandError(
    "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
  ),
  NEGATIVE_MAXLEN: new CommandError("ERR The MAXLEN argument must be >= 0."),
  NEGATIVE_LIMIT: new CommandError("ERR The LIMIT argument must be >= 0."),
  LIMIT_ALONE: new CommandError(
    "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
  ),
  LIMIT_EXACT: new CommandError("ERR syntax error, LIMIT cannot be used without the special ~ option"),
  NO_STRATEGY: new CommandError("ERR syntax error, XTRIM must be called with a trimming strategy"),
  ID_ZERO: new CommandError("ERR The ID specified in XADD must be greater than 0-0"),
  ID_TOO_SMALL: new CommandError(
    "ERR The ID specified in XADD is equal or smaller than the target stream top item",
  ),
  EXHAUSTED: new CommandError(
    "ERR The stream has exhausted the last possible ID, unable to add more items",
  ),
  TOO_LARGE: new CommandError("ERR Elements are too large to be stored"),
  ADDED_NEGATIVE: new CommandError("ERR entries_added must be positive"),
  BELOW_GIVEN_DELETED: new CommandError(
    "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
  ),
  BELOW_DELETED: new CommandError(
    "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id",
  ),
  BELOW_TOP: new CommandError("ERR The ID specified in XSETID is smaller than the target stream top item"),
  BELOW_LENGTH: new CommandError(
    "ERR The entries_added specified in XSETID is smaller than the target stream length",
  ),
  NO_KEY_FOR_GROUP: new CommandError(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM " +
      "option to create an empty stream automatically.",
  ),
  GROUP_EXISTS: new CommandError("BUSYGROUP Consumer Group name already exists"),
  READ_COUNT: new CommandError("ERR value for ENTRIESREAD must be positive or -1"),
  XREAD_GROUP: new CommandError(
    "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.",
  ),
  XREAD_NOACK: new CommandError(
    "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.",
  ),
  XREAD_NEW: new CommandError(
    "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
  ),
  XREADGROUP_LAST: new CommandError(
    "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by " +
      "specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.",
  ),
  MISSING_GROUP: new CommandError("ERR Missing GROUP option for XREADGROUP"),
  XCLAIM_IDLE: new CommandError("ERR Invalid min-idle-time argument for XCLAIM"),
  XCLAIM_OPTION_IDLE: new CommandError("ERR Invalid IDLE option argument for XCLAIM"),
  XCLAIM_OPTION_TIME: new CommandError("ERR Invalid TIME option argument for XCLAIM"),
  XCLAIM_OPTION_RETRYCOUNT: new CommandError("ERR Invalid RETRYCOUNT option argument for XCLAIM"),
  XAUTOCLAIM_IDLE: new CommandError("ERR Invalid min-idle-time argument for XAUTOCLAIM"),
  XAUTOCLAIM_COUNT: new CommandError("ERR COUNT must be > 0"),
} as const;

/** There is no such key, or no such group in it. */
export function noKeyOrGroup(key: string, group: string): CommandError {
  return new CommandError(`NOGROUP No such key '${word(key)}' or consumer group '${word(group)}'`);
}

/** The same for XREADGROUP. */
export function noKeyOrGroupToRead(key: string, group: string): CommandError {
  return new CommandError(`${noKeyOrGroup(key, group).message} in XREADGROUP with GROUP option`);
}

/** The key has no such group. */
export function noGroup(key: string, group: string): CommandError {
  return new CommandError(`NOGROUP No such consumer group '${word(group)}' for key name '${word(key)}'`);
}

/** The keys and IDs of XREAD or XREADGROUP (`name`) don't pair off. */
export function unbalanced(name: "xread" | "xreadgroup"): CommandError {
  const symbol = name === "xread" ? "$" : ">";
  return new CommandError(
    `ERR Unbalanced '${name}' list of streams: for each stream key an ID or '${symbol}' must be specified.`,
  );
}

/** An option of XCLAIM that does not exist. */
export function unknownClaimOption(option: string): CommandError {
  return new CommandError(`ERR Unrecognized XCLAIM option '${word(option)}'`);
}

/** A word as an error repeats it: up to its first zero byte. */
function word(text: string): string {
  const zero = text.indexOf("\0");
  return zero < 0 ? text : text.slice(0, zero);
}
