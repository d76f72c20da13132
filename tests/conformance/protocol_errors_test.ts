import { encodeCommand } from "../support/bytes.ts";
import { closes, conformance, on, raw, type StepList } from "./runner.ts";

/** Each of these, on a connection of its own, has to end it; a PING before shows that its reply still arrives. */
function fatal(inputs: readonly string[]): StepList[] {
  return inputs.map((bytes, i) => on(`c${i}`, closes(raw(`PING\r\n${bytes}`))));
}

conformance("protocol errors: multibulk length", [
  ...fatal([
    "*abc\r\n",
    "*1x\r\n",
    "* 1\r\n",
    "*1 \r\n",
    "*+1\r\n",
    "*01\r\n",
    "*1.5\r\n",
    "*\r\n",
    "*2147483648\r\n",
    "*9223372036854775807\r\n",
    "*9223372036854775808\r\n",
    "*99999999999999999999999\r\n",
    "*-9223372036854775809\r\n",
    "*" + "1".repeat(65_600),
  ]),
  "PING",
]);

conformance("protocol errors: unusual, but waited for", [
  // The limit of arguments is 1,048,576 here, as in Redis up to 6.2; Redis 7 raised it to 2^31 − 1.
  on("c", raw("*1048576\r\n", 0)),
  on("d", raw("*1\r\n$536870912\r\n", 0)),
  // A NUL hides the end of the line.
  on("e", raw("*1\r\n\x00\r\n", 0)),
  "PING",
]);

conformance("protocol errors: empty commands are passed over", [
  raw("*0\r\nPING\r\n"),
  raw("*-1\r\nPING\r\n"),
  raw("*-10\r\n*-9223372036854775808\r\nPING\r\n"),
  raw("*0\r\n*0\r\n*1\r\n$4\r\nPING\r\n"),
]);

conformance("protocol errors: bulk length", [
  ...fatal([
    "*1\r\nPING\r\n",
    "*1\r\n+4\r\nPING\r\n",
    "*1\r\n:4\r\n",
    "*1\r\n\r\n",
    "*1\r\n\xff\r\n",
    "*2\r\n$3\r\nGET\r\n*1\r\n",
    "*1\r\n$\r\n",
    "*1\r\n$abc\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n$ 4\r\n",
    "*1\r\n$04\r\n",
    "*1\r\n$4x\r\n",
    "*1\r\n$+4\r\n",
    "*1\r\n$536870913\r\n",
    "*1\r\n$9223372036854775807\r\n",
    "*1\r\n$9223372036854775808\r\n",
    "*1\r\n$" + "1".repeat(65_600),
  ]),
  "PING",
]);

conformance("protocol errors: bytes after an argument aren't checked", [
  raw("*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n", 2),
  raw("*2\r\n$4\r\nECHO\n\n$2\r\nab\x00\x00PING\r\n", 2),
]);

conformance("protocol errors: after one, what follows is ignored", [
  closes(raw("*1\r\n$4\r\nPING\r\n*1\r\n$x\r\n*1\r\n$4\r\nPING\r\n")),
  on("b", "SET a 1"),
  on("c", closes(raw("*3\r\n$3\r\nSET\r\n$1\r\na\r\nx\r\n"))),
  on("b", "GET a"),
]);

conformance("protocol errors: limits before authentication", [
  on("admin", "CONFIG SET requirepass secret"),
  "RESET",
  raw(encodeCommand(["GET", ..."123456789"])),
  raw(encodeCommand(["GET", "x".repeat(16_384)])),
  on("b", closes(raw("*11\r\n"))),
  on("c", closes(raw("*2\r\n$3\r\nGET\r\n$16385\r\n"))),
  on("admin", 'CONFIG SET requirepass ""'),
], { protocols: [2] });

conformance("protocol errors: proto-max-bulk-len", [
  "CONFIG SET proto-max-bulk-len 2mb",
  on("b", closes(raw("*2\r\n$4\r\nECHO\r\n$2097153\r\n"))),
  ["ECHO", "x".repeat(2_097_152)],
  "SETRANGE a 2097152 x\nSETRANGE a 2097151 x\nAPPEND a x\nSTRLEN a",
  "CONFIG SET proto-max-bulk-len 1mb\nCONFIG SET proto-max-bulk-len 1",
  "CONFIG SET proto-max-bulk-len 512mb",
]);

conformance("protocol errors: commands in pieces", [
  ...[..."*2\r\n$4\r\nECHO\r\n$3\r\na\r\n"].map((char) => raw(char, 0)),
  raw("\r\n"),
  raw("*1\r\n$4\r\nPI", 0),
  raw("NG\r\n*1\r\n$4\r\nPING\r", 1),
  raw("\n"),
]);

conformance("protocol errors: deep pipelines and many arguments", [
  raw("PING\r\n".repeat(3000), 3000),
  raw("*1\r\n$4\r\nPING\r\n".repeat(3000), 3000),
  raw(encodeCommand(["DEL", ...Array.from({ length: 20_000 }, (_, i) => i)])),
  raw(encodeCommand(["ECHO", "\r\n".repeat(500_000)])),
]);
