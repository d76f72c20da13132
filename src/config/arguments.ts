/** The quoting rules of configuration lines (those of sdssplitargs and sdscatrepr), on byte strings. */

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };
const BLANKS = " \t\n\v\f\r";
const TERMINATORS = " \n\r\t\0";

/**
 * Splits a line into arguments. Double quotes know `\xHH`, `\n \r \t \b \a` and `\` before any other
 * character; single quotes know only `\'`. A closing quote must be followed by a blank or the end. A NUL ends
 * the line. Returns null when quotes are unbalanced.
 */
export function splitArguments(line: string): string[] | null {
  const args: string[] = [];
  const scan = { line, position: 0 };
  for (;;) {
    while (isBlank(line, scan.position)) scan.position++;
    if (atEnd(line, scan.position)) return args;
    const argument = readArgument(scan);
    if (argument === null) return null;
    args.push(argument);
  }
}

interface Scan {
  readonly line: string;
  position: number;
}

function isBlank(line: string, position: number): boolean {
  return position < line.length && BLANKS.includes(line[position]);
}

function atEnd(line: string, position: number): boolean {
  return position >= line.length || line[position] === "\0";
}

function readArgument(scan: Scan): string | null {
  let argument = "";
  while (scan.position < scan.line.length) {
    const character = scan.line[scan.position];
    if (TERMINATORS.includes(character)) break;
    if (character === '"' || character === "'") {
      const quoted = character === '"' ? readDoubleQuoted(scan) : readSingleQuoted(scan);
      // A closing quote always ends the argument, whatever stood before the opening one.
      return quoted === null ? null : argument + quoted;
    }
    argument += character;
    scan.position++;
  }
  return argument;
}

function readDoubleQuoted(scan: Scan): string | null {
  const { line } = scan;
  let text = "";
  let position = scan.position + 1;
  while (!atEnd(line, position)) {
    const character = line[position];
    if (character === '"') return closeQuote(scan, position, text);
    if (character !== "\\" || atEnd(line, position + 1)) {
      text += character;
      position++;
      continue;
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(position + 1, position + 4));
    if (hex !== null) {
      text += String.fromCharCode(parseInt(hex[1], 16));
      position += 4;
    } else {
      text += ESCAPES[line[position + 1]] ?? line[position + 1];
      position += 2;
    }
  }
  return null;
}

function readSingleQuoted(scan: Scan): string | null {
  const { line } = scan;
  let text = "";
  let position = scan.position + 1;
  while (!atEnd(line, position)) {
    if (line[position] === "'") return closeQuote(scan, position, text);
    if (line[position] === "\\" && line[position + 1] === "'") position++;
    text += line[position++];
  }
  return null;
}

function closeQuote(scan: Scan, position: number, text: string): string | null {
  scan.position = position + 1;
  return atEnd(scan.line, scan.position) || isBlank(scan.line, scan.position) ? text : null;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

/** Puts a byte string in double quotes so that {@link splitArguments} gives it back. */
export function quoteArgument(text: string): string {
  return '"' + text.replace(/[\\"]|[^ -~]/g, escapeCharacter) + '"';
}

function escapeCharacter(character: string): string {
  return NAMED_ESCAPES[character] ?? "\\x" + character.charCodeAt(0).toString(16).padStart(2, "0");
}

/** The bytes of a JS string in UTF-8, one character a byte: command-line arguments become byte strings. */
export function toByteString(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
