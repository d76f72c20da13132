/**
 * Files that nobody wants when the process is interrupted.
 *
 * @module
 */

import { endingSignals, ignoredSignals } from "../util/signals.ts";

/** What a shell adds to a signal's number for the status of a process that it ended. */
const ENDED_BY_SIGNAL = 128;
/** Numbers of the signals that can be listened to. */
const NUMBERS: Readonly<Partial<Record<Deno.Signal, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGTERM: 15,
  SIGBREAK: 21,
};

/** The files that there are. */
const paths = new Set<string>();
let isListening = false;
const listeners = [...endingSignals(), ...ignoredSignals()].map((signal) => ({
  signal,
  listener() {
    for (const path of paths) removeIfThere(path);
    Deno.exit(ENDED_BY_SIGNAL + NUMBERS[signal]!);
  },
}));

/**
 * Has a file removed if a signal ends the process before {@linkcode forgetTemporary}. To be called before the file is
 * made, so that none comes in between. While there is such a file, a signal has an effect only when the event loop has
 * its turn.
 */
export function noteTemporary(path: string): void {
  listen();
  paths.add(path);
}

/** The file has gone, or is what it was to become, or could not be made. */
export function forgetTemporary(path: string): void {
  paths.delete(path);
  listenNoMore();
}

/** Makes a file in the system's directory for such; {@linkcode removeTemporary} is to remove it. */
export function makeTemporary(suffix: string): string {
  listen();
  try {
    const path = Deno.makeTempFileSync({ prefix: "mini-redis-", suffix });
    paths.add(path);
    return path;
  } finally {
    listenNoMore();
  }
}

/** Removes a file that {@linkcode makeTemporary} made. */
export function removeTemporary(path: string): void {
  removeIfThere(path);
  forgetTemporary(path);
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  for (const { signal, listener } of listeners) Deno.addSignalListener(signal, listener);
}

/** Unless there is a file still. */
function listenNoMore(): void {
  if (!isListening || paths.size > 0) return;
  isListening = false;
  for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
