/**
 * What a Node program and the server that it started as a child process say to each other: one JSON text a
 * line, requests on the child's standard input, answers and log lines on its standard output.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { RedisError } from "./types.ts";

/**
 * Request number 0, the first: `args` are the options of `startServer`, its answer is a {@linkcode Place}.
 */
export const START = "start";

/**
 * The child runs the method of the server, such as `call` or `clock.advance`, and answers when it is done.
 */
export interface WireRequest {
  /** Chosen by the sender; the answer has the same. */
  id: number;
  method: string;
  args: WireValue[];
}

/** What the child sends: an answer, or a line of the server's log. */
export type WireMessage =
  | { id: number; value: WireValue }
  | { id: number; error: WireError }
  | { log: string };

/** Where a started server listens. */
export interface Place {
  host: string;
  port: number;
  url: string;
}

/** An error, to be thrown anew on the other side. */
export interface WireError {
  name: string;
  message: string;
}

/** A value as JSON: what JSON doesn't have is an object with a tag. */
export type WireValue = string | number | boolean | null | WireValue[] | Tagged;

/** A value with the name of its kind. */
export type Tagged =
  | { $: "undefined" }
  | { $: "number" | "bigint" | "bytes" | "url"; text: string }
  | { $: "date"; at: number | null }
  | { $: "error"; error: WireError }
  | { $: "set"; items: WireValue[] }
  | { $: "object"; entries: [string, WireValue][] };

/** Makes JSON of anything that the library takes or gives. Throws a `TypeError` on functions and symbols. */
export function encodeValue(value: unknown): WireValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: "number", text: numberText(value) };
    case "bigint":
      return { $: "bigint", text: String(value) };
    case "undefined":
      return { $: "undefined" };
    case "object":
      return value === null ? null : encodeObject(value);
    default:
      throw new TypeError(`a ${typeof value} can't be sent to the server`);
  }
}

/** The opposite of {@linkcode encodeValue}. Objects come back without a prototype. */
export function decodeValue(value: WireValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decodeValue);
  switch (value.$) {
    case "undefined":
      return undefined;
    case "number":
      return Number(value.text);
    case "bigint":
      return BigInt(value.text);
    case "bytes":
      return new Uint8Array(Buffer.from(value.text, "base64"));
    case "url":
      return new URL(value.text);
    case "date":
      return new Date(value.at ?? NaN);
    case "error":
      return decodeError(value.error);
    case "set":
      return new Set(value.items.map(decodeValue));
    case "object":
      return Object.assign(
        Object.create(null),
        Object.fromEntries(value.entries.map(([key, item]) => [key, decodeValue(item)])),
      );
  }
}

/** What is sent of an error. */
export function encodeError(error: unknown): WireError {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: "Error", message: String(error) };
}

/** An error of the same kind; of those that JavaScript has, only the kinds that the library throws. */
export function decodeError({ name, message }: WireError): Error {
  switch (name) {
    case "RedisError":
      return new RedisError(message);
    case "RangeError":
      return new RangeError(message);
    case "SyntaxError":
      return new SyntaxError(message);
    case "TypeError":
      return new TypeError(message);
    default:
      return new Error(message);
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * Kinds are told by their tag, not by their class: a test's own realm (as Jest has one) has classes of its
 * own.
 */
function encodeObject(value: object): WireValue {
  if (Array.isArray(value)) return value.map(encodeValue);
  if (ArrayBuffer.isView(value)) {
    return {
      $: "bytes",
      text: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
    };
  }
  switch (Object.prototype.toString.call(value)) {
    case "[object Date]": {
      const at = (value as Date).getTime();
      return { $: "date", at: Number.isNaN(at) ? null : at };
    }
    case "[object Set]":
      return { $: "set", items: [...value as Set<unknown>].map(encodeValue) };
    case "[object URL]":
      return { $: "url", text: (value as URL).href };
    case "[object Error]":
      return { $: "error", error: encodeError(value) };
    default:
      return { $: "object", entries: Object.entries(value).map(([key, item]) => [key, encodeValue(item)]) };
  }
}

/** Cuts text that arrives in pieces into lines. */
export class LineSplitter {
  #rest: string[] = [];

  /** The lines that this piece completes, without their line breaks. */
  push(piece: string): string[] {
    const lines = piece.split("\n");
    if (lines.length === 1) {
      this.#rest.push(piece);
      return [];
    }
    lines[0] = this.#rest.join("") + lines[0];
    const last = lines.pop()!;
    this.#rest = last === "" ? [] : [last];
    return lines;
  }
}
