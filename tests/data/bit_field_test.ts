import { assertEquals } from "@std/assert";
import { BitFields, type FieldOperation, type Overflow } from "../../src/data/bit_field.ts";
import { Random } from "../../src/util/random.ts";

/** A field's value, read bit by bit. */
function naiveGet(bytes: Uint8Array, { signed, bits, offset }: FieldOperation): bigint {
  let value = 0n;
  for (let bit = offset; bit < offset + bits; bit++) {
    const byte = bytes[bit >> 3] ?? 0;
    value = value << 1n | BigInt((byte >> (7 - bit % 8)) & 1);
  }
  return signed ? BigInt.asIntN(bits, value) : value;
}

function naivePut(bytes: Uint8Array, { bits, offset }: FieldOperation, value: bigint): void {
  for (let i = 0; i < bits; i++) {
    const bit = offset + bits - 1 - i;
    const mask = 1 << (7 - bit % 8);
    if ((value >> BigInt(i)) & 1n) bytes[bit >> 3] |= mask;
    else bytes[bit >> 3] &= ~mask;
  }
}

/** The rules without their special cases: values are near the range. */
function naiveChange(bytes: Uint8Array, operation: FieldOperation): bigint | null {
  const { kind, signed, bits, overflow, value } = operation;
  const old = naiveGet(bytes, operation);
  const exact = kind === "set" ? BigInt(value) : old + BigInt(value);
  const lowest = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const highest = lowest + (1n << BigInt(bits)) - 1n;
  const isInRange = exact >= lowest && exact <= highest;
  if (!isInRange && overflow === "fail") return null;
  const isAbove = exact > highest || (kind === "set" && !signed);
  const stored = isInRange || overflow === "wrap" ? exact : isAbove ? highest : lowest;
  naivePut(bytes, operation, stored);
  return kind === "set" ? old : naiveGet(bytes, operation);
}

/** Integers of all magnitudes up to 2^62, as BITFIELD has them: numbers as long as they are safe. */
function randomValue(random: Random): number | bigint {
  const magnitude = BigInt(random.below(2 ** 31)) << BigInt(random.below(32));
  const value = (random.below(2) ? magnitude : -magnitude) + BigInt(random.below(3) - 1);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

Deno.test("fields of any width are read and changed as bit by bit", () => {
  const random = new Random(21);
  const buffer = new Uint8Array(48);
  const model = new Uint8Array(40);
  for (let step = 0; step < 40_000; step++) {
    const signed = random.below(2) === 0;
    const bits = 1 + random.below(signed ? 64 : 63);
    const operation: FieldOperation = {
      kind: (["get", "set", "increment"] as const)[random.below(3)],
      signed,
      bits,
      offset: random.below(320 - bits + 1),
      overflow: (["wrap", "saturate", "fail"] satisfies Overflow[])[random.below(3)],
      value: randomValue(random),
    };
    const fields = new BitFields(buffer, 5, 45);
    const before = naiveGet(model, operation);
    const label = `${step}: ${
      JSON.stringify(operation, (_, value) => typeof value === "bigint" ? `${value}n` : value)
    }`;
    const result = operation.kind === "get" ? fields.get(operation) : fields.change(operation);
    const expected = operation.kind === "get" ? before : naiveChange(model, operation);
    assertEquals(result === null ? null : BigInt(result), expected, label);
    assertEquals(buffer.subarray(5, 45), model, label);
    assertEquals(fields.changes, naiveGet(model, operation) === before ? 0 : 1, label);
  }
  assertEquals([...buffer.subarray(0, 5), ...buffer.subarray(45)], [0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("what lies behind the end is read as zeros", () => {
  const fields = new BitFields(new Uint8Array(8).fill(0xff), 2, 4);
  const field = (offset: number, bits: number, signed = false): FieldOperation => (
    { kind: "get", signed, bits, offset, overflow: "wrap", value: 0 }
  );
  assertEquals(fields.get(field(8, 16)), 0xff00);
  assertEquals(fields.get(field(12, 8)), 0xf0);
  assertEquals(fields.get(field(16, 8)), 0);
  assertEquals(fields.get(field(0, 64, true)), BigInt.asIntN(64, 0xffff000000000000n));
  assertEquals(fields.get(field(2 ** 32, 8)), 0);
});

Deno.test("a number that is set far below a signed field's range counts as above it, as in Redis", () => {
  const set = (value: bigint): number | bigint => {
    const fields = new BitFields(new Uint8Array(1), 0, 1);
    const operation: FieldOperation = {
      kind: "set",
      signed: true,
      bits: 8,
      offset: 0,
      overflow: "saturate",
      value,
    };
    fields.change(operation);
    return fields.get(operation);
  };
  assertEquals(set(-(2n ** 63n)), 127);
  assertEquals(set(-(2n ** 63n) + 127n), 127);
  assertEquals(set(-(2n ** 63n) + 128n), -128);
});
