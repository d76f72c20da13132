/**
 * Redis Cluster, as far as it needs no socket: the messages of the bus, the state of a node with all rules by which it
 * changes, `nodes.conf`, and what clients are told.
 *
 * ## How it fits together
 *
 * {@linkcode Cluster} is one node. It never waits and never looks at a clock: every event (a tick, a message, a
 * connection that opened or closed, an order of an administrator) is a call with the time, and answers a list of
 * {@linkcode Action}s that the server has to perform in order. The same events give the same actions, which is how
 * the tests run whole clusters in no time.
 *
 * ```ts
 * const cluster = new Cluster({ settings, host, now, config: parseNodesConfig(text) ?? undefined });
 * setInterval(() => perform(cluster.tick(Date.now())), TICK_MS);
 *
 * // A connection came in on the bus port.
 * const link = cluster.accept(remoteIp, localIp, now);
 * const frames = new BusFrames();
 * // Bytes came on it. BusFormatError: close the connection, and tell the cluster by `closed`.
 * frames.push(bytes, (message) => {
 *   perform(cluster.receive(decodeMessage(message), link, now));
 *   return isOpen(link);
 * });
 * // It ended.
 * perform(cluster.closed(link, now));
 *
 * // CLUSTER FORGET. Throws CommandError with Redis's text.
 * perform(cluster.run(now, (state) => forgetNode(state, id)));
 * ```
 *
 * The server keeps a socket for each {@linkcode ClusterLink}: it opens one at the action `connect`, and then calls
 * `connected` or `closed`. `save` means: write {@linkcode formatNodesConfig} of the state. The server asks the tables
 * directly for redirections: `state.owner(slot)`, `state.migrating`, `state.importing`, `state.ok`.
 *
 * ## Where to find what
 *
 * - slots.ts, node_flags.ts: numbers and their texts
 * - bus_message.ts, bus_encoder.ts, bus_decoder.ts, bus_frames.ts: the bus
 * - cluster_node.ts, cluster_link.ts, cluster_state.ts, election_state.ts: the tables
 * - receiver.ts: what a message changes; membership.ts, gossip.ts, slot_claims.ts, status.ts: its parts
 * - heartbeat.ts: what a tick does; election.ts, manual_failover.ts, replica_migration.ts: its parts
 * - sender.ts: messages built from the state
 * - operations.ts: what administrators order
 * - nodes_config.ts, describe.ts: the state as text
 *
 * The rules are those of the Redis Cluster specification as Redis 7.2 follows it. Where this is stricter: malformed
 * messages close their link; a link speaks for one node only; a vote counts once; numbers above 2^53 - 1 are refused;
 * strangers add at most 1,000 nodes in handshake, and their gossip is not listened to.
 *
 * @module
 */

export * from "./actions.ts";
export { decodeMessage } from "./bus_decoder.ts";
export { encodeMessage } from "./bus_encoder.ts";
export { BusFrames } from "./bus_frames.ts";
export { BusFormatError, type BusMessage, type DecodedMessage, type MessageType } from "./bus_message.ts";
export { Cluster, type ClusterOptions, TICK_MS } from "./cluster.ts";
export { ClusterLink } from "./cluster_link.ts";
export { ClusterNode } from "./cluster_node.ts";
export { ClusterState } from "./cluster_state.ts";
export * from "./describe.ts";
export * from "./node_flags.ts";
export * from "./nodes_config.ts";
export * from "./operations.ts";
export * from "./slots.ts";
