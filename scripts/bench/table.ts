/** One column of a printed table. Numbers go to the right, words to the left. */
export interface Column {
  title: string;
  align: "left" | "right";
}

/** A left-aligned column. */
export function words(title: string): Column {
  return { title, align: "left" };
}

/** A right-aligned column. */
export function figures(title: string): Column {
  return { title, align: "right" };
}

/** The table as Markdown that is also readable as plain text: every column padded to its widest cell. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) =>
    Math.max(3, column.title.length, ...rows.map((row) => (row[i] ?? "").length))
  );
  const pad = (text: string, i: number) =>
    columns[i].align === "right" ? text.padStart(widths[i]) : text.padEnd(widths[i]);
  const line = (cells: readonly string[]) =>
    `| ${columns.map((_, i) => pad(cells[i] ?? "", i)).join(" | ")} |`;
  const rule = columns.map((column, i) =>
    column.align === "right" ? `${"-".repeat(widths[i] - 1)}:` : "-".repeat(widths[i])
  );
  return [line(columns.map((column) => column.title)), line(rule), ...rows.map(line)].join("\n");
}

/** `1234567.4` as `1,234,567`; NaN as `n/a`. */
export function formatCount(value: number): string {
  if (Number.isNaN(value)) return "n/a";
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A number with a fixed count of decimals; NaN as `n/a`. */
export function formatFixed(value: number, decimals: number): string {
  return Number.isNaN(value) ? "n/a" : value.toFixed(decimals);
}
