#!/usr/bin/env node
/**
 * `npx mini-redis`: runs the server, or one of its tools, in this process's place: same input and output,
 * signals passed on, same exit status.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { denoCommand, type ProgramStart } from "./deno_command.ts";

/** Signals by which a server is told something. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

main();

function main(): void {
  let start: ProgramStart;
  try {
    start = denoCommand("main.js", process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
    return;
  }
  const child = spawn(start.program, start.args, { env: start.env, stdio: "inherit" });
  passSignals(child);
  child.on("error", (error) => {
    process.stderr.write(`mini-redis: can't run ${start.program}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", end);
}

function passSignals(child: ChildProcess): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches both processes by itself; the server takes a second one as "without
      // saving".
      if (signal === "SIGINT" && (process.stdin.isTTY || process.stdout.isTTY)) return;
      child.kill(signal);
    });
  }
}

function end(code: number | null, signal: NodeJS.Signals | null): void {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  for (const each of SIGNALS) process.removeAllListeners(each);
  process.kill(process.pid, signal);
}
