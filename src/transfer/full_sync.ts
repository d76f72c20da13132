/**
 * A server's data as of one moment: an RDB file, got as a replica gets it.
 *
 * @module
 */

import { type RedisConnection, startFullSync } from "../client/mod.ts";

/** Where the received file goes. */
export interface SyncTarget {
  write(bytes: Uint8Array): void;
  /** Told now and then; `total` is 0 if the size is not known. */
  progress(done: number, total: number): void;
}

/**
 * Fetches the data over a connection, which is of no other use afterwards. Throws a `SyncError` if the server does not
 * give them.
 */
export async function fullSync(connection: RedisConnection, target: SyncTarget): Promise<void> {
  // Servers that know neither refuse them, which changes nothing.
  await connection.call("REPLCONF", "capa", "eof");
  await connection.call("REPLCONF", "rdb-only", "1");
  const { size, pieces } = await startFullSync(connection);
  let done = 0;
  for await (const piece of pieces()) {
    target.write(piece);
    done += piece.length;
    target.progress(done, size ?? 0);
  }
}
