/**
 * LOLWUT.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import { FAST, READONLY } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Random } from "../../util/random.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { REDIS_VERSION, VERSION } from "../../util/version.ts";

const DEFAULT_COLUMNS = 66;
const DEFAULT_ROWS = 12;
const MOST_COLUMNS = 200;
const MOST_ROWS = 100;

export const lolwut = defineCommand({
  name: "LOLWUT",
  group: "server",
  since: "5.0.0",
  summary: "Draws computer art and tells the version.",
  syntax: "[VERSION version]",
  flags: READONLY | FAST,
  run(ctx, args) {
    const isSized = args.length >= 3 && args.is(1, "VERSION");
    // There is one picture, so the version only has to be a number.
    if (isSized) args.int(2);
    const columns = isSized ? size(args, 3, DEFAULT_COLUMNS, MOST_COLUMNS) : DEFAULT_COLUMNS;
    const rows = isSized ? size(args, 4, DEFAULT_ROWS, MOST_ROWS) : DEFAULT_ROWS;
    const picture = drawMaze(ctx.keyspace.random, columns, rows);
    const caption = `mini-redis ${VERSION}, Redis ver. ${REDIS_VERSION}`;
    ctx.reply.verbatim("txt", utf8ToByteString(`${picture}\n${caption}\n`));
  },
});

/** A width or height from argument `index`, brought within sensible bounds. */
function size(args: Args, index: number, normal: number, most: number): number {
  return index < args.length ? Math.min(most, Math.max(1, args.int(index))) : normal;
}

/**
 * Truchet's tiles (1704) in their plainest form: two diagonals, strewn at random. The chance of either drifts across
 * the picture, so that the maze dissolves into rain at one side.
 */
function drawMaze(random: Random, columns: number, rows: number): string {
  let picture = "";
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const order = (column / columns) ** 2 / 2;
      picture += random.float() < 0.5 + order ? "╱" : "╲";
    }
    picture += "\n";
  }
  return picture;
}
