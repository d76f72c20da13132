/**
 * Expire times among the arguments: SET EX, GETEX PXAT, EXPIRE and the like.
 *
 * @module
 */

import type { Args } from "../command/args.ts";
import { type Deadline, toDeadline } from "../keyspace/deadline.ts";
import type { CommandError } from "../resp/errors.ts";
import { parseSafeIntegerBytes } from "../util/number.ts";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** How a command writes an expire time. */
export interface ExpireForm {
  /** In seconds, else in milliseconds. */
  readonly seconds: boolean;
  /** From now on, else since the epoch. */
  readonly relative: boolean;
}

/** The forms by the names that SET gives them. */
export const ExpireForms = {
  EX: { seconds: true, relative: true },
  PX: { seconds: false, relative: true },
  EXAT: { seconds: true, relative: false },
  PXAT: { seconds: false, relative: false },
} as const satisfies Record<string, ExpireForm>;

/** The form that argument `index` names, or null. */
export function expireFormAt(args: Args, index: number): ExpireForm | null {
  if (args.is(index, "EX")) return ExpireForms.EX;
  if (args.is(index, "PX")) return ExpireForms.PX;
  if (args.is(index, "EXAT")) return ExpireForms.EXAT;
  if (args.is(index, "PXAT")) return ExpireForms.PXAT;
  return null;
}

/**
 * The deadline that argument `index` means at the time `now`.
 *
 * Throws "value is not an integer or out of range", or `invalid` where 64 bits of milliseconds are not enough.
 */
export function readDeadline(
  args: Args,
  index: number,
  form: ExpireForm,
  now: number,
  invalid: CommandError,
): Deadline {
  const given = parseSafeIntegerBytes(args.buffer, args.starts[index], args.ends[index]);
  // NaN for what is no safe integer stays NaN, and is no safe integer either.
  const milliseconds = (form.seconds ? given * 1000 : given) + (form.relative ? now : 0);
  return Number.isSafeInteger(milliseconds) ? milliseconds : readDistant(args, index, form, now, invalid);
}

/** As {@linkcode readDeadline} for the options of SET and its relatives: `invalid` also for zero and less. */
export function readFutureDeadline(
  args: Args,
  index: number,
  form: ExpireForm,
  now: number,
  invalid: CommandError,
): Deadline {
  const deadline = readDeadline(args, index, form, now, invalid);
  if (deadline <= (form.relative ? now : 0)) throw invalid;
  return deadline;
}

function readDistant(
  args: Args,
  index: number,
  form: ExpireForm,
  now: number,
  invalid: CommandError,
): Deadline {
  const given = args.int64(index);
  if (form.seconds && (given > INT64_MAX / 1000n || given < INT64_MIN / 1000n)) throw invalid;
  const milliseconds = (form.seconds ? given * 1000n : given) + (form.relative ? BigInt(now) : 0n);
  if (milliseconds > INT64_MAX) throw invalid;
  return toDeadline(milliseconds);
}
