import { assertEquals } from "@std/assert";
import { Args } from "../../../src/command/args.ts";
import { CommandRegistry } from "../../../src/command/registry.ts";
import { commandTable } from "../../../src/commands/mod.ts";
import { LogReader } from "../../../src/persistence/aof/log_reader.ts";
import { Replayer } from "../../../src/persistence/aof/replayer.ts";
import { bytesOf } from "../../support/bytes.ts";
import { emptySession, logOf } from "./load_log.ts";

/** A reader over text that comes in pieces of this size. */
function readerOf(text: string, piece: number): LogReader {
  const bytes = bytesOf(text);
  let position = 0;
  const input = {
    readSync(target: Uint8Array) {
      const part = bytes.subarray(position, position + Math.min(piece, target.length));
      target.set(part);
      position += part.length;
      return part.length === 0 ? null : part.length;
    },
  };
  return new LogReader(input, 0, bytes.length, 1000);
}

Deno.test("log reader: commands are the same whatever the pieces that they come in", () => {
  const commands = ["SET a 1", "RPUSH list x y z", 'SET "\x00\r\n" ""', "EXEC"];
  const log = `#TS:1\r\n${logOf(commands)}#\r\n`;
  for (let piece = 1; piece < log.length; piece++) {
    const reader = readerOf(log, piece);
    const args = new Args();
    const words: string[][] = [];
    while (reader.next(args)) words.push(args.texts());
    assertEquals(words, [["SET", "a", "1"], ["RPUSH", "list", "x", "y", "z"], ["SET", "\0\r\n", ""], [
      "EXEC",
    ]]);
    assertEquals([reader.offset, reader.left], [log.length, 0]);
  }
});

Deno.test("log reader: it goes back to a mark, however far on it was", () => {
  const commands = Array.from({ length: 500 }, (_, i) => `SET key:${i} ${"v".repeat(i)}`);
  const reader = readerOf(logOf(commands), 700);
  const args = new Args();
  for (let i = 0; i < 10; i++) reader.next(args);
  const { offset } = reader;
  reader.mark();
  while (reader.next(args));
  reader.rewind();
  assertEquals(reader.offset, offset);
  for (let i = 10; i < 500; i++) {
    assertEquals(reader.next(args), true);
    assertEquals(args.text(1), `key:${i}`);
  }
  assertEquals([reader.next(args), reader.left], [false, 0]);
});

Deno.test("replayer: commands keep their own names beside rename-command", () => {
  const session = emptySession();
  const replayer = new Replayer({
    keyspace: session.keyspace,
    registry: new CommandRegistry(commandTable, new Map([["set", "store"], ["del", ""]])),
    services: session.context.services,
    onLibrary: () => {},
  });
  const reader = readerOf(logOf(["STORE a 1", "SET b 1"]), 1000);
  const args = new Args();
  replayer.begin("x");
  while (reader.next(args)) replayer.execute(args, 0);
  assertEquals(session.run("MGET a b"), ["1", "1"]);
});
