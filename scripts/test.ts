/**
 * Runs the tests and the check as continuous integration does, by the tasks that the README names, and ends with one
 * line of the true counts: `N passed, N failed`, and `, N skipped` if any were. The exit status is 0 only if nothing
 * failed and something ran.
 */

import { fileURLToPath } from "node:url";

/** Many tests mostly wait for servers: more of them at a time than processors are worth it. */
const LEAST_JOBS = 4;

/** Numbers of tests or of items of the check. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Output of a finished task. */
interface Finished {
  success: boolean;
  output: string;
}

/** The counts in the last summary line of `deno test`; undefined if there is none. */
export function testCounts(output: string): Counts | undefined {
  const lines = plainText(output).split("\n").filter((line) => /^(ok|FAILED) \| \d+ passed/.test(line));
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  return {
    passed: numberBefore(last, "passed"),
    failed: numberBefore(last, "failed"),
    skipped: numberBefore(last, "ignored"),
  };
}

/** The counts in the last line of scripts/check.ts; undefined if there is none. */
export function checkCounts(output: string): Counts | undefined {
  const last = [...plainText(output).matchAll(/^check: (\d+) passed, (\d+) failed$/gm)].at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]), skipped: 0 };
}

/** Adds up; a task that ran nothing, or failed without counting a failure, is itself one failure. */
export function totalCounts(parts: readonly { success: boolean; counts: Counts | undefined }[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { success, counts = { passed: 0, failed: 0, skipped: 0 } } of parts) {
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    if (counts.failed === 0 && (!success || counts.passed === 0)) total.failed++;
  }
  return total;
}

/** The last line of the run. */
export function totalLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Without the escape sequences of colours, and with plain line ends. */
function plainText(output: string): string {
  // deno-lint-ignore no-control-regex -- the escape character is what colours begin with
  return output.replace(/\x1b\[[0-9;]*m/g, "").replaceAll("\r\n", "\n");
}

function numberBefore(line: string, word: string): number {
  return Number(new RegExp(`(\\d+) ${word}\\b`).exec(line)?.[1] ?? 0);
}

/** Runs a task of deno.json; its output is shown as it comes. */
async function runTask(name: string): Promise<Finished> {
  console.log(`\n== deno task ${name}`);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["task", name],
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    env: { NO_COLOR: "1", DENO_JOBS: String(Math.max(LEAST_JOBS, navigator.hardwareConcurrency)) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const texts = await Promise.all([passOn(process.stdout, Deno.stdout), passOn(process.stderr, Deno.stderr)]);
  const { success } = await process.status;
  return { success, output: texts.join("\n") };
}

async function passOn(
  from: ReadableStream<Uint8Array>,
  to: { writeSync(bytes: Uint8Array): number },
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of from) {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(to.writeSync(rest));
    text += decoder.decode(bytes, { stream: true });
  }
  return text;
}

if (import.meta.main) {
  const check = await runTask("check");
  const test = await runTask("test");
  const total = totalCounts([
    { success: check.success, counts: checkCounts(check.output) },
    { success: test.success, counts: testCounts(test.output) },
  ]);
  console.log(`\n${totalLine(total)}`);
  if (total.failed > 0) Deno.exit(1);
}
