/**
 * Where the lines of a conversation come from.
 *
 * @module
 */

import type { Output } from "./output.ts";
import { inputLines } from "./standard_input.ts";

/** Gives one line after the other. */
export interface LineSource extends Disposable {
  /** Prints so that a line being typed stays readable. */
  readonly output: Output;
  /** Whether somebody types. */
  readonly interactive: boolean;
  /** The next line, a byte string; null at the end, or when the user has had enough (Ctrl-C). */
  next(prompt: string): Promise<string | null>;
  /** Another prompt for the line being typed. */
  changePrompt(prompt: string): void;
}

/** Lines from a pipe or a file: no prompt, no editing. */
export class PipedLines implements LineSource {
  readonly interactive = false;
  readonly #lines = inputLines();

  constructor(readonly output: Output) {}

  async next(): Promise<string | null> {
    const { value, done } = await this.#lines.next();
    return done ? null : value;
  }

  changePrompt(): void {}

  [Symbol.dispose](): void {}
}
