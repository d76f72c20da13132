/**
 * What documents import as the library, for the check of their types: the implementation would bring the whole server
 * with it, which is checked elsewhere. `blocks_test.ts` sees to it that this is the library's interface.
 */
import type { RedisServer, ServerOptions } from "../../src/embedding/types.ts";

export * from "../../src/embedding/types.ts";

/** See `src/embedding/server.ts`. */
export function startServer(options?: ServerOptions): Promise<RedisServer>;
