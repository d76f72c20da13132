/**
 * From the options of `startServer` to a configuration.
 *
 * @module
 */

import { quoteArgument, toByteString } from "../config/arguments.ts";
import { applyConfigText, Config, ConfigFileError } from "../config/mod.ts";
import { byteStringToUtf8, fromBytes } from "../util/byte_string.ts";
import type { Directives, DirectiveValue, ServerOptions } from "./types.ts";

/** Options that are no directives. */
const OWN_OPTIONS = new Set(["host", "config", "clock", "time", "seed", "log"]);

/** What differs from Redis's defaults: nothing is written to the disk, and the system chooses the port. */
const DEFAULTS: Directives = { port: 0, save: "" };

/** Throws a TypeError that names the option if one that is no directive has a wrong value. */
export function checkOptions({ clock, config, host, log, seed }: ServerOptions): void {
  const check = (name: string, isRight: boolean, wanted: string) => {
    if (!isRight) throw new TypeError(`${name}: it is ${wanted}`);
  };
  check("clock", [undefined, "system", "manual"].includes(clock), '"system" or "manual"');
  check("config", config === undefined || (typeof config === "object" && config !== null), "an object");
  check("host", host === undefined || typeof host === "string", "a string");
  check("log", log === undefined || typeof log === "function", "a function");
  check("seed", seed === undefined || isSeed(seed), "an integer of 32 bits");
}

/** With a sign or without. */
function isSeed(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
}

/** The configuration that the options ask for. Throws a TypeError that names the directive if one is wrong. */
export function configOf(options: ServerOptions): Config {
  const config = new Config();
  const given: [string, unknown][] = [
    ...Object.entries(DEFAULTS),
    ["bind", options.host ?? "127.0.0.1"],
    ...Object.entries(options.config ?? {}),
    ...Object.entries(options).filter(([name]) => !OWN_OPTIONS.has(name)),
  ];
  for (const [name, value] of given) {
    if (value !== undefined) setDirective(config, name, value as DirectiveValue);
  }
  if (config.get("cluster-enabled")) {
    throw new TypeError("cluster-enabled: a node of a cluster needs a process of its own");
  }
  return config;
}

function setDirective(config: Config, option: string, value: DirectiveValue): void {
  const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const text = [name, ...wordsOf(option, value).map((word) => quoteArgument(toByteString(word)))].join(" ");
  try {
    const read = (path: string) => [{ path, text: fromBytes(Deno.readFileSync(byteStringToUtf8(path))) }];
    applyConfigText(config, { text, path: null }, read);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new TypeError(`${option}: ${error.message}`, { cause: error });
  }
}

function wordsOf(option: string, value: DirectiveValue): string[] {
  if (typeof value === "boolean") return [value ? "yes" : "no"];
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.map(String);
  throw new TypeError(`${option}: a directive's value is a string, a number, a boolean or an array of such`);
}
