/**
 * What a server that was started by `startServer` offers. The same interface is implemented in the process itself and,
 * for Node, by a child process: everything is therefore asynchronous.
 *
 * @module
 */

/** An argument of a command. Strings are sent as UTF-8, numbers as their shortest text, bytes as they are. */
export type RedisArgument = string | number | bigint | Uint8Array;

/**
 * A reply as a plain value. Bulk strings, status replies and verbatim strings are strings (UTF-8); integers are numbers, or
 * bigints beyond 2^53; doubles are numbers; nulls of all kinds are `null`; arrays and sets are arrays; maps are plain
 * objects; a command that answers nothing gives `null`. An error inside an array, as EXEC gives it, is a
 * {@linkcode RedisError} in its place.
 */
export type RedisValue = string | number | bigint | boolean | null | RedisError | RedisValue[] | RedisMap;

/** A map of a reply, its keys as strings: what HGETALL and CONFIG GET answer. */
export interface RedisMap {
  /** A value by its key. */
  [key: string]: RedisValue;
}

/** A reply whose strings were left as bytes; the keys of maps are strings all the same (UTF-8). */
export type RedisBuffers =
  | Uint8Array
  | string
  | number
  | bigint
  | boolean
  | null
  | RedisError
  | RedisBuffers[]
  | { [key: string]: RedisBuffers };

/** An error that the server answered: `WRONGTYPE Operation against a key holding the wrong kind of value`. */
export class RedisError extends Error {
  /** Tells it from other errors. */
  override readonly name = "RedisError";

  /** The first word of the message, such as `ERR`, `WRONGTYPE` or `MISCONF`. */
  get code(): string {
    return /^\S*/.exec(this.message)![0];
  }
}

/** A span of time: milliseconds, or a number with a unit, `"250ms"`, `"90s"`, `"5m"`, `"1.5h"`, `"2d"`, `"1h30m"`. */
export type Duration = number | string;

/** A moment: a `Date`, milliseconds since the epoch, or a text that `Date` understands. */
export type Moment = Date | number | string;

/** The server's time, as the test would have it. */
export interface ServerClock {
  /** Milliseconds since the epoch, as the server sees them. */
  now(): Promise<number>;
  /**
   * Lets time pass at once. Whatever falls due meanwhile happens, in its order: keys expire (with their events), blocked
   * clients time out, CLIENT PAUSE ends. Throws a `RangeError` if it is negative or no duration.
   */
  advance(by: Duration): Promise<void>;
  /** Sets the time. Forward is as {@linkcode advance}; backward nothing falls due. */
  set(time: Moment): Promise<void>;
}

/** Failures on demand. They meet the connections, not `call`, and stay until {@linkcode Failures.reset}. */
export interface Failures {
  /** Closes all connections at once, in the middle of whatever they do. New ones are accepted. */
  dropConnections(): Promise<void>;
  /**
   * Has every command, or those of one name, wait for so many milliseconds of real time before they run. With 0 they don't
   * any more.
   */
  delay(delay: number | CommandDelay): Promise<void>;
  /** Answers commands that write with an error; by default that of a full disk (`MISCONF …`). */
  refuseWrites(message?: string): Promise<void>;
  /** Closes new connections as soon as they are made. Those that stand are not touched. */
  refuseConnections(): Promise<void>;
  /** Ends all of this. */
  reset(): Promise<void>;
}

/** See {@linkcode Failures.delay}. */
export interface CommandDelay {
  /** Name of the command, in any case; a subcommand as `CLIENT LIST` or `client|list`. */
  command: string;
  /** Milliseconds. */
  ms: number;
}

/** A state of the data that `rollback` can go back to. */
export interface Snapshot {
  /** Later snapshots of a server have higher numbers. */
  readonly id: number;
}

/** A value of a fixture: see `RedisServer.load`. */
export type FixtureValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly FixtureScalar[]
  | ReadonlySet<FixtureScalar>
  | TypedFixture
  | { readonly [field: string]: FixtureScalar };

/** A string of a fixture: an element, a field's value. */
export type FixtureScalar = string | number | bigint | boolean | Uint8Array;

/** A value that says its type, and may have a deadline. Exactly one of the first six is given. */
export interface TypedFixture {
  /** A string. */
  readonly $string?: FixtureScalar;
  /** A list, its first element first. */
  readonly $list?: readonly FixtureScalar[];
  /** A set. */
  readonly $set?: readonly FixtureScalar[];
  /** A sorted set: scores by member. */
  readonly $zset?: { readonly [member: string]: number | string };
  /** A hash: values by field. */
  readonly $hash?: { readonly [field: string]: FixtureScalar };
  /** A stream: its entries in order. */
  readonly $stream?: readonly StreamFixture[];
  /** Time to live from now. */
  readonly $ttl?: Duration;
  /** When the key ends. */
  readonly $expireAt?: Moment;
}

/** One entry of a stream. */
export interface StreamFixture {
  /** As XADD takes it; `*` by default. */
  readonly id?: string;
  /** Values by field. */
  readonly fields: { readonly [field: string]: FixtureScalar };
}

/** Values by key. */
export type Fixture = { readonly [key: string]: FixtureValue };

/** A running server. Disposing it stops it and leaves nothing behind. */
export interface RedisServer extends AsyncDisposable {
  /** Where to connect: an address of this machine. */
  readonly host: string;
  /** The TCP port; 0 if it listens on a Unix socket only. */
  readonly port: number;
  /** `redis://host:port`, with the password if there is one. */
  readonly url: string;
  /** The server's time. */
  readonly clock: ServerClock;
  /** Failures on demand. */
  readonly fail: Failures;

  /**
   * Runs a command without a socket, as a client of its own that may do everything: `call("SET", "key", "value")`.
   *
   * A command that blocks does not hold up the calls that follow. Commands that turn a connection into something else
   * (SUBSCRIBE, MONITOR, PSYNC …) are refused: use a connection.
   *
   * @returns see {@linkcode RedisValue}
   * @throws {RedisError} what the server answered
   */
  call(command: string, ...args: RedisArgument[]): Promise<RedisValue>;
  /** As {@linkcode call}, but bulk strings come as bytes. */
  callBuffers(command: string, ...args: RedisArgument[]): Promise<RedisBuffers>;

  /**
   * Notes the state of all databases, to go back to. Costs nothing but a copy of each key that is then changed for the
   * first time.
   */
  snapshot(): Promise<Snapshot>;
  /**
   * Goes back to a snapshot, the last one unless told otherwise; it stays, those taken after it are forgotten. Throws an
   * `Error` if there is none.
   */
  rollback(to?: Snapshot): Promise<void>;
  /** Removes all keys of all databases. */
  flush(): Promise<void>;
  /**
   * Adds keys to database 0, in the place of any that are there. A string, number, boolean or `Uint8Array` becomes a
   * string, an array a list, a `Set` a set, an object a hash; other types and deadlines are said by a
   * {@linkcode TypedFixture}.
   *
   * @returns how many keys
   */
  load(fixture: Fixture): Promise<number>;
  /**
   * Adds keys from text in the format of `mini-redis dump --format ndjson`, one JSON object a line.
   *
   * @returns how many keys
   */
  loadNdjson(text: string): Promise<number>;
  /** Adds keys from a file: `.json` is a {@linkcode Fixture}, anything else NDJSON. */
  loadFile(path: string | URL): Promise<number>;

  /** Stops the server: connections are closed, nothing is saved. Again does nothing. */
  stop(): Promise<void>;
}

/** A directive's value: several values are given as an array; true and false are `yes` and `no`. */
export type DirectiveValue = string | number | boolean | readonly (string | number)[];

/** Directives of `redis.conf` by name, as it is (`"maxmemory-policy"`) or in camel case (`maxmemoryPolicy`). */
export interface Directives {
  /** A directive's value by its name. */
  readonly [name: string]: DirectiveValue | undefined;
}

/**
 * What `startServer` takes. Besides the options below every directive of `redis.conf` is one, in camel case:
 * `{ maxmemoryPolicy: "allkeys-lru" }`. Persistence is off unless directives turn it on.
 */
export interface ServerOptions {
  /** TCP port; 0, the default, has the system choose a free one. */
  readonly port?: number;
  /** Address to listen on, `127.0.0.1` by default. */
  readonly host?: string;
  /** Further directives; they come before those that are options. */
  readonly config?: Directives;
  /**
   * `"system"`, the default, goes with the machine's time, and can be moved; `"manual"` stands still but for
   * `clock.advance` and `clock.set`.
   */
  readonly clock?: "system" | "manual";
  /** The time at the start; the machine's by default. */
  readonly time?: Moment;
  /** Makes what is drawn at random (RANDOMKEY, SPOP, eviction …) the same in every run: an integer of 32 bits. */
  readonly seed?: number;
  /** Gets each line of the server's log, without its line break. The log is discarded by default. */
  readonly log?: (line: string) => void;
  /** A directive. */
  readonly [directive: string]: DirectiveValue | Directives | Date | ((line: string) => void) | undefined;
}
