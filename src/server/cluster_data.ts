/**
 * Whether the data that were loaded are those of the slots that this node serves.
 *
 * @module
 */

import { type ClusterState, SLOT_COUNT } from "../cluster/mod.ts";
import type { Database } from "../keyspace/database.ts";

/**
 * Brings the tables in line with the keys that are there: a master takes slots that nobody serves, and marks those of
 * other nodes as being imported, so that `redis-cli --cluster fix` finds them. What was done, for the log.
 */
export function disagreeingSlots(state: ClusterState, database: Database): string[] {
  const { myself } = state;
  const notes: string[] = [];
  if (myself.isReplica) return notes;
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const owner = state.owner(slot);
    if (owner === myself || state.importing.has(slot) || database.countInSlot(slot) === 0) continue;
    if (owner === null) {
      notes.push(`I have keys for unassigned slot ${slot}. Taking responsibility for it.`);
      state.addSlot(myself, slot);
    } else {
      notes.push(
        `I have keys for slot ${slot}, but the slot is assigned to another node. Setting it to importing state.`,
      );
      state.importing.set(slot, owner);
    }
  }
  if (notes.length > 0) state.changedStatus(true);
  return notes;
}
