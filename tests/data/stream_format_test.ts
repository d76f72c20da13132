/** Nodes are byte for byte those of Redis: compared with what DUMP of a real server gives. */
import { assertEquals } from "@std/assert";
import type { Stream } from "../../src/data/stream.ts";
import { streamCommands } from "../../src/commands/stream/mod.ts";
import { InProcess } from "../commands/in_process.ts";
import { Random } from "../conformance/random.ts";
import { referenceAvailable, startRedis } from "../harness.ts";
import { bytesOf } from "../support/bytes.ts";

const STREAM_LISTPACKS_2 = 19;

/** The nodes of a dumped stream: ID and listpack. Lengths are RDB's; with compression off, all is in plain text. */
function nodesOf(dump: Uint8Array): [Uint8Array, Uint8Array][] {
  let position = 0;
  const readLength = () => {
    const first = dump[position++];
    if (first < 0x40) return first;
    if (first < 0x80) return ((first & 0x3f) << 8) | dump[position++];
    position += 4;
    return new DataView(dump.buffer, dump.byteOffset + position - 4).getUint32(0);
  };
  const readString = () => {
    const length = readLength();
    return dump.slice(position, position += length);
  };
  assertEquals(dump[position++], STREAM_LISTPACKS_2);
  return Array.from({ length: readLength() }, () => [readString(), readString()]);
}

function commands(random: Random): string[][] {
  const sent: string[][] = [];
  let milliseconds = 1000n;
  for (let i = 0; i < 400; i++) {
    milliseconds += random.pick([0n, 1n, 300n, 1n << 33n, 1n << 54n]);
    if (milliseconds >= 1n << 64n) break;
    const names = random.chance(0.7) ? ["a", "b"] : random.pick([["a"], ["7", "8", "9"]]);
    const value = () =>
      random.chance(0.4) ? String(random.between(-70_000, 70_000)) : random.bytes(random.below(90));
    sent.push(["XADD", "s", `${milliseconds}-${i * 7}`, ...names.flatMap((name) => [name, value()])]);
    if (random.chance(0.1)) {
      sent.push(["XDEL", "s", `${milliseconds}-${Math.max(0, i - random.below(9)) * 7}`]);
    }
  }
  return [...sent, ["XTRIM", "s", "MAXLEN", "150"]];
}

Deno.test(
  { name: "stream: nodes equal redis-server's to the byte", ignore: !referenceAvailable() },
  async () => {
    await using server = await startRedis({ config: { rdbcompression: "no", "stream-node-max-bytes": 900 } });
    using client = await server.connect();
    for (const seed of [1, 2, 3, 4]) {
      const session = new InProcess(streamCommands);
      session.keyspace.limits.streamNodeMaxBytes = 900;
      await client.ask("DEL", "s");
      for (const command of commands(new Random(seed))) {
        session.run(command);
        await client.ask(...command);
      }
      const stream = session.context.db.peek("s") as Stream;
      const wanted = nodesOf(bytesOf(await client.ask("DUMP", "s") as string));
      assertEquals(stream.nodes.length, wanted.length);
      wanted.forEach(([id, listpack], i) => {
        const node = stream.nodes.at(i);
        assertEquals(Uint8Array.from({ length: 16 }, (_, byte) => node.id.byteAt(byte)), id);
        assertEquals(node.listpack.toBytes(), listpack);
      });
      stream.release();
    }
  },
);
