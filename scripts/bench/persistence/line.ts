import type { TableResult } from "../bench_table.ts";
import type { ServerName } from "../servers.ts";
import { median, ratio } from "../statistics.ts";
import { figures, formatCount, formatFixed, words } from "../table.ts";
import { formatTargets, type Target } from "../target.ts";

/** Units of figures that are shown without decimals. */
const COUNTED: ReadonlySet<string> = new Set(["req/s", "keys/s", "slots/s", "bytes"]);

/** What a limit is put on: the ratio to redis-server, the ratio to our own base figure, or our figure itself. */
export type Measure = "ratio" | "own" | "figure";

/** Something to be reached by a line. */
export interface Limit {
  of: Measure;
  atLeast?: number;
  atMost?: number;
}

/** One line of the table: what was measured, and every round of both servers. */
export interface Line {
  what: string;
  /** Of the figures; what is counted, such as `req/s`, is shown without decimals. */
  unit: string;
  ours: number[];
  reference: number[];
  /** Our own figures to compare with, too. */
  base?: number[];
  limits?: Limit[];
}

/** Makes lines of what is measured in every round. */
export function linesOf<Round>(
  rounds: Record<ServerName, Round[]>,
): (what: string, unit: string, figure: (one: Round) => number, limits?: Limit[]) => Line {
  return (what, unit, figure, limits) => ({
    what,
    unit,
    ours: rounds["mini-redis"].map(figure),
    reference: rounds["redis-server"].map(figure),
    limits,
  });
}

/** What a line came to: medians, and the ratios between them. */
export interface LineFigures {
  ours: number;
  reference: number;
  ratio: number;
  own: number;
}

/** The medians of a line's rounds, each by itself, and their ratios. What was not measured is NaN. */
export function figuresOf({ ours, reference, base }: Line): LineFigures {
  const [our, their] = [median(ours), median(reference)];
  return { ours: our, reference: their, ratio: ratio(our, their), own: ratio(our, median(base ?? [])) };
}

/** What is to be reached by a line. */
export function targetsOf(line: Line): Target[] {
  const { ours, ratio, own } = figuresOf(line);
  const values: Record<Measure, number> = { ratio, own, figure: ours };
  return (line.limits ?? []).map(({ of, ...limit }) => ({ name: of, value: values[of], ...limit }));
}

/** The line's limits in words: `ratio ≤ 1.5`. */
export function describeLimits(limits: readonly Limit[]): string {
  const text = ({ of, atLeast, atMost }: Limit) =>
    `${of} ${atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`}`;
  return limits.length === 0 ? "-" : limits.map(text).join(", ");
}

/** The table of all lines. */
export function tabulate(title: string, lines: readonly Line[], notes: string[]): TableResult {
  return {
    title,
    columns: [
      words("measured"),
      words("unit"),
      figures("mini-redis"),
      figures("redis-server"),
      figures("ratio"),
      figures("own"),
      words("aim"),
      words("target"),
    ],
    rows: lines.map(row),
    notes,
    targets: lines.flatMap(targetsOf),
    data: lines,
  };
}

function row(line: Line): string[] {
  const { ours, reference, ratio, own } = figuresOf(line);
  const format = (value: number) =>
    COUNTED.has(line.unit) ? formatCount(value) : formatFixed(value, line.unit === "s" ? 3 : 2);
  return [
    line.what,
    line.unit,
    format(ours),
    format(reference),
    formatFixed(ratio, 2),
    line.base === undefined ? "-" : formatFixed(own, 2),
    describeLimits(line.limits ?? []),
    formatTargets(targetsOf(line)),
  ];
}
