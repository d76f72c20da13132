/**
 * Addresses in the form of a URL, as redis-cli's `-u` takes them:
 *
 *     redis://[[user]:password@][host][:port][/database]     with `rediss:` over TLS
 *     unix://[[user]:password@]/path/of/socket[?db=database]
 *
 * A single word before the `@` is the password, as in redis-cli.
 *
 * @module
 */

import { utf8ToByteString } from "../util/byte_string.ts";
import type { ConnectOptions } from "./connect.ts";

const PARTS = /^(redis|rediss|unix):\/\/(?:([^/?@]*)@)?([^?]*)(?:\?(.*))?$/s;
const HOST = /^(\[[^\]]*\]|[^:/]*)(?::(\d+))?(?:\/(.*))?$/s;

/** Reads a URL. Throws a plain `Error` if it isn't one of a server. */
export function parseRedisUrl(url: string): ConnectOptions {
  const match = PARTS.exec(url);
  if (match === null) {
    if (!/^(redis|rediss|unix):\/\//.test(url)) throw new Error("Invalid URI scheme");
    throw new Error("Invalid URI");
  }
  const [, scheme, userInfo, place, query = ""] = match;
  const options: ConnectOptions = { ...parseUserInfo(userInfo) };
  if (scheme === "unix") {
    options.unix = decode(place);
    setDatabase(options, new URLSearchParams(query).get("db") ?? undefined);
    return options;
  }
  if (scheme === "rediss") options.tls = {};
  setPlace(options, place);
  return options;
}

function setPlace(options: ConnectOptions, place: string): void {
  const match = HOST.exec(place);
  if (match === null) throw new Error("Invalid URI");
  const [, host, port, database] = match;
  if (host !== "") options.hostname = host.startsWith("[") ? host.slice(1, -1) : decode(host);
  if (port !== undefined) options.port = Number(port);
  if (options.port !== undefined && options.port > 65535) throw new Error("Invalid URI: port out of range");
  setDatabase(options, database);
}

function setDatabase(options: ConnectOptions, text: string | undefined): void {
  if (text === undefined || text === "") return;
  if (!/^\d{1,9}$/.test(text)) throw new Error("Invalid URI: the database is a number");
  options.database = Number(text);
}

function parseUserInfo(text: string | undefined): ConnectOptions {
  if (text === undefined) return {};
  const colon = text.indexOf(":");
  if (colon <= 0) return { password: utf8ToByteString(decode(text.slice(colon + 1))) };
  return {
    username: utf8ToByteString(decode(text.slice(0, colon))),
    password: utf8ToByteString(decode(text.slice(colon + 1))),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error("Invalid URI: incorrect percent-encoding");
  }
}
