/**
 * Who serves a slot: the claim with the greatest epoch wins.
 *
 * @module
 */

import type { BusHeader } from "./bus_message.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { replicateFrom } from "./membership.ts";
import { broadcastPong, sendUpdate } from "./sender.ts";
import { hasSlot, slotsBeyond, slotsOf } from "./slots.ts";

/** Takes in the slots that a known node announces for itself or its master, and corrects it where it is outdated. */
export function processClaim(state: ClusterState, sender: ClusterNode, header: BusHeader): void {
  const claimant = sender.isMaster ? sender : sender.master;
  if (claimant === null || claimant.slots.equals(header.slots)) return;
  if (sender.isMaster) takeOverClaim(state, sender, header.configEpoch, header.slots);
  for (const slot of slotsBeyond(header.slots, sender.slots.bytes)) {
    const owner = state.owner(slot);
    if (owner === null || state.isUnclaimed(slot)) continue;
    if (owner.configEpoch <= header.configEpoch) continue;
    state.log(
      "verbose",
      `Node ${sender.id} has old slots configuration, sending an UPDATE message about ${owner.id}`,
    );
    sendUpdate(state, sender, owner);
    return;
  }
}

/**
 * Gives a master the slots that it claims with a greater epoch than their owners. This node becomes its replica if it
 * (or its master) has lost all slots to it; keys of slots that it lost otherwise are deleted.
 */
export function takeOverClaim(
  state: ClusterState,
  claimant: ClusterNode,
  epoch: number,
  claim: Uint8Array,
): void {
  const { myself } = state;
  if (claimant === myself) return;
  const mine = myself.isMaster ? myself : myself.master;
  const taken = slotsBeyond(claim, claimant.slots.bytes).filter((slot) => mayTake(state, slot, epoch));
  const takenFromMine = mine === null ? 0 : taken.filter((slot) => state.owner(slot) === mine).length;
  const lostKeys = taken.filter((slot) => state.owner(slot) === myself && state.host.keysInSlot(slot) > 0);
  noteUnclaimed(state, claimant, claim);
  for (const slot of taken) state.moveSlot(slot, claimant);
  if (taken.length > 0) state.changedStatus(true);
  const replaced = takenFromMine > 0 && mine?.slots.size === 0;
  if (replaced && (state.settings.allowReplicaMigration || slotsOf(claim).length === takenFromMine)) {
    state.log(
      "notice",
      `Configuration change detected. Reconfiguring myself as a replica of ${claimant.id} (${claimant.humanName})`,
    );
    followMaster(state, claimant);
    state.changedStatus(true);
  } else if (lostKeys.length > 0) {
    state.act({ kind: "delete-keys", slots: lostKeys });
  }
}

/** A slot that is being imported here is only moved by hand. */
function mayTake(state: ClusterState, slot: number, epoch: number): boolean {
  const owner = state.owner(slot);
  if (state.importing.has(slot)) return false;
  return owner === null || state.isUnclaimed(slot) || owner.configEpoch < epoch;
}

/** Slots that the claimant owned and claims no more stay with it until another node claims them. */
function noteUnclaimed(state: ClusterState, claimant: ClusterNode, claim: Uint8Array): void {
  for (const slot of slotsBeyond(claimant.slots.bytes, claim)) state.unclaimed.add(slot);
  for (const slot of state.unclaimed.list()) {
    if (claimant.slots.has(slot) && hasSlot(claim, slot)) state.unclaimed.delete(slot);
  }
}

/**
 * Makes this node, which serves no slots, a replica of `master`, and tells all at once: until they know, the master sends
 * it no messages of its shard and grants it no manual failover, and the others give it no votes.
 */
export function followMaster(state: ClusterState, master: ClusterNode): void {
  if (state.myself.isMaster) state.closeAllSlots();
  state.setReplica(state.myself, master);
  replicateFrom(state, master);
  state.endManualFailover();
  broadcastPong(state);
}

/**
 * Two masters have the same epoch: the one with the smaller name takes a new one, so that in the end all differ.
 */
export function resolveCollision(state: ClusterState, sender: ClusterNode): void {
  const { myself } = state;
  if (!myself.isMaster || !sender.isMaster || sender.configEpoch !== myself.configEpoch) return;
  if (sender.id <= myself.id) return;
  state.currentEpoch++;
  myself.configEpoch = state.currentEpoch;
  state.changed(true);
  state.log(
    "verbose",
    `WARNING: configEpoch collision with node ${sender.id} (${sender.humanName}). configEpoch set to ${myself.configEpoch}`,
  );
}

/** What a known node says of its role. */
export function processRole(state: ClusterState, sender: ClusterNode, header: BusHeader): void {
  if (header.master === null) return state.setMaster(sender);
  const master = state.node(header.master);
  if (master === sender || master?.inHandshake) return;
  if (sender.isMaster && !stepDown(state, sender, master, header)) return;
  if (master === undefined) {
    state.demote(sender);
  } else if (sender.master !== master || !sender.isReplica) {
    state.setReplica(sender, master);
    state.changedStatus();
  }
}

/**
 * A master says it is a replica now. Within a shard that was a failover: its slots go to the new master at once, so
 * that there is no moment without an owner. False if the message is older than what is known.
 */
function stepDown(
  state: ClusterState,
  sender: ClusterNode,
  master: ClusterNode | undefined,
  header: BusHeader,
): boolean {
  if (master !== undefined && master.shardId === sender.shardId && master !== state.myself) {
    if (sender.configEpoch > header.configEpoch) {
      state.log("notice", `Ignore stale message from ${sender.id} (${sender.humanName})`);
      return false;
    }
    const slots = sender.slots.list();
    for (const slot of slots) state.moveSlot(slot, master);
    state.setMaster(master);
    master.configEpoch = header.configEpoch;
    state.log("notice", `Node ${sender.id} lost ${slots.length} slot(s) to node ${master.id} of its shard`);
  } else {
    const slots = state.removeSlotsOf(sender);
    state.log("notice", `Node ${sender.id} is no longer master; removed all ${slots} slot(s) it used to own`);
  }
  state.changedStatus();
  return true;
}
