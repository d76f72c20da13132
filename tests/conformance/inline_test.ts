import { closes, conformance, on, raw } from "./runner.ts";

conformance("inline: words, quotes and escapes", [
  raw("PING\r\n"),
  raw("PING\n"),
  raw("ping hello\r\n"),
  raw('SET name "Alice"\r\n'),
  raw("GET name\r\n"),
  raw("DEL name\r\n"),
  raw("\r\n\r\n\n   \r\nPING\r\n"),
  raw("  ECHO \t  spaced  \r\n"),
  raw('ECHO ""\r\n'),
  raw("ECHO ''\r\n"),
  raw('ECHO "a b\\n\\r\\t\\b\\a\\x00\\xff\\\\\\"\\q"\r\n'),
  raw("ECHO 'a \\n \\' b'\r\n"),
  raw('ECHO "\\x4"\r\n'),
  raw('ECHO "\\xZZ"\r\n'),
  raw('ECHO a"b c"\r\n'),
  raw("ECHO a'b c'\r\n"),
  raw("ECHO a\\nb\r\n"),
  raw("ECHO \xff\x80\r\n"),
  // A NUL hides the end of the line.
  on("n", raw("ECHO a\x00b\r\n", 0)),
  raw("ECHO a\rb\r\n"),
  raw("ECHO \x0b\x0cx\r\n"),
  raw("NOSUCH 'x y'\r\n"),
  raw("GET\r\n"),
  raw('""\r\n'),
  raw("PING\r\nPING two\nPING three\r\n", 3),
  raw("ECHO 1\r\n*2\r\n$4\r\nECHO\r\n$1\r\n2\r\nECHO 3\r\n", 3),
  raw("PI", 0),
  raw("NG\r", 0),
  raw("\nECHO x\r\n", 2),
  raw("ECHO " + "y".repeat(60_000) + "\r\n"),
  raw("MULTI\r\nSET a 1\r\nGET a\r\nEXEC\r\n", 4),
]);

conformance("inline: unbalanced quotes end the connection", [
  on("b", closes(raw('SET a "b\r\n'))),
  on("c", closes(raw("SET a 'b\r\n"))),
  on("d", closes(raw('SET a "b"c\r\n'))),
  on("e", closes(raw("SET a 'b'c\r\n"))),
  on("f", closes(raw('PING\r\nSET a "b\\"\r\nPING\r\n'))),
  on("g", closes(raw('SET a "\r\n'))),
  "PING",
]);

conformance("inline: a line without an end", [
  on("b", closes(raw("x".repeat(65_537)))),
  on("c", closes(raw("PING " + "x".repeat(70_000)))),
  "PING",
]);

conformance("inline: QUIT and what follows it", [
  closes(raw("PING\r\nQUIT\r\nPING\r\n")),
  on("b", closes(raw("quit\n"))),
]);
