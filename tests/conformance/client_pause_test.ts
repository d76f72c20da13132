import { conformance, held, on, pause, raw, receive, replies } from "./runner.ts";

conformance("CLIENT PAUSE: writes wait, reads go on, order is kept", [
  "SET a 0",
  "CLIENT PAUSE 100000 WRITE",
  on("w1", replies(0, "INCR a", "INCR a", "GET a", "PING")),
  held(1),
  on("w2", replies(0, "APPEND a 9", "GET a")),
  held(2),
  on("r", "GET a", "PING", "EXISTS a", "WATCH a", "SUBSCRIBE x"),
  on("p", replies(0, "PUBLISH x hello")),
  held(3),
  "GET a\nCLIENT UNPAUSE",
  receive("w1", 4),
  receive("w2", 2),
  receive("p"),
  receive("r"),
  "GET a",
]);

conformance("CLIENT PAUSE: transactions with writes wait", [
  "SET a 0",
  on("before", "MULTI", "INCR a"),
  on("reader", "MULTI", "GET a"),
  "CLIENT PAUSE 100000 WRITE",
  on("before", replies(0, "EXEC")),
  held(1),
  on("reader", "EXEC"),
  on("queueing", "MULTI", "GET a", replies(0, "INCR a", "EXEC")),
  held(2),
  "GET a\nCLIENT UNPAUSE",
  receive("before"),
  receive("queueing", 2),
  "GET a",
]);

conformance("CLIENT PAUSE: all commands wait for the time", [
  "CLIENT PAUSE 60",
  replies(1, "PING"),
  "CLIENT PAUSE 60 ALL",
  on("b", replies(0, "GET a", "SET a 1")),
  on("c", replies(0, "PING")),
  receive("b", 2),
  receive("c"),
]);

conformance("CLIENT PAUSE: neither shortened nor loosened by a second one", [
  "SET a 1",
  on("w", "PING"),
  "CLIENT PAUSE 100000 WRITE\nCLIENT PAUSE 10 WRITE",
  pause(40),
  on("w", replies(0, "INCR a")),
  held(1),
  "GET a\nCLIENT UNPAUSE",
  receive("w"),
  "CLIENT PAUSE 80 ALL",
  on("r", replies(0, "GET a")),
  receive("r"),
]);

conformance("CLIENT PAUSE: keys expire, but are not deleted", [
  // In one piece, so that the key is not deleted before the pause.
  raw("SET gone 1 PX 20\r\nCLIENT PAUSE 100000 WRITE\r\n", 2),
  pause(300),
  "GET gone\nEXISTS gone\nTTL gone\nDBSIZE\nCLIENT UNPAUSE\nGET gone\nDBSIZE",
]);

conformance("CLIENT PAUSE: what is shown, and clients that leave", [
  "CLIENT PAUSE 100000 WRITE",
  on("w", "CLIENT SETNAME waiting", replies(0, "SET a 1")),
  held(1),
  "CLIENT UNBLOCK 1\nCLIENT KILL TYPE normal SKIPME yes",
  on("w2", replies(0, "SET a 2")),
  "CLIENT UNPAUSE",
  receive("w2"),
  "GET a",
], { protocols: [2] });
