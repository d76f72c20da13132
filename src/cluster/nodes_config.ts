/**
 * `nodes.conf`: what a node remembers of the cluster, in the form in which Redis 7.2 writes it. One line for each node
 * as in CLUSTER NODES, with further fields behind the address (`,host name,name=value…`), and one with the epochs:
 *
 * ```
 * <id> 127.0.0.1:7000@17000,,tls-port=0,shard-id=<id> myself,master - 0 0 1 connected 0-5460 [77->-<id>]
 * vars currentEpoch 3 lastVoteEpoch 0
 * ```
 *
 * @module
 */

import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { formatNodeLine } from "./describe.ts";
import { FAIL, isNodeId, MYSELF, parseFlags } from "./node_flags.ts";
import { parseRange, SLOT_COUNT, type SlotRange } from "./slots.ts";

/** The bus listens so far above the port for clients where a line does not say. */
const BUS_PORT_OFFSET = 10_000;
/** Fields of a node's line before its slots. */
const FIXED_FIELDS = 8;

/** A slot under way, and the other node. */
export interface SlotMove {
  slot: number;
  node: string;
}

/** A node's line. */
export interface ConfigNode {
  id: string;
  ip: string;
  /** Null where the line does not say. */
  tcpPort: number | null;
  tlsPort: number | null;
  busPort: number;
  hostname: string;
  humanName: string;
  shardId: string | null;
  flags: number;
  master: string | null;
  /** Whether a ping was not answered, and whether any ever was. */
  pinged: boolean;
  ponged: boolean;
  configEpoch: number;
  slots: SlotRange[];
  migrating: SlotMove[];
  importing: SlotMove[];
}

export interface NodesConfig {
  currentEpoch: number;
  lastVoteEpoch: number;
  nodes: ConfigNode[];
}

/** A file that is not one of these. A node that goes on without it could do harm: it has to stop. */
export class NodesConfigError extends Error {
  override name = "NodesConfigError";

  constructor(what: string) {
    super(`Unrecoverable error: corrupted cluster config file (${what}).`);
  }
}

/**
 * Reads a file (byte string); null if it is empty, which means a new node. `tlsCluster` says which port the address
 * has in lines of versions before 7.2.
 *
 * @throws {NodesConfigError}
 */
export function parseNodesConfig(text: string, tlsCluster = false): NodesConfig | null {
  const config: NodesConfig = { currentEpoch: 0, lastVoteEpoch: 0, nodes: [] };
  const seen = new Set<string>();
  for (const line of text.split("\n")) {
    const words = line.split(/[\s\0]+/).filter((word) => word !== "");
    if (words.length === 0) continue;
    if (words[0].toLowerCase() === "vars") {
      readVariables(config, words);
      continue;
    }
    const node = parseNode(words, tlsCluster);
    if (seen.has(node.id)) throw new NodesConfigError(`node ${node.id} twice`);
    seen.add(node.id);
    config.nodes.push(node);
  }
  if (text === "") return null;
  const own = config.nodes.filter((node) => node.flags & MYSELF).length;
  if (own !== 1) throw new NodesConfigError(`${own} nodes are this one`);
  for (const node of config.nodes) config.currentEpoch = Math.max(config.currentEpoch, node.configEpoch);
  return config;
}

function readVariables(config: NodesConfig, words: readonly string[]): void {
  if (words.length % 2 === 0) throw new NodesConfigError("variable without a value");
  for (let at = 1; at < words.length; at += 2) {
    const name = words[at].toLowerCase();
    // Others are a later version's, and passed over.
    if (name === "currentepoch") config.currentEpoch = parseCount(words[at + 1]);
    else if (name === "lastvoteepoch") config.lastVoteEpoch = parseCount(words[at + 1]);
  }
}

function parseNode(words: readonly string[], tlsCluster: boolean): ConfigNode {
  if (words.length < FIXED_FIELDS) throw new NodesConfigError("line with too few fields");
  const [id, address, flagText, master, ping, pong, epoch] = words;
  if (!isNodeId(id) || (master !== "-" && !isNodeId(master))) {
    throw new NodesConfigError("bad name of a node");
  }
  const flagBits = parseFlags(flagText);
  if (flagBits === null) throw new NodesConfigError(`unknown flags ${flagText}`);
  const node: ConfigNode = {
    ...parseAddress(address, tlsCluster),
    id,
    flags: flagBits,
    master: master === "-" ? null : master,
    pinged: parseCount(ping) !== 0,
    ponged: parseCount(pong) !== 0,
    configEpoch: parseCount(epoch),
    slots: [],
    migrating: [],
    importing: [],
  };
  for (const word of words.slice(FIXED_FIELDS)) readSlots(node, word);
  return node;
}

type Address = Pick<
  ConfigNode,
  "ip" | "tcpPort" | "tlsPort" | "busPort" | "hostname" | "humanName" | "shardId"
>;

/** `ip:port[@bus-port][,host name[,name=value]…]` */
function parseAddress(text: string, tlsCluster: boolean): Address {
  const [place, hostname = "", ...fields] = text.split(",");
  const match = /^(.*):(\d{1,5})(?:@(\d{1,5}))?$/.exec(place);
  if (match === null) throw new NodesConfigError(`bad address ${place}`);
  const port = parsePort(match[2]);
  const busPort = match[3] === undefined ? port + BUS_PORT_OFFSET : parsePort(match[3]);
  const address: Address = {
    ip: match[1],
    tcpPort: null,
    tlsPort: null,
    busPort,
    hostname,
    humanName: "",
    shardId: null,
  };
  for (const field of fields) readField(address, field);
  // The place has the port that no field has.
  if (address.tlsPort === null && (address.tcpPort !== null || tlsCluster)) address.tlsPort = port;
  else address.tcpPort ??= port;
  return address;
}

function readField(address: Address, field: string): void {
  const equals = field.indexOf("=");
  const value = field.slice(equals + 1);
  switch (equals < 0 ? "" : field.slice(0, equals)) {
    case "shard-id":
      if (!isNodeId(value)) throw new NodesConfigError("bad name of a shard");
      address.shardId = value;
      break;
    case "nodename":
      address.humanName = value;
      break;
    case "tcp-port":
      address.tcpPort = parsePort(value);
      break;
    case "tls-port":
      address.tlsPort = parsePort(value);
      break;
    default:
      throw new NodesConfigError(`unknown field ${field}`);
  }
}

/** `5`, `5-10`, `[5->-id]` (leaving for that node) or `[5-<-id]` (coming from it). */
function readSlots(node: ConfigNode, word: string): void {
  const move = /^\[(\d{1,5})-([<>])-([0-9a-z]{40})\]$/.exec(word);
  if (move !== null) {
    const slot = Number(move[1]);
    if (slot >= SLOT_COUNT) throw new NodesConfigError(`bad slot ${word}`);
    (move[2] === ">" ? node.migrating : node.importing).push({ slot, node: move[3] });
    return;
  }
  const range = parseRange(word);
  if (range === null) throw new NodesConfigError(`bad slots ${word}`);
  node.slots.push(range);
}

function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new NodesConfigError(`bad port ${text}`);
  return port;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new NodesConfigError(`bad number ${text}`);
  return value;
}

/** The file of a node in this state, a byte string. */
export function formatNodesConfig(state: ClusterState): string {
  let text = "";
  for (const node of state.nodes) {
    if (!node.inHandshake) text += formatNodeLine(state, node, "file") + "\n";
  }
  return text + `vars currentEpoch ${state.currentEpoch} lastVoteEpoch ${state.lastVoteEpoch}\n`;
}

/** Fills the tables of a new state. */
export function applyNodesConfig(state: ClusterState, config: NodesConfig): void {
  state.currentEpoch = config.currentEpoch;
  state.lastVoteEpoch = config.lastVoteEpoch;
  for (const entry of config.nodes) fillNode(state, entry);
  for (const entry of config.nodes) {
    const node = state.node(entry.id);
    if (node === undefined) continue;
    for (const [first, last] of entry.slots) {
      for (let slot = first; slot <= last; slot++) if (state.owner(slot) === null) state.addSlot(node, slot);
    }
    if (entry.master !== null && entry.master !== entry.id) {
      state.setReplica(node, mentioned(state, entry.master));
    }
    for (const { slot, node: other } of entry.migrating) state.migrating.set(slot, mentioned(state, other));
    for (const { slot, node: other } of entry.importing) state.importing.set(slot, mentioned(state, other));
  }
}

function fillNode(state: ClusterState, entry: ConfigNode): void {
  let node = state.myself;
  if (entry.flags & MYSELF) {
    state.renameNode(node, entry.id);
    node.flags = entry.flags;
  } else {
    node = state.createNode(entry.id, entry.flags);
    state.addNode(node);
  }
  if (entry.shardId !== null) node.shardId = entry.shardId;
  node.ip = entry.ip;
  node.tcpPort = entry.tcpPort ?? 0;
  node.tlsPort = entry.tlsPort ?? 0;
  node.busPort = entry.busPort;
  node.hostname = entry.hostname;
  node.humanName = entry.humanName;
  node.configEpoch = entry.configEpoch;
  if (entry.pinged) node.pingSent = state.now;
  if (entry.ponged) node.pongReceived = state.now;
  if (entry.flags & FAIL) node.failedAt = state.now;
}

/** A node that another's line names; made up if it has no line of its own. */
function mentioned(state: ClusterState, id: string): ClusterNode {
  const known = state.node(id);
  if (known !== undefined) return known;
  const node = state.createNode(id, 0);
  state.addNode(node);
  return node;
}
