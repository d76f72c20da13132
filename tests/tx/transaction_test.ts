import { assertEquals } from "@std/assert";
import { Args } from "../../src/command/args.ts";
import { DENYOOM, READONLY, WRITE } from "../../src/command/flags.ts";
import { CommandRecord } from "../../src/command/registry.ts";
import { Decoder } from "../../src/resp/decoder.ts";
import { Transaction } from "../../src/tx/mod.ts";
import { bytesOf, encodeCommand, textOf, type Word } from "../support/bytes.ts";

function record(name: string, flags: number): CommandRecord {
  return new CommandRecord({ name, group: "string", since: "1.0.0", summary: "", arity: -1, flags });
}

/** Arguments as they lie in a receive buffer, behind other bytes. */
function received(words: readonly Word[]): Args {
  const decoder = new Decoder({ maxBulkSize: 1 << 29 });
  decoder.push(bytesOf(encodeCommand(["PING"]) + encodeCommand(words)));
  const args = new Args();
  decoder.next(args);
  decoder.next(args);
  return args;
}

Deno.test("Transaction: commands come out as they went in", () => {
  const get = record("GET", READONLY);
  const set = record("SET", WRITE | DENYOOM);
  const transaction = new Transaction();
  const commands = Array.from(
    { length: 200 },
    (_, i) => ["SET", `key\x00${i}`, "\r\n\xff".repeat(i * 7), ..."abc"],
  );
  transaction.add(get, received(["GET", "first"]));
  assertEquals(transaction.flags, READONLY);
  for (const words of commands) transaction.add(set, received(words));
  assertEquals(transaction.length, 201);
  assertEquals(transaction.flags, READONLY | WRITE | DENYOOM);
  const args = new Args();
  assertEquals(transaction.load(0, args), get);
  assertEquals(args.texts(), ["GET", "first"]);
  for (const [i, words] of commands.entries()) {
    assertEquals(transaction.load(i + 1, args), set);
    assertEquals(args.texts(), words);
    assertEquals(textOf(args.copyFrame()), encodeCommand(words));
  }
});

Deno.test("Transaction: a command with very many arguments", () => {
  const words = Array.from({ length: 100_000 }, (_, i) => String(i));
  const transaction = new Transaction();
  transaction.add(record("DEL", WRITE), received(words));
  const args = new Args();
  transaction.load(0, args);
  assertEquals(args.texts(), words);
});

Deno.test("Transaction: arguments are counted as Redis counts them", () => {
  const transaction = new Transaction();
  transaction.add(record("SET", WRITE), received(["SET", "k", "value"]));
  assertEquals(transaction.argumentBytes, 3 + 1 + 5 + 3 * 8);
});
