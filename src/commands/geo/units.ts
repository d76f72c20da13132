/**
 * Lengths, positions and how they are written.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import { LATITUDE_LIMIT, LONGITUDE_LIMIT, type Position } from "../../data/geohash.ts";
import { CommandError } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { parseFloat64 } from "../../util/float.ts";

const UNKNOWN_UNIT = new CommandError("ERR unsupported unit provided. please use M, KM, FT, MI");

/** Decimals of a distance. */
const DISTANCE_DIGITS = 4;
/** Decimals of a coordinate, before zeros at the end are dropped. */
const COORDINATE_DIGITS = 17;
/** From here on `toFixed` writes an exponent. */
const LARGEST_FIXED = 1e21;

const UNITS: readonly (readonly [name: string, metres: number])[] = [
  ["M", 1],
  ["KM", 1000],
  ["FT", 0.3048],
  ["MI", 1609.34],
];

/** How many metres the unit named by argument `index` has; throws "unsupported unit". */
export function readUnit(args: Args, index: number): number {
  for (const [name, metres] of UNITS) if (args.is(index, name)) return metres;
  throw UNKNOWN_UNIT;
}

/** Argument `index` as a double; throws `error` if it is none. */
export function readLength(args: Args, index: number, error: CommandError): number {
  const value = parseFloat64(args.text(index));
  if (value === undefined) throw error;
  return value;
}

/** Arguments `index` and `index + 1` as longitude and latitude; throws if they are no numbers or off the map. */
export function readPosition(args: Args, index: number): Position {
  const longitude = args.float(index);
  const latitude = args.float(index + 1);
  if (Math.abs(longitude) > LONGITUDE_LIMIT || Math.abs(latitude) > LATITUDE_LIMIT) {
    throw new CommandError(
      `ERR invalid longitude,latitude pair ${sixDecimals(longitude)},${sixDecimals(latitude)}`,
    );
  }
  return { longitude, latitude };
}

/** C's `%f`. */
function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Math.abs(value) < LARGEST_FIXED ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

/** A distance, always as a bulk string. */
export function writeDistance(reply: Reply, distance: number): void {
  const scale = 10 ** DISTANCE_DIGITS;
  const scaled = roundHalfToEven(distance * scale);
  const fraction = String(scaled % scale).padStart(DISTANCE_DIGITS, "0");
  reply.bulkText(`${Math.floor(scaled / scale)}.${fraction}`);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Longitude and latitude as an array of two doubles with as many digits as Redis shows. */
export function writePosition(reply: Reply, { longitude, latitude }: Position): void {
  reply.arrayHeader(2);
  reply.doubleText(coordinate(longitude));
  reply.doubleText(coordinate(latitude));
}

function coordinate(degrees: number): string {
  const text = degrees.toFixed(COORDINATE_DIGITS).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}
