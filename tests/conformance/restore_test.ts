/** DUMP and RESTORE. The payloads are of version 10 or older, which both servers read. */
import { bytesOf } from "../support/bytes.ts";
import { listpack, little, payload, rawId, size, strings, ziplist } from "../persistence/rdb/legacy_bytes.ts";
import { conformance, masked, type RandomCommand, randomised } from "./runner.ts";

const TEXT = payload(0, "\x05hello");
const LIST = payload(18, size(1) + size(2) + strings(listpack(["a", "b", 5])));
const HASH = payload(16, strings(listpack(["f", "v", "n", 12])));
const SORTED_SET = payload(17, strings(listpack(["a", 1, "b", 2])));
const STREAM = payload(
  19,
  size(1) + strings(rawId(5, 0)) + strings(listpack([1, 0, 1, "f", 0, 2, 0, 0, "v", 4])) + size(1) + size(5) +
    size(0) +
    size(5) + size(0) + size(0) + size(0) + size(1) + size(0),
);

conformance("restore: values", [
  ["RESTORE", "k", 0, TEXT],
  "GET k",
  "TTL k",
  ["RESTORE", "k", 0, LIST],
  ["RESTORE", "k", 0, LIST, "REPLACE"],
  "LRANGE k 0 -1",
  ["RESTORE", "h", 0, HASH],
  "HGETALL h",
  ["RESTORE", "z", 0, SORTED_SET],
  "ZRANGE z 0 -1 WITHSCORES",
  ["RESTORE", "x", 0, STREAM],
  "XRANGE x - +",
  ["RESTORE", "old", 0, payload(13, strings(ziplist(["a", 1, "b", "x".repeat(100)])))],
  "HGETALL old",
  "DUMP missing",
  "TYPE k\nTYPE h\nTYPE z\nTYPE x",
]);

conformance("restore: options and errors", [
  "RESTORE k 0",
  ["RESTORE", "k", 0, TEXT, "BAD"],
  ["RESTORE", "k", 0, TEXT, "IDLETIME"],
  ["RESTORE", "k", 0, TEXT, "IDLETIME", "x"],
  ["RESTORE", "k", 0, TEXT, "IDLETIME", -1],
  ["RESTORE", "k", 0, TEXT, "FREQ", 256],
  ["RESTORE", "k", 0, TEXT, "FREQ", -1],
  ["RESTORE", "k", 0, TEXT, "FREQ", 1, "IDLETIME", 1],
  ["RESTORE", "k", 0, TEXT, "IDLETIME", 1, "FREQ", 1],
  ["RESTORE", "k", -1, TEXT],
  ["RESTORE", "k", "x", TEXT],
  ["RESTORE", "k", "9223372036854775808", TEXT],
  ["RESTORE", "k", 0, ""],
  ["RESTORE", "k", 0, "short"],
  ["RESTORE", "k", 0, bytesOf("\x00\x05hello\x0a\x00" + "\0".repeat(8))],
  ["RESTORE", "k", 0, payload(0, "\x05hello", 99)],
  ["RESTORE", "k", 0, payload(8, "\x05hello")],
  ["RESTORE", "k", 0, payload(4, "\x00")],
  ["RESTORE", "k", 0, payload(16, strings(listpack([])))],
  ["RESTORE", "k", 0, payload(16, strings("\x07\x00\x00\x00\x01\x00\xff"))],
  ["RESTORE", "k", 0, payload(11, strings(little(3, 4) + little(1, 4) + "\x01\x00"))],
  "SET k v",
  // Whether the key is there is looked at before the time, and the time before the payload.
  ["RESTORE", "k", "x", TEXT],
  ["RESTORE", "k", "x", "junk", "REPLACE"],
  "GET k",
  ["RESTORE", "k", 1, "junk", "REPLACE", "ABSTTL"],
  ["RESTORE", "k", 1, TEXT, "replace", "absttl"],
  "EXISTS k",
  ["RESTORE", "k", 100_000, TEXT, "IDLETIME", 1000],
  masked(/:\d+/, "PTTL k"),
  ["RESTORE", "far", 4_000_000_000_000, TEXT, "ABSTTL", "FREQ", 100],
  "PEXPIRETIME far",
]);

const VALUES = [TEXT, LIST, HASH, SORTED_SET, STREAM];
const OPTIONS = ["REPLACE", "ABSTTL", "IDLETIME", "FREQ", "5", "300", "-1", "x"];

randomised("restore: random options", {
  seed: 4,
  count: 2000,
  generate(random): RandomCommand {
    if (random.chance(0.2)) return [random.pick(["DEL", "TYPE", "EXISTS"]), random.pick(["a", "b"])];
    const options = Array.from({ length: random.below(4) }, () => random.pick(OPTIONS));
    const ttl = random.pick([0, 0, 0, 1_000_000_000, 4_000_000_000_000, -1, "x"]);
    return ["RESTORE", random.pick(["a", "b"]), ttl, random.pick(VALUES), ...options];
  },
});
