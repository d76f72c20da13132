/** A node with real sockets, but without commands or data: enough to be in a cluster with redis-server. */

import type { Action, ClusterSettings } from "../../src/cluster/actions.ts";
import { decodeMessage } from "../../src/cluster/bus_decoder.ts";
import { BusFrames } from "../../src/cluster/bus_frames.ts";
import { Cluster, TICK_MS } from "../../src/cluster/cluster.ts";
import type { ClusterLink } from "../../src/cluster/cluster_link.ts";
import type { ClusterState } from "../../src/cluster/cluster_state.ts";
import { freePort } from "../support/free_port.ts";
import { SETTINGS } from "./simulation.ts";

export class BusNode implements Disposable {
  /** Announced only: nobody listens there. */
  readonly port = 1;
  readonly busPort = freePort();
  readonly cluster: Cluster;
  readonly published: string[] = [];
  readonly log: string[] = [];
  /** The replication offset that it announces. */
  offset = 1;
  masterPort: number | null = null;
  readonly #listener: Deno.TcpListener;
  readonly #sockets = new Map<ClusterLink, Deno.TcpConn>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(settings: Partial<ClusterSettings> = {}) {
    const ports = { tcpPort: this.port, busPort: this.busPort };
    this.cluster = new Cluster({
      settings: { ...SETTINGS, ...ports, ...settings },
      host: {
        replicationOffset: () => this.offset,
        replicating: () => this.masterPort !== null,
        replicaDataAge: () => 0,
        keysInSlot: () => 0,
      },
      now: Date.now(),
    });
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.busPort });
    this.#accept().catch(() => {});
    this.#timer = setInterval(() => this.#perform(this.cluster.tick(Date.now())), TICK_MS);
  }

  get state(): ClusterState {
    return this.cluster.state;
  }

  order(change: (state: ClusterState) => void): void {
    this.#perform(this.cluster.run(Date.now(), change));
  }

  publish(channel: string, text: string): void {
    const payload = new TextEncoder().encode(text);
    this.#perform(this.cluster.publish(channel, payload, false, Date.now()));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#listener.close();
    for (const link of [...this.#sockets.keys()]) this.#close(link);
  }

  async #accept(): Promise<void> {
    for await (const socket of this.#listener) {
      const { remoteAddr, localAddr } = socket;
      const link = this.cluster.accept(remoteAddr.hostname, localAddr.hostname, Date.now());
      this.#serve(link, socket);
    }
  }

  async #serve(link: ClusterLink, socket: Deno.TcpConn): Promise<void> {
    this.#sockets.set(link, socket);
    const frames = new BusFrames();
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await socket.read(buffer); size !== null; size = await socket.read(buffer)) {
        frames.push(buffer.subarray(0, size), (message) => {
          this.#perform(this.cluster.receive(decodeMessage(message), link, Date.now()));
          return this.#sockets.has(link);
        });
      }
    } catch {
      // Closed by either side, or not a message: the link ends.
    }
    this.#close(link);
    this.#perform(this.cluster.closed(link, Date.now()));
  }

  #close(link: ClusterLink): void {
    const socket = this.#sockets.get(link);
    this.#sockets.delete(link);
    socket?.close();
  }

  #perform(actions: readonly Action[]): void {
    for (const action of actions) this.#act(action);
  }

  #act(action: Action): void {
    switch (action.kind) {
      case "send":
        this.#sockets.get(action.link)?.write(action.bytes).catch(() => {});
        break;
      case "connect":
        this.#connect(action.link, action.ip, action.port);
        break;
      case "close":
        this.#close(action.link);
        break;
      case "replicate":
        this.masterPort = action.port;
        break;
      case "promote":
        this.masterPort = null;
        break;
      case "publish":
        this.published.push(`${action.channel} ${new TextDecoder().decode(action.payload)}`);
        break;
      case "log":
        this.log.push(action.text);
    }
  }

  async #connect(link: ClusterLink, hostname: string, port: number): Promise<void> {
    try {
      const socket = await Deno.connect({ hostname, port });
      this.#serve(link, socket);
      this.#perform(this.cluster.connected(link, Date.now(), hostname, socket.localAddr.hostname));
    } catch {
      this.#perform(this.cluster.closed(link, Date.now()));
    }
  }
}
