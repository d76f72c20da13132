import {
  closes,
  conformance,
  on,
  raw,
  receive,
  replies,
  since72,
  unordered,
  unorderedPairs,
} from "./runner.ts";

conformance("pubsub: SUBSCRIBE, PUBLISH, UNSUBSCRIBE", [
  replies(3, "SUBSCRIBE a b a"),
  on("b", "PUBLISH a hello", "PUBLISH none x"),
  receive("a"),
  on("b", ["PUBLISH", "b", "\x00\r\n\xff"]),
  receive("a"),
  replies(1, "UNSUBSCRIBE a", "UNSUBSCRIBE missing"),
  on("b", "PUBLISH a gone"),
  replies(1, "UNSUBSCRIBE", "UNSUBSCRIBE"),
  on("b", "PUBLISH b gone", "PUBLISH", "PUBLISH a", "PUBLISH a b c"),
  "SUBSCRIBE\nPING",
  ["SUBSCRIBE", "\x00\xff\r\n"],
  on("b", ["PUBLISH", "\x00\xff\r\n", ""]),
  receive("a"),
  replies(0, "SUBSCRIBE"),
  receive("a"),
  replies(2, ["UNSUBSCRIBE", "x", "\x00\xff\r\n"]),
]);

conformance("pubsub: patterns", [
  replies(3, "PSUBSCRIBE n* h?llo [ab]x"),
  "SUBSCRIBE news",
  on("b", "PUBLISH news 1"),
  receive("a", 2),
  on("b", "PUBLISH hello 2", "PUBLISH heello 3"),
  receive("a"),
  on("b", "PUBLISH bx 4"),
  receive("a"),
  replies(1, "PSUBSCRIBE n*"),
  on("b", "PUBLISH nx 5"),
  receive("a"),
  replies(2, "PUNSUBSCRIBE n* missing"),
  on("b", "PUBLISH nx 6"),
  replies(1, "PUNSUBSCRIBE [ab]x"),
  replies(1, "PUNSUBSCRIBE"),
  replies(1, "PUNSUBSCRIBE"),
  on("b", "PUBLISH news 7"),
  receive("a"),
  replies(1, "UNSUBSCRIBE"),
  "PING\nPSUBSCRIBE",
  ["PSUBSCRIBE", "\xff*"],
  on("b", ["PUBLISH", "\xff\x00", "bin"]),
  receive("a"),
]);

conformance("pubsub: shard channels", [
  replies(2, "SSUBSCRIBE s1 s2"),
  on("b", "SPUBLISH s1 hello", "PUBLISH s1 not", "SPUBLISH none x", "SPUBLISH s1", "SPUBLISH"),
  receive("a"),
  replies(1, "SUBSCRIBE s1"),
  on("b", "PUBLISH s1 plain", "SPUBLISH s1 shard"),
  receive("a", 2),
  on("b", "PUBSUB SHARDNUMSUB s1 s2 none"),
  on("b", unordered("PUBSUB SHARDCHANNELS", "PUBSUB SHARDCHANNELS *1", "PUBSUB CHANNELS")),
  replies(2, "SUNSUBSCRIBE s1 none"),
  replies(1, "SUNSUBSCRIBE"),
  replies(1, "SUNSUBSCRIBE"),
  replies(1, "UNSUBSCRIBE"),
  "SSUBSCRIBE\nPING",
]);

conformance("pubsub: PUBSUB subcommands", [
  "PUBSUB CHANNELS\nPUBSUB NUMSUB\nPUBSUB NUMPAT\nPUBSUB SHARDCHANNELS\nPUBSUB SHARDNUMSUB",
  on("s", replies(3, "SUBSCRIBE one two three")),
  on("t", replies(2, "SUBSCRIBE two four"), replies(2, "PSUBSCRIBE t* f*")),
  on("s", replies(1, "PSUBSCRIBE t*")),
  unordered("PUBSUB CHANNELS", "PUBSUB CHANNELS t*", "PUBSUB CHANNELS *", "PUBSUB CHANNELS none"),
  "PUBSUB NUMSUB one two three four five two",
  unorderedPairs("PUBSUB NUMSUB"),
  `
  PUBSUB NUMPAT
  PUBSUB NUMPAT x
  PUBSUB
  PUBSUB FOO
  PUBSUB CHANNELS a b
  PUBSUB SHARDCHANNELS a b
  PUBSUB HELP
  PUBSUB HELP x
  pubsub numsub one
  PUBLISH two x
  `,
  receive("s", 2),
  receive("t", 2),
]);

conformance("pubsub: what RESP2 permits while subscribed", [
  "SUBSCRIBE ch",
  `
  GET a
  SET a b
  PUBLISH ch x
  MULTI
  HELLO 3
  CLIENT ID
  CONFIG GET port
  PING
  PING hello
  PING a b
  NOSUCH
  GET
  OBJECT HELP
  `,
  replies(1, "PSUBSCRIBE p*", "SSUBSCRIBE sh", "SUNSUBSCRIBE sh", "PUNSUBSCRIBE p*"),
  raw("GET a\r\n"),
  raw("PING inline\r\n"),
  "RESET\nGET a\nPING",
  "PSUBSCRIBE p*\nGET a",
  "SSUBSCRIBE s\nGET a",
  replies(1, "PUNSUBSCRIBE"),
  "GET a",
  replies(1, "SUNSUBSCRIBE"),
  "GET a",
  on("b", "SUBSCRIBE x", closes("QUIT")),
  "PUBLISH x nobody",
], { protocols: [2] });

conformance("pubsub: RESP3 permits everything while subscribed", [
  "SUBSCRIBE ch\nGET a\nSET a b\nPING\nPING hello",
  // Since 7.2 the message to the publisher itself follows its reply.
  replies(2, since72("PUBLISH ch x", ":1\r\n>3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$1\r\nx")),
  "MULTI\nPUBLISH ch y",
  replies(2, since72("EXEC", "*1\r\n:1\r\n>3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$1\r\ny")),
  "MULTI\nSUBSCRIBE ch2\nUNSUBSCRIBE ch2\nPING",
  // The confirmations stand inside the array.
  "EXEC",
  "PSUBSCRIBE c*",
  replies(
    3,
    since72(
      "PUBLISH ch z",
      ":2\r\n>3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$1\r\nz\r\n" +
        ">4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$2\r\nch\r\n$1\r\nz",
    ),
  ),
  "HELLO 2 SETNAME\nRESET\nGET a",
], { protocols: [3] });

conformance("pubsub: counts over channels and patterns", [
  replies(2, "SUBSCRIBE a b"),
  replies(2, "PSUBSCRIBE c d"),
  replies(2, "SSUBSCRIBE e f"),
  replies(
    1,
    "UNSUBSCRIBE a",
    "PUNSUBSCRIBE c",
    "SUNSUBSCRIBE e",
    "UNSUBSCRIBE b",
    "PUNSUBSCRIBE d",
    "SUNSUBSCRIBE f",
  ),
  "PING",
]);

conformance("pubsub: a subscriber that leaves is no longer counted", [
  on("s", replies(2, "SUBSCRIBE x y"), closes("QUIT")),
  "PUBSUB CHANNELS\nPUBSUB NUMSUB x y\nPUBLISH x 1",
]);
