/**
 * A client for the tools: replies that lose nothing, a decoder, a connection.
 *
 * ```ts
 * using redis = await connect({ port: 6379 });
 * const reply = await redis.call("GET", "key");
 * ```
 *
 * @module
 */

export { type DecoderLimits, ProtocolError, ReplyDecoder } from "./decoder.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export { ConnectionClosed, RedisConnection } from "./connection.ts";
export { type FullSync, startFullSync, SyncError } from "./full_sync.ts";
export {
  BigNumber,
  Double,
  Push,
  refuseError,
  type Reply,
  ReplyError,
  ReplyMap,
  ReplySet,
  Status,
  Verbatim,
  WithAttributes,
} from "./reply.ts";
export { openTransport, type TlsOptions, type Transport } from "./transport.ts";
export { parseRedisUrl } from "./url.ts";
