/**
 * Partial resynchronisation: the stream goes on for a replica that was away, from where it was.
 *
 * @module
 */

import { MOST_UNSENT } from "./held_stream.ts";
import type { Replica } from "./replica.ts";
import type { ReplicationStream } from "./stream.ts";

/** From where on a replica wants the stream: ID of the history, and offset of the first byte that it does not have. */
export interface WantedStream {
  readonly id: string;
  readonly offset: number;
}

/** Why a replica can't have what it wants, as a line for the log; null if it can. */
export function refusalOf(
  stream: ReplicationStream,
  replica: Replica,
  { id, offset }: WantedStream,
): string | null {
  const wanted = id.toLowerCase();
  const { secondId, secondOffset } = stream;
  if (wanted !== stream.id && !(wanted === secondId && offset <= secondOffset)) {
    if (id.startsWith("?")) return `Full resync requested by replica ${replica.name}`;
    return "Partial resynchronization not accepted: " +
      (wanted === secondId
        ? `Requested offset for second ID was ${offset}, but I can reply up to ${secondOffset}`
        : `Replication ID mismatch (Replica asked for '${id}', my replication IDs are '${stream.id}' and '${secondId}')`);
  }
  if (stream.backlog?.has(offset)) return null;
  return `Unable to partial resync with replica ${replica.name} for lack of backlog (Replica request was: ${offset}).`;
}

/**
 * Sends what the backlog has from `offset` on, as the replica's socket takes it, and then has the replica get the stream
 * itself. A replica that is slower than the backlog turns round has its connection closed. Never rejects.
 */
export async function catchUp(stream: ReplicationStream, replica: Replica, offset: number): Promise<void> {
  for (let position = offset;;) {
    const sent = sendPart(stream, replica, position);
    position += sent;
    if (sent < MOST_UNSENT) break;
    await replica.client.transport.drained();
    if (replica.closed) return;
    if (!stream.backlog?.has(position)) return replica.close();
  }
  stream.targets.add(replica);
}

/** Sends as much as a socket should have at a time. The number of bytes; fewer than that are all. */
function sendPart(stream: ReplicationStream, replica: Replica, position: number): number {
  let sent = 0;
  for (const piece of stream.backlog!.from(position)) {
    const part = piece.subarray(0, MOST_UNSENT - sent);
    if (part.length > 0) replica.send(part);
    sent += part.length;
  }
  return sent;
}
