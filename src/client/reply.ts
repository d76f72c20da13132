/**
 * Replies of a server, RESP2 and RESP3, in a form that loses nothing that a client could want to show.
 *
 * @module
 */

/**
 * One reply. A bulk string is a byte string (one char, 0..255, per byte). An integer is a number, or a bigint beyond
 * 2^53. The three nulls of the protocol are one. Everything else that isn't a plain array is an instance of a class.
 */
export type Reply =
  | string
  | number
  | bigint
  | boolean
  | null
  | Double
  | Status
  | ReplyError
  | Verbatim
  | BigNumber
  | Reply[]
  | ReplyMap
  | ReplySet
  | Push
  | WithAttributes;

/** A simple string such as `+OK`. */
export class Status {
  /** `text` is a byte string. */
  constructor(readonly text: string) {}
}

/** An error reply. It is an `Error` so that a caller may throw it; the client itself never does in `call`. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";

  /** `message` is the whole text behind the `-`, a byte string. */
  constructor(message: string) {
    super(message);
  }

  /** The first word: `ERR`, `WRONGTYPE`, `MOVED`. */
  get code(): string {
    return this.message.split(" ", 1)[0];
  }
}

/** The reply, unless it is an error, which is thrown. */
export function refuseError(reply: Reply): Reply {
  if (reply instanceof ReplyError) throw reply;
  return reply;
}

/** A double of RESP3, with its digits as the server wrote them. */
export class Double {
  constructor(readonly value: number, readonly text: string) {}
}

/** A big number of RESP3, with its digits as the server wrote them. */
export class BigNumber {
  constructor(readonly text: string) {}

  get value(): bigint {
    return BigInt(this.text.replace(/^\+/, ""));
  }
}

/** A verbatim string of RESP3: `format` is its three letters, `txt` or `mkd`; `text` a byte string. */
export class Verbatim {
  constructor(readonly format: string, readonly text: string) {}
}

/** A map of RESP3, in the order sent; keys may be anything and may repeat. */
export class ReplyMap {
  constructor(readonly entries: [Reply, Reply][]) {}
}

/** A set of RESP3, in the order sent. */
export class ReplySet {
  constructor(readonly items: Reply[]) {}
}

/** A message of RESP3 that answers no command: `items[0]` is its kind, such as `message` or `invalidate`. */
export class Push {
  constructor(readonly items: Reply[]) {}
}

/** A reply of RESP3 with attributes before it. */
export class WithAttributes {
  constructor(readonly attributes: [Reply, Reply][], readonly reply: Reply) {}
}
