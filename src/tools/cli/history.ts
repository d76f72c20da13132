/**
 * The lines typed in earlier runs, kept in a file.
 *
 * @module
 */

/** Most lines kept. */
const KEPT = 1000;

/** Commands with a secret in them, which are not kept: each a test of the upper-case words. */
const SECRET: readonly ((words: string[]) => boolean)[] = [
  ([name]) => name === "AUTH",
  ([name, ...rest]) => name === "HELLO" && rest.includes("AUTH"),
  ([name, ...rest]) => name === "MIGRATE" && (rest.includes("AUTH") || rest.includes("AUTH2")),
  ([name, sub]) => name === "ACL" && sub === "SETUSER",
  ([name, sub, ...rest]) => {
    return name === "CONFIG" && sub === "SET" &&
      rest.some((word) => /^(REQUIREPASS|MASTERAUTH|MASTERUSER)$/.test(word));
  },
  ([name, sub, ...rest]) =>
    name === "SENTINEL" && /^(CONFIG|SET)$/.test(sub) && rest.some((word) => /PASS/.test(word)),
];

/** The file of earlier lines: `REDISCLI_HISTFILE`, or one in the home directory. Null if there is to be none. */
export function historyFile(environment: (name: string) => string | undefined): string | null {
  const named = environment("REDISCLI_HISTFILE");
  if (named !== undefined) return named === "" || named === "/dev/null" ? null : named;
  const home = environment("HOME") ?? environment("USERPROFILE");
  return home === undefined || home === "" ? null : `${home}/.mini-redis_history`;
}

/** Whether a line holds a password and is better forgotten. */
export function isSecret(words: readonly string[]): boolean {
  // A number may stand before a command, to repeat it.
  const command = words.map((word) => word.toUpperCase()).slice(/^\d+$/.test(words[0] ?? "") ? 1 : 0);
  return command.length > 0 && SECRET.some((test) => test(command));
}

/** The lines of earlier runs and of this one. A file that can't be read or written is done without. */
export class History {
  readonly #path: string | null;
  readonly #lines: string[];

  constructor(path: string | null) {
    this.#path = path;
    this.#lines = path === null ? [] : readLines(path);
  }

  /** The last line first, as line editors want them. */
  latestFirst(): string[] {
    return this.#lines.toReversed();
  }

  /** Adds a line, unless it is the same again. */
  add(line: string): void {
    if (line.trim() === "" || this.#lines.at(-1) === line) return;
    this.#lines.push(line);
    const full = this.#lines.length > KEPT;
    if (full) this.#lines.shift();
    if (this.#path === null) return;
    try {
      const text = full ? this.#lines.map((kept) => `${kept}\n`).join("") : `${line}\n`;
      Deno.writeTextFileSync(this.#path, text, { append: !full, mode: 0o600 });
    } catch {
      // Commands work without a history.
    }
  }
}

function readLines(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "").slice(-KEPT);
  } catch {
    return [];
  }
}
