import { assertEquals } from "@std/assert";
import { Args } from "../../src/command/args.ts";
import { Decoder } from "../../src/resp/decoder.ts";

function argsOf(text: string): Args {
  const decoder = new Decoder({ maxBulkSize: 1 << 20 });
  decoder.push(new TextEncoder().encode(text));
  const args = new Args();
  decoder.next(args);
  return args;
}

Deno.test("args: beginnings for messages, however long the arguments are", () => {
  const args = argsOf(`*3\r\n$3\r\nFOO\r\n$0\r\n\r\n$300\r\n${"x".repeat(300)}\r\n`);
  assertEquals(args.beginning(2, 5), "xxxxx");
  assertEquals([...args.beginnings(5)], ["FOO", "", "xxxxx"]);
});

Deno.test("args: forget lets go of the bytes", () => {
  const args = argsOf("*1\r\n$4\r\nPING\r\n");
  args.forget();
  assertEquals([args.length, args.buffer.length, args.view.byteLength], [0, 0, 0]);
});
