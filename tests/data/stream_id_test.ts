import { assertEquals } from "@std/assert";
import { LONGEST_ID, StreamId } from "../../src/data/stream_id.ts";
import { fromBytes } from "../../src/util/byte_string.ts";
import { Random } from "../conformance/random.ts";

const LIMIT = 2n ** 128n;

function idOf(value: bigint): StreamId {
  const id = new StreamId();
  id.setMilliseconds(value >> 64n);
  id.setSequence(BigInt.asUintN(64, value));
  return id;
}

function valueOf(id: StreamId): bigint {
  let value = 0n;
  for (let i = 0; i < 16; i++) value = (value << 8n) | BigInt(id.byteAt(i));
  return value;
}

/** Values around the borders of the four parts. */
function* values(): Iterable<bigint> {
  const random = new Random(1);
  for (const shift of [0n, 21n, 31n, 32n, 53n, 63n, 64n, 85n, 96n, 117n, 127n, 128n]) {
    for (const offset of [-2n, -1n, 0n, 1n, 2n]) yield BigInt.asUintN(128, (1n << shift) + offset);
  }
  for (let i = 0; i < 300; i++) {
    let value = 0n;
    for (let part = 0; part < 4; part++) value = (value << 32n) | BigInt(random.below(2 ** 32));
    yield value >> BigInt(random.below(128));
  }
}

Deno.test("stream ID: text, bytes and steps are those of a number of 128 bits", () => {
  const buffer = new Uint8Array(LONGEST_ID);
  for (const value of values()) {
    const id = idOf(value);
    const text = `${value >> 64n}-${BigInt.asUintN(64, value)}`;
    assertEquals(valueOf(id), value);
    assertEquals(id.toString(), text);
    assertEquals(fromBytes(buffer, 0, id.write(buffer, 0)), text);
    assertEquals(id.increment(), value + 1n < LIMIT);
    assertEquals(valueOf(id), BigInt.asUintN(128, value + 1n));
    id.copy(idOf(value));
    assertEquals(id.decrement(), value > 0n);
    assertEquals(valueOf(id), BigInt.asUintN(128, value - 1n));
    assertEquals(idOf(value).isZero, value === 0n);
    assertEquals(idOf(value).isGreatest, value === LIMIT - 1n);
  }
});

Deno.test("stream ID: order is that of the numbers", () => {
  const sample = [...values()].slice(0, 120);
  for (const a of sample) {
    for (const b of sample) {
      const order = a < b ? -1 : a > b ? 1 : 0;
      assertEquals(Math.sign(idOf(a).compare(idOf(b))), order);
    }
  }
});

Deno.test("stream ID: time in milliseconds", () => {
  const id = new StreamId();
  for (const time of [0, 1, 2 ** 32 - 1, 2 ** 32, 1_700_000_000_123, Number.MAX_SAFE_INTEGER]) {
    id.setTime(time);
    assertEquals(id.toString(), `${time}-0`);
  }
});
