/**
 * The connected clients and the limits they are held to.
 *
 * @module
 */

import type { Client } from "../command/client.ts";
import type { ClientClass, OutputBufferLimit, OutputBufferLimits } from "../config/mod.ts";

const NO_LIMIT: OutputBufferLimit = { hard: 0, soft: 0, softSeconds: 0 };

/** Which class's limits hold for a client; for a master, those of a normal one. */
export function classOf(client: Client): ClientClass {
  if (client.kind === "replica") return "replica";
  return client.subscriber ? "pubsub" : "normal";
}

/** All clients by ID. */
export class ClientRegistry {
  /** `client-query-buffer-limit` in bytes. */
  queryBufferLimit = 1 << 30;
  /** `client-output-buffer-limit` by class. */
  outputLimits: OutputBufferLimits = { normal: NO_LIMIT, replica: NO_LIMIT, pubsub: NO_LIMIT };
  /** What counts as a replica's unsent output, when `pending` bytes wait for its socket. */
  replicaOutput: (client: Client, pending: number) => number = (_, pending) => pending;
  /** Called for a new client, before its first command. */
  onAdded: ((client: Client) => void) | null = null;
  /** Called when a client is about to be closed for too much unsent output. */
  onOutputLimit: ((client: Client) => void) | null = null;
  /** Called when a client is gone. */
  onRemoved: ((client: Client) => void) | null = null;

  readonly #clients = new Map<number, Client>();
  /** Since when a client has been over its soft limit, milliseconds since the epoch. */
  readonly #overSoftLimit = new Map<Client, number>();

  get size(): number {
    return this.#clients.size;
  }

  add(client: Client): void {
    this.#clients.set(client.id, client);
    this.onAdded?.(client);
  }

  remove(client: Client): void {
    this.#clients.delete(client.id);
    this.#overSoftLimit.delete(client);
    this.onRemoved?.(client);
  }

  /** The client with that ID. */
  get(id: number): Client | undefined {
    return this.#clients.get(id);
  }

  /** All clients in the order of their connection. */
  all(): Iterable<Client> {
    return this.#clients.values();
  }

  /**
   * Closes the client if its unsent output, `pending` bytes, is over the hard limit, or has been over the soft one
   * for too long at the time `now`.
   */
  checkOutput(client: Client, pending: number, now: number): void {
    const limit = this.outputLimits[classOf(client)];
    const size = client.kind === "replica" ? this.replicaOutput(client, pending) : pending;
    const overHard = limit.hard !== 0 && size >= limit.hard;
    if (!overHard && !this.#isOverSoftLimit(client, size, limit, now)) return;
    this.onOutputLimit?.(client);
    client.transport.close("now");
  }

  /** Checks the soft limit of clients that neither send nor receive anything; to be called now and then. */
  checkSoftLimits(now: number): void {
    for (const client of [...this.#overSoftLimit.keys()]) {
      this.checkOutput(client, client.transport.usage().queuedBytes, now);
    }
  }

  /** Closes clients that sent nothing for `limit` milliseconds; those that wait or subscribed are let be. */
  closeIdle(now: number, limit: number, onClose: (client: Client) => void): void {
    for (const client of this.#clients.values()) {
      if (client.suspended || client.subscriber || client.kind !== "normal") continue;
      if (now - client.lastActiveAt <= limit) continue;
      onClose(client);
      client.transport.close("now");
    }
  }

  #isOverSoftLimit(client: Client, pending: number, limit: OutputBufferLimit, now: number): boolean {
    if (limit.soft === 0 || pending < limit.soft) {
      if (this.#overSoftLimit.size > 0) this.#overSoftLimit.delete(client);
      return false;
    }
    const since = this.#overSoftLimit.get(client);
    if (since === undefined) {
      this.#overSoftLimit.set(client, now);
      return false;
    }
    return now - since > limit.softSeconds * 1000;
  }
}
