/**
 * Streams and groups by their names.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import type { Consumer, ConsumerGroup } from "../../data/consumer_group.ts";
import { Stream } from "../../data/stream.ts";
import { isPropagating } from "../services.ts";
import { ofType } from "../typed_value.ts";
import { noKeyOrGroup } from "./errors.ts";
import { StreamEvents } from "./events.ts";

/** The stream of a key to read, if there is one; throws WRONGTYPE. */
export function findStream(ctx: CommandContext, key: string): Stream | undefined {
  return ofType(ctx.db.find(key), Stream);
}

/** The stream of a key to change, if there is one; throws WRONGTYPE. */
export function findStreamForWrite(ctx: CommandContext, key: string): Stream | undefined {
  return ofType(ctx.db.findForWrite(key), Stream);
}

/** A group and where it belongs. */
export interface GroupPlace {
  readonly key: string;
  readonly stream: Stream;
  readonly group: ConsumerGroup;
}

/** As {@linkcode findGroup}, for a group that is about to be changed. */
export function findGroupForWrite(ctx: CommandContext, args: Args): GroupPlace {
  const place = findGroup(ctx, args);
  ctx.db.announceChange(place.key);
  return place;
}

/** The group that arguments 1 and 2 name; throws NOGROUP if key or group is missing. */
export function findGroup(ctx: CommandContext, args: Args): GroupPlace {
  const key = args.key(1);
  const stream = findStream(ctx, key);
  const group = stream?.group(args.text(2));
  if (stream === undefined || group === undefined) throw noKeyOrGroup(key, args.text(2));
  return { key, stream, group };
}

/** The consumer of this name, who is seen now, or undefined. */
export function seeConsumer(ctx: CommandContext, group: ConsumerGroup, name: string): Consumer | undefined {
  const consumer = group.consumer(name);
  if (consumer !== undefined) consumer.seenAt = ctx.keyspace.now;
  return consumer;
}

/** Adds a consumer and tells so; `name` must be new. */
export function createConsumer(ctx: CommandContext, { key, group }: GroupPlace, name: string): Consumer {
  const consumer = group.addConsumer(name, ctx.keyspace.now);
  ctx.db.changed(key, StreamEvents.CREATE_CONSUMER);
  return consumer;
}

/** Has a consumer created wherever the command is repeated. */
export function propagateConsumer(ctx: CommandContext, { key, group }: GroupPlace, name: string): void {
  if (isPropagating(ctx)) ctx.rewrite("XGROUP", "CREATECONSUMER", key, group.name, name);
}
