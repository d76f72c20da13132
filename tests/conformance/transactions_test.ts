import { conformance, masked, on, pause, raw, receive, replies } from "./runner.ts";

conformance("transactions: MULTI, EXEC, DISCARD", [
  `
  MULTI
  SET a 1
  INCR a
  GET a
  GET missing
  PING
  PING x
  EXEC
  GET a
  MULTI
  EXEC
  MULTI
  SET a 5
  DISCARD
  GET a
  EXEC
  DISCARD
  MULTI
  MULTI
  INCR a
  EXEC
  MULTI x
  EXEC x
  DISCARD x
  MULTI
  EXEC x
  EXEC
  MULTI
  DISCARD x
  EXEC
  EXEC
  `,
]);

conformance("transactions: an error while queueing aborts, one while running doesn't", [
  `
  SET s text
  MULTI
  SET a 1
  NOSUCHCOMMAND x y
  SET b 2
  EXEC
  EXISTS a b
  MULTI
  SET a
  EXEC
  MULTI
  GET
  DISCARD
  MULTI
  INCR s
  SET a 1
  SET a 2 FOO
  EXPIRE a abc
  CONFIG GET
  EXEC
  MULTI
  OBJECT FOO
  EXEC
  MULTI
  CLIENT NOSUCH
  PING
  EXEC
  MULTI
  WATCH a
  PING
  EXEC
  MULTI
  MULTI
  PING
  EXEC
  GET a
  `,
]);

conformance("transactions: WATCH and changes by another connection", [
  `
  SET a 1
  WATCH a
  MULTI
  INCR a
  EXEC
  WATCH a b
  `,
  on("b", "SET b 1"),
  "MULTI\nPING\nEXEC",
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "GET a", "TTL a", "SET a 2 NX"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "SET a 1"),
  "UNWATCH",
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "SET a 1"),
  "MULTI\nDISCARD\nMULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "DEL a"),
  "MULTI\nPING\nEXEC",
  "WATCH missing",
  on("b", "DEL missing", "EXPIRE missing 10", "SET missing 1 XX"),
  "MULTI\nPING\nEXEC",
  "WATCH missing",
  on("b", "SET missing 1", "DEL missing"),
  "MULTI\nPING\nEXEC",
  "SET a 1\nWATCH a",
  on("b", "EXPIRE a 100"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "PERSIST a"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "APPEND a x", "SETRANGE a 0 y"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", 'APPEND missing2 ""', "TOUCH a"),
  "MULTI\nPING\nEXEC",
  "WATCH a\nSET a mine\nMULTI\nPING\nEXEC",
  "WATCH a a a\nMULTI\nPING\nEXEC",
  "WATCH\nUNWATCH x\nUNWATCH",
  "MULTI\nUNWATCH\nEXEC",
]);

conformance("transactions: WATCH and renames, copies, moves", [
  "MSET a 1 b 2\nWATCH b",
  on("b", "RENAME a b"),
  "MULTI\nPING\nEXEC",
  "MSET a 1 b 2\nWATCH a",
  on("b", "RENAME a c"),
  "MULTI\nPING\nEXEC",
  "MSET a 1 b 2\nWATCH b",
  on("b", "COPY a b"),
  "MULTI\nPING\nEXEC",
  "WATCH b",
  on("b", "COPY a b REPLACE"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "MOVE a 1"),
  "MULTI\nPING\nEXEC",
  "SET a 1\nWATCH a",
  on("b", "SELECT 2", "SET a other", "SELECT 0"),
  "MULTI\nPING\nEXEC",
  "SELECT 3\nWATCH a\nSELECT 0",
  on("b", "SELECT 3", "SET a 1", "SELECT 0"),
  "MULTI\nPING\nEXEC",
]);

conformance("transactions: WATCH and FLUSHALL, FLUSHDB, SWAPDB", [
  "SET a 1\nWATCH a",
  on("b", "FLUSHALL"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "FLUSHALL"),
  "MULTI\nPING\nEXEC",
  "SET a 1\nWATCH a",
  on("b", "FLUSHDB"),
  "MULTI\nPING\nEXEC",
  "SET a 1\nWATCH a",
  on("b", "SELECT 1", "FLUSHDB", "SELECT 0"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "SWAPDB 0 1"),
  "MULTI\nPING\nEXEC",
  "WATCH nowhere",
  on("b", "SWAPDB 0 1"),
  "MULTI\nPING\nEXEC",
  "WATCH a",
  on("b", "SWAPDB 2 3"),
  "MULTI\nPING\nEXEC",
]);

conformance("transactions: WATCH and expiry", [
  // In one piece, so that the key is there when it is watched.
  raw("SET a 1 PX 20\r\nWATCH a\r\n", 2),
  pause(60),
  "MULTI\nPING\nEXEC",
  "SET a 1 PX 20",
  pause(60),
  "WATCH a\nMULTI\nPING\nEXEC",
  "SET a 1 PX 20",
  pause(60),
  "WATCH a",
  on("b", "GET a", "DEL a"),
  "MULTI\nPING\nEXEC",
]);

conformance("transactions: what may be queued, and state after EXEC", [
  `
  MULTI
  SELECT 1
  SET k 1
  SELECT 0
  EXEC
  EXISTS k
  SELECT 1
  EXISTS k
  MULTI
  CLIENT SETNAME x
  CLIENT GETNAME
  EXEC
  CLIENT GETNAME
  MULTI
  CONFIG SET maxmemory-samples 6
  CONFIG GET maxmemory-samples
  CONFIG SET maxmemory-samples 5
  EXEC
  MULTI
  FLUSHALL
  DBSIZE
  EXEC
  MULTI
  RESET
  EXEC
  MULTI
  ECHO hi
  COMMAND COUNT x
  KEYS *
  EXEC
  `,
]);

conformance("transactions: QUIT and RESET inside", [
  "MULTI\nSET a 1\nRESET\nEXEC\nEXISTS a",
  "WATCH a\nRESET",
  on("b", "SET a 2"),
  "MULTI\nPING\nEXEC",
]);

conformance("transactions: publishing and subscribing inside", [
  on("b", "SUBSCRIBE ch"),
  "MULTI\nPUBLISH ch one\nPUBLISH nobody x\nSPUBLISH sh y\nEXEC",
  receive("b"),
  "MULTI\nSUBSCRIBE ch2\nPING",
  replies(1, "EXEC"),
], { protocols: [2] });

conformance("transactions: HELLO inside", [
  "MULTI",
  "HELLO 9",
  masked(/:\d+\r|\d+\.\d+\.\d+/, "EXEC"),
]);

conformance("transactions: large ones, binary arguments", [
  "MULTI",
  ...Array.from({ length: 300 }, (_, i) => ["SET", `k${i}\x00\xff`, "\r\n\x80".repeat(i)]),
  "EXEC\nDBSIZE",
  ["GET", "k299\x00\xff"],
]);

conformance("transactions: blocking commands don't block", [
  "MULTI\nBLPOP list 0\nRPUSH list a b\nBLPOP list 0\nBRPOP list 1\nEXEC",
], { needs: ["list"] });
