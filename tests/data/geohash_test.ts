import { assertEquals } from "@std/assert";
import {
  type Cell,
  cellAt,
  decodeGeohash,
  edgesOf,
  encodeGeohash,
  geohashText,
  LATITUDE_LIMIT,
  LONGITUDE_LIMIT,
  MAX_STEP,
  neighbour,
  type Position,
  scoresOf,
} from "../../src/data/geohash.ts";
import { Random } from "../conformance/random.ts";

function positionInside(random: Random): Position {
  return {
    longitude: (random.float() * 2 - 1) * LONGITUDE_LIMIT,
    latitude: (random.float() * 2 - 1) * LATITUDE_LIMIT,
  };
}

/** Now and then on an edge of the map or on a line through the middle of it. */
function randomPosition(random: Random): Position {
  const { longitude, latitude } = positionInside(random);
  if (random.chance(0.9)) return { longitude, latitude };
  return {
    longitude: random.pick([longitude, 0, -LONGITUDE_LIMIT, LONGITUDE_LIMIT]),
    latitude: random.pick([latitude, 0, -LATITUDE_LIMIT, LATITUDE_LIMIT]),
  };
}

/** Bit by bit. */
function naiveInterleave(column: number, row: number): bigint {
  let bits = 0n;
  for (let i = 0n; i < 32n; i++) {
    bits |= ((BigInt(row) >> i) & 1n) << (2n * i);
    bits |= ((BigInt(column) >> i) & 1n) << (2n * i + 1n);
  }
  return bits;
}

function naiveDecode(score: bigint): Position {
  let row = 0n;
  let column = 0n;
  const bits = BigInt.asUintN(64, score);
  for (let i = 0n; i < 32n; i++) {
    row |= ((bits >> (2n * i)) & 1n) << i;
    column |= ((bits >> (2n * i + 1n)) & 1n) << i;
  }
  return { longitude: naiveMiddle(column, LONGITUDE_LIMIT), latitude: naiveMiddle(row, LATITUDE_LIMIT) };
}

function naiveMiddle(index: bigint, limit: number): number {
  const edge = (at: bigint) => -limit + Number(BigInt.asUintN(32, at)) / 2 ** MAX_STEP * (limit + limit);
  return Math.max(-limit, Math.min(limit, (edge(index) + edge(index + 1n)) / 2));
}

Deno.test("geohash: scores are the interleaved bits of column and row", () => {
  const random = new Random(1);
  for (let i = 0; i < 20_000; i++) {
    const position = randomPosition(random);
    const { column, row } = cellAt(position, MAX_STEP);
    assertEquals(encodeGeohash(position), Number(naiveInterleave(column, row)));
  }
});

Deno.test("geohash: known scores, places and texts", () => {
  const palermo = { longitude: 13.361389, latitude: 38.115556 };
  const catania = { longitude: 15.087269, latitude: 37.502669 };
  assertEquals(encodeGeohash(palermo), 3479099956230698);
  assertEquals(encodeGeohash(catania), 3479447370796909);
  assertEquals(decodeGeohash(3479099956230698), {
    longitude: 13.36138933897018433,
    latitude: 38.11555639549629859,
  });
  assertEquals(geohashText(decodeGeohash(3479099956230698)), "sqc8b49rny0");
  assertEquals(geohashText(decodeGeohash(3479447370796909)), "sqdtr74hyu0");
});

Deno.test("geohash: decoding any double", () => {
  const random = new Random(2);
  const odd = [
    0,
    -0,
    1,
    -1,
    -1.5,
    0.5,
    2 ** 52,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
    2 ** 64 - 2048,
  ];
  for (const score of odd) {
    assertEquals(decodeGeohash(score), naiveDecode(BigInt(Math.trunc(score))), String(score));
  }
  assertEquals(decodeGeohash(Infinity), naiveDecode(0n));
  assertEquals(decodeGeohash(1e300), naiveDecode(0n));
  assertEquals(decodeGeohash(-Infinity), naiveDecode(-(2n ** 63n)));
  for (let i = 0; i < 20_000; i++) {
    const score = Math.floor(random.float() * 2 ** random.between(1, 63));
    assertEquals(decodeGeohash(score), naiveDecode(BigInt(score)), String(score));
  }
});

Deno.test("geohash: what is encoded decodes to within half a cell, and encodes to the same again", () => {
  const random = new Random(3);
  for (let i = 0; i < 20_000; i++) {
    const position = positionInside(random);
    const score = encodeGeohash(position);
    const back = decodeGeohash(score);
    const near = (a: number, b: number, limit: number) => Math.abs(a - b) <= limit / 2 ** MAX_STEP * 1.0001;
    assertEquals(near(back.longitude, position.longitude, LONGITUDE_LIMIT), true, JSON.stringify(position));
    assertEquals(near(back.latitude, position.latitude, LATITUDE_LIMIT), true, JSON.stringify(position));
    assertEquals(encodeGeohash(back), score);
  }
});

Deno.test("geohash: cells contain their positions and lie beside their neighbours", () => {
  const random = new Random(4);
  for (let i = 0; i < 5000; i++) {
    const position = positionInside(random);
    const step = random.between(1, MAX_STEP);
    const cell = cellAt(position, step);
    const edges = edgesOf(cell);
    assertEquals(edges.west <= position.longitude && position.longitude <= edges.east, true);
    assertEquals(edges.south <= position.latitude && position.latitude <= edges.north, true);
    const { min, max } = scoresOf(cell);
    const score = encodeGeohash(position);
    assertEquals(min <= score && score < max, true, `${min} ${score} ${max}`);
    if (cell.column + 1 < 2 ** step) assertEquals(edgesOf(neighbour(cell, 1, 0)).west, edges.east);
    if (cell.row > 0) assertEquals(edgesOf(neighbour(cell, 0, -1)).north, edges.south);
    assertEquals(back(neighbour(cell, 1, 1), step), wrapped(cell, step));
  }
});

function back(cell: Cell, step: number): Cell {
  return wrapped(neighbour(cell, -1, -1), step);
}

function wrapped(cell: Cell, step: number): Cell {
  return { step, column: cell.column % 2 ** step, row: cell.row % 2 ** step };
}
