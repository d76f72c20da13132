/**
 * RESP2 and RESP3 replies in a form that loses nothing: what was parsed can be encoded to the very same bytes.
 * Text is a byte string throughout (one char, 0..255, per byte).
 */

/** Types whose payload is the rest of one line. */
const LINE_TYPES = {
  "+": "simple",
  "-": "error",
  ":": "integer",
  ",": "double",
  "(": "bignum",
  "#": "boolean",
} as const;
/** Types with a length line followed by that many bytes. */
const BLOB_TYPES = { "$": "bulk", "!": "blob_error", "=": "verbatim" } as const;
/** Types with a count line followed by that many replies. */
const LIST_TYPES = { "*": "array", "~": "set", ">": "push" } as const;

type LineType = typeof LINE_TYPES[keyof typeof LINE_TYPES];
type BlobType = typeof BLOB_TYPES[keyof typeof BLOB_TYPES];
type ListType = typeof LIST_TYPES[keyof typeof LIST_TYPES];

/** One reply. `attribute` is a RESP3 attribute together with the reply that it precedes. */
export type Reply =
  | { type: LineType; text: string }
  | { type: BlobType; text: string }
  | { type: ListType; items: Reply[] }
  | { type: "null"; form: "$-1" | "*-1" | "_" }
  | { type: "map"; entries: [Reply, Reply][] }
  | { type: "attribute"; entries: [Reply, Reply][]; reply: Reply };

/** A reply as plain JavaScript, for assertions; see {@link toPlain}. */
export type Plain =
  | string
  | number
  | bigint
  | boolean
  | null
  | ReplyError
  | Plain[]
  | Map<Plain, Plain>
  | Set<Plain>;

/** An error reply; `message` is the text after the `-`, code word included. */
export class ReplyError extends Error {
  override name = "ReplyError";
}

/** The bytes are not a RESP reply. */
export class NotResp extends Error {
  override name = "NotResp";
}

/** Thrown inside the parser when the text ends before the reply does. */
class Incomplete extends Error {
  /** @param needed least total length of the text with which another attempt makes sense */
  constructor(readonly needed: number) {
    super("incomplete");
  }
}

/** Result of {@link parseReply}: a reply and where it ends, or how long the text must at least become. */
export type ParseResult = { reply: Reply; end: number } | { needed: number };

/**
 * Parses the one reply that starts at `start`.
 * @throws {NotResp} if it can't become a reply whatever follows
 */
export function parseReply(text: string, start = 0): ParseResult {
  const cursor = new Cursor(text, start);
  try {
    const reply = cursor.reply();
    return { reply, end: cursor.position };
  } catch (error) {
    if (error instanceof Incomplete) return { needed: error.needed };
    throw error;
  }
}

class Cursor {
  constructor(readonly text: string, public position: number) {}

  reply(): Reply {
    const marker = this.text[this.position];
    if (marker === undefined) throw new Incomplete(this.position + 1);
    if (marker in LINE_TYPES) {
      return { type: LINE_TYPES[marker as keyof typeof LINE_TYPES], text: this.#line() };
    }
    if (marker in BLOB_TYPES) return this.#blob(marker as keyof typeof BLOB_TYPES);
    if (marker in LIST_TYPES) return this.#list(marker as keyof typeof LIST_TYPES);
    if (marker === "%") return { type: "map", entries: this.#entries() };
    if (marker === "|") return { type: "attribute", entries: this.#entries(), reply: this.reply() };
    if (marker === "_" && this.#line() === "") return { type: "null", form: "_" };
    throw new NotResp(`not a reply: ${quote(this.text.slice(this.position, this.position + 80))}`);
  }

  /** The text between the marker and CR LF. */
  #line(): string {
    const end = this.text.indexOf("\r\n", this.position);
    if (end < 0) throw new Incomplete(this.text.length + 1);
    const line = this.text.slice(this.position + 1, end);
    this.position = end + 2;
    return line;
  }

  /** A count or length; -1 is null. */
  #count(): number {
    const line = this.#line();
    if (!/^(0|-1|[1-9]\d*)$/.test(line)) throw new NotResp(`not a length: ${quote(line)}`);
    return Number(line);
  }

  #blob(marker: keyof typeof BLOB_TYPES): Reply {
    const length = this.#count();
    if (length < 0 && marker === "$") return { type: "null", form: "$-1" };
    const end = this.position + length;
    if (this.text.length < end + 2) throw new Incomplete(end + 2);
    const text = this.text.slice(this.position, end);
    if (this.text.slice(end, end + 2) !== "\r\n") throw new NotResp(`no CR LF after ${length} bytes`);
    this.position = end + 2;
    return { type: BLOB_TYPES[marker], text };
  }

  #list(marker: keyof typeof LIST_TYPES): Reply {
    const count = this.#count();
    if (count < 0 && marker === "*") return { type: "null", form: "*-1" };
    const items: Reply[] = [];
    for (let i = 0; i < count; i++) items.push(this.reply());
    return { type: LIST_TYPES[marker], items };
  }

  #entries(): [Reply, Reply][] {
    const count = this.#count();
    const entries: [Reply, Reply][] = [];
    for (let i = 0; i < count; i++) entries.push([this.reply(), this.reply()]);
    return entries;
  }
}

/** The bytes of a reply; the inverse of {@link parseReply}. */
export function encodeReply(reply: Reply): string {
  switch (reply.type) {
    case "null":
      return `${reply.form}\r\n`;
    case "map":
      return `%${reply.entries.length}\r\n${encodeEntries(reply.entries)}`;
    case "attribute":
      return `|${reply.entries.length}\r\n${encodeEntries(reply.entries)}${encodeReply(reply.reply)}`;
    case "array":
    case "set":
    case "push":
      return `${markerOf(LIST_TYPES, reply.type)}${reply.items.length}\r\n${
        reply.items.map(encodeReply).join("")
      }`;
    case "bulk":
    case "blob_error":
    case "verbatim":
      return `${markerOf(BLOB_TYPES, reply.type)}${reply.text.length}\r\n${reply.text}\r\n`;
    default:
      return `${markerOf(LINE_TYPES, reply.type)}${reply.text}\r\n`;
  }
}

function encodeEntries(entries: [Reply, Reply][]): string {
  return entries.map(([key, value]) => encodeReply(key) + encodeReply(value)).join("");
}

function markerOf(table: Record<string, string>, type: string): string {
  return Object.keys(table).find((marker) => table[marker] === type) as string;
}

/**
 * A reply as plain JavaScript: simple, bulk and verbatim strings become strings, integers numbers (bigint beyond
 * 2^53), doubles numbers, big numbers bigint, nulls null, arrays and pushes arrays, maps Map, sets Set, errors
 * {@link ReplyError} objects (not thrown). Attributes are left out.
 */
export function toPlain(reply: Reply): Plain {
  switch (reply.type) {
    case "integer":
      return Number.isSafeInteger(Number(reply.text)) ? Number(reply.text) : BigInt(reply.text);
    case "double":
      return parseDouble(reply.text);
    case "bignum":
      return BigInt(reply.text);
    case "boolean":
      return reply.text === "t";
    case "null":
      return null;
    case "error":
    case "blob_error":
      return new ReplyError(reply.text);
    case "verbatim":
      return reply.text.slice(4);
    case "array":
    case "push":
      return reply.items.map(toPlain);
    case "set":
      return new Set(reply.items.map(toPlain));
    case "map":
      return new Map(reply.entries.map(([key, value]) => [toPlain(key), toPlain(value)]));
    case "attribute":
      return toPlain(reply.reply);
    default:
      return reply.text;
  }
}

function parseDouble(text: string): number {
  if (text === "inf") return Infinity;
  if (text === "-inf") return -Infinity;
  return Number(text);
}

/** A byte string in printable form, in double quotes with `\r`, `\n`, `\xHH` escapes; long ones are shortened. */
export function quote(text: string, limit = 400): string {
  const shown = text.length > limit ? text.slice(0, limit) : text;
  // deno-lint-ignore no-control-regex -- everything outside printable ASCII is what has to be escaped
  const escaped = shown.replace(/[\\"\x00-\x1f\x7f-\xff]/g, (char) => {
    if (char === "\\" || char === '"') return `\\${char}`;
    if (char === "\r") return "\\r";
    if (char === "\n") return "\\n";
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return shown === text ? `"${escaped}"` : `"${escaped}"… (${text.length} bytes)`;
}
