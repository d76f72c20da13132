/** Helpers for tests of the decoder. */
import { Decoder, type DecoderLimits } from "../../src/resp/decoder.ts";
import { Frame } from "../../src/resp/frame.ts";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import type { Random } from "../../src/util/random.ts";

/** What a decoder made of its input: the commands as byte strings, and its error. */
export interface Decoded {
  commands: string[][];
  error: string | null;
}

/** A decoder with Redis's default limits, or others. */
export function newDecoder(limits: DecoderLimits = { maxBulkSize: 512 * 1024 * 1024 }): Decoder {
  return new Decoder(limits);
}

/** The arguments of a frame as byte strings. */
export function argumentsOf(frame: Frame): string[] {
  return Array.from(
    { length: frame.length },
    (_, i) => fromBytes(frame.buffer, frame.starts[i], frame.ends[i]),
  );
}

/** Takes all complete commands out of the decoder. */
export function drain(decoder: Decoder, frame: Frame, into: string[][]): void {
  while (decoder.next(frame)) into.push(argumentsOf(frame));
}

/** Decodes chunks that come one after the other. */
export function decodeChunks(chunks: Iterable<Uint8Array>, decoder: Decoder = newDecoder()): Decoded {
  const frame = new Frame();
  const commands: string[][] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    drain(decoder, frame, commands);
  }
  return { commands, error: decoder.error };
}

/** Decodes a byte string that comes at one go. */
export function decodeText(text: string, decoder?: Decoder): Decoded {
  return decodeChunks([toBytes(text)], decoder);
}

/** A command as clients send it. */
export function encode(...args: string[]): string {
  return `*${args.length}\r\n` + args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("");
}

/** A string of random bytes. */
export function randomBytes(random: Random, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += String.fromCharCode(random.below(256));
  return text;
}
