/** FUNCTION on a server without libraries: what there is of it without running any. */
import { dumpLibraries } from "../../src/persistence/rdb/payload.ts";
import { payload } from "../persistence/rdb/legacy_bytes.ts";
import { conformance } from "./runner.ts";

const NOTHING = dumpLibraries([]);

conformance("function: a server without libraries", [
  "FUNCTION LIST",
  "FUNCTION LIST WITHCODE",
  "FUNCTION LIST libraryname a* withcode",
  "FUNCTION LIST LIBRARYNAME",
  "FUNCTION LIST WITHCODE WITHCODE",
  "FUNCTION LIST LIBRARYNAME a LIBRARYNAME b",
  "FUNCTION LIST x",
  "FUNCTION DUMP",
  "FUNCTION DUMP x",
  "FUNCTION",
]);

conformance("function: restoring a payload without libraries", [
  ["FUNCTION", "RESTORE", NOTHING],
  ["FUNCTION", "RESTORE", NOTHING, "APPEND"],
  ["FUNCTION", "RESTORE", NOTHING, "replace"],
  ["FUNCTION", "RESTORE", NOTHING, "FLUSH"],
  ["FUNCTION", "RESTORE", NOTHING, "BAD"],
  ["FUNCTION", "RESTORE", NOTHING, "FLUSH", "x"],
  ["FUNCTION", "RESTORE", "short"],
  ["FUNCTION", "RESTORE", NOTHING.toReversed()],
  ["FUNCTION", "RESTORE", payload(0, "\x05hello")],
  "FUNCTION RESTORE",
  "FUNCTION LIST",
]);
