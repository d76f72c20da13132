/**
 * `--latency-dist`: how long PINGs take to come back, as a line of colours for each second. A column stands for a
 * range of latencies, its colour for the share of the PINGs that fell into it.
 *
 * @module
 */

import { refuseError } from "../../client/mod.ts";
import type { Output } from "./output.ts";
import type { Session } from "./session.ts";
import { sleep } from "./sleep.ts";

/** Seconds between two samples. */
const SAMPLE_PAUSE = 0.01;
const LINES_PER_LEGEND = 20;
/** The longest latency of each column but the last, in microseconds. */
const LIMITS = [
  ...[10, 125, 250, 500],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((milliseconds) => milliseconds * 1000),
  ...[10, 20, 30, 40, 50, 100, 200, 300, 400, 500].map((milliseconds) => milliseconds * 1000),
  ...[1, 2, 4, 8, 16, 30, 60].map((seconds) => seconds * 1_000_000),
];
const COLUMNS = ".-*#123456789ABCDEFGHIJKLMNOPQ?";
/** Colours of a terminal that has 256, from none to all. */
const PALETTE = [
  ...[0, 233, 234, 235, 237, 239, 241, 243, 245, 247],
  ...[144, 143, 142, 184, 226, 214, 208, 202, 196],
];
const GREY_PALETTE = [0, 233, 234, 235, 237, 239, 241, 243, 245, 247, 249, 251, 253];
const PLAIN = "\x1b[0m";
const BLACK_LETTERS = "\x1b[38;5;0m";
const RULE = "-".repeat(45);

/** Measures and draws without end; a second a line, or the interval that was asked for. */
export async function drawLatency(session: Session): Promise<number> {
  const { interval, mono } = session.options;
  const connection = await session.require();
  const palette = mono ? GREY_PALETTE : PALETTE;
  for (let line = 0;; line++) {
    const counts: number[] = new Array(COLUMNS.length).fill(0);
    const end = performance.now() + (interval || 1) * 1000;
    do {
      const start = performance.now();
      refuseError(await connection.call("PING"));
      counts[columnOf((performance.now() - start) * 1000)]++;
      await sleep(SAMPLE_PAUSE);
    } while (performance.now() < end);
    draw(session.output, counts, palette, line);
  }
}

/** Which column a latency in microseconds belongs to. */
export function columnOf(microseconds: number): number {
  const column = LIMITS.findIndex((limit) => microseconds <= limit);
  return column < 0 ? LIMITS.length : column;
}

/** The counts of the columns as a line. */
export function spectrumLine(counts: readonly number[], palette: readonly number[] = PALETTE): string {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const columns = counts.map((count, column) => {
    const color = palette[Math.ceil(count / all * (palette.length - 1))];
    return `\x1b[48;5;${color}m${COLUMNS[column]}`;
  });
  return `${BLACK_LETTERS}${columns.join("")}${PLAIN}\n`;
}

function draw(output: Output, counts: number[], palette: readonly number[], line: number): void {
  if (line % LINES_PER_LEGEND === 0) output.write(legend(palette));
  output.write(spectrumLine(counts, palette));
}

/** What the columns and colours mean. */
function legend(palette: readonly number[]): string {
  return `\
${RULE}
. - * #          .01 .125 .25 .5 milliseconds
1,2,3,...,9      from 1 to 9     milliseconds
A,B,C,D,E        10,20,30,40,50  milliseconds
F,G,H,I,J        .1,.2,.3,.4,.5       seconds
K,L,M,N,O,P,Q,?  1,2,4,8,16,30,60,>60 seconds
From 0 to 100%: ${palette.map((color) => `\x1b[48;5;${color}m `).join("")}${PLAIN}
${RULE}
`;
}
