/**
 * What is tried with each subject. A check gets a client that nobody else uses, on an empty data set, and the
 * subject with `second()`, which makes another client. It returns whether the answer is Redis's; throwing is
 * a no.
 */
import { createRequire } from "node:module";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const require = createRequire(`${process.cwd()}/`);

/** Name of the feature → check. */
export const FEATURES = {
  "Strings, hashes, lists, sets, sorted sets": async (redis) => {
    await redis.set("s", "1", "EX", 10, "NX");
    await redis.hset("h", { a: 1, b: 2 });
    await redis.rpush("l", "a", "b", "c");
    await redis.sadd("t", "x", "y");
    await redis.zadd("z", 1, "one", 2, "two");
    return await redis.incrby("s", 41) === 42 && await redis.hincrby("h", "b", 1) === 3 &&
      equal(await redis.lrange("l", 0, -1), ["a", "b", "c"]) && await redis.sismember("t", "y") === 1 &&
      equal(await redis.zrange("z", 0, -1, "REV", "WITHSCORES"), ["two", "2", "one", "1"]);
  },
  "Options of later versions: ZADD GT, SET GET, LPOS, GETDEL, LCS": async (redis) => {
    await redis.zadd("z", 2, "one");
    await redis.zadd("z", "GT", 1, "one");
    await redis.rpush("l", "a", "b");
    await redis.mset("a", "ohmytext", "b", "mynewtext");
    return await redis.zscore("z", "one") === "2" && await redis.lpos("l", "b") === 1 &&
      await redis.lcs("a", "b") === "mytext" && await redis.set("a", "2", "GET") === "ohmytext" &&
      await redis.getdel("b") === "mynewtext";
  },
  "Values of any bytes": async (redis) => {
    const bytes = Buffer.from([0, 13, 10, 128, 255]);
    await redis.set("b", bytes);
    return bytes.equals(await redis.getBuffer("b")) && await redis.strlen("b") === 5;
  },
  "Errors of the wrong type, in Redis's words": async (redis) => {
    await redis.rpush("l", "a");
    return await messageOf(redis.incr("l")) ===
      "WRONGTYPE Operation against a key holding the wrong kind of value";
  },
  "Errors of wrong arguments, in Redis's words": async (redis) =>
    await messageOf(redis.set("a")) === "ERR wrong number of arguments for 'set' command" &&
    await messageOf(redis.set("a", "1", "EX", "0")) === "ERR invalid expire time in 'set' command",
  "Transactions: WATCH sees another client's write": async (redis, subject) => {
    const other = subject.second();
    await redis.watch("w");
    await other.set("w", "2");
    return await redis.multi().set("w", "1").exec() === null;
  },
  "Blocking: BLPOP is woken by another client": async (redis, subject) => {
    const other = subject.second();
    const popped = redis.blpop("queue", 2);
    await sleep(50);
    await other.rpush("queue", "job");
    return equal(await popped, ["queue", "job"]);
  },
  "Publish and subscribe, patterns": async (redis, subject) => {
    const other = subject.second();
    const got = new Promise((resolve) => redis.on("pmessage", (...message) => resolve(message)));
    await redis.psubscribe("news.*");
    await other.publish("news.eu", "hello");
    return equal(await Promise.race([got, sleep(1000)]), ["news.*", "news.eu", "hello"]);
  },
  "Keyspace notifications, of SET": async (redis, subject) => {
    const other = subject.second();
    const got = new Promise((resolve) => redis.on("message", (_, message) => resolve(message)));
    await redis.subscribe("__keyspace@0__:n");
    await other.set("n", "1");
    return await Promise.race([got, sleep(1000)]) === "set";
  },
  "Streams: XADD, XRANGE, XREAD": async (redis) => {
    const id = await redis.xadd("x", "*", "f", "v");
    return equal(await redis.xrange("x", "-", "+"), [[id, ["f", "v"]]]) &&
      equal(await redis.xread("STREAMS", "x", "0"), [["x", [[id, ["f", "v"]]]]]);
  },
  "Streams: consumer groups": async (redis) => {
    await redis.xadd("x", "1-1", "f", "v");
    await redis.xgroup("CREATE", "x", "g", "0");
    const read = await redis.xreadgroup("GROUP", "g", "me", "COUNT", 1, "STREAMS", "x", ">");
    const pending = await redis.xpending("x", "g");
    return equal(read, [["x", [["1-1", ["f", "v"]]]]]) && pending[0] === 1 &&
      await redis.xack("x", "g", "1-1") === 1;
  },
  "Streams: XAUTOCLAIM": async (redis) => {
    await redis.xadd("x", "1-1", "f", "v");
    await redis.xgroup("CREATE", "x", "g", "0");
    await redis.xreadgroup("GROUP", "g", "me", "STREAMS", "x", ">");
    return equal(await redis.xautoclaim("x", "g", "you", 0, "0"), ["0-0", [["1-1", ["f", "v"]]], []]);
  },
  "Geo: GEOADD, GEOSEARCH": async (redis) => {
    await redis.geoadd("g", 2.35, 48.85, "Paris", -0.13, 51.51, "London");
    return equal(
      await redis.geosearch("g", "FROMMEMBER", "Paris", "BYRADIUS", 400, "km", "ASC"),
      ["Paris", "London"],
    ) &&
      await redis.geodist("g", "Paris", "London", "km") === "344.5347";
  },
  "HyperLogLog": async (redis) => {
    await redis.pfadd("p", "a", "b", "c", "a");
    return await redis.pfcount("p") === 3;
  },
  "Bits: BITFIELD, BITCOUNT, BITPOS": async (redis) => {
    await redis.bitfield("b", "SET", "u8", 0, 255);
    return equal(await redis.bitfield("b", "INCRBY", "u4", 4, 1), [0]) && await redis.bitcount("b") === 4 &&
      await redis.bitpos("b", 0) === 4;
  },
  "SCAN with MATCH and COUNT": async (redis) => {
    await redis.mset("a1", "x", "a2", "x", "b", "x");
    const [, keys] = await redis.scan(0, "MATCH", "a*", "COUNT", 100);
    return equal(keys.sort(), ["a1", "a2"]);
  },
  "SCAN with TYPE": async (redis) => {
    await redis.mset("a1", "x", "a2", "x", "b", "x");
    await redis.rpush("a3", "x");
    const [, keys] = await redis.scan(0, "MATCH", "a*", "COUNT", 100, "TYPE", "string");
    return equal(keys.sort(), ["a1", "a2"]);
  },
  "SORT with BY and GET": async (redis) => {
    await redis.rpush("l", "1", "2");
    await redis.mset("w1", "9", "w2", "3", "d1", "one", "d2", "two");
    return equal(await redis.sort("l", "BY", "w*", "GET", "d*"), ["two", "one"]);
  },
  "DUMP and RESTORE": async (redis) => {
    await redis.rpush("l", "a", "b");
    await redis.restore("copy", 0, await redis.dumpBuffer("l"));
    return equal(await redis.lrange("copy", 0, -1), ["a", "b"]);
  },
  "OBJECT ENCODING and MEMORY USAGE": async (redis) => {
    await redis.hset("h", { a: 1 });
    return await redis.object("ENCODING", "h") === "listpack" && await redis.memory("USAGE", "h") > 0;
  },
  "Eviction at maxmemory": async (redis) => {
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    await redis.config("SET", "maxmemory", "1");
    try {
      await redis.set("k", "v").catch(() => {});
      return await redis.exists("k") === 0;
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
  },
  "CONFIG GET, CLIENT LIST, INFO": async (redis) =>
    equal(await redis.config("GET", "appendonly"), ["appendonly", "no"]) &&
    (await redis.info("keyspace")).includes("# Keyspace") &&
    (await redis.client("LIST")).includes("cmd=client"),
  "Lua: EVAL": async (redis) =>
    await redis.eval("return redis.call('INCRBY', KEYS[1], ARGV[1])", 1, "n", 2) === 2,
  "Functions: FUNCTION LOAD, FCALL": async (redis) => {
    await redis.function(
      "LOAD",
      "REPLACE",
      "#!lua name=l\nredis.register_function('f', function() return 7 end)",
    );
    return await redis.fcall("f", 0) === 7;
  },
  "Users: ACL SETUSER": async (redis) =>
    await redis.acl("SETUSER", "ada", "on", "nopass", "~a*", "+get") === "OK" &&
    (await redis.acl("LIST")).length === 2,
  "Other clients: node-redis over TCP, RESP3": async (_, subject) => {
    if (subject.port === undefined) return false;
    const { createClient } = require("redis");
    const client = createClient({ socket: { port: subject.port, host: "127.0.0.1" }, RESP: 3 });
    await client.connect();
    await client.hSet("h", { a: "1" });
    const fields = await client.hGetAll("h");
    client.destroy();
    return fields.a === "1";
  },
  "Other processes and languages can connect": (_, subject) => Promise.resolve(subject.port !== undefined),
  "Time can be moved: keys expire": async (redis, subject) => {
    if (subject.pass === undefined) return false;
    await redis.set("k", "v", "EX", 300);
    await subject.pass(301);
    return await redis.exists("k") === 0;
  },
  "Time can be moved: a blocked client times out": async (redis, subject) => {
    if (subject.pass === undefined) return false;
    const popped = redis.blpop("nothing", 300);
    await sleep(50);
    await subject.pass(301);
    return await Promise.race([popped, sleep(500, "still blocked")]) === null;
  },
  "Back to an earlier state of the data": async (redis, { library }) => {
    await redis.set("k", "before");
    const state = await library.snapshot();
    await redis.set("k", "after");
    await library.rollback(state);
    return await redis.get("k") === "before";
  },
  "Failures on demand: lost connections, refused writes": async (redis, { library }) => {
    await library.fail.refuseWrites();
    const refused = await messageOf(redis.set("k", "v"));
    await library.fail.reset();
    const closed = new Promise((resolve) => redis.once("close", () => resolve(true)));
    await library.fail.dropConnections();
    return refused.startsWith("MISCONF") && await Promise.race([closed, sleep(1000, false)]);
  },
};

function equal(left, right) {
  return JSON.stringify(left) === JSON.stringify(right);
}

async function messageOf(reply) {
  try {
    await reply;
    return "no error";
  } catch (error) {
    return error.message;
  }
}
