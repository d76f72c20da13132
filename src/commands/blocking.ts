/**
 * What blocking commands share.
 *
 * @module
 */

import type { WaitRequest } from "../blocking/mod.ts";
import type { Args } from "../command/args.ts";
import { Condition } from "../command/client.ts";
import type { CommandContext } from "../command/context.ts";
import { Errors } from "../resp/errors.ts";
import { parseFloat64 } from "../util/float.ts";
import { services } from "./services.ts";

/** The end of time as the original sees it, in milliseconds: the largest signed integer of 64 bits. */
const END_OF_TIME = 2 ** 63;

/**
 * Has the client wait; the command must return without a reply. When there is something for the client, the command runs
 * again from its beginning: it must not have changed anything before it calls this. Inside a transaction nobody waits:
 * the reply is that of a timeout, a null array.
 */
export function block(ctx: CommandContext, args: Args, request: WaitRequest): void {
  if (!mayWait(ctx)) return ctx.reply.nullArray();
  const { blocked, dispatcher } = services(ctx);
  blocked.block(ctx, dispatcher.registry.lookUp(args)!, args, request);
}

/** Whether the client may be made to wait at all: not inside a transaction. */
export function mayWait(ctx: CommandContext): boolean {
  return (ctx.client.conditions & Condition.IN_TRANSACTION) === 0;
}

/** What the command gave as `state` when it had to wait; undefined if it runs for the first time. */
export function waitState(ctx: CommandContext): unknown {
  return services(ctx).blocked.stateOf(ctx.client);
}

/** Argument `index` as a timeout in seconds, with a fraction perhaps; the result is in whole milliseconds. */
export function readTimeout(ctx: CommandContext, args: Args, index: number): number {
  const seconds = parseFloat64(args.text(index));
  if (seconds === undefined) throw Errors.TIMEOUT_NOT_FLOAT;
  return checkTimeout(ctx, Math.ceil(seconds * 1000));
}

/** Argument `index` as a timeout in milliseconds. */
export function readMillisecondTimeout(ctx: CommandContext, args: Args, index: number): number {
  let milliseconds: number;
  try {
    milliseconds = args.clampedInt(index);
  } catch (error) {
    throw error === Errors.NOT_INTEGER ? Errors.TIMEOUT_NOT_INTEGER : error;
  }
  return checkTimeout(ctx, milliseconds);
}

function checkTimeout(ctx: CommandContext, milliseconds: number): number {
  if (milliseconds < 0) throw Errors.TIMEOUT_NEGATIVE;
  if (milliseconds > END_OF_TIME - ctx.keyspace.now) throw Errors.TIMEOUT_OUT_OF_RANGE;
  // Not -0.
  return milliseconds + 0;
}
