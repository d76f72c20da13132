/**
 * Replies as text, in each form that redis-cli knows.
 *
 * @module
 */

import type { Reply } from "../../client/mod.ts";
import { formatCsv } from "./format_csv.ts";
import { formatJson } from "./format_json.ts";
import { formatRaw } from "./format_raw.ts";
import { formatStandard } from "./format_standard.ts";

/** `standard` is for people, with types and quotes; `raw` is the bare values. */
export type OutputForm = "standard" | "raw" | "csv" | "json" | "quoted-json";

/** How replies are printed. */
export interface FormatOptions {
  form: OutputForm;
  /** Between the elements of a reply in raw form; a byte string. */
  elementDelimiter: string;
  /** Behind a reply in raw form; a byte string. */
  replyDelimiter: string;
}

/** The whole text of a reply, line end included; a byte string. */
export function formatReply(reply: Reply, { form, elementDelimiter, replyDelimiter }: FormatOptions): string {
  switch (form) {
    case "standard":
      return formatStandard(reply);
    case "raw":
      return formatRaw(reply, elementDelimiter) + replyDelimiter;
    case "csv":
      return `${formatCsv(reply)}\n`;
    case "json":
    case "quoted-json":
      return `${formatJson(reply, form === "quoted-json")}\n`;
  }
}
