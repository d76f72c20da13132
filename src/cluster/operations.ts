/**
 * What administrators order: the subcommands of CLUSTER that change something, checks and error texts included.
 *
 * @module
 */

import { CommandError } from "../resp/errors.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { startManualFailover } from "./manual_failover.ts";
import { forget, startHandshake } from "./membership.ts";
import { broadcastPong } from "./sender.ts";
import { followMaster } from "./slot_claims.ts";
import { SLOT_COUNT } from "./slots.ts";

/** Refuses unless it is the port of a node. */
function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= 65_535;
}

/** CLUSTER MEET; the address in its normal form. */
export function meet(state: ClusterState, ip: string, port: number, busPort: number): void {
  if (!isNumericAddress(ip) || !isPort(port) || !isPort(busPort)) {
    throw new CommandError(`ERR Invalid node address specified: ${ip}:${port}`);
  }
  startHandshake(state, ip, port, busPort);
}

function isNumericAddress(ip: string): boolean {
  if (ip.includes(":")) return URL.canParse(`http://[${ip}]/`);
  return /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(ip);
}

/** The node of this name. */
export function requireNode(state: ClusterState, id: string): ClusterNode {
  const node = state.node(id);
  if (node === undefined) throw new CommandError(`ERR Unknown node ${id}`);
  return node;
}

/** CLUSTER FORGET. */
export function forgetNode(state: ClusterState, id: string): void {
  const node = state.node(id);
  // Told again by a node that was told first: no error, so that a tool may tell all.
  if (node === undefined && state.forgotten.has(id, state.now)) return;
  if (node === undefined) throw new CommandError(`ERR Unknown node ${id}`);
  if (node === state.myself) throw new CommandError("ERR I tried hard but I can't forget myself...");
  if (state.myself.isReplica && state.myself.master === node) {
    throw new CommandError("ERR Can't forget my master!");
  }
  forget(state, node);
}

/** CLUSTER REPLICATE; `empty` is whether this node has no keys. */
export function replicate(state: ClusterState, id: string, empty: boolean): void {
  const { myself } = state;
  const master = requireNode(state, id);
  if (master === myself) throw new CommandError("ERR Can't replicate myself");
  if (master.isReplica) throw new CommandError("ERR I can only replicate a master, not a replica.");
  if (myself.isMaster && (myself.slots.size > 0 || !empty)) {
    throw new CommandError("ERR To set a master the node must be empty and without assigned slots.");
  }
  followMaster(state, master);
  state.changedStatus();
}

/** CLUSTER FAILOVER. */
export function failOver(state: ClusterState, how: "agreed" | "force" | "takeover"): void {
  const { isMaster, master } = state.myself;
  if (isMaster) throw new CommandError("ERR You should send CLUSTER FAILOVER to a replica");
  if (master === null) throw new CommandError("ERR I'm a replica but my master is unknown to me");
  if (how === "agreed" && (master.failed || !master.link?.connected)) {
    throw new CommandError("ERR Master is down or failed, please use CLUSTER FAILOVER FORCE");
  }
  startManualFailover(state, how);
}

/** CLUSTER ADDSLOTS and ADDSLOTSRANGE: all of the slots or none. */
export function addSlots(state: ClusterState, slots: readonly number[]): void {
  checkSlots(slots, (slot) => state.owner(slot) !== null ? `Slot ${slot} is already busy` : null);
  for (const slot of slots) {
    // Whoever brings slots into the cluster by hand means this node to have them.
    state.importing.delete(slot);
    state.addSlot(state.myself, slot);
  }
  state.changedStatus();
}

/** CLUSTER DELSLOTS and DELSLOTSRANGE: all of the slots or none. */
export function deleteSlots(state: ClusterState, slots: readonly number[]): void {
  checkSlots(slots, (slot) => state.owner(slot) === null ? `Slot ${slot} is already unassigned` : null);
  for (const slot of slots) state.removeSlot(slot);
  state.changedStatus();
}

function checkSlots(slots: readonly number[], refusal: (slot: number) => string | null): void {
  const seen = new Set<number>();
  for (const slot of slots) {
    const reason = refusal(slot);
    if (reason !== null) throw new CommandError(`ERR ${reason}`);
    if (seen.has(slot)) throw new CommandError(`ERR Slot ${slot} specified multiple times`);
    seen.add(slot);
  }
}

/** CLUSTER FLUSHSLOTS; `empty` is whether this node has no keys. */
export function flushSlots(state: ClusterState, empty: boolean): void {
  if (!empty) throw new CommandError("ERR DB must be empty to perform CLUSTER FLUSHSLOTS.");
  state.removeSlotsOf(state.myself);
  state.changedStatus();
}

/** CLUSTER SETSLOT MIGRATING. */
export function setMigrating(state: ClusterState, slot: number, id: string): void {
  checkMaster(state);
  if (state.owner(slot) !== state.myself) {
    throw new CommandError(`ERR I'm not the owner of hash slot ${slot}`);
  }
  state.migrating.set(slot, moveTarget(state, id));
  state.changedStatus();
}

/** CLUSTER SETSLOT IMPORTING. */
export function setImporting(state: ClusterState, slot: number, id: string): void {
  checkMaster(state);
  if (state.owner(slot) === state.myself) {
    throw new CommandError(`ERR I'm already the owner of hash slot ${slot}`);
  }
  state.importing.set(slot, moveTarget(state, id));
  state.changedStatus();
}

/** CLUSTER SETSLOT STABLE. */
export function setStable(state: ClusterState, slot: number): void {
  checkMaster(state);
  state.importing.delete(slot);
  state.migrating.delete(slot);
  state.changedStatus();
}

/** CLUSTER SETSLOT NODE. */
export function setSlotOwner(state: ClusterState, slot: number, id: string): void {
  checkMaster(state);
  const { host, myself } = state;
  const node = state.node(id);
  if (node === undefined) throw new CommandError(`ERR Unknown node ${id}`);
  if (node.isReplica) throw new CommandError("ERR Target node is not a master");
  const wasMine = state.owner(slot) === myself;
  const keys = host.keysInSlot(slot);
  if (wasMine && node !== myself && keys > 0) {
    throw new CommandError(
      `ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`,
    );
  }
  if (keys === 0) state.migrating.delete(slot);
  state.moveSlot(slot, node);
  if (wasMine && node !== myself && myself.slots.size === 0 && state.settings.allowReplicaMigration) {
    followMaster(state, node);
    state.changed(true);
  }
  if (node === myself && state.importing.delete(slot)) {
    // The move was not voted upon: with the greatest epoch the new owner is believed everywhere.
    if (state.bumpEpoch()) state.log("notice", "configEpoch updated after importing slot " + slot);
    broadcastPong(state);
  }
  state.changedStatus();
}

function checkMaster(state: ClusterState): void {
  if (state.myself.isReplica) throw new CommandError("ERR Please use SETSLOT only with masters.");
}

function moveTarget(state: ClusterState, id: string): ClusterNode {
  const node = state.node(id);
  if (node === undefined) throw new CommandError(`ERR I don't know about node ${id}`);
  if (node.isReplica) throw new CommandError("ERR Target node is not a master");
  return node;
}

/** CLUSTER SET-CONFIG-EPOCH. */
export function setConfigEpoch(state: ClusterState, epoch: number): void {
  const { myself } = state;
  if (epoch < 0) throw new CommandError(`ERR Invalid config epoch specified: ${epoch}`);
  if (state.nodeCount > 1) {
    throw new CommandError(
      "ERR The user can assign a config epoch only when the node does not know any other node.",
    );
  }
  if (myself.configEpoch !== 0) throw new CommandError("ERR Node config epoch is already non-zero");
  myself.configEpoch = epoch;
  state.currentEpoch = Math.max(state.currentEpoch, epoch);
  state.log("notice", `configEpoch set to ${epoch} via CLUSTER SET-CONFIG-EPOCH`);
  state.changedStatus();
}

/**
 * CLUSTER RESET: alone, without slots, a master. `hard` also takes a new name and starts with epoch 0; `empty` is
 * whether this node has no keys, which a master must not have.
 */
export function reset(state: ClusterState, hard: boolean, empty: boolean): void {
  const { myself } = state;
  if (myself.isMaster && !empty) {
    throw new CommandError("ERR CLUSTER RESET can't be called with master nodes containing keys");
  }
  if (myself.isReplica) {
    state.setMaster(myself);
    state.act({ kind: "promote" });
    state.act({ kind: "flush" });
  }
  state.closeAllSlots();
  state.endManualFailover();
  for (let slot = 0; slot < SLOT_COUNT; slot++) state.removeSlot(slot);
  for (const node of [...state.nodes]) {
    if (node !== myself) state.removeNode(node);
  }
  state.setShardId(myself, state.random.hex(40));
  if (hard) {
    state.currentEpoch = 0;
    state.lastVoteEpoch = 0;
    myself.configEpoch = 0;
    state.renameNode(myself, state.random.hex(40));
    state.log("notice", `Node hard reset, now I'm ${myself.id}`);
  }
  state.changedStatus(true);
}
