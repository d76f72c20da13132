import { conformance, pause, type Random, type RandomCommand, randomised } from "./runner.ts";

conformance("expire: EXPIRE, PEXPIRE, TTL, PTTL, PERSIST", [
  `
  EXPIRE missing 10
  TTL missing
  PTTL missing
  PERSIST missing
  EXPIRETIME missing
  PEXPIRETIME missing
  SET a v
  TTL a
  PTTL a
  EXPIRETIME a
  PEXPIRETIME a
  PERSIST a
  EXPIRE a 100
  TTL a
  PERSIST a
  TTL a
  PEXPIRE a 100000
  TTL a
  EXPIREAT a 33177117420
  EXPIRETIME a
  PEXPIRETIME a
  PEXPIREAT a 33177117420999
  EXPIRETIME a
  PEXPIRETIME a
  EXPIRE a 0
  EXISTS a
  SET a v
  EXPIRE a -1
  EXISTS a
  SET a v
  PEXPIRE a 0
  EXISTS a
  SET a v
  EXPIREAT a 1
  EXISTS a
  SET a v
  PEXPIREAT a -5
  EXISTS a
  SET a v
  EXPIREAT a 0
  GET a
  `,
]);

conformance("expire: conditions", [`
  SET a v
  EXPIRE a 100 XX
  EXPIRE a 100 GT
  TTL a
  EXPIRE a 100 NX
  EXPIRE a 200 NX
  TTL a
  EXPIRE a 50 GT
  EXPIRE a 300 GT
  TTL a
  EXPIRE a 400 LT
  EXPIRE a 200 LT
  TTL a
  EXPIRE a 100 XX
  TTL a
  PERSIST a
  EXPIRE a 100 LT
  TTL a
  EXPIREAT a 33177117420 GT
  EXPIREAT a 33177117420 GT
  EXPIREAT a 33177117420 LT
  PEXPIREAT a 33177117419999 LT
  PEXPIREAT a 33177117420000 xx gt
  PEXPIRETIME a
  EXPIRE a 100 XX LT
  EXPIRE a 100 NX XX
  EXPIRE a 100 XX NX
  EXPIRE a 100 GT LT
  EXPIRE a 100 NX GT
  EXPIRE a 100 NX LT
  EXPIRE a 100 NX XX GT LT
  EXPIRE a 100 NX NX
  EXPIRE a 100 FOO
  EXPIRE a 100 XX FOO
  EXPIRE a 100 ""
  EXPIRE missing 100 FOO
  EXPIRE missing 100 NX XX
  PEXPIRE a 1 GT
  EXISTS a
  EXPIRE a -1 GT
  EXISTS a
  EXPIRE a -1 NX
  EXISTS a
  EXPIRE a -1 LT
  EXISTS a
`]);

conformance("expire: bad and extreme times", [`
  SET a v
  EXPIRE a abc
  EXPIRE a 1.5
  EXPIRE a ""
  EXPIRE a " 1"
  EXPIRE a 9223372036854775808
  EXPIRE a 9223372036854775807
  EXPIRE a 9223372036854775
  EXPIRE a 9223372036854776
  EXPIRE a -9223372036854775808
  EXPIRE a -9223372036854775
  SET a v
  PEXPIRE a 9223372036854775807
  PEXPIRE a 9223370000000000000
  PEXPIRE a -9223372036854775808
  SET a v
  EXPIREAT a 9223372036854775807
  EXPIREAT a 9223372036854775
  PEXPIRETIME a
  EXPIRETIME a
  PEXPIREAT a 9223372036854775807
  PEXPIRETIME a
  EXPIRETIME a
  PEXPIREAT a 9007199254740993
  PEXPIRETIME a
  EXPIREAT a -9223372036854775808
  EXISTS a
  EXPIRE missing abc
  EXPIRE
  EXPIRE a
  PEXPIRE a
  EXPIREAT a
  PEXPIREAT a
  TTL
  TTL a b
  PTTL
  PERSIST
  PERSIST a b
  EXPIRETIME
  PEXPIRETIME a b
`]);

conformance("expire: an expired key is gone for every command", [
  `
  SET a v PX 10
  SET b v PX 10
  SET c v PX 10
  SET d 5 PX 10
  SET e v PX 10
  `,
  pause(40),
  `
  GET a
  EXISTS a b
  TYPE b
  TTL a
  PERSIST a
  DEL c
  INCR d
  TTL d
  RENAME e f
  KEYS *
  DBSIZE
  RANDOMKEY
  APPEND a x
  TTL a
  `,
]);

/** Commands whose replies don't depend on the moment at which they run: absolute times, far ahead or long past. */
function expireCommand(random: Random): RandomCommand {
  const key = () => `k${random.below(5)}`;
  const at = () => 33177117420000 + random.below(4) * 1000;
  const conditions = () => random.pick([[], [], ["NX"], ["XX"], ["GT"], ["LT"], ["XX", "GT"], ["NX", "LT"]]);
  return random.pick<() => RandomCommand>([
    () => ["SET", key(), "v"],
    () => ["SET", key(), "v", "PXAT", at()],
    () => ["SET", key(), "v", "KEEPTTL"],
    () => ["GETEX", key(), ...random.pick([[], ["PERSIST"], ["PXAT", at()]])],
    () => ["EXPIREAT", key(), Math.floor(at() / 1000), ...conditions()],
    () => ["PEXPIREAT", key(), random.chance(0.1) ? random.between(-2, 2) : at(), ...conditions()],
    () => ["EXPIRE", key(), random.between(-2, 0), ...conditions()],
    () => ["PERSIST", key()],
    () => ["EXPIRETIME", key()],
    () => ["PEXPIRETIME", key()],
    () => ["EXISTS", key(), key()],
    () => ["DEL", key()],
    () => ["COPY", key(), key(), ...random.pick([[], ["REPLACE"]])],
    () => ["RENAME", key(), key()],
    () => ["RENAMENX", key(), key()],
    () => ["APPEND", key(), "x"],
    () => ["GETSET", key(), "y"],
    () => ["MGET", key(), key()],
    () => ["DBSIZE"],
  ])();
}

randomised("expire: random commands", { seed: 7, count: 4000, generate: expireCommand });
