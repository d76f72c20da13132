/**
 * What the command line asks of the client.
 *
 * @module
 */

import type { TlsOptions } from "../../client/mod.ts";
import type { OutputForm } from "./format.ts";

/** What the client does instead of sending one command or asking for commands. */
export type Mode =
  | "command"
  | "scan"
  | "bigkeys"
  | "memkeys"
  | "hotkeys"
  | "stat"
  | "latency"
  | "latency-history"
  | "latency-dist"
  | "intrinsic-latency"
  | "pipe"
  | "eval"
  | "rdb"
  | "functions-rdb"
  | "replica"
  | "cluster"
  | "help"
  | "version";

/** The settings of a run. Texts that go to the server are byte strings, file names are not. */
export interface Options {
  hostname: string;
  port: number;
  unix?: string;
  tls?: TlsOptions;
  username?: string;
  password?: string;
  /** Whether the password was given with `-a`, and so can be seen by others. */
  passwordShown: boolean;
  authWarning: boolean;
  askPassword: boolean;
  database: number;
  /** 2 or 3 as told; undefined leaves it to the output's form. */
  protocol?: 2 | 3;
  form: OutputForm;
  elementDelimiter: string;
  replyDelimiter: string;
  /** Negative: for ever. */
  repeat: number;
  /** Seconds; undefined if not given. */
  interval?: number;
  /** Take the last argument from standard input. */
  inputLast: boolean;
  /** Take the argument that reads so from standard input. */
  inputTag?: string;
  quotedInput: boolean;
  followRedirections: boolean;
  exitOnError: boolean;
  showPushes: boolean;
  verbose: boolean;
  mode: Mode;
  pattern?: string;
  /** SCAN's COUNT; undefined leaves it to the server. */
  scanCount?: number;
  memorySamples?: number;
  /** The file of a mode that reads or writes one. */
  file?: string;
  /** Seconds. */
  pipeTimeout: number;
  latencySeconds: number;
  /** Draw in shades of grey. */
  mono: boolean;
  /** Words of the command line behind the options, byte strings. */
  command: string[];
}

/** The settings of an empty command line. `terminal`: standard output is one. */
export function defaultOptions(terminal: boolean): Options {
  return {
    hostname: "127.0.0.1",
    port: 6379,
    passwordShown: false,
    authWarning: true,
    askPassword: false,
    database: 0,
    form: terminal ? "standard" : "raw",
    elementDelimiter: "\n",
    replyDelimiter: "\n",
    repeat: 1,
    inputLast: false,
    quotedInput: false,
    followRedirections: false,
    exitOnError: false,
    showPushes: terminal,
    verbose: false,
    mode: "command",
    pipeTimeout: 30,
    latencySeconds: 0,
    mono: false,
    command: [],
  };
}
