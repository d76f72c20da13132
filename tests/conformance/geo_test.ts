import { conformance, type Random, type RandomCommand, randomised } from "./runner.ts";

const SICILY = "GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";

conformance("geo: GEOADD", [
  `
  ${SICILY}
  TYPE Sicily
  OBJECT ENCODING Sicily
  ${SICILY}
  GEOADD Sicily CH 13.583333 37.316667 Agrigento 13.361389 38.115557 Palermo
  GEOADD Sicily NX 0 0 Palermo 1 1 New
  GEOADD Sicily nx ch 0 0 Palermo 2 2 Newer
  GEOADD Sicily XX 3 3 Newest
  GEOADD Sicily XX CH 3 3 Newer 3 3 Newer
  GEOADD Sicily XX NX 3 3 Newer
  GEOADD Sicily ch CH cH 3 3 Newer
  GEOADD missing XX 1 1 a
  EXISTS missing
  GEOADD k 1 1 a 1 1 a 2 2 a
  GEOADD k CH 1 1 b 1 1 b 2 2 b
  GEOADD k
  GEOADD k 1
  GEOADD k 1 1
  GEOADD k 1 1 a 2
  GEOADD k NX CH XX
  GEOADD k NX CH CH
  GEOADD k NX 1 1
  GEOADD k FOO 1 1
  GEOADD k x 1 a
  GEOADD k 1 x a
  GEOADD k 1 1 a 1 "" b
  GEOADD k 1 1 c 181 1 d
  ZSCORE k c
  GEOADD k 180.1 0 a
  GEOADD k -180.0000001 0 a
  GEOADD k 0 85.05112879 a
  GEOADD k 0 -85.06 a
  GEOADD k 1e30 1e-7 a
  GEOADD k inf 0 a
  GEOADD k 0 -inf a
  GEOADD k nan 0 a
  GEOADD k " 1" 0 a
  GEOADD k 0x10 0x1p2 hex
  GEOPOS k hex
  GEOADD edges 180 85.05112878 ne -180 -85.05112878 sw 180 0 e 0 85.05112878 n -180 0 w 0 0 middle
  GEOPOS edges ne sw e n w middle
  GEOHASH edges ne sw e n w middle
  ZRANGE edges 0 -1 WITHSCORES
  SET s v
  GEOADD s 1 1 a
  GEOADD s 200 1 a
  RPUSH list 1
  GEOADD list XX 1 1 a
  `,
  ["GEOADD", "bin", "1", "2", "\x00\xff\r\n", "3", "4", ""],
  "GEOSEARCH bin FROMLONLAT 1 2 BYRADIUS 1000 km ASC",
  ["GEOPOS", "bin", "\x00\xff\r\n", "", "x"],
], { needs: ["sorted_set", "list"] });

conformance("geo: GEODIST, GEOHASH, GEOPOS", [`
  ${SICILY}
  GEODIST Sicily Palermo Catania
  GEODIST Sicily Palermo Catania m
  GEODIST Sicily Palermo Catania KM
  GEODIST Sicily Palermo Catania Mi
  GEODIST Sicily Palermo Catania ft
  GEODIST Sicily Palermo Palermo
  GEODIST Sicily Palermo Palermo ft
  GEODIST Sicily Palermo missing
  GEODIST Sicily missing missing
  GEODIST missing a b
  GEODIST missing a b yards
  GEODIST Sicily Palermo Catania yards
  GEODIST Sicily Palermo Catania m x
  GEODIST Sicily Palermo
  GEODIST Sicily
  GEOADD near 1 1 a 1.000001 1 b 1 1.000003 c 1.00001 1.00001 d
  GEODIST near a b
  GEODIST near a c
  GEODIST near a d
  GEODIST near b d km
  GEOADD far 0 0 a 180 0 b -180 0 c 0 85 d 180 -85 e
  GEODIST far a b
  GEODIST far b c
  GEODIST far d e
  GEODIST far a d mi
  GEOHASH Sicily Palermo Catania missing
  GEOHASH Sicily
  GEOHASH missing a b
  GEOHASH
  GEOPOS Sicily Palermo missing Catania
  GEOPOS Sicily
  GEOPOS missing a b
  GEOPOS
  ZADD odd 0 zero 1.5 fraction -1 minus -1.5 minusone 4503599627370495 last 4503599627370496 beyond
  ZADD odd 1e300 huge -1e300 -huge inf inf -inf -inf 18446744073709549568 top 9223372036854775808 sign
  GEOPOS odd zero fraction minus minusone last beyond huge -huge inf -inf top sign
  GEOHASH odd zero fraction minus minusone last beyond huge -huge inf -inf top sign
  GEODIST odd zero last
  GEODIST odd inf -inf
  GEODIST odd minus sign km
  SET s v
  GEODIST s a b
  GEOHASH s a
  GEOPOS s a
`], { needs: ["sorted_set"] });

conformance("geo: GEORADIUS and GEORADIUSBYMEMBER", [`
  ${SICILY}
  GEOADD Sicily 13.583333 37.316667 Agrigento
  GEORADIUS Sicily 15 37 200 km
  GEORADIUS Sicily 15 37 200 km WITHDIST
  GEORADIUS Sicily 15 37 200 km WITHCOORD
  GEORADIUS Sicily 15 37 200 km WITHHASH
  GEORADIUS Sicily 15 37 200 km WITHCOORD WITHHASH WITHDIST ASC
  GEORADIUS Sicily 15 37 200 km withdist desc
  GEORADIUS Sicily 15 37 200 km DESC ASC
  GEORADIUS Sicily 15 37 200 km COUNT 1
  GEORADIUS Sicily 15 37 200 km COUNT 1 DESC
  GEORADIUS Sicily 15 37 200 km COUNT 1 ANY
  GEORADIUS Sicily 15 37 200 km ANY COUNT 2 ASC
  GEORADIUS Sicily 15 37 200 km COUNT 100
  GEORADIUS Sicily 15 37 200 km ANY
  GEORADIUS Sicily 15 37 200 km COUNT 0
  GEORADIUS Sicily 15 37 200 km COUNT -1
  GEORADIUS Sicily 15 37 200 km COUNT x
  GEORADIUS Sicily 15 37 200 km COUNT
  GEORADIUS Sicily 15 37 200 km COUNT 9223372036854775807
  GEORADIUS Sicily 15 37 200 km COUNT 9223372036854775808
  GEORADIUS Sicily 15 37 200 km FOO
  GEORADIUS Sicily 15 37 200 yd
  GEORADIUS Sicily 15 37 -1 km
  GEORADIUS Sicily 15 37 -1 yd
  GEORADIUS Sicily 15 37 abc km
  GEORADIUS Sicily 15 37 0 m
  GEORADIUS Sicily 15 37 inf m
  GEORADIUS Sicily 15 37 1e308 km
  GEORADIUS Sicily 15 370 1 km
  GEORADIUS Sicily 15 x 1 km
  GEORADIUS Sicily 15 37 200
  GEORADIUS missing 15 37 200 km
  GEORADIUS missing 15 37 200 yd
  GEORADIUS missing 15 37 200 km ANY
  GEORADIUS Sicily 15 37 200 km STORE out
  ZRANGE out 0 -1 WITHSCORES
  GEORADIUS Sicily 15 37 200 km STOREDIST out
  ZRANGE out 0 -1
  GEORADIUS Sicily 15 37 200 km STORE a STOREDIST b
  EXISTS a b
  GEORADIUS Sicily 15 37 200 km STORE b COUNT 1 DESC
  ZRANGE b 0 -1
  GEORADIUS Sicily 15 37 200 km STORE b WITHDIST
  GEORADIUS Sicily 15 37 200 km WITHCOORD STOREDIST b
  GEORADIUS Sicily 15 37 200 km STORE
  GEORADIUS Sicily 0 0 1 km STORE b
  EXISTS b
  GEORADIUS missing 0 0 1 km STORE out
  EXISTS out
  GEORADIUS Sicily 15 37 200 km STORE Sicily
  ZCARD Sicily
  GEORADIUS_RO Sicily 15 37 200 km ASC
  GEORADIUS_RO Sicily 15 37 200 km STORE out
  GEORADIUS_RO Sicily 15 37 200 km STOREDIST out
  GEORADIUSBYMEMBER Sicily Palermo 200 km
  GEORADIUSBYMEMBER Sicily Palermo 200 km WITHDIST WITHCOORD
  GEORADIUSBYMEMBER Sicily Palermo 0 km
  GEORADIUSBYMEMBER Sicily missing 200 km
  GEORADIUSBYMEMBER Sicily missing abc km
  GEORADIUSBYMEMBER Sicily Palermo abc km
  GEORADIUSBYMEMBER Sicily Palermo 1 yd
  GEORADIUSBYMEMBER missing Palermo abc yd
  GEORADIUSBYMEMBER missing Palermo abc yd COUNT 0
  GEORADIUSBYMEMBER missing Palermo 1 m STORE Sicily2
  GEORADIUSBYMEMBER Sicily Palermo 200 km STORE out
  ZRANGE out 0 -1 WITHSCORES
  GEORADIUSBYMEMBER_RO Sicily Palermo 200 km COUNT 2
  GEORADIUSBYMEMBER_RO Sicily Palermo 200 km STORE out
  SET s v
  GEORADIUS s 200 0 1 km
  GEORADIUSBYMEMBER s a x y
  GEORADIUS Sicily 15 37 200 km STORE s
  TYPE s
  COMMAND GETKEYS GEORADIUS Sicily 15 37 200 km STORE out
  COMMAND GETKEYS GEORADIUSBYMEMBER Sicily Palermo 200 km STOREDIST out
  COMMAND GETKEYS GEOSEARCHSTORE out Sicily FROMMEMBER a BYRADIUS 1 m
`], { needs: ["sorted_set"] });

conformance("geo: GEOSEARCH and GEOSEARCHSTORE", [`
  ${SICILY}
  GEOADD Sicily 12.758489 38.788135 edge1 17.241510 38.788135 edge2
  GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHCOORD WITHDIST
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km DESC WITHHASH
  GEOSEARCH Sicily BYBOX 400 400 km FROMMEMBER Palermo COUNT 2
  GEOSEARCH Sicily BYBOX 400 400 km FROMMEMBER Palermo COUNT 2 ANY
  GEOSEARCH Sicily FROMMEMBER missing BYRADIUS 1 km
  GEOSEARCH Sicily FROMMEMBER Palermo FROMLONLAT 15 37 BYRADIUS 1 km
  GEOSEARCH Sicily FROMLONLAT 15 37 FROMMEMBER Palermo BYRADIUS 1 km
  GEOSEARCH Sicily FROMMEMBER Palermo FROMMEMBER Catania BYRADIUS 1 km
  GEOSEARCH Sicily FROMLONLAT 15 37 FROMLONLAT 13.361389 38.115556 BYRADIUS 1 km
  GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km BYBOX 1 1 km
  GEOSEARCH Sicily FROMMEMBER Palermo BYBOX 1 1 km BYRADIUS 1 km
  GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km BYRADIUS 500 km
  GEOSEARCH Sicily FROMMEMBER Palermo BYBOX 1 1 km BYBOX 500 500 km
  GEOSEARCH Sicily FROMMEMBER Palermo
  GEOSEARCH Sicily BYRADIUS 1 km
  geosearch Sicily BYRADIUS 1 km ASC COUNT 2
  GEOSEARCH Sicily FROMMEMBER
  GEOSEARCH Sicily FROMLONLAT 15
  GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 km
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 1
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX x 1 km
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 x km
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX -1 1 km
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 -1 yd
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 1 yd
  GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 0 0 km
  GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS -1 km
  GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS x km
  GEOSEARCH Sicily FROMLONLAT 190 37 BYRADIUS 1 km
  GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km STOREDIST
  GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km STORE x
  GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km ANY
  GEOSEARCH missing FROMMEMBER a BYRADIUS 1 km
  GEOSEARCH missing FROMMEMBER a
  GEOSEARCH missing BYRADIUS 1 km ASC WITHDIST
  GEOSEARCH
  GEOSEARCH Sicily
  GEOSEARCHSTORE out Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC COUNT 3
  ZRANGE out 0 -1 WITHSCORES
  OBJECT ENCODING out
  GEOSEARCHSTORE out Sicily FROMLONLAT 15 37 BYBOX 400 400 km STOREDIST
  ZRANGE out 0 -1
  GEOSEARCHSTORE out Sicily FROMLONLAT 15 37 BYBOX 400 400 km WITHDIST
  GEOSEARCHSTORE out Sicily FROMLONLAT 15 37 BYBOX 400 400 km STOREDIST WITHHASH
  GEOSEARCHSTORE out Sicily FROMLONLAT 15 37
  GEOSEARCHSTORE out Sicily BYRADIUS 15 m ASC COUNT 1
  GEOSEARCHSTORE out Sicily FROMLONLAT 0 0 BYRADIUS 1 m
  EXISTS out
  GEOSEARCHSTORE out missing FROMMEMBER a BYRADIUS 1 m
  GEOSEARCHSTORE out missing FROMMEMBER a BYRADIUS 1 m WITHDIST
  GEOSEARCHSTORE Sicily Sicily FROMLONLAT 15 37 BYRADIUS 100 km
  ZRANGE Sicily 0 -1
  SET s v EX 100
  GEOSEARCHSTORE out s FROMLONLAT 15 37 BYRADIUS 100 km
  GEOSEARCHSTORE s Sicily FROMLONLAT 15 37 BYRADIUS 100 km
  TYPE s
  TTL s
  GEOADD poles 1 85 n1 90 85.04 n2 -170 85.05 n3 10 -85.05 s1 -60 -85 s2
  GEOSEARCH poles FROMLONLAT 0 85 BYRADIUS 1000 km ASC
  GEOSEARCH poles FROMLONLAT 0 85.05 BYBOX 2000 500 km WITHDIST
  GEOSEARCH poles FROMLONLAT 0 -85.05 BYBOX 2000 500 km WITHDIST
  GEOSEARCH poles FROMLONLAT 180 -85 BYRADIUS 3000 km ASC
  GEOADD line 179.9 0 a -179.9 0 b 180 0 c -180 0 d
  GEOSEARCH line FROMLONLAT 180 0 BYRADIUS 50 km WITHDIST
  GEOSEARCH line FROMLONLAT -180 0 BYRADIUS 50 km WITHDIST
  GEOSEARCH line FROMLONLAT 179.95 0 BYBOX 50 50 km
  GEOSEARCH line FROMLONLAT 180 0 BYRADIUS 0 m
  GEOSEARCH line FROMMEMBER d BYRADIUS 0 m
  GEOSEARCH line FROMLONLAT 0 0 BYRADIUS 30000 km
  GEOSEARCH line FROMLONLAT 0 0 BYBOX inf inf m
`], { needs: ["sorted_set"] });

const KEYS = ["g1", "g2", "g3"];
const UNITS = ["m", "km", "ft", "mi", "KM"];

/** Near each other, on lines and edges of the map, or anywhere. */
function coordinates(random: Random): [string, string] {
  const near = random.chance(0.6);
  const longitude = near ? 13 + random.float() * 4 : random.float() * 360 - 180;
  const latitude = near ? 36 + random.float() * 3 : random.float() * 170 - 85;
  const edge = () => random.pick([0, 90, 180, -180, 179.999, -0.001]);
  return [
    random.chance(0.05) ? String(edge()) : longitude.toFixed(random.pick([0, 2, 6, 14])),
    random.chance(0.05)
      ? random.pick(["0", "85.05112878", "-85", "66.5", "80.5"])
      : latitude.toFixed(random.pick([0, 2, 6])),
  ];
}

function member(random: Random): string | number {
  return random.chance(0.7)
    ? `m${random.below(60)}`
    : random.pick([random.below(300), "", "\x00\xff\r\n", "x".repeat(70)]);
}

function length(random: Random): string {
  return random.chance(0.05)
    ? random.pick(["0", "-1", "x", "inf"])
    : (10 ** (random.float() * 4.4)).toFixed(random.below(3));
}

function searchOptions(random: Random): (string | number)[] {
  const options: (string | number)[] = [];
  for (const option of ["WITHDIST", "WITHCOORD", "WITHHASH"]) if (random.chance(0.3)) options.push(option);
  if (random.chance(0.4)) options.push(random.pick(["ASC", "DESC"]));
  return [...options, ...countOptions(random)];
}

function countOptions(random: Random): (string | number)[] {
  if (!random.chance(0.4)) return [];
  return ["COUNT", random.chance(0.03) ? 0 : random.below(20) + 1, ...(random.chance(0.4) ? ["ANY"] : [])];
}

function area(random: Random): (string | number)[] {
  const from = random.chance(0.5) ? ["FROMMEMBER", member(random)] : ["FROMLONLAT", ...coordinates(random)];
  const unit = random.pick(UNITS);
  const by = random.chance(0.5)
    ? ["BYRADIUS", length(random), unit]
    : ["BYBOX", length(random), length(random), unit];
  return random.chance(0.8) ? [...from, ...by] : [...by, ...from];
}

function geoCommand(random: Random): RandomCommand {
  const key = () => random.pick(KEYS);
  const unit = () => random.pick(UNITS);
  const add = () => {
    const options = random.chance(0.3) ? [random.pick(["NX", "XX", "CH"])] : [];
    const places = Array.from(
      { length: random.below(4) + 1 },
      () => [...coordinates(random), member(random)],
    );
    return ["GEOADD", key(), ...options, ...places.flat()];
  };
  const store = () => random.pick([[], [], ["STORE", "out"], ["STOREDIST", "out"]]);
  return random.pick<() => RandomCommand>([
    add,
    add,
    add,
    () => ["GEODIST", key(), member(random), member(random), unit()],
    () => ["GEOHASH", key(), member(random), member(random)],
    () => ["GEOPOS", key(), member(random), member(random)],
    () => [
      "GEORADIUS",
      key(),
      ...coordinates(random),
      length(random),
      unit(),
      ...searchOptions(random),
      ...store(),
    ],
    () => [
      "GEORADIUSBYMEMBER",
      key(),
      member(random),
      length(random),
      unit(),
      ...searchOptions(random),
      ...store(),
    ],
    () => ["GEORADIUS_RO", key(), ...coordinates(random), length(random), unit(), ...searchOptions(random)],
    () => ["GEORADIUSBYMEMBER_RO", key(), member(random), length(random), unit(), ...searchOptions(random)],
    () => ["GEOSEARCH", key(), ...area(random), ...searchOptions(random)],
    () => ["GEOSEARCH", key(), ...area(random), ...searchOptions(random)],
    () => ["GEOSEARCHSTORE", "out", key(), ...area(random), ...countOptions(random)],
    () => ["GEOSEARCHSTORE", "out", key(), ...area(random), ...countOptions(random), "STOREDIST"],
    () => ["ZRANGE", random.pick([...KEYS, "out"]), 0, -1],
    () => ["ZRANGE", key(), 0, -1, "WITHSCORES"],
    () => ["ZREM", key(), member(random), member(random)],
    () => ["OBJECT", "ENCODING", random.pick([...KEYS, "out"])],
    () => random.chance(0.02) ? ["DEL", key()] : ["ZCARD", "out"],
  ])();
}

randomised("geo: random commands", { seed: 52, count: 10_000, generate: geoCommand, needs: ["sorted_set"] });
