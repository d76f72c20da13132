/** Byte strings handed to data structures as the arguments of a command are. */
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { toBytes } from "../../src/util/byte_string.ts";

/** The text's bytes somewhere in a buffer, with other bytes around. */
export function piece(text: string): [ByteBuffer, number, number] {
  return [new ByteBuffer(toBytes(`\x01\x02\x03${text}\xff`)), 3, 3 + text.length];
}
