import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cellsCovering, distance, distanceInside, type GeoArea, OUTSIDE } from "../../src/data/geo_area.ts";
import { decodeGeohash, encodeGeohash, MAX_STEP, type Position, scoresOf } from "../../src/data/geohash.ts";
import { Random } from "../conformance/random.ts";

const PALERMO = { longitude: 13.361389, latitude: 38.115556 };
const CATANIA = { longitude: 15.087269, latitude: 37.502669 };

Deno.test("geo area: distances", () => {
  assertEquals(distance(PALERMO, PALERMO), 0);
  assertAlmostEquals(distance(PALERMO, CATANIA), 166274.2, 1);
  assertEquals(distance(PALERMO, CATANIA), distance(CATANIA, PALERMO));
  const poles = [{ longitude: 0, latitude: 90 }, { longitude: 0, latitude: -90 }];
  assertAlmostEquals(distance(poles[0], poles[1]), Math.PI * 6372797.560856, 1e-6);
});

/** Places around `centre`, at distances up to about `reach` metres. */
function around(random: Random, centre: Position, reach: number): Position {
  const degrees = Math.min(180, reach / 111_000 * 2);
  const longitude = centre.longitude + (random.float() - 0.5) * 2 * degrees / Math.cos(centre.latitude / 58);
  const latitude = centre.latitude + (random.float() - 0.5) * 2 * degrees;
  const place = {
    longitude: Math.max(-180, Math.min(180, longitude)),
    latitude: Math.max(-85, Math.min(85, latitude)),
  };
  return decodeGeohash(encodeGeohash(place));
}

function randomArea(random: Random): GeoArea {
  const centre = {
    longitude: (random.float() - 0.5) * 300,
    latitude: (random.float() - 0.5) * random.pick([20, 120, 160]),
  };
  const length = () => 10 ** (random.float() * 5.6);
  return random.chance(0.5)
    ? { centre, kind: "circle", radius: length() }
    : { centre, kind: "box", width: length(), height: length() };
}

Deno.test("geo area: the cells cover every point that lies inside", () => {
  const random = new Random(1);
  let inside = 0;
  for (let i = 0; i < 600; i++) {
    const area = randomArea(random);
    const reach = area.kind === "circle" ? area.radius : Math.max(area.width, area.height) / 2;
    const ranges = cellsCovering(area).map(scoresOf);
    assertEquals(ranges.length >= 1 && ranges.length <= 9, true);
    for (let j = 0; j < 40; j++) {
      const point = around(random, area.centre, reach);
      if (distanceInside(area, point) === OUTSIDE) continue;
      inside++;
      const score = encodeGeohash(point);
      const found = ranges.filter(({ min, max }) => min <= score && score < max);
      assertEquals(found.length, 1, JSON.stringify({ area, point }));
    }
  }
  assertEquals(inside > 2000, true, String(inside));
});

Deno.test("geo area: inside a circle or a box", () => {
  const centre = { longitude: 0, latitude: 0 };
  const circle: GeoArea = { centre, kind: "circle", radius: 1000 };
  const box: GeoArea = { centre, kind: "box", width: 2000, height: 1000 };
  const at = (east: number, north: number) => ({ longitude: east / 111_226, latitude: north / 111_226 });
  assertEquals(distanceInside(circle, at(0, 0)), 0);
  assertAlmostEquals(distanceInside(circle, at(900, 0)), 900, 1);
  assertEquals(distanceInside(circle, at(900, 900)), OUTSIDE);
  assertAlmostEquals(distanceInside(box, at(900, 0)), 900, 1);
  assertAlmostEquals(distanceInside(box, at(900, 400)), Math.hypot(900, 400), 1);
  assertEquals(distanceInside(box, at(0, 600)), OUTSIDE);
  assertEquals(distanceInside(box, at(1100, 0)), OUTSIDE);
});

Deno.test("geo area: sizes of the cells", () => {
  const at = (latitude: number, radius: number) =>
    cellsCovering({ centre: { longitude: 1, latitude }, kind: "circle", radius })[0].step;
  assertEquals(at(0, 0), MAX_STEP);
  assertEquals(at(0, 1e9), 1);
  assertEquals(at(0, Infinity), 1);
  assertEquals(at(0, 1000) > at(70, 1000) && at(70, 1000) > at(82, 1000), true);
  // The whole map: its four quarters, none of them twice.
  const whole = cellsCovering({ centre: { longitude: 1, latitude: 1 }, kind: "circle", radius: 1e9 });
  assertEquals(whole.length, 4);
});
