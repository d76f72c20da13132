/** Splitting a command line as redis-cli does. */

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/**
 * The words of a line by redis-cli's quoting rules: spaces separate; `"…"` with `\n \r \t \b \a \xHH` and `\c` for any
 * other char; `'…'` with `\'` only; a closing quote must be followed by a space or the end.
 * @throws {SyntaxError} on unbalanced quotes
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (true) {
    while (isSpace(line[at])) at++;
    if (at >= line.length) return words;
    const [word, end] = readWord(line, at);
    words.push(word);
    at = end;
  }
}

function readWord(line: string, start: number): [word: string, end: number] {
  let word = "";
  let at = start;
  while (at < line.length && !isSpace(line[at])) {
    const char = line[at];
    if (char === '"' || char === "'") {
      const [text, end] = char === '"' ? readDoubleQuoted(line, at + 1) : readSingleQuoted(line, at + 1);
      if (end < line.length && !isSpace(line[end])) throw unbalanced(line);
      return [word + text, end];
    }
    word += char;
    at++;
  }
  return [word, at];
}

function readDoubleQuoted(line: string, start: number): [text: string, end: number] {
  let text = "";
  for (let at = start; at < line.length; at++) {
    if (line[at] === '"') return [text, at + 1];
    if (line[at] !== "\\" || at + 1 >= line.length) {
      text += line[at];
      continue;
    }
    const hex = /^\\x([0-9a-fA-F]{2})/.exec(line.slice(at, at + 4));
    text += hex ? String.fromCharCode(parseInt(hex[1], 16)) : ESCAPES[line[at + 1]] ?? line[at + 1];
    at += hex ? 3 : 1;
  }
  throw unbalanced(line);
}

function readSingleQuoted(line: string, start: number): [text: string, end: number] {
  let text = "";
  for (let at = start; at < line.length; at++) {
    if (line[at] === "'") return [text, at + 1];
    if (line[at] === "\\" && line[at + 1] === "'") at++;
    text += line[at];
  }
  throw unbalanced(line);
}

function isSpace(char: string | undefined): boolean {
  return char !== undefined && " \n\r\t\v\f".includes(char);
}

function unbalanced(line: string): SyntaxError {
  return new SyntaxError(`unbalanced quotes in: ${line}`);
}
