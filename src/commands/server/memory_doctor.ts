/**
 * The report of MEMORY DOCTOR.
 *
 * @module
 */

import type { MemoryFigures } from "../../observability/memory.ts";
import { clientMemory } from "../../observability/info/memory.ts";
import type { Services } from "../services.ts";

const MEGABYTE = 1024 * 1024;
/** With less data than this the ratios say nothing. */
const LEAST_DATA = 5 * MEGABYTE;
/** Fragmentation of fewer bytes is no problem, whatever the ratio. */
const LEAST_FRAGMENTATION = 10 * MEGABYTE;
/** Bytes of buffers a client, on average. */
const LARGE_BUFFERS = 200 * 1024;

const NO_ISSUES =
  "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n";
const TOO_LITTLE_DATA =
  "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these " +
  "conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back " +
  "to our programming as soon as I finished rebooting.\n";
const HEADING = "Sam, I detected a few issues in this Redis instance memory implants:\n\n";
const FAREWELL = "I'm here to keep you safe, Sam. I want to help you.\n";

const HIGH_PEAK =
  "Peak memory: at some time this instance held more than 150% of what it holds now. Pages that became empty were " +
  "given back; those with a few values left were not, and are filled again by new data.";
const HIGH_RSS =
  "High total RSS: the process takes more than 1.4 times the memory of the data. Part of it is the code, the " +
  "JavaScript heap, and memory that the garbage collector has yet to free; after a peak, pages that are only partly " +
  "in use add to it.";
const HEAP_SLACK =
  "High allocator fragmentation: more than 1.1 times the memory in use is reserved for the JavaScript heap. The " +
  "garbage collector returns it when it has been idle for a while.";
const HEAP_RSS =
  "High process RSS overhead: the process takes more than 1.1 times what the JavaScript heap and the buffers " +
  "outside of it have reserved. Code and memory that the system allocator keeps for later make the difference.";
const LARGE_CLIENTS =
  "Big client buffers: the buffers of the clients take more than 200K per client on average. Clients that read too " +
  "slowly, subscribers above all, or very large replies and pipelines are the usual reasons. CLIENT LIST shows " +
  "which clients they are.";

/** The report as ASCII text. */
export function memoryReport(parts: Pick<Services, "clients" | "memory">): string {
  const { clients, memory } = parts;
  const figures = memory.figures();
  if (figures.used < LEAST_DATA) return TOO_LITTLE_DATA;
  const issues = issuesOf(figures, memory.peak, clientMemory(parts) / Math.max(1, clients.size));
  if (issues.length === 0) return NO_ISSUES;
  return HEADING + issues.map((issue) => ` * ${issue}\n\n`).join("") + FAREWELL;
}

/** `buffers` are the bytes of an average client. */
function issuesOf(figures: MemoryFigures, peak: number, buffers: number): string[] {
  const { used, allocated, reserved, resident } = figures;
  const issues: string[] = [];
  if (peak > used * 1.5) issues.push(HIGH_PEAK);
  if (isFragmented(resident, used, 1.4)) issues.push(HIGH_RSS);
  if (isFragmented(reserved, allocated, 1.1)) issues.push(HEAP_SLACK);
  if (isFragmented(resident, reserved, 1.1)) issues.push(HEAP_RSS);
  if (buffers > LARGE_BUFFERS) issues.push(LARGE_CLIENTS);
  return issues;
}

/** Whether `taken` bytes are so many times the `needed` ones, and the difference matters. */
function isFragmented(taken: number, needed: number, limit: number): boolean {
  return taken > needed * limit && taken - needed > LEAST_FRAGMENTATION;
}
