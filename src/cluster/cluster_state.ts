/**
 * The tables of the cluster: nodes, slots, epochs. Changes keep them consistent with each other and note what has to
 * follow (saving, another look at the status); the rules by which they change are in the other files.
 *
 * @module
 */

import type { Random } from "../util/random.ts";
import type { Action, ClusterHost, ClusterSettings } from "./actions.ts";
import type { MessageType } from "./bus_message.ts";
import type { ClusterLink } from "./cluster_link.ts";
import { ClusterNode } from "./cluster_node.ts";
import { Election } from "./election_state.ts";
import { ForgottenNodes } from "./forgotten_nodes.ts";
import { MASTER, MIGRATE_TO, MYSELF, REPLICA } from "./node_flags.ts";
import { SLOT_COUNT, SlotSet } from "./slots.ts";

/** What {@linkcode Cluster} does once it has handled an event. */
export interface Pending {
  updateStatus: boolean;
  save: boolean;
  sync: boolean;
  failover: boolean;
  manualFailover: boolean;
}

/** How many messages went and came, by their names in CLUSTER INFO. */
export type MessageCounts = Map<MessageType, number>;

export class ClusterState {
  readonly settings: ClusterSettings;
  readonly host: ClusterHost;
  readonly random: Random;
  readonly myself: ClusterNode;
  /** Milliseconds since the epoch; set at the start of every event. */
  now: number;

  currentEpoch = 0;
  lastVoteEpoch = 0;
  /** Whether the cluster works, as this node sees it. */
  ok = false;
  /** How many masters serve slots. */
  size = 1;
  /** When the status was looked at first, and when this node was last among a minority. */
  firstStatusAt = 0;
  minorityAt = 0;
  readonly election = new Election();
  /** How often {@linkcode Cluster.tick} was called. */
  ticks = 0;

  readonly importing = new Map<number, ClusterNode>();
  readonly migrating = new Map<number, ClusterNode>();
  /** Slots whose owner has stopped to claim them, while nobody else has claimed them yet. */
  readonly unclaimed = new SlotSet();
  readonly forgotten = new ForgottenNodes();
  readonly sent: MessageCounts = new Map();
  readonly received: MessageCounts = new Map();

  readonly pending: Pending = {
    updateStatus: false,
    save: false,
    sync: false,
    failover: false,
    manualFailover: false,
  };
  readonly #nodes = new Map<string, ClusterNode>();
  readonly #slots = new Array<ClusterNode | null>(SLOT_COUNT).fill(null);
  readonly #freed = new Set<number>();
  #actions: Action[] = [];

  constructor(settings: ClusterSettings, host: ClusterHost, random: Random, now: number) {
    this.settings = settings;
    this.host = host;
    this.random = random;
    this.now = now;
    this.myself = this.createNode(null, MYSELF | MASTER);
    this.#nodes.set(this.myself.id, this.myself);
  }

  /** All nodes, those in handshake and this one included. */
  get nodes(): Iterable<ClusterNode> {
    return this.#nodes.values();
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  node(id: string): ClusterNode | undefined {
    return this.#nodes.get(id);
  }

  /** Who serves a slot, as far as this node knows; null if nobody does. */
  owner(slot: number): ClusterNode | null {
    return this.#slots[slot];
  }

  /** Whether nobody serves a slot, or its owner does not claim it any more. */
  isUnclaimed(slot: number): boolean {
    return this.#slots[slot] === null || this.unclaimed.has(slot);
  }

  /** Votes that make a majority. */
  get quorum(): number {
    return Math.floor(this.size / 2) + 1;
  }

  /** The greatest epoch that is known. */
  get greatestEpoch(): number {
    let greatest = this.currentEpoch;
    for (const node of this.nodes) greatest = Math.max(greatest, node.configEpoch);
    return greatest;
  }

  /** Asks for something to be done by the server. */
  act(action: Action): void {
    this.#actions.push(action);
  }

  /** Asks for something to be done before all that was asked for so far. */
  actFirst(action: Action): void {
    this.#actions.unshift(action);
  }

  log(level: "debug" | "verbose" | "notice" | "warning", text: string): void {
    this.#actions.push({ kind: "log", level, text });
  }

  /** What was asked for since the last call. */
  takeActions(): Action[] {
    if (this.#freed.size > 0) {
      this.act({ kind: "slots-moved", slots: [...this.#freed] });
      this.#freed.clear();
    }
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** `nodes.conf` has to be written; with `sync` before anybody is told of what was changed. */
  changed(sync = false): void {
    this.pending.save = true;
    if (sync) this.pending.sync = true;
  }

  /** As {@linkcode changed}, and the cluster may have begun or ceased to work. */
  changedStatus(sync = false): void {
    this.changed(sync);
    this.pending.updateStatus = true;
  }

  /** A node that is not in the table yet; without a name it gets one for the time of the handshake. */
  createNode(id: string | null, flagBits: number): ClusterNode {
    return new ClusterNode(id ?? this.random.hex(40), this.random.hex(40), flagBits, this.now);
  }

  addNode(node: ClusterNode): void {
    this.#nodes.set(node.id, node);
  }

  renameNode(node: ClusterNode, id: string): void {
    this.#nodes.delete(node.id);
    node.id = id;
    this.#nodes.set(id, node);
  }

  /** Takes a node out of all tables and closes its links. Its slots are nobody's. */
  removeNode(node: ClusterNode): void {
    this.removeSlotsOf(node);
    for (const table of [this.importing, this.migrating]) {
      for (const [slot, other] of table) if (other === node) table.delete(slot);
    }
    for (const other of this.nodes) other.failureReports.delete(node);
    for (const replica of node.replicas) replica.master = null;
    this.detachReplica(node);
    if (this.election.manualReplica === node) this.election.manualReplica = null;
    this.#nodes.delete(node.id);
    if (node.link !== null) this.closeLink(node.link);
    if (node.inboundLink !== null) this.closeLink(node.inboundLink);
  }

  /** Unties a link from its node, and has its connection closed. */
  closeLink(link: ClusterLink): void {
    this.dropLink(link);
    this.act({ kind: "close", link });
  }

  /** Unties a link, whose connection is closed already, from its node. */
  dropLink(link: ClusterLink): void {
    const node = link.node;
    link.connected = false;
    link.node = null;
    if (node === null) return;
    if (node.link === link) node.link = null;
    if (node.inboundLink === link) node.inboundLink = null;
  }

  /** Gives a slot that nobody serves to a node. */
  addSlot(node: ClusterNode, slot: number): void {
    this.#slots[slot] = node;
    this.unclaimed.delete(slot);
    // Its first slot makes a new master one to which replicas may migrate, if this is a cluster with replicas.
    if (node.slots.add(slot) && node.slots.size === 1 && this.#mastersHaveReplicas()) node.mark(MIGRATE_TO);
  }

  /** Makes a slot nobody's. False if it was already. */
  removeSlot(slot: number): boolean {
    const owner = this.#slots[slot];
    if (owner === null) return false;
    owner.slots.delete(slot);
    this.#slots[slot] = null;
    this.unclaimed.delete(slot);
    this.#freed.add(slot);
    return true;
  }

  /** Gives a slot to a node, whoever served it. */
  moveSlot(slot: number, node: ClusterNode): void {
    this.removeSlot(slot);
    this.addSlot(node, slot);
  }

  /** How many there were. */
  removeSlotsOf(node: ClusterNode): number {
    const slots = node.slots.list();
    for (const slot of slots) this.removeSlot(slot);
    return slots.length;
  }

  /** Ends all moves of slots, as far as this node is concerned. */
  closeAllSlots(): void {
    this.importing.clear();
    this.migrating.clear();
  }

  /** Makes a replica a master without slots. */
  setMaster(node: ClusterNode): void {
    if (node.isMaster) return;
    if (node.master !== null) {
      this.detachReplica(node);
      if (node !== this.myself) node.mark(MIGRATE_TO);
    }
    node.mark(REPLICA, false);
    node.mark(MASTER);
    this.changedStatus();
  }

  /** Makes a node a replica of `master`. Its slots, if any, stay in the table. */
  setReplica(node: ClusterNode, master: ClusterNode): void {
    this.detachReplica(node);
    this.demote(node);
    node.master = master;
    master.replicas.push(node);
    master.mark(MIGRATE_TO);
    this.setShardId(node, master.shardId);
  }

  /** Makes a master a replica of a master that is not known. Its slots, if any, stay in the table. */
  demote(node: ClusterNode): void {
    node.mark(MASTER | MIGRATE_TO, false);
    node.mark(REPLICA);
  }

  /** Makes a replica one of an unknown master. */
  detachReplica(node: ClusterNode): void {
    const master = node.master;
    if (master === null) return;
    node.master = null;
    master.replicas.splice(master.replicas.indexOf(node), 1);
    if (master.replicas.length === 0) master.mark(MIGRATE_TO, false);
  }

  /** Sets a node's shard, and that of this node when it is a replica of that node. */
  setShardId(node: ClusterNode, shardId: string): void {
    if (node.shardId !== shardId) {
      node.shardId = shardId;
      this.changed();
    }
    const myself = this.myself;
    if (myself !== node && myself.master === node && myself.shardId !== shardId) {
      myself.shardId = shardId;
      this.changed(true);
    }
  }

  /**
   * Gives this node an epoch greater than all others, without asking anybody; false if it has the greatest already.
   * Two nodes may take the same one: the collision is resolved when they hear of each other.
   */
  bumpEpoch(): boolean {
    const { myself } = this;
    if (myself.configEpoch !== 0 && myself.configEpoch === this.greatestEpoch) return false;
    this.currentEpoch = this.greatestEpoch + 1;
    myself.configEpoch = this.currentEpoch;
    this.changed(true);
    this.log("notice", `New configEpoch set to ${myself.configEpoch}`);
    return true;
  }

  /** Ends a manual failover, whatever came of it. */
  endManualFailover(): void {
    if (this.election.endManual()) this.act({ kind: "unpause" });
  }

  #mastersHaveReplicas(): boolean {
    for (const node of this.nodes) if (!node.isReplica && node.replicas.length > 0) return true;
    return false;
  }
}
