/**
 * How far a transfer has come, on standard error while that is a terminal.
 *
 * @module
 */

import type { Progress } from "./entry.ts";

/** Milliseconds between two pictures of the bar. */
const PERIOD = 100;
const BAR_WIDTH = 30;
const ERASE_LINE = "\r\x1b[K";
const encoder = new TextEncoder();

/** What is drawn on. */
interface Terminal {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** A line that is drawn again and again. */
export class ProgressBar {
  readonly #terminal: Terminal | null;
  #shownAt = -Infinity;
  #isShown = false;

  constructor(terminal: Terminal = Deno.stderr) {
    this.#terminal = terminal.isTerminal() ? terminal : null;
  }

  /** Draws the bar, unless it was drawn just before. */
  show(progress: Progress): void {
    if (this.#terminal === null) return;
    const now = performance.now();
    if (now - this.#shownAt < PERIOD) return;
    this.#shownAt = now;
    this.#isShown = true;
    this.#terminal.writeSync(encoder.encode(ERASE_LINE + progressLine(progress)));
  }

  /** Takes the bar away, for other text or for good. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#terminal?.writeSync(encoder.encode(ERASE_LINE));
  }
}

/** `[=====>    ]  47 %  1.2 of 2.5 MB`, or only the amount where the total is not known. */
export function progressLine({ done, total, unit }: Progress): string {
  const amount = unit === "keys" ? (value: number) => String(value) : megabytes;
  const label = unit === "keys" ? "keys" : "MB";
  if (total === 0) return `${amount(done)} ${label}`;
  const part = Math.min(1, done / total);
  const filled = Math.round(part * BAR_WIDTH);
  const bar = "=".repeat(filled).padEnd(BAR_WIDTH);
  return `[${bar}] ${String(Math.floor(part * 100)).padStart(3)} %  ${amount(done)} of ${
    amount(total)
  } ${label}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
