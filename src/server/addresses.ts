/**
 * Addresses of connections.
 *
 * @module
 */

import { utf8ToByteString } from "../util/byte_string.ts";

/** `127.0.0.1:6379`, `[::1]:6379` or, for a Unix socket, `/path:0`. */
export function formatAddress(address: Deno.Addr): string {
  if (address.transport === "unix") return `${utf8ToByteString(address.path ?? "")}:0`;
  if (address.transport !== "tcp") return "?:0";
  const host = plainHost(address.hostname);
  return host.includes(":") ? `[${host}]:${address.port}` : `${host}:${address.port}`;
}

/** An address as it is usually written: an IPv4 peer of an IPv6 socket has one in a special range of IPv6. */
export function plainHost(hostname: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(hostname)?.[1] ?? hostname;
}
