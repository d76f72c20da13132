/**
 * The notation of `CommandSpec.syntax`: redis.io's syntax lines with short annotations. The argument
 * tree of COMMAND DOCS and the arity are derived from it.
 *
 *     key [count]@6.2.0                 arguments; brackets: optional; @: the version that added it
 *     key [key ...]                     the item before the brackets, any number of times
 *     field value [field value ...]     the same with a block, named "data" unless `:name` follows
 *     [WEIGHTS weight [weight ...]]     an upper-case word is a token, here before its value …
 *     [GET pattern [GET pattern ...]]   … and repeated with every value
 *     [NX | XX]:condition               one of several; `<A | B>:name` when it isn't optional
 *     [LIMIT (offset count)]            parentheses: a block; its name is the token's unless `:name` follows
 *     <A | B>...:operation              a repeated group
 *     start:string                      a type other than the one the name suggests
 *     [CH:change], 'm', '*':auto-id     a token's own name; a token that isn't an upper-case word
 *     pattern=by-pattern                shown as "pattern", named "by-pattern"
 *     pattern#1                         the index of the key spec; arguments of type key count by themselves
 *     old-format@..2.8.12               deprecated since
 */

/** Argument types of COMMAND DOCS. */
export type ArgumentType =
  | "string"
  | "integer"
  | "double"
  | "key"
  | "pattern"
  | "unix-time"
  | "pure-token"
  | "oneof"
  | "block";

/** One argument of COMMAND DOCS. */
export interface ArgumentSpec {
  name: string;
  type: ArgumentType;
  token?: string;
  /** Only where it differs from the name. */
  display?: string;
  keySpecIndex?: number;
  since?: string;
  deprecatedSince?: string;
  optional?: true;
  multiple?: true;
  multipleToken?: true;
  arguments?: ArgumentSpec[];
}

/** Types by conventional name; any other name is a string. */
const TYPE_OF_NAME: Readonly<Record<string, ArgumentType>> = namesByType({
  key: "key key1 key2 source destination destkey sourcekey newkey src dst",
  pattern: "pattern",
  integer:
    "count numkeys offset seconds milliseconds index index1 index2 start end stop cursor limit increment decrement " +
    "port weight ttl frequency rank num-matches len bit bits db destination-db slot start-slot end-slot client-id " +
    "cluster-bus-port config-epoch protover min-match-len version numlocal numreplicas ms entries-read entries-added",
  double: "longitude latitude radius width height score timeout min max",
  "unix-time": "unix-time-seconds unix-time-milliseconds",
});

const TYPE_NAMES: ReadonlySet<string> = new Set([
  "string",
  "integer",
  "double",
  "key",
  "pattern",
  "unix-time",
]);

function namesByType(names: Partial<Record<ArgumentType, string>>): Record<string, ArgumentType> {
  const types: Record<string, ArgumentType> = Object.create(null);
  for (const [type, list] of Object.entries(names)) {
    for (const name of list.split(" ")) types[name] = type as ArgumentType;
  }
  return types;
}

/** An error in a syntax line: a mistake in a command definition, never in what a client sent. */
export class SyntaxLineError extends Error {
  constructor(reason: string, syntax: string, at: number) {
    super(`${reason} at ${at} in "${syntax}"`);
    this.name = "SyntaxLineError";
  }
}

const LEXEME = /\s*(?:'([^']*)'|(\.\.\.)|([[\]<>()|])|((?:[^\s[\]<>()|@#']+=)?[A-Za-z][A-Za-z0-9_-]*))/y;
const SUFFIX =
  /(\.\.\.)?(?::([A-Za-z][A-Za-z0-9-]*))?(?:#(\d+))?(?:@(?=[\d.])(\d+\.\d+\.\d+)?(?:\.\.(\d+\.\d+\.\d+))?)?/y;
const TOKEN_WORD = /^[A-Z][A-Z0-9_-]*$/;

/** A piece of a syntax line with the annotations that stick to it. */
interface Lexeme {
  readonly kind: "quoted" | "word" | "mark" | "end";
  readonly text: string;
  readonly repeated: boolean;
  readonly label?: string;
  readonly keySpecIndex?: number;
  readonly since?: string;
  readonly deprecatedSince?: string;
}

class Lexer {
  readonly #syntax: string;
  #at = 0;
  #current: Lexeme;

  constructor(syntax: string) {
    this.#syntax = syntax;
    this.#current = this.#read();
  }

  /** The lexeme that `take` will return. */
  get current(): Lexeme {
    return this.#current;
  }

  take(): Lexeme {
    const lexeme = this.#current;
    this.#current = this.#read();
    return lexeme;
  }

  isMark(marks: string): boolean {
    return this.#current.kind === "mark" && marks.includes(this.#current.text);
  }

  expect(mark: string): Lexeme {
    if (!this.isMark(mark)) this.fail(`"${mark}" expected, not "${this.#current.text}"`);
    return this.take();
  }

  fail(reason: string): never {
    throw new SyntaxLineError(reason, this.#syntax, this.#at);
  }

  #read(): Lexeme {
    LEXEME.lastIndex = this.#at;
    const match = LEXEME.exec(this.#syntax);
    if (match === null) {
      if (this.#syntax.slice(this.#at).trim() !== "") this.fail("unexpected character");
      return { kind: "end", text: "end of line", repeated: false };
    }
    const [, quoted, dots, mark, word] = match;
    this.#at = LEXEME.lastIndex;
    const text = quoted ?? dots ?? mark ?? word;
    if (dots || "[<(|".includes(text)) return { kind: "mark", text, repeated: false };
    const kind = quoted !== undefined ? "quoted" : mark ? "mark" : "word";
    return { kind, text, ...this.#readSuffix(mark !== undefined) };
  }

  #readSuffix(afterGroup: boolean): Omit<Lexeme, "kind" | "text"> {
    SUFFIX.lastIndex = this.#at;
    const [all, dots, label, keySpecIndex, since, deprecatedSince] = SUFFIX.exec(this.#syntax)!;
    if (dots && !afterGroup) this.fail('"..." must stand after a space');
    this.#at += all.length;
    return {
      repeated: dots !== undefined,
      label,
      keySpecIndex: keySpecIndex === undefined ? undefined : Number(keySpecIndex),
      since,
      deprecatedSince,
    };
  }
}

/** The argument tree of a syntax line. Throws SyntaxLineError. */
export function parseSyntax(syntax: string): ArgumentSpec[] {
  const lexer = new Lexer(syntax);
  const items = parseSequence(lexer);
  if (lexer.current.kind !== "end") lexer.fail(`unexpected "${lexer.current.text}"`);
  numberKeys(items, 0);
  return items;
}

/** Items up to `|`, `...` or a closing mark. */
function parseSequence(lexer: Lexer): ArgumentSpec[] {
  const items: ArgumentSpec[] = [];
  while (lexer.current.kind !== "end" && !lexer.isMark("]>)|...")) {
    if (lexer.isMark("[")) parseBrackets(lexer, items);
    else items.push(parseItem(lexer));
  }
  if (items.length === 0 && lexer.current.kind !== "end") lexer.fail("nothing inside");
  return items;
}

/** A word, a token with or without a value, or a group. */
function parseItem(lexer: Lexer): ArgumentSpec {
  if (lexer.isMark("<(")) return parseGroup(lexer);
  const lexeme = lexer.take();
  if (!isToken(lexeme)) return annotate(wordArgument(lexeme.text, lexeme.label), lexeme);
  const takesValue = !isAnnotated(lexeme) &&
    (lexer.isMark("<(") || (lexer.current.kind === "word" && !isToken(lexer.current)));
  if (!takesValue) {
    const name = lexeme.label ?? lexeme.text.toLowerCase();
    return annotate({ name, type: "pure-token", token: lexeme.text }, lexeme);
  }
  if (lexer.isMark("<(")) return parseGroup(lexer, lexeme.text);
  const value = lexer.take();
  return annotate({ ...wordArgument(value.text, value.label), token: lexeme.text }, value);
}

function isToken(lexeme: Lexeme): boolean {
  if (lexeme.kind !== "word") return lexeme.kind === "quoted";
  return TOKEN_WORD.test(lexeme.text) && !TYPE_NAMES.has(lexeme.label ?? "");
}

function isAnnotated(lexeme: Lexeme): boolean {
  return (lexeme.label ?? lexeme.since ?? lexeme.deprecatedSince ?? lexeme.keySpecIndex) !== undefined;
}

/** `name` or `shown=name`; the type follows what is shown. */
function wordArgument(text: string, type: string | undefined): ArgumentSpec {
  const equals = text.indexOf("=");
  const name = text.slice(equals + 1);
  const shown = equals < 0 ? name : text.slice(0, equals);
  const argument: ArgumentSpec = { name, type: (type as ArgumentType) ?? TYPE_OF_NAME[shown] ?? "string" };
  if (shown !== name) argument.display = shown;
  return argument;
}

/** `<a | b>:name` or `(a b):name`. */
function parseGroup(lexer: Lexer, token?: string): ArgumentSpec {
  const isChoice = lexer.take().text === "<";
  const parts = isChoice ? parseAlternatives(lexer) : parseSequence(lexer);
  const closing = lexer.expect(isChoice ? ">" : ")");
  if (parts.length < 2) lexer.fail("a group of one");
  const group = named(lexer, isChoice ? "oneof" : "block", parts, closing.label ?? token?.toLowerCase());
  return annotate(token === undefined ? group : { ...group, token }, closing);
}

function parseAlternatives(lexer: Lexer): ArgumentSpec[] {
  const alternatives = [single(lexer, parseSequence(lexer))];
  while (lexer.isMark("|")) {
    lexer.take();
    alternatives.push(single(lexer, parseSequence(lexer)));
  }
  return alternatives;
}

function single(lexer: Lexer, items: ArgumentSpec[]): ArgumentSpec {
  if (items.length !== 1) lexer.fail("an alternative of several items needs parentheses and a name");
  return items[0];
}

/** An optional item, block or choice, or the repetition of what stands before it. */
function parseBrackets(lexer: Lexer, before: ArgumentSpec[]): void {
  lexer.take();
  const items = parseSequence(lexer);
  if (lexer.isMark("...")) {
    lexer.take();
    const closing = lexer.expect("]");
    repeat(lexer, before, items, closing.label);
    annotate(before[before.length - 1], closing);
    return;
  }
  const choice = lexer.isMark("|") ? [single(lexer, items), ...restOfChoice(lexer)] : undefined;
  const closing = lexer.expect("]");
  const item = choice
    ? named(lexer, "oneof", choice, closing.label)
    : items.length > 1
    ? named(lexer, "block", items, closing.label)
    : items[0];
  if (item === items[0] && closing.label !== undefined) lexer.fail(`nothing to be named "${closing.label}"`);
  if (item.optional) lexer.fail("optional twice");
  item.optional = true;
  before.push(annotate(item, closing));
}

function restOfChoice(lexer: Lexer): ArgumentSpec[] {
  lexer.take();
  return parseAlternatives(lexer);
}

function named(
  lexer: Lexer,
  type: "oneof" | "block",
  parts: ArgumentSpec[],
  name: string | undefined,
): ArgumentSpec {
  if (name === undefined) lexer.fail(`a ${type} without a name`);
  return { name, type, arguments: parts };
}

/** Turns the last items of `before`, which `again` repeats, into one item that may occur several times. */
function repeat(lexer: Lexer, before: ArgumentSpec[], again: ArgumentSpec[], name = "data"): void {
  const repeated = before.splice(-again.length);
  const sameToken = isDeepEqual(repeated, again);
  const sameValue = repeated.length === 1 && isDeepEqual({ ...repeated[0], token: undefined }, again[0]);
  if (!sameToken && !sameValue) lexer.fail("the repetition differs from what stands before it");
  const item: ArgumentSpec = repeated.length === 1
    ? repeated[0]
    : { name, type: "block", arguments: repeated };
  item.multiple = true;
  if (sameToken && item.token !== undefined) item.multipleToken = true;
  before.push(item);
}

function isDeepEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function annotate(argument: ArgumentSpec, lexeme: Lexeme): ArgumentSpec {
  if (lexeme.repeated) argument.multiple = true;
  if (lexeme.keySpecIndex !== undefined) argument.keySpecIndex = lexeme.keySpecIndex;
  if (lexeme.since !== undefined) argument.since = lexeme.since;
  if (lexeme.deprecatedSince !== undefined) argument.deprecatedSince = lexeme.deprecatedSince;
  return argument;
}

/** Gives arguments of type key their key spec index by order, where none is stated; returns the next one. */
function numberKeys(items: ArgumentSpec[], next: number): number {
  for (const item of items) {
    if (item.type === "key" && item.keySpecIndex === undefined) item.keySpecIndex = next++;
    if (item.arguments !== undefined) next = numberKeys(item.arguments, next);
  }
  return next;
}
