/**
 * Lines that are typed at a terminal: editing, history and completion by `node:readline`, hints by us.
 *
 * @module
 */

import process from "node:process";
import { createInterface, type Interface, type Key } from "node:readline";
import { utf8ToByteString } from "../../util/byte_string.ts";
import type { LineSource } from "./line_source.ts";
import { type Output, standardOutput } from "./output.ts";

const GRAY = "\x1b[90m";
const PLAIN = "\x1b[0m";
const CLEAR_TO_END = "\x1b[K";
const CLEAR_BELOW = "\r\x1b[J";
const SAVE_CURSOR = "\x1b7";
const RESTORE_CURSOR = "\x1b8";
const DEFAULT_COLUMNS = 80;

/** What helps with typing. Lines are ordinary strings here. */
export interface TypingAid {
  /** Earlier lines, the last one first. */
  history: string[];
  /** Whether a line is better not kept. */
  isSecret(line: string): boolean;
  complete(line: string): [lines: string[], replaced: string];
  /** What may follow; empty for nothing. */
  hint(line: string): string;
  /** Ctrl-C. False if there is nothing to interrupt: the conversation ends. */
  interrupt(): boolean;
}

/** The terminal's lines. */
export class TerminalLines implements LineSource {
  readonly interactive = true;
  readonly output: Output;
  readonly #aid: TypingAid;
  readonly #readline: Interface;
  /** Lines typed before they were asked for. */
  readonly #early: string[] = [];
  #waiting: ((line: string | null) => void) | null = null;
  #closed = false;
  #hinted = false;
  /** Earlier lines, the last one first. */
  #earlier: readonly string[];
  /** What Ctrl-R looked for, and which of the earlier lines it found. */
  #search: { readonly text: string; readonly index: number } | null = null;
  readonly #beforeKey = (_: string, key?: Key) => this.#foresee(key);
  readonly #afterKey = () => this.#showHint();

  constructor(aid: TypingAid) {
    this.#aid = aid;
    this.#earlier = aid.history;
    // Ours comes first: a hint must be gone before the line is left.
    process.stdin.on("keypress", this.#beforeKey);
    this.#readline = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      history: aid.history,
      historySize: 1000,
      completer: (line: string) => aid.complete(line),
    });
    process.stdin.on("keypress", this.#afterKey);
    this.#readline.on("line", (line) => this.#take(line));
    this.#readline.on("history", (lines) => {
      if (aid.isSecret(lines[0] ?? "")) lines.shift();
      this.#earlier = lines;
    });
    this.#readline.on("SIGINT", () => void (aid.interrupt() || this.#end()));
    this.#readline.on("close", () => this.#end());
    this.output = {
      write: (text) => this.#print(text, standardOutput.write),
      writeError: (text) => this.#print(text, standardOutput.writeError),
    };
  }

  next(prompt: string): Promise<string | null> {
    const early = this.#early.shift();
    if (early !== undefined) return Promise.resolve(utf8ToByteString(early));
    if (this.#closed) return Promise.resolve(null);
    this.#readline.setPrompt(prompt);
    // What was typed meanwhile is part of the line, and the cursor stands behind it.
    this.#readline.prompt(true);
    return new Promise((resolve) => {
      this.#waiting = (line) => resolve(line === null ? null : utf8ToByteString(line));
    });
  }

  changePrompt(prompt: string): void {
    this.#readline.setPrompt(prompt);
    if (this.#waiting !== null) this.#readline.prompt(true);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    process.stdin.off("keypress", this.#beforeKey);
    process.stdin.off("keypress", this.#afterKey);
    this.#readline.close();
    process.stdin.unref();
  }

  #take(line: string): void {
    if (this.#waiting === null) this.#early.push(line);
    else this.#settle(line);
  }

  #settle(line: string | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#hinted = false;
    waiting?.(line);
  }

  #end(): void {
    const wasOpen = !this.#closed;
    this.#closed = true;
    // The shell's prompt is to begin on a line of its own.
    if (wasOpen && this.#waiting !== null) standardOutput.write("\n");
    this.#settle(null);
  }

  /** Prints above the line being typed, if there is one. */
  #print(text: string, write: (text: string) => void): void {
    if (this.#waiting === null) return write(text);
    standardOutput.write(CLEAR_BELOW);
    write(text);
    this.#readline.prompt(true);
  }

  /** Before the line editor has the key. */
  #foresee(key?: Key): void {
    this.#clearHint(key);
    if (key?.ctrl === true && key.name === "r") this.#searchBack();
    else this.#search = null;
  }

  /** Puts the last earlier line in place that contains what was typed; again, the one before. */
  #searchBack(): void {
    const { text, index } = this.#search ?? { text: this.#readline.line, index: -1 };
    const found = this.#earlier.findIndex((line, i) => i > index && line.includes(text));
    if (this.#waiting === null || found < 0) return;
    this.#search = { text, index: found };
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    this.#readline.write(this.#earlier[found]);
  }

  #clearHint(key?: Key): void {
    if (!this.#hinted || (key?.name !== "return" && key?.name !== "enter" && key?.name !== "c")) return;
    standardOutput.write(CLEAR_TO_END);
    this.#hinted = false;
  }

  /** Writes the hint behind the line and puts the cursor back. */
  #showHint(): void {
    if (this.#waiting === null) return;
    const { line, cursor } = this.#readline;
    const hint = cursor === line.length ? this.#aid.hint(line) : "";
    if (hint === "" && !this.#hinted) return;
    const columns = process.stdout.columns || DEFAULT_COLUMNS;
    const used = this.#readline.getCursorPos().cols;
    const shown = hint.slice(0, Math.max(0, columns - used - 1));
    if (cursor === line.length) {
      const gray = `${SAVE_CURSOR}${GRAY}${shown}${PLAIN}${CLEAR_TO_END}${RESTORE_CURSOR}`;
      standardOutput.write(utf8ToByteString(gray));
    }
    this.#hinted = shown !== "";
  }
}
