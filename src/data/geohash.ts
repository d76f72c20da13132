/**
 * Geohashes: positions on Earth as interleaved bits of longitude and latitude, so that what is near each other mostly has
 * near numbers.
 *
 * The idea is G. M. Morton's ("A computer oriented geodetic data base", 1966) and, with base 32, Gustavo Niemeyer's
 * (geohash.org, 2008). Redis cuts each axis into 2^26 steps and keeps the 52 bits as the score of a sorted set; latitudes
 * end at ±85.05112878, as in the Web Mercator projection. All operations are O(1).
 *
 * @module
 */

/** Steps of full precision: each axis is halved so often. */
export const MAX_STEP = 26;
/** Degrees; the least is the negative. */
export const LONGITUDE_LIMIT = 180;
/** Degrees; the least is the negative. */
export const LATITUDE_LIMIT = 85.05112878;
/** Where the geohashes of other programs end. */
const STANDARD_LATITUDE_LIMIT = 90;

const WORD = 2 ** 32;
const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
/** Characters with content; Redis has always added one more, which is zero. */
const TEXT_DIGITS = 10;

/** A place, in degrees. */
export interface Position {
  longitude: number;
  latitude: number;
}

/**
 * One of the 2^step by 2^step cells of the map; rows count from the south, columns from the west. A point on the northern
 * or eastern edge of the map lies in a row or column 2^step of its own.
 */
export interface Cell {
  readonly step: number;
  readonly column: number;
  readonly row: number;
}

/** The edges of a cell, in degrees. */
export interface CellEdges {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** The score of a position, an integer of 52 bits. Only on the eastern and northern edges of the map it is larger. */
export function encodeGeohash({ longitude, latitude }: Position): number {
  const column = indexAt(longitude, LONGITUDE_LIMIT, MAX_STEP);
  return interleaved(column, indexAt(latitude, LATITUDE_LIMIT, MAX_STEP), 0);
}

/**
 * The middle of the cell that a score stands for. Any double is accepted, as any may be in a sorted set: what the 52 bits
 * do not cover comes out as it does from Redis on 64-bit processors.
 */
export function decodeGeohash(score: number, position: Position = { longitude: 0, latitude: 0 }): Position {
  const whole = Math.trunc(score);
  let high = 0;
  let low = 0;
  if (whole < -(2 ** 63)) high = 2 ** 31;
  else if (whole < 2 ** 64) {
    high = Math.floor(whole / WORD) >>> 0;
    low = whole >>> 0;
  }
  const row = (evenBits(high) * 2 ** 16) + evenBits(low);
  const column = (evenBits(high >>> 1) * 2 ** 16) + evenBits(low >>> 1);
  position.longitude = middle(column, LONGITUDE_LIMIT);
  position.latitude = middle(row, LATITUDE_LIMIT);
  return position;
}

/** The geohash of a position as other programs know it, 11 characters in base 32. */
export function geohashText({ longitude, latitude }: Position): string {
  const column = indexAt(longitude, LONGITUDE_LIMIT, MAX_STEP);
  const bits = interleaved(column, indexAt(latitude, STANDARD_LATITUDE_LIMIT, MAX_STEP), 0);
  let text = "";
  for (let i = 1; i <= TEXT_DIGITS; i++) text += ALPHABET[Math.floor(bits / 2 ** (52 - 5 * i)) % 32];
  return text + ALPHABET[0];
}

/** The cell of a position. */
export function cellAt({ longitude, latitude }: Position, step: number): Cell {
  return {
    step,
    column: indexAt(longitude, LONGITUDE_LIMIT, step),
    row: indexAt(latitude, LATITUDE_LIMIT, step),
  };
}

/** The cell so many columns east and rows north (or, negative, west and south); the map goes on at its other side. */
export function neighbour({ step, column, row }: Cell, east: number, north: number): Cell {
  const mask = 2 ** step - 1;
  return {
    step,
    column: east === 0 ? column : (column + east) & mask,
    row: north === 0 ? row : (row + north) & mask,
  };
}

/** Where a cell ends. */
export function edgesOf({ step, column, row }: Cell): CellEdges {
  return {
    west: degreesAt(column, LONGITUDE_LIMIT, step),
    east: degreesAt(column + 1, LONGITUDE_LIMIT, step),
    south: degreesAt(row, LATITUDE_LIMIT, step),
    north: degreesAt(row + 1, LATITUDE_LIMIT, step),
  };
}

/** The scores of all positions in a cell: at least `min` and less than `max`. */
export function scoresOf({ step, column, row }: Cell): { min: number; max: number } {
  const unit = 4 ** (MAX_STEP - step);
  return { min: interleaved(column, row, 0) * unit, max: interleaved(column, row, 1) * unit };
}

function indexAt(degrees: number, limit: number, step: number): number {
  return Math.floor((degrees + limit) / (2 * limit) * 2 ** step);
}

function degreesAt(index: number, limit: number, step: number): number {
  return -limit + index / 2 ** step * (2 * limit);
}

/** Degrees of the middle of a row or column of full precision, kept within the map. */
function middle(index: number, limit: number): number {
  // Redis adds the 1 in 32 bits.
  const next = (index + 1) % WORD;
  const degrees = (degreesAt(index, limit, MAX_STEP) + degreesAt(next, limit, MAX_STEP)) / 2;
  return Math.max(-limit, Math.min(limit, degrees));
}

/**
 * The bits of `column` in the odd places, those of `row` in the even ones, and `more` added. One rounding at most, where
 * the result needs more than 53 bits.
 */
function interleaved(column: number, row: number, more: number): number {
  const low = ((spreadBits(column & 0xffff) << 1) | spreadBits(row & 0xffff)) >>> 0;
  const high = ((spreadBits(column >>> 16) << 1) | spreadBits(row >>> 16)) >>> 0;
  return high * WORD + (low + more);
}

/** Moves the bits of a 16-bit number to the even places of a 32-bit one (S. E. Anderson, "Bit Twiddling Hacks"). */
function spreadBits(bits: number): number {
  let x = (bits | (bits << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** Gathers the bits in the even places of a 32-bit number. */
function evenBits(bits: number): number {
  let x = bits & 0x55555555;
  x = (x | (x >>> 1)) & 0x33333333;
  x = (x | (x >>> 2)) & 0x0f0f0f0f;
  x = (x | (x >>> 4)) & 0x00ff00ff;
  return (x | (x >>> 8)) & 0xffff;
}
