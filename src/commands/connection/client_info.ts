/**
 * A client described in one line, as CLIENT LIST and the log show it.
 *
 * @module
 */

import type { Client } from "../../command/client.ts";
import type { Services } from "../services.ts";

/** What a client takes besides its buffers: its objects on the heap, roughly. */
const CLIENT_BYTES = 4096;
/** What a subscription takes in the tables, besides the name. */
const SUBSCRIPTION_BYTES = 100;

/** What the line can tell only of the client whose command is running. */
export interface RunningCommand {
  readonly client: Client;
  /** Length of all its arguments together, and of the whole frame. */
  readonly argumentBytes: number;
  readonly frameBytes: number;
}

/**
 * `id=3 addr=127.0.0.1:52555 laddr=… fd=-1 name= …`, with all fields of Redis 7.2 in its order. There is no file
 * descriptor to tell (`fd`), and no redirection of tracking yet (`redir`).
 */
export function describeClient(services: Services, client: Client, running?: RunningCommand): string {
  const { clock, pubsub, transactions } = services;
  const now = clock.now();
  const usage = client.transport.usage();
  const transaction = transactions.of(client);
  const own = running?.client === client ? running : null;
  const [subscriptions, patterns, shards] = [pubsub.channels, pubsub.patterns, pubsub.shardChannels].map(
    (table) => table.countOf(client),
  );
  const argumentBytes = own?.argumentBytes ?? 0;
  const queued = usage.queuedReplies > 0 ? usage.replyBuffer : 0;
  const total = CLIENT_BYTES + usage.queryBuffer + usage.queryBufferFree + usage.replyBuffer + argumentBytes +
    (transaction?.memory ?? 0) + (subscriptions + patterns + shards) * SUBSCRIPTION_BYTES;
  const fields: [name: string, value: string | number][] = [
    ["id", client.id],
    ["addr", client.transport.remoteAddress],
    ["laddr", client.transport.localAddress],
    ["fd", -1],
    ["name", client.name],
    ["age", wholeSeconds(now - client.createdAt)],
    ["idle", wholeSeconds(now - client.lastActiveAt)],
    ["flags", flagsOf(services, client)],
    ["db", client.database],
    ["sub", subscriptions],
    ["psub", patterns],
    ["ssub", shards],
    ["multi", transaction?.length ?? -1],
    ["qbuf", usage.queryBuffer + (own?.frameBytes ?? 0)],
    ["qbuf-free", usage.queryBufferFree - (own?.frameBytes ?? 0)],
    ["argv-mem", argumentBytes],
    ["multi-mem", transaction?.argumentBytes ?? 0],
    ["rbs", usage.replyBuffer],
    ["rbp", usage.lastReply],
    ["obl", usage.writingBytes],
    ["oll", usage.queuedReplies],
    ["omem", queued],
    ["tot-mem", total],
    ["events", usage.queuedBytes > 0 ? "rw" : "r"],
    ["cmd", client.lastCommand],
    ["user", client.user],
    ["redir", -1],
    ["resp", client.resp3 ? 3 : 2],
    ["lib-name", client.libraryName],
    ["lib-ver", client.libraryVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}

function flagsOf({ transactions }: Services, client: Client): string {
  const flags = [
    client.kind === "replica" ? "S" : client.kind === "master" ? "M" : "",
    client.subscriber ? "P" : "",
    transactions.of(client) !== undefined ? "x" : "",
    client.suspended ? "b" : "",
    transactions.watches.isMarked(client) ? "d" : "",
    client.closing ? "c" : "",
    client.transport.unix ? "U" : "",
    client.readOnly ? "r" : "",
    client.noEvict ? "e" : "",
    client.noTouch ? "T" : "",
  ].join("");
  return flags === "" ? "N" : flags;
}

function wholeSeconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000));
}
