/** Which programs the tests start: this project's server, and the redis-server that it is compared with. */

import { fileURLToPath } from "node:url";
import { splitWords } from "./split_words.ts";

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The command line of the server under test: the environment variable `MINI_REDIS_SERVER`, words in quotes as
 * {@linkcode splitWords} reads them, or else the `start` task of deno.json, run by the deno that runs the tests.
 */
export function serverCommand(): string[] {
  const override = splitWords(Deno.env.get("MINI_REDIS_SERVER") ?? "");
  if (override.length > 0) return override;
  const tasks = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).tasks;
  const words: string[] = tasks.start.command.split(" ");
  return words.map((word) => {
    if (word === "deno") return Deno.execPath();
    return word === "main.ts" ? `${ROOT}main.ts` : word;
  });
}

let knownVersion: string | null | undefined;

/** Version of the redis-server on PATH, such as "7.0.15"; null if there is none. */
export function redisVersion(): string | null {
  if (knownVersion === undefined) knownVersion = askRedisVersion();
  return knownVersion;
}

function askRedisVersion(): string | null {
  try {
    const { stdout } = new Deno.Command("redis-server", { args: ["--version"] }).outputSync();
    return /v=(\d+\.\d+\.\d+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** True if a redis-server is installed; tests that need it are given `ignore: !redisAvailable()`. */
export function redisAvailable(): boolean {
  return redisVersion() !== null;
}

/** True if the installed redis-server is a 7.0 or 7.2, whose replies are those to be compared with. */
export function referenceAvailable(): boolean {
  return /^7\.[0-2]\./.test(redisVersion() ?? "");
}
