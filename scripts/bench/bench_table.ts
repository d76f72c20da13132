import type { Column } from "./table.ts";
import type { Target } from "./target.ts";
import type { BenchOptions } from "./options.ts";

/** What a table came to. The last column of `rows` is the marks for `targets`. */
export interface TableResult {
  title: string;
  columns: Column[];
  rows: string[][];
  /** What a reader must know to read the table right; printed below it. */
  notes: string[];
  /** Everything that was to be reached in it, for the closing count. */
  targets: Target[];
  /** The unrounded measurements, for `--json`. */
  data: unknown;
}

/** One table of the benchmark. A new one is a file that exports this, and a line in mod.ts. */
export interface BenchTable {
  /** The word that selects it with `--tables`. */
  name: string;
  /** One line for `--help`. */
  summary: string;
  /** Measures. Says what it is doing with `progress`. */
  run(options: BenchOptions, progress: (text: string) => void): Promise<TableResult>;
}
