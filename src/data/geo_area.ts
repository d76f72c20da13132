/**
 * Circles and boxes on Earth: distances, which points lie inside, and which geohash cells cover them.
 *
 * Distances are the haversine formula's on a sphere. A search looks at nine cells, the one of the centre and its
 * neighbours, of a size at which they cover the area: the method of ardb and of Redis's `geohash_helper.c`.
 *
 * @module
 */

import { type Cell, cellAt, edgesOf, MAX_STEP, neighbour, type Position } from "./geohash.ts";

/** Metres: the quadratic mean radius of WGS 84, as Redis has it. */
const EARTH_RADIUS = 6372797.560856;
/** Half the length of the equator in the Mercator projection, in metres. */
const MERCATOR_LIMIT = 20037726.37;
const DEGREE = Math.PI / 180;

/** What {@linkcode distanceInside} answers for a point outside. */
export const OUTSIDE = -1;

/** A circle, or a box whose sides run along meridians and parallels. Lengths in metres. */
export type GeoArea =
  & { readonly centre: Position }
  & (
    | { readonly kind: "circle"; readonly radius: number }
    | { readonly kind: "box"; readonly width: number; readonly height: number }
  );

/** The distance of two positions in metres. */
export function distance(a: Position, b: Position): number {
  const v = Math.sin((b.longitude * DEGREE - a.longitude * DEGREE) / 2);
  if (v === 0) return latitudeDistance(a.latitude, b.latitude);
  const latitudeA = a.latitude * DEGREE;
  const latitudeB = b.latitude * DEGREE;
  const u = Math.sin((latitudeB - latitudeA) / 2);
  const h = u * u + Math.cos(latitudeA) * Math.cos(latitudeB) * v * v;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(h));
}

/** The distance of two places on one meridian, in metres. */
function latitudeDistance(a: number, b: number): number {
  return EARTH_RADIUS * Math.abs(b * DEGREE - a * DEGREE);
}

/** The distance of a point from the centre in metres if it lies in the area, else {@linkcode OUTSIDE}. */
export function distanceInside(area: GeoArea, point: Position): number {
  const { centre } = area;
  if (area.kind === "circle") {
    const metres = distance(centre, point);
    return metres > area.radius ? OUTSIDE : metres;
  }
  if (latitudeDistance(point.latitude, centre.latitude) > area.height / 2) return OUTSIDE;
  // Along the point's own parallel: the box is the narrower in degrees the farther from the equator.
  const beside = { longitude: centre.longitude, latitude: point.latitude };
  if (distance(point, beside) > area.width / 2) return OUTSIDE;
  return distance(centre, point);
}

/**
 * The cells to search for points in the area, in the order in which Redis searches them. For areas so large that cells
 * repeat, the repeated ones are left out.
 */
export function cellsCovering(area: GeoArea): Cell[] {
  const bounds = boundingBox(area);
  let centre = cellAt(area.centre, estimateStep(radiusOf(area), area.centre.latitude));
  if (centre.step > 1 && !isCovered(bounds, centre)) centre = cellAt(area.centre, centre.step - 1);
  const cells = [centre];
  let last: Cell | undefined;
  for (const [east, north] of NEIGHBOURS) {
    if (isNeedless(bounds, centre, east, north)) continue;
    const cell = neighbour(centre, east, north);
    if (last !== undefined && last.column === cell.column && last.row === cell.row) continue;
    cells.push(cell);
    last = cell;
  }
  return cells;
}

/** The way to each neighbour, east and north. */
const NEIGHBOURS: readonly (readonly [east: number, north: number])[] = [
  ...[[0, 1], [0, -1], [1, 0], [-1, 0]] as const,
  ...[[1, 1], [-1, 1], [1, -1], [-1, -1]] as const,
];

/** An area's extent in degrees. */
interface Bounds {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** The radius of the area, or of the circle around the box. */
function radiusOf(area: GeoArea): number {
  if (area.kind === "circle") return area.radius;
  return Math.sqrt((area.width / 2) * (area.width / 2) + (area.height / 2) * (area.height / 2));
}

/** The bounds follow the edge that is nearer to a pole, where an arc takes the most degrees. */
function boundingBox(area: GeoArea): Bounds {
  const { longitude, latitude } = area.centre;
  const height = area.kind === "circle" ? area.radius : area.height / 2;
  const width = area.kind === "circle" ? area.radius : area.width / 2;
  const north = height / EARTH_RADIUS / DEGREE;
  const farthest = latitude < 0 ? latitude - north : latitude + north;
  const east = width / EARTH_RADIUS / Math.cos(farthest * DEGREE) / DEGREE;
  return {
    west: longitude - east,
    east: longitude + east,
    south: latitude - north,
    north: latitude + north,
  };
}

/** How small the nine cells may be, as far as radius and latitude tell. */
function estimateStep(radius: number, latitude: number): number {
  if (radius === 0) return MAX_STEP;
  let step = -1;
  for (let reach = radius; reach < MERCATOR_LIMIT; reach *= 2) step++;
  // Towards the poles the same distance takes more degrees.
  const north = Math.abs(latitude);
  if (north > 66) step--;
  if (north > 80) step--;
  return Math.max(1, Math.min(MAX_STEP, step));
}

/** Whether the cell and its neighbours reach as far as the bounds. */
function isCovered(bounds: Bounds, centre: Cell): boolean {
  // Of an infinite radius some bounds are NaN, which nothing is beyond.
  return !(edgesOf(neighbour(centre, 0, 1)).north < bounds.north ||
    edgesOf(neighbour(centre, 0, -1)).south > bounds.south ||
    edgesOf(neighbour(centre, 1, 0)).east < bounds.east ||
    edgesOf(neighbour(centre, -1, 0)).west > bounds.west);
}

/** Whether the neighbour in this direction lies outside the bounds. */
function isNeedless(bounds: Bounds, centre: Cell, east: number, north: number): boolean {
  // The cells of the first step are halves of the map: each is a neighbour on both sides.
  if (centre.step < 2) return false;
  const edges = edgesOf(centre);
  return (north < 0 && edges.south < bounds.south) || (north > 0 && edges.north > bounds.north) ||
    (east < 0 && edges.west < bounds.west) || (east > 0 && edges.east > bounds.east);
}
