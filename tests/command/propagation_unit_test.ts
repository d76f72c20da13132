import { assertEquals } from "@std/assert";
import { NO_DATABASE, PropagationUnit } from "../../src/command/propagation_unit.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { bytesOf, encodeCommand, textOf } from "../support/bytes.ts";

/** What arrives when these commands are propagated as a unit. */
function through(commands: readonly (readonly [number, string])[]): [number, string][] {
  const arrived: [number, string][] = [];
  const unit = new PropagationUnit({
    propagate: (database, { buffer, frameStart, frameEnd }) =>
      arrived.push([database, textOf(buffer.subarray(frameStart, frameEnd))]),
  });
  const shared = new ByteBuffer(100);
  for (const [database, name] of commands) {
    const frame = bytesOf(encodeCommand([name]));
    shared.buffer.set(frame, 7);
    const { buffer, view } = shared;
    unit.propagate(database, { buffer, view, frameStart: 7, frameEnd: 7 + frame.length });
    buffer.fill(0);
  }
  unit.end();
  return arrived;
}

Deno.test("PropagationUnit: nothing for nothing", () => {
  assertEquals(through([]), []);
});

Deno.test("PropagationUnit: a single command goes alone", () => {
  assertEquals(through([[3, "ONE"]]), [[3, encodeCommand(["ONE"])]]);
});

Deno.test("PropagationUnit: several stand between MULTI and EXEC", () => {
  assertEquals(through([[0, "ONE"], [1, "TWO"], [0, "THREE"]]), [
    [NO_DATABASE, encodeCommand(["MULTI"])],
    [0, encodeCommand(["ONE"])],
    [1, encodeCommand(["TWO"])],
    [0, encodeCommand(["THREE"])],
    [NO_DATABASE, encodeCommand(["EXEC"])],
  ]);
});
