import { assertEquals, assertRejects } from "@std/assert";
import { RedisConnection, startFullSync, SyncError, type Transport } from "../../src/client/mod.ts";
import { concatBytes, fromBytes, toBytes } from "../../src/util/byte_string.ts";

const MARK = "0123456789".repeat(4);

/** A connection over which these pieces come, whatever is sent. */
function receiving(pieces: string[]): RedisConnection {
  const left = pieces.map(toBytes);
  const transport: Transport = {
    read(buffer) {
      const piece = left.shift();
      if (piece === undefined) return Promise.resolve(null);
      buffer.set(piece);
      return Promise.resolve(piece.length);
    },
    write: (bytes) => Promise.resolve(bytes.length),
    close() {},
  };
  return new RedisConnection(transport);
}

/** The file, its announced size, and the reply behind it. */
async function received(pieces: string[]): Promise<[size: number | null, file: string, reply: unknown]> {
  using connection = receiving(pieces);
  const sync = await startFullSync(connection);
  const file: Uint8Array[] = [];
  for await (const piece of sync.pieces()) file.push(piece.slice());
  return [sync.size, fromBytes(concatBytes(file)), await connection.read()];
}

Deno.test("a full synchronisation: its size is known, or a mark ends it, however the bytes are cut", async () => {
  // Empty lines keep the connection alive; a beginning of the mark within the file is none.
  const file = `REDIS\xff\r\n${MARK.slice(0, 39)}`;
  const streams: [size: number | null, text: string][] = [
    [file.length, `\n\n$${file.length}\r\n${file}:7\r\n`],
    [null, `\n$EOF:${MARK}\r\n${file}${MARK}:7\r\n`],
  ];
  for (const [size, text] of streams) {
    for (let cut = 1; cut < text.length; cut++) {
      assertEquals(await received([text.slice(0, cut), text.slice(cut)]), [size, file, 7], `cut at ${cut}`);
    }
    assertEquals(await received([...text]), [size, file, 7], "one by one");
  }
});

Deno.test("a full synchronisation that isn't one is refused", async () => {
  const cases: [text: string, message: string][] = [
    ["-NOPERM no\r\n", "SYNC with master failed: -NOPERM no"],
    ["$-1\r\n", "SYNC with master failed: $-1"],
    ["$EOF:short\r\n", "SYNC with master failed: $EOF:short"],
    ["x".repeat(2000), "what the server sends is no header"],
    ["$10\r\nabc", "Server closed the connection during SYNC"],
    [`$EOF:${MARK}\r\nabc`, "Server closed the connection during SYNC"],
  ];
  for (const [text, message] of cases) await assertRejects(() => received([text]), SyncError, message);
});
