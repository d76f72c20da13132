/**
 * A replica as this server, its master, sees it.
 *
 * @module
 */

import type { Client } from "../command/client.ts";
import type { ByteSource } from "../util/byte_buffer.ts";
import { toBytes } from "../util/byte_string.ts";
import { ByteBuffer } from "../util/byte_buffer.ts";
import type { StreamTarget } from "./stream.ts";

/**
 * `handshake`: it has not asked for data yet. `waiting`: for a snapshot to begin, or to be on the disk. `receiving` the
 * snapshot. `loading`: it has all of it, and the stream waits for its first acknowledgement, so that it can tell
 * where the snapshot ends. `online`: it gets the stream, after what has gathered meanwhile.
 */
export type ReplicaState = "handshake" | "waiting" | "receiving" | "loading" | "online";

/** The states in the words of INFO. */
const STATE_NAMES: Record<ReplicaState, string> = {
  handshake: "none",
  waiting: "wait_bgsave",
  receiving: "send_bulk",
  loading: "online",
  online: "online",
};

/** What a replica asked for and said of itself by REPLCONF, and how far it has come. */
export class Replica implements StreamTarget {
  readonly client: Client;
  state: ReplicaState = "handshake";
  /** The port that it listens on; 0 if it has not said. */
  listeningPort = 0;
  /** The address that it wants to be known by; empty for that of its connection. */
  announcedAddress = "";
  /** It can tell where a snapshot of unknown length ends. */
  understandsEof = false;
  /** It takes a new replication ID with a partial resynchronisation. */
  understandsNewId = false;
  /** It wants a snapshot and no stream. */
  snapshotOnly = false;
  /** It wants a snapshot without keys, without function libraries. */
  withoutData = false;
  withoutFunctions = false;
  /** It came by SYNC, as before Redis 2.8: it does not acknowledge. */
  isOld = false;
  /** What it has of the stream, and has on its disk. */
  ackedOffset = 0;
  syncedOffset = 0;
  /** When it acknowledged last, and when it last took something of a snapshot; milliseconds since the epoch. */
  ackedAt = 0;
  progressAt = 0;
  /** When it began to wait for a snapshot, milliseconds since the epoch. */
  waitingSince = 0;
  /** Its connection is gone. */
  closed = false;

  readonly #onSent: (bytes: number) => void;

  /** `onSent` is told how many bytes were handed to the connection. */
  constructor(client: Client, onSent: (bytes: number) => void) {
    this.client = client;
    this.#onSent = onSent;
  }

  /** The address that it is known by, without the port. */
  get address(): string {
    return this.announcedAddress || hostOf(this.client.transport.remoteAddress);
  }

  get port(): number {
    return this.listeningPort;
  }

  /** The state in the words of INFO. */
  get stateName(): string {
    return STATE_NAMES[this.state];
  }

  /** `address:port`, for the log. */
  get name(): string {
    const host = this.address.includes(":") ? `[${this.address}]` : this.address;
    return `${host}:${this.listeningPort || "<unknown-replica-port>"}`;
  }

  /** Whether another replica can have the same snapshot as this one. */
  wantsSameAs(other: Replica): boolean {
    return this.withoutData === other.withoutData && this.withoutFunctions === other.withoutFunctions;
  }

  feed(source: ByteSource, size: number): void {
    this.client.transport.send(source, 0, size);
    this.#onSent(size);
  }

  send(bytes: Uint8Array): void {
    this.feed(new ByteBuffer(bytes as Uint8Array<ArrayBuffer>), bytes.length);
  }

  sendText(text: string): void {
    this.send(toBytes(text));
  }

  /** Ends the connection at once. */
  close(): void {
    this.client.transport.close("now");
  }
}

/** `ip:port` or `[ip]:port` without the port. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
