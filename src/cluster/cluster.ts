/**
 * A node of a Redis cluster without its sockets: events in, actions out. See mod.ts for how to use it.
 *
 * @module
 */

import { systemSeeded } from "../util/random.ts";
import type { Random } from "../util/random.ts";
import type { Action, ClusterHost, ClusterSettings } from "./actions.ts";
import type { DecodedMessage } from "./bus_message.ts";
import { ClusterLink } from "./cluster_link.ts";
import { ClusterState } from "./cluster_state.ts";
import { continueFailover } from "./election.ts";
import { beat, refreshMyself } from "./heartbeat.ts";
import { continueManualFailover } from "./manual_failover.ts";
import { MEET } from "./node_flags.ts";
import { applyNodesConfig, type NodesConfig } from "./nodes_config.ts";
import { receiveMessage } from "./receiver.ts";
import { broadcastPublish, sendGossip } from "./sender.ts";
import { updateStatus } from "./status.ts";

/** How often {@linkcode Cluster.tick} is to be called, milliseconds. */
export const TICK_MS = 100;

export interface ClusterOptions {
  settings: ClusterSettings;
  host: ClusterHost;
  /** Milliseconds since the epoch. */
  now: number;
  /** What `nodes.conf` held; without it the node is new, and its first actions save one. */
  config?: NodesConfig;
  random?: Random;
}

/**
 * One node's part in a cluster. Every event takes the time (milliseconds since the epoch) and answers what the server
 * has to do, in this order.
 */
export class Cluster {
  /** The tables, for reading (redirections, replies) at any time and for writing inside {@linkcode run}. */
  readonly state: ClusterState;

  constructor(options: ClusterOptions) {
    const { settings, host, now } = options;
    this.state = new ClusterState(settings, host, options.random ?? systemSeeded(), now);
    if (options.config === undefined) this.state.changed(true);
    else applyNodesConfig(this.state, options.config);
    refreshMyself(this.state);
  }

  /** To be called every {@linkcode TICK_MS}. The first call also answers what the start asks for. */
  tick(now: number): Action[] {
    return this.run(now, beat);
  }

  /** A connection that another node opened; the link stands for it from now on. */
  accept(remoteIp: string, localIp: string, now: number): ClusterLink {
    const link = new ClusterLink(true, null, now);
    link.remoteIp = remoteIp;
    link.localIp = localIp;
    return link;
  }

  /** A connection that was asked for is open. */
  connected(link: ClusterLink, now: number, remoteIp: string, localIp: string): Action[] {
    return this.run(now, (state) => {
      const { node } = link;
      // Given up meanwhile: it was asked to be closed already.
      if (node === null) return;
      link.remoteIp = remoteIp;
      link.localIp = localIp;
      link.connected = true;
      const unanswered = node.pingSent;
      sendGossip(state, link, node.is(MEET) ? "meet" : "ping");
      // A node that did not answer before the link broke has been silent since then.
      if (unanswered !== 0) node.pingSent = unanswered;
      node.mark(MEET, false);
    });
  }

  /** A connection ended, or could not be opened. */
  closed(link: ClusterLink, now: number): Action[] {
    return this.run(now, (state) => {
      const { node } = link;
      if (node !== null && !link.inbound && !link.connected && node.pingSent === 0) node.pingSent = now;
      state.dropLink(link);
    });
  }

  /** A message came (see bus_decoder.ts). One that the decoder refuses is a reason to close the link. */
  receive(message: DecodedMessage, link: ClusterLink, now: number): Action[] {
    return this.run(now, (state) => receiveMessage(state, message, link));
  }

  /** Sends a published message (byte string, bytes) to the other nodes, a sharded one to those of this shard. */
  publish(channel: string, payload: Uint8Array, sharded: boolean, now: number): Action[] {
    return this.run(now, (state) => broadcastPublish(state, channel, payload, sharded));
  }

  /**
   * Changes the state by one of operations.ts, as in `run(now, (state) => forgetNode(state, id))`, and does what
   * follows from it. Errors of `change` pass through.
   */
  run(now: number, change: (state: ClusterState) => void): Action[] {
    const { state } = this;
    state.now = now;
    change(state);
    this.#settle();
    return state.takeActions();
  }

  /** What events only noted, because they must not do it in the middle of something. */
  #settle(): void {
    const { state } = this;
    const { pending } = state;
    while (pending.manualFailover || pending.failover) {
      if (pending.manualFailover && state.myself.isReplica) continueManualFailover(state);
      pending.manualFailover = false;
      pending.failover = false;
      if (state.myself.isReplica) continueFailover(state);
    }
    if (pending.updateStatus) updateStatus(state);
    if (pending.save) state.actFirst({ kind: "save", sync: pending.sync });
    pending.updateStatus = pending.save = pending.sync = false;
  }
}
