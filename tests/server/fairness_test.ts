import { assert, assertEquals } from "@std/assert";
import { startServer } from "../harness.ts";
import { encode } from "../resp/frames.ts";

const COMMANDS = 3000;

/**
 * Sends many commands without waiting for replies, and resolves when the last one is answered. They cost the server
 * far more than this client, so that there is always something for the server to read.
 */
async function flood(port: number): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const pairs = Array.from({ length: 500 }, (_, i) => [`key:${String(i).padStart(12, "0")}`, "value"]);
  const batch = new TextEncoder().encode(encode("MSET", ...pairs.flat()).repeat(10));
  const send = async () => {
    for (let sent = 0; sent < COMMANDS; sent += 10) {
      for (let done = 0; done < batch.length;) done += await connection.write(batch.subarray(done));
    }
  };
  const receive = async () => {
    const buffer = new Uint8Array(1 << 18);
    for (let left = COMMANDS * "+OK\r\n".length; left > 0;) {
      const size = await connection.read(buffer);
      if (size === null) throw new Error("the server closed the connection");
      left -= size;
    }
  };
  await Promise.all([send(), receive()]);
  connection.close();
}

Deno.test("fairness: a client that never stops sending does not shut out the others", async () => {
  await using server = await startServer();
  using client = await server.connect();
  let isFlooding = true;
  const flooding = flood(server.port).finally(() => isFlooding = false);
  let answered = 0;
  while (isFlooding) {
    assertEquals(await client.ask("PING"), "PONG");
    answered++;
  }
  await flooding;
  // The server lets the others in after each MiB, here 60 times.
  assert(answered > 20, `${answered} commands of another client during the flood`);
});
