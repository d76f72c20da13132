/**
 * The sockets of the cluster bus: those that this node listens on, and one for each link.
 *
 * @module
 */

import type { ClusterLink, DecodedMessage } from "../cluster/mod.ts";
import type { Config } from "../config/mod.ts";
import { plainHost } from "./addresses.ts";
import { BusConnection } from "./bus_connection.ts";
import { openBusListeners } from "./listener.ts";
import { systemReason } from "../util/system_reason.ts";

/** Milliseconds to wait after a failure to accept, such as that there are no file descriptors left. */
const RETRY_DELAY = 100;

/** Who hears of what happens on the bus. */
export interface BusEvents {
  /** Another node connected; its link. Null if nobody is to be let in. */
  accepted(remoteIp: string, localIp: string): ClusterLink | null;
  /** A connection that was asked for is open. */
  connected(link: ClusterLink, remoteIp: string, localIp: string): void;
  received(message: DecodedMessage, link: ClusterLink): void;
  /** A connection ended, or could not be opened. */
  closed(link: ClusterLink, reason: string): void;
  log(text: string): void;
}

/** Opens, serves and closes the connections of the bus. */
export class ClusterBus {
  readonly #events: BusEvents;
  /** A connection for each open link; null while it is being opened. */
  readonly #connections = new Map<ClusterLink, BusConnection | null>();
  #listeners: Deno.TcpListener[] = [];

  constructor(events: BusEvents) {
    this.#events = events;
  }

  /** Opens the sockets to listen on; connections wait until {@linkcode serve}. Throws a `ListenError`. */
  open(config: Config, port: number): void {
    this.#listeners = openBusListeners(config, port);
  }

  /** Accepts connections until {@linkcode stop}. */
  serve(): void {
    for (const listener of this.#listeners) this.#accept(listener);
  }

  /** Closes everything. */
  stop(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
    for (const link of [...this.#connections.keys()]) this.close(link);
  }

  /** Opens a connection for the link; the events tell how that ended. */
  connect(link: ClusterLink, ip: string, port: number): void {
    this.#connections.set(link, null);
    this.#open(link, ip, port);
  }

  /** Sends bytes, which must not change, on an open link. */
  send(link: ClusterLink, bytes: Uint8Array): void {
    this.#connections.get(link)?.send(bytes);
  }

  /** Closes the link's connection, without an event. */
  close(link: ClusterLink): void {
    this.#connections.get(link)?.close();
    this.#connections.delete(link);
  }

  /** The links with more than `limit` bytes to be sent. */
  overfull(limit: number): ClusterLink[] {
    const links: ClusterLink[] = [];
    for (const [link, connection] of this.#connections) {
      if (connection !== null && connection.queuedBytes > limit) links.push(link);
    }
    return links;
  }

  /** Bytes that wait to be sent on a link. */
  queuedBytes(link: ClusterLink): number {
    return this.#connections.get(link)?.queuedBytes ?? 0;
  }

  /** How many links are open or being opened. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Memory of all connections, in bytes. */
  get memory(): number {
    let sum = 0;
    for (const connection of this.#connections.values()) sum += connection?.memory ?? 0;
    return sum;
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for (;;) {
      try {
        const socket = await listener.accept();
        const link = this.#events.accepted(plainHost(socket.remoteAddr.hostname), localIp(socket));
        if (link === null) socket.close();
        else this.#serve(link, socket).serve();
      } catch (error) {
        if (!this.#listeners.includes(listener)) return;
        this.#events.log(`Error accepting cluster node: ${error}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
      }
    }
  }

  async #open(link: ClusterLink, ip: string, port: number): Promise<void> {
    let socket: Deno.TcpConn;
    try {
      socket = await Deno.connect({ hostname: ip, port });
    } catch (error) {
      if (this.#connections.delete(link)) this.#events.closed(link, systemReason(error));
      return;
    }
    // Given up meanwhile.
    if (!this.#connections.has(link)) return socket.close();
    const connection = this.#serve(link, socket);
    this.#events.connected(link, plainHost(socket.remoteAddr.hostname), localIp(socket));
    connection.serve();
  }

  #serve(link: ClusterLink, socket: Deno.TcpConn): BusConnection {
    const connection = new BusConnection(socket, {
      received: (message) => {
        this.#events.received(message, link);
        return this.#connections.has(link);
      },
      isKnown: () => link.node !== null,
      ended: (reason) => {
        this.#connections.delete(link);
        this.#events.closed(link, reason);
      },
    });
    this.#connections.set(link, connection);
    return connection;
  }
}

function localIp(socket: Deno.TcpConn): string {
  return plainHost(socket.localAddr.hostname);
}
