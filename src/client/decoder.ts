/**
 * Reply decoder: bytes in, replies out, no I/O. What has been read of an unfinished reply is kept as a stack of
 * aggregates, so that no byte is parsed twice however the input is split.
 *
 * Format: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import { fromBytes } from "../util/byte_string.ts";
import {
  BigNumber,
  Double,
  Push,
  type Reply,
  ReplyError,
  ReplyMap,
  ReplySet,
  Status,
  Verbatim,
  WithAttributes,
} from "./reply.ts";

const CR = 0x0d;
const LF = 0x0a;

/** The bytes are no reply; the connection is of no use any more. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** What a decoder refuses. */
export interface DecoderLimits {
  /** Deepest nesting of aggregates; 512 unless told. */
  maxDepth?: number;
  /** Largest bulk string in bytes; 512 MB less a little, what a JavaScript string can hold, unless told. */
  maxBulkSize?: number;
  /** Longest line (status, error, number) in bytes; 64 MiB unless told. */
  maxLineSize?: number;
}

const MAX_DEPTH = 512;
/** V8's longest string. */
const MAX_BULK_SIZE = 2 ** 29 - 24;
const MAX_LINE_SIZE = 64 * 1024 * 1024;
/** Most elements that an aggregate may announce: as in hiredis. */
const MAX_ELEMENTS = 2 ** 32 - 1;
/** Longest part of a bad line that an error repeats. */
const SHOWN_BYTES = 40;

const SMALLEST_BUFFER = 4096;
/** A buffer that grew beyond this goes when it is empty. */
const RETAINED_BUFFER = 1 << 20;

/** Kinds of aggregates, by their first byte. */
const enum Kind {
  ARRAY = 0x2a, // *
  SET = 0x7e, // ~
  PUSH = 0x3e, // >
  MAP = 0x25, // %
  ATTRIBUTES = 0x7c, // |
}

/** An aggregate whose end has not arrived. */
interface Open {
  readonly kind: Kind;
  /** Elements still to come; a map's keys and values count one each, and an attribute's reply counts too. */
  missing: number;
  readonly items: Reply[];
}

/** Incremental decoder of one connection's replies. */
export class ReplyDecoder {
  readonly #maxDepth: number;
  readonly #maxBulkSize: number;
  readonly #maxLineSize: number;
  #buffer = new Uint8Array(SMALLEST_BUFFER);
  #position = 0;
  #end = 0;
  readonly #stack: Open[] = [];
  /** How far the line at `#position` was searched for its end without success, relative to `#position`. */
  #searched = 0;
  /** Size and type of the bulk string whose header was read; -1: none. */
  #bulkSize = -1;
  #bulkType = 0;
  #failure: ProtocolError | null = null;

  /** `limits` bound what a hostile or broken server can make the client hold. */
  constructor(limits: DecoderLimits = {}) {
    this.#maxDepth = limits.maxDepth ?? MAX_DEPTH;
    this.#maxBulkSize = limits.maxBulkSize ?? MAX_BULK_SIZE;
    this.#maxLineSize = limits.maxLineSize ?? MAX_LINE_SIZE;
  }

  /** Bytes pushed and not yet used up. */
  get buffered(): number {
    return this.#end - this.#position;
  }

  /** Appends received bytes, by a copy. */
  push(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The next whole reply; undefined if more bytes are needed.
   * @throws {ProtocolError} if the bytes can't become a reply, again and again
   */
  next(): Reply | undefined {
    if (this.#failure !== null) throw this.#failure;
    for (;;) {
      const value = this.#element();
      if (value === undefined) return undefined;
      const reply = this.#place(value);
      if (reply !== undefined) return reply;
    }
  }

  /** Takes the bytes not yet used up out of the decoder: what follows is no RESP, as after SYNC. */
  takeRest(): Uint8Array<ArrayBuffer> {
    const rest = this.#buffer.slice(this.#position, this.#end);
    this.#position = this.#end = this.#searched = 0;
    return rest;
  }

  /** One element, or undefined if it isn't complete. An aggregate with elements goes to the stack instead. */
  #element(): Reply | undefined {
    for (;;) {
      if (this.#bulkSize >= 0) return this.#bulk();
      const line = this.#line();
      if (line < 0) return undefined;
      const start = this.#position;
      const type = this.#buffer[start];
      this.#position = line + 2;
      const value = this.#header(type, start + 1, line);
      if (value !== undefined) return value;
    }
  }

  /** What a line makes by itself; undefined if it only begins something. */
  #header(type: number, start: number, end: number): Reply | undefined {
    switch (type) {
      case 0x2b: // +
        return new Status(fromBytes(this.#buffer, start, end));
      case 0x2d: // -
        return new ReplyError(fromBytes(this.#buffer, start, end));
      case 0x3a: // :
        return this.#integer(start, end);
      case 0x24: // $
      case 0x3d: // =
      case 0x21: // !
        return this.#openBulk(type, start, end);
      case Kind.ARRAY:
      case Kind.SET:
      case Kind.PUSH:
      case Kind.MAP:
      case Kind.ATTRIBUTES:
        return this.#openAggregate(type, start, end);
      default:
        return this.#scalar(type, fromBytes(this.#buffer, start, end));
    }
  }

  /** The rarer types of RESP3 that are one line. */
  #scalar(type: number, text: string): Reply {
    switch (type) {
      case 0x5f: // _
        return text === "" ? null : this.#fail("bad null", text);
      case 0x23: // #
        return text === "t" || (text === "f" ? false : this.#fail("bad boolean", text));
      case 0x2c: // ,
        return new Double(this.#double(text), text);
      case 0x28: // (
        return /^[+-]?\d+$/.test(text) ? new BigNumber(text) : this.#fail("bad big number", text);
      default:
        return this.#fail("no reply begins so", String.fromCharCode(type) + text);
    }
  }

  #integer(start: number, end: number): number | bigint {
    const number = this.#plainInteger(start, end);
    if (number !== undefined) return number;
    const text = fromBytes(this.#buffer, start, end);
    if (!/^[+-]?\d{1,19}$/.test(text)) this.#fail("bad integer", text);
    const value = BigInt(text.replace("+", ""));
    if (BigInt.asIntN(64, value) !== value) this.#fail("bad integer", text);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /** Up to fifteen digits; undefined for everything else, which takes the long way. */
  #plainInteger(start: number, end: number): number | undefined {
    const negative = this.#buffer[start] === 0x2d;
    const first = negative ? start + 1 : start;
    if (first >= end || end - first > 15) return undefined;
    let number = 0;
    for (let i = first; i < end; i++) {
      const digit = this.#buffer[i] - 0x30;
      if (digit < 0 || digit > 9) return undefined;
      number = number * 10 + digit;
    }
    return negative && number !== 0 ? -number : number;
  }

  #double(text: string): number {
    if (/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
    if (/^[+-]?inf$/i.test(text)) return text[0] === "-" ? -Infinity : Infinity;
    if (/^[+-]?nan$/i.test(text)) return NaN;
    return this.#fail("bad double", text);
  }

  /** A size or count; -1 for null where `nullable`. */
  #count(start: number, end: number, nullable: boolean, largest: number): number {
    const count = this.#plainInteger(start, end);
    if (count !== undefined && count <= largest && (count >= 0 || (nullable && count === -1))) return count;
    return this.#fail("bad length", fromBytes(this.#buffer, start, end));
  }

  #openBulk(type: number, start: number, end: number): null | undefined {
    const size = this.#count(start, end, type === 0x24, this.#maxBulkSize);
    if (size < 0) return null;
    this.#bulkSize = size;
    this.#bulkType = type;
    return undefined;
  }

  #bulk(): Reply | undefined {
    const size = this.#bulkSize;
    const start = this.#position;
    const end = start + size;
    if (this.#end < end + 2) return undefined;
    if (this.#buffer[end] !== CR || this.#buffer[end + 1] !== LF) {
      return this.#fail("no line end behind a bulk string", fromBytes(this.#buffer, end, end + 2));
    }
    this.#bulkSize = -1;
    this.#position = end + 2;
    const text = fromBytes(this.#buffer, start, end);
    if (this.#bulkType === 0x24) return text;
    if (this.#bulkType === 0x21) return new ReplyError(text);
    if (text[3] !== ":") return this.#fail("bad verbatim string", text);
    return new Verbatim(text.slice(0, 3), text.slice(4));
  }

  #openAggregate(kind: Kind, start: number, end: number): Reply | undefined {
    const count = this.#count(start, end, kind === Kind.ARRAY, MAX_ELEMENTS);
    if (count < 0) return null;
    const missing = kind === Kind.MAP ? count * 2 : kind === Kind.ATTRIBUTES ? count * 2 + 1 : count;
    if (missing === 0) return close({ kind, missing, items: [] });
    if (this.#stack.length >= this.#maxDepth) this.#fail("nested too deeply", "");
    this.#stack.push({ kind, missing, items: [] });
    return undefined;
  }

  /** Puts a value where it belongs. The reply that it completes, if it completes one. */
  #place(value: Reply): Reply | undefined {
    for (let inner = value;;) {
      const open = this.#stack.at(-1);
      if (open === undefined) return inner;
      open.items.push(inner);
      if (--open.missing > 0) return undefined;
      this.#stack.pop();
      inner = close(open);
    }
  }

  /** Offset of the CR that ends the line at the position, or -1. */
  #line(): number {
    const buffer = this.#buffer;
    const last = this.#end - 1;
    for (let at = this.#position + this.#searched; at < last; at++) {
      if (buffer[at] === CR && buffer[at + 1] === LF) {
        this.#searched = 0;
        return at;
      }
    }
    // A CR at the very end may be half of the line's end.
    this.#searched = Math.max(0, this.buffered - 1);
    if (this.buffered > this.#maxLineSize) this.#fail("line too long", "");
    return -1;
  }

  #fail(reason: string, text: string): never {
    const shown = text === "" ? "" : `: ${JSON.stringify(text.slice(0, SHOWN_BYTES))}`;
    this.#failure = new ProtocolError(`Protocol error, ${reason}${shown}`);
    throw this.#failure;
  }

  /** Makes room for `wanted` bytes more: by moving to the front while that is cheap, by doubling otherwise. */
  #makeRoom(wanted: number): void {
    if (this.#position === this.#end) {
      this.#position = this.#end = 0;
      if (this.#buffer.length > RETAINED_BUFFER) this.#buffer = new Uint8Array(SMALLEST_BUFFER);
    }
    if (this.#end + wanted <= this.#buffer.length) return;
    const used = this.buffered;
    const target = used * 2 + wanted <= this.#buffer.length
      ? this.#buffer
      : new Uint8Array(Math.max(this.#buffer.length, used * 2 + wanted));
    target.set(this.#buffer.subarray(this.#position, this.#end));
    this.#buffer = target;
    this.#position = 0;
    this.#end = used;
  }
}

function close({ kind, items }: Open): Reply {
  switch (kind) {
    case Kind.ARRAY:
      return items;
    case Kind.SET:
      return new ReplySet(items);
    case Kind.PUSH:
      return new Push(items);
    case Kind.MAP:
      return new ReplyMap(pairs(items, items.length));
    case Kind.ATTRIBUTES:
      return new WithAttributes(pairs(items, items.length - 1), items[items.length - 1]);
  }
}

function pairs(items: Reply[], count: number): [Reply, Reply][] {
  const entries: [Reply, Reply][] = [];
  for (let i = 0; i < count; i += 2) entries.push([items[i], items[i + 1]]);
  return entries;
}
