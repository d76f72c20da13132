/**
 * Listening sockets.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import { systemReason } from "../util/system_reason.ts";

/** A socket could not be opened; the message is one or more lines for the operator. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Accepts connections from a socket until it is closed. */
export type Acceptor = (listener: Deno.Listener) => void;

/** An open TCP socket with what it was opened for. */
interface OpenTcp {
  readonly hostname: string;
  readonly port: number;
  readonly listener: Deno.TcpListener;
}

/** Milliseconds between attempts to take a port that one of our own sockets is just leaving, and how many. */
const RETRY_AFTER = 5;
const MOST_RETRIES = 200;

/** The sockets that a server listens on, as `port`, `bind` and `unixsocket` say. */
export class Listeners {
  /** Called with what went wrong after {@linkcode rebind} had returned. */
  onLateFailure: ((error: ListenError) => void) | null = null;

  readonly #config: Config;
  #tcp: OpenTcp[] = [];
  #unix: Deno.UnixListener | null = null;
  #acceptor: Acceptor | null = null;

  constructor(config: Config) {
    this.#config = config;
  }

  /** The TCP port, also when the directive said 0 and the system chose one; 0 without TCP. */
  get port(): number {
    return this.#tcp[0]?.listener.addr.port ?? 0;
  }

  /** The kinds of connections that are accepted. */
  get kinds(): ("tcp" | "unix")[] {
    return [...this.#tcp.length > 0 ? ["tcp" as const] : [], ...this.#unix !== null ? ["unix" as const] : []];
  }

  /** One text per kind of socket for INFO: `name=tcp,bind=127.0.0.1,port=6379`. */
  get descriptions(): string[] {
    return this.kinds.map((kind) => {
      if (kind === "unix") return `name=unix,bind=${this.#config.get("unixsocket")}`;
      const addresses = this.#config.get("bind").map((address) => `bind=${address}`);
      return ["name=tcp", ...addresses, `port=${this.port}`].join(",");
    });
  }

  /** Opens the sockets; connections wait until {@linkcode serve}. Throws {@linkcode ListenError}. */
  open(): void {
    const path = this.#config.get("unixsocket");
    // In redis.conf port 0 turns TCP off; with no other socket it asks the system for a free port.
    if (this.#config.get("port") !== 0 || path === null) this.#tcp = openTcp(this.#config, []);
    if (path !== null) this.#unix = openUnix(path, this.#config.get("unixsocketperm"));
    if (this.kinds.length === 0) throw new ListenError("Configured to not listen anywhere, exiting.");
  }

  /** Hands all sockets, those that {@linkcode rebind} opens too, to `acceptor`. */
  serve(acceptor: Acceptor): void {
    this.#acceptor = acceptor;
    for (const { listener } of this.#tcp) acceptor(listener);
    if (this.#unix !== null) acceptor(this.#unix);
  }

  /**
   * Brings the TCP sockets in line with changed directives; port 0 closes them. Sockets that are still wanted and
   * connections that stand are not touched. Throws {@linkcode ListenError}, and then all is as it was.
   */
  rebind(): void {
    if (this.#config.get("port") === 0) return this.#replace([]);
    try {
      this.#replace(openTcp(this.#config, this.#tcp));
    } catch (error) {
      if (!(error instanceof OwnPortTaken)) throw error;
      // Our own socket is in the way, such as that for one address when it is to be all of them. The system frees
      // the port only in a later turn of the event loop.
      this.#replace(this.#tcp.filter(({ port }) => port !== this.#config.get("port")));
      this.#rebindLater(MOST_RETRIES);
    }
  }

  /** Closes all sockets and removes the Unix socket's file. */
  close(): void {
    this.#acceptor = null;
    this.#replace([]);
    if (this.#unix === null) return;
    this.#unix.close();
    this.#unix = null;
    removeIfPresent(this.#config.get("unixsocket")!);
  }

  /** Makes `wanted` the sockets: closes those that are not among them and serves those that are new. */
  #replace(wanted: OpenTcp[]): void {
    const before = this.#tcp;
    this.#tcp = wanted;
    for (const socket of before) if (!wanted.includes(socket)) socket.listener.close();
    for (const socket of wanted) if (!before.includes(socket)) this.#acceptor?.(socket.listener);
  }

  #rebindLater(retries: number): void {
    setTimeout(() => {
      if (this.#acceptor === null) return;
      try {
        this.#replace(openTcp(this.#config, this.#tcp));
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        if (retries > 0) this.#rebindLater(retries - 1);
        else this.onLateFailure?.(error);
      }
    }, RETRY_AFTER);
  }
}

/** A port is taken, and it is one that this server listens on itself. */
class OwnPortTaken extends ListenError {
  override readonly name = "ListenError";
}

/** One address of `bind`. */
interface BindAddress {
  /** As written, without the dash. */
  readonly name: string;
  readonly hostname: string;
  /** A leading dash: the address need not exist on this machine. */
  readonly optional: boolean;
}

const ANY_IPV4 = "0.0.0.0";
const ANY_IPV6 = "::";

function bindAddress(entry: string): BindAddress {
  const optional = entry.startsWith("-");
  const name = optional ? entry.slice(1) : entry;
  const hostname = name === "*" ? ANY_IPV4 : name === "::*" ? ANY_IPV6 : name;
  return { name, hostname, optional };
}

/** Opens sockets for the cluster bus, on the addresses of `bind`. Throws {@linkcode ListenError}. */
export function openBusListeners(config: Config, port: number): Deno.TcpListener[] {
  return openTcp(config, [], { port, name: "cluster" }).map(({ listener }) => listener);
}

/**
 * Opens the sockets that the directives want, taking over what fits among the `present` ones. `service` is the port, and
 * what it is for.
 */
function openTcp(
  config: Config,
  present: readonly OpenTcp[],
  service = { port: config.get("port"), name: "tcp" },
): OpenTcp[] {
  const sockets: OpenTcp[] = [];
  const addresses = config.get("bind").map(bindAddress);
  // A socket for all of IPv6 takes IPv4 as well where the system allows it, so it comes first, see below.
  addresses.sort((a, b) => Number(b.hostname === ANY_IPV6) - Number(a.hostname === ANY_IPV6));
  let { port } = service;
  for (const { name, hostname, optional } of addresses) {
    const known = present.find((socket) => socket.hostname === hostname && socket.port === port);
    if (known !== undefined) {
      sockets.push(known);
      continue;
    }
    try {
      const listener = Deno.listen({ hostname, port, tcpBacklog: config.get("tcp-backlog") });
      port = listener.addr.port;
      sockets.push({ hostname, port, listener });
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse;
      const hasAnyIpv6 = sockets.some((socket) => socket.hostname === ANY_IPV6);
      if (isTaken && hasAnyIpv6 && hostname === ANY_IPV4) continue;
      if (optional && !isTaken) continue;
      for (const socket of sockets) if (!present.includes(socket)) socket.listener.close();
      const isOwn = isTaken && present.some((socket) => socket.port === port);
      const Kind = isOwn ? OwnPortTaken : ListenError;
      throw new Kind(
        `Could not create server TCP listening socket ${name}:${port}: bind: ${systemReason(error)}\n` +
          `Failed listening on port ${port} (${service.name}), aborting.`,
      );
    }
  }
  if (sockets.length === 0) {
    throw new ListenError(`Failed listening on port ${port} (${service.name}), aborting.`);
  }
  return sockets;
}

function openUnix(path: string, permissions: number): Deno.UnixListener {
  if (Deno.build.os === "windows") {
    throw new ListenError("Failed opening Unix socket: Windows has none; remove the unixsocket directive");
  }
  try {
    removeIfPresent(path);
    const listener = Deno.listen({ transport: "unix", path });
    if (permissions !== 0) Deno.chmodSync(path, permissions);
    return listener;
  } catch (error) {
    throw new ListenError(`Failed opening Unix socket: bind: ${systemReason(error)}`);
  }
}

function removeIfPresent(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
