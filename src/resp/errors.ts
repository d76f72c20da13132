/**
 * Error texts, word for word Redis's own: clients, tests and libraries match on them.
 *
 * @module
 */

/**
 * A refusal that the client is told of. Made once per text and thrown again and again, so it carries no stack trace:
 * collecting one would cost more than the command.
 */
export class CommandError {
  readonly message: string;

  /** `message` with its code, such as `ERR syntax error`. */
  constructor(message: string) {
    this.message = message;
  }
}

/** The errors with a fixed text. */
export const Errors = {
  SYNTAX: new CommandError("ERR syntax error"),
  WRONG_TYPE: new CommandError("WRONGTYPE Operation against a key holding the wrong kind of value"),
  NOT_INTEGER: new CommandError("ERR value is not an integer or out of range"),
  NOT_FLOAT: new CommandError("ERR value is not a valid float"),
  INT_OUT_OF_RANGE: new CommandError(
    "ERR value is out of range, value must between -2147483648 and 2147483647",
  ),
  NUMKEYS: new CommandError("ERR numkeys should be greater than 0"),
  COUNT_NOT_POSITIVE: new CommandError("ERR count should be greater than 0"),
  LIMIT_NEGATIVE: new CommandError("ERR LIMIT can't be negative"),
  NOT_POSITIVE: new CommandError("ERR value is out of range, must be positive"),
  NO_SUCH_KEY: new CommandError("ERR no such key"),
  SAME_OBJECT: new CommandError("ERR source and destination objects are the same"),
  OVERFLOW: new CommandError("ERR increment or decrement would overflow"),
  DECREMENT_OVERFLOW: new CommandError("ERR decrement would overflow"),
  NAN_OR_INFINITY: new CommandError("ERR increment would produce NaN or Infinity"),
  STRING_TOO_LONG: new CommandError("ERR string exceeds maximum allowed size (proto-max-bulk-len)"),
  OFFSET_OUT_OF_RANGE: new CommandError("ERR offset is out of range"),
  LCS_NOT_STRINGS: new CommandError("ERR The specified keys must contain string values"),
  LCS_LENGTH_AND_INDEXES: new CommandError(
    "ERR If you want both the length and indexes, please just use IDX.",
  ),
  LCS_MEMORY: new CommandError(
    "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
  ),
  EXPIRE_NX_CONFLICT: new CommandError(
    "ERR NX and XX, GT or LT options at the same time are not compatible",
  ),
  EXPIRE_GT_LT_CONFLICT: new CommandError("ERR GT and LT options at the same time are not compatible"),
  LFU_SELECTED: new CommandError(
    "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between " +
      "policies at runtime LRU and LFU data will take some time to adjust.",
  ),
  LFU_NOT_SELECTED: new CommandError(
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching " +
      "between policies at runtime LRU and LFU data will take some time to adjust.",
  ),
  INVALID_CURSOR: new CommandError("ERR invalid cursor"),
  DB_INDEX_OUT_OF_RANGE: new CommandError("ERR DB index is out of range"),
  TIMEOUT_NOT_INTEGER: new CommandError("ERR timeout is not an integer or out of range"),
  TIMEOUT_NOT_FLOAT: new CommandError("ERR timeout is not a float or out of range"),
  TIMEOUT_OUT_OF_RANGE: new CommandError("ERR timeout is out of range"),
  UNBLOCKED: new CommandError("UNBLOCKED client unblocked via CLIENT UNBLOCK"),
  TIMEOUT_NEGATIVE: new CommandError("ERR timeout is negative"),
  EXEC_ABORT: new CommandError("EXECABORT Transaction discarded because of previous errors."),
  EXEC_WITHOUT_MULTI: new CommandError("ERR EXEC without MULTI"),
  DISCARD_WITHOUT_MULTI: new CommandError("ERR DISCARD without MULTI"),
  NESTED_MULTI: new CommandError("ERR MULTI calls can not be nested"),
  WATCH_INSIDE_MULTI: new CommandError("ERR WATCH inside MULTI is not allowed"),
  NOT_IN_MULTI: new CommandError("ERR Command not allowed inside a transaction"),
  NO_AUTH: new CommandError("NOAUTH Authentication required."),
  WRONG_PASSWORD: new CommandError("WRONGPASS invalid username-password pair or user is disabled."),
  LOADING: new CommandError("LOADING Redis is loading the dataset in memory"),
  MASTER_DOWN: new CommandError(
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  ),
  READ_ONLY_REPLICA: new CommandError("READONLY You can't write against a read only replica."),
  SNAPSHOT_FAILED: new CommandError(
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may " +
      "modify the data set are disabled, because this instance is configured to report errors during writes if RDB " +
      "snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB " +
      "error.",
  ),
  SAVE_IN_PROGRESS: new CommandError("ERR Background save already in progress"),
  REWRITE_IN_PROGRESS: new CommandError("ERR Background append only file rewriting already in progress"),
  OTHER_JOB_ACTIVE: new CommandError(
    "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a " +
      "BGSAVE whenever possible.",
  ),
  OUT_OF_MEMORY: new CommandError("OOM command not allowed when used memory > 'maxmemory'."),
  INVALID_FIRST_DB: new CommandError("ERR invalid first DB index"),
  INVALID_SECOND_DB: new CommandError("ERR invalid second DB index"),
  SELECT_IN_CLUSTER: new CommandError("ERR SELECT is not allowed in cluster mode"),
  MOVE_IN_CLUSTER: new CommandError("ERR MOVE is not allowed in cluster mode"),
  SWAPDB_IN_CLUSTER: new CommandError("ERR SWAPDB is not allowed in cluster mode"),
  COPY_IN_CLUSTER: new CommandError("ERR Copying to another database is not allowed in cluster mode"),
  SORT_BY_IN_CLUSTER: new CommandError("ERR BY option of SORT denied in Cluster mode."),
  SORT_GET_IN_CLUSTER: new CommandError("ERR GET option of SORT denied in Cluster mode."),
  NO_CLUSTER: new CommandError("ERR This instance has cluster support disabled"),
  DATABASE_OUT_OF_RANGE: new CommandError("ERR Out of range database"),
  NO_CONFIG_FILE: new CommandError("ERR The server is running without a config file"),
  NO_SUCH_COMMAND: new CommandError("ERR Invalid command specified"),
  NO_KEY_ARGUMENTS: new CommandError("ERR The command has no key arguments"),
  INVALID_ARGUMENT_COUNT: new CommandError("ERR Invalid number of arguments specified for command"),
  INVALID_ARGUMENTS: new CommandError("ERR Invalid arguments specified for command"),
  SHUTDOWN_FAILED: new CommandError("ERR Errors trying to SHUTDOWN. Check logs."),
  NO_SHUTDOWN: new CommandError("ERR No shutdown in progress."),
  RESP2_NOT_SUPPORTED: new CommandError("ERR RESP2 is not supported by this command"),
  NO_HASH_TABLE: new CommandError(
    "ERR The value stored at the specified key is not represented using an hash table",
  ),
} as const;

/** `-ERR wrong number of arguments for 'name' command`; a subcommand's name is `container|sub`. */
export function wrongArity(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

/** Error for an expire time that is out of range: EXPIRE, SET EX and the like. */
export function invalidExpireTime(name: string): CommandError {
  return new CommandError(`ERR invalid expire time in '${name}' command`);
}

/** Most bytes of an unknown command and its arguments that the answer repeats. */
export const QUOTED_BYTES = 128;

/** The answer to a command that does not exist; `words` are the command and its arguments. */
export function unknownCommand(words: Iterable<string>): string {
  let quoted = "";
  let name: string | undefined;
  for (const word of words) {
    if (name === undefined) name = excerpt(word);
    else if (quoted.length < QUOTED_BYTES) quoted += `'${excerpt(word, QUOTED_BYTES - quoted.length)}' `;
    else break;
  }
  return `ERR unknown command '${name}', with args beginning with: ${quoted}`;
}

/** The answer to a subcommand that does not exist. */
export function unknownSubcommand(container: string, subcommand: string): string {
  return `ERR unknown subcommand '${excerpt(subcommand)}'. Try ${container} HELP.`;
}

/** The answer to a subcommand that does not exist or has the wrong number of arguments. */
export function unknownSubcommandOrArity(container: string, subcommand: string): string {
  return `ERR unknown subcommand or wrong number of arguments for '${
    excerpt(subcommand)
  }'. Try ${container} HELP.`;
}

/** What an error repeats of a word: its beginning, which also ends at a zero byte, as C's strings do. */
function excerpt(word: string, limit = QUOTED_BYTES): string {
  const zero = word.indexOf("\0");
  return word.slice(0, zero < 0 ? limit : Math.min(zero, limit));
}
