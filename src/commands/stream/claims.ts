/**
 * Telling others what happened to pending entries: as XCLAIM, which names time and number of deliveries.
 *
 * @module
 */

import type { CommandContext } from "../../command/context.ts";
import { deliveries, deliveryTime } from "../../data/pending_entry.ts";
import type { StreamId } from "../../data/stream_id.ts";
import { isPropagating } from "../services.ts";
import type { GroupPlace } from "./lookup.ts";

/** Has a pending entry made what it is now, wherever the command is repeated. */
export function propagateClaim(
  ctx: CommandContext,
  { key, group }: GroupPlace,
  id: StreamId,
  handle: number,
): void {
  if (!isPropagating(ctx)) return;
  const consumer = group.consumerOf(handle).name;
  const time = String(deliveryTime(handle));
  const count = String(deliveries(handle));
  const last = group.lastId.toString();
  const claim = ["XCLAIM", key, group.name, consumer, "0", id.toString(), "TIME", time, "RETRYCOUNT", count];
  ctx.rewrite(...claim, "FORCE", "JUSTID", "LASTID", last);
}

/** Has the group's position made what it is now. */
export function propagatePosition(ctx: CommandContext, { key, group }: GroupPlace): void {
  if (!isPropagating(ctx)) return;
  const read = String(group.entriesRead);
  ctx.rewrite("XGROUP", "SETID", key, group.name, group.lastId.toString(), "ENTRIESREAD", read);
}
