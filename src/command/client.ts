/**
 * What the server knows of a client, apart from its socket.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";

/**
 * Conditions, of a client or of the server, that can keep a command from running as it stands. Guards are asked in
 * the order of the bits.
 */
export const Condition = {
  /** A test has some commands fail or wait. */
  FAILURE_INJECTED: 1 << 0,
  /** The client sent ASKING, which is for the next command only. */
  ASKING: 1 << 1,
  /** DEBUG and MODULE are not enabled for this client. */
  PROTECTED: 1 << 2,
  /** The client must authenticate first. */
  UNAUTHENTICATED: 1 << 3,
  /** This server is a node of a cluster, and the keys may be those of another one. */
  ROUTED: 1 << 4,
  /** Memory is over `maxmemory`, or may be. */
  OUT_OF_MEMORY: 1 << 5,
  /** The disk refuses what must be written to it, so that nothing may be changed. */
  DISK_ERROR: 1 << 6,
  /** Fewer replicas follow closely than `min-replicas-to-write` asks for. */
  NOT_ENOUGH_REPLICAS: 1 << 7,
  /** This server is a replica, and what it holds is not for clients to change. */
  READ_ONLY_REPLICA: 1 << 8,
  /** A RESP2 client with subscriptions: only a few commands are allowed. */
  SUBSCRIBED: 1 << 9,
  /** This server is a replica without its master, and what it holds must not be served. */
  MASTER_DOWN: 1 << 10,
  /** The data are being loaded. */
  LOADING: 1 << 11,
  /** The client is a replica of this server, which gets the data in another way. */
  IS_REPLICA: 1 << 12,
  /** CLIENT PAUSE is in force. */
  PAUSED: 1 << 13,
  /** Some keys are on their way to another server, and must not be changed meanwhile. */
  KEYS_HELD: 1 << 14,
  /** Between MULTI and EXEC. */
  IN_TRANSACTION: 1 << 15,
} as const;

/** What a client does with its replies: CLIENT REPLY. */
export type ReplyMode = "on" | "off" | "skip-next" | "skipping";

/** The socket side of a client, as far as commands may use it. */
export interface Transport {
  /** Peer's address, `ip:port` or a path. */
  readonly remoteAddress: string;
  /** Our address on this connection. */
  readonly localAddress: string;
  /** Whether the connection came over the Unix socket. */
  readonly unix: boolean;
  /**
   * Queues a copy of `source[start..end)`, which is no reply to the command being run but a message, or the reply to a
   * blocking command. One that the client's own command causes goes out behind that command's reply.
   */
  send(source: ByteSource, start: number, end: number): void;
  /** Ends the connection: at once, or when everything queued was sent. */
  close(when: "now" | "after-reply"): void;
  /** Resolves when everything queued was sent, or nothing can be sent any more. */
  drained(): Promise<void>;
  /** Goes on with commands that were held back, after a pause. */
  resume(): void;
  /** Gives memory back that a quiet connection does not need. */
  trim(): void;
  /** Figures for CLIENT LIST. */
  usage(): TransportUsage;
}

/** See {@linkcode Transport.usage}. Bytes, and for `queuedReplies` pieces. */
export interface TransportUsage {
  /** Received and waiting, and the free rest of the receive buffer. */
  queryBuffer: number;
  queryBufferFree: number;
  /** Memory held for replies. */
  replyBuffer: number;
  /** Size of the reply that was handed over last. */
  lastReply: number;
  /** What the socket is busy with. */
  writingBytes: number;
  /** All that is unsent, and how many pieces of it wait. */
  queuedBytes: number;
  queuedReplies: number;
}

/** What a client is: one that asks, a replica of this server, or this server's master. */
export type ClientKind = "normal" | "replica" | "master";

/** How a client is woken from a blocking command: as if its time were over, or with an error. */
export type UnblockReason = "timeout" | "error";

/** One client. Created when its connection is accepted. */
export class Client {
  readonly id: number;
  readonly transport: Transport;
  readonly createdAt: number;
  /** Bits of {@linkcode Condition}. */
  conditions = 0;
  /** Number of the selected database. */
  database = 0;
  /** True after HELLO 3. */
  resp3 = false;
  name = "";
  user = "default";
  /** It gave a valid password, or none was needed when it connected. */
  authenticated = true;
  kind: ClientKind = "normal";
  /** It has subscriptions of any kind. */
  subscriber = false;
  libraryName = "";
  libraryVersion = "";
  replyMode: ReplyMode = "on";
  noEvict = false;
  noTouch = false;
  /** READONLY: a replica of a cluster may answer its reads. */
  readOnly = false;
  /** How many commands, the one being run included, ASKING concerns yet: not 0 means that it holds for this one. */
  asking: 0 | 1 | 2 = 0;
  /** Full name of the last command, for CLIENT LIST. */
  lastCommand = "NULL";
  /** Time of the last command, milliseconds since the epoch. */
  lastActiveAt: number;
  closing = false;
  /** Held back by CLIENT PAUSE or by a blocking command; what it sends waits. */
  suspended = false;
  /** Offset of the replication stream behind the client's last command: what WAIT waits for. */
  writeOffset = 0;
  /** Set together with `suspended` when the command just decoded must be decoded again afterwards. */
  postponed = false;
  /** Ends the blocking command that the client waits in; null while it waits in none. */
  unblock: ((reason: UnblockReason) => void) | null = null;

  constructor(id: number, transport: Transport, now: number) {
    this.id = id;
    this.transport = transport;
    this.createdAt = now;
    this.lastActiveAt = now;
  }

  /** Queues a message that is no reply: see {@linkcode Transport.send}. */
  deliver(source: ByteSource, size: number): void {
    this.transport.send(source, 0, size);
  }

  /** Holds back the command that is about to run, and all that the client sends behind it, until `resume`. */
  postpone(): void {
    this.suspended = true;
    this.postponed = true;
    // It comes again.
    if (this.asking === 1 && (this.conditions & Condition.IN_TRANSACTION) === 0) this.asking = 2;
  }

  /** Sets {@linkcode asking}, with its bit of {@linkcode conditions}. */
  setAsking(commands: 0 | 1 | 2): void {
    this.asking = commands;
    this.setCondition(Condition.ASKING, commands > 0);
  }

  /** Sets or clears a bit of {@linkcode conditions}. */
  setCondition(bit: number, on: boolean): void {
    this.conditions = on ? this.conditions | bit : this.conditions & ~bit;
  }
}

/** Whether the peer is on this machine, as far as its address tells: what `local` means to protective directives. */
export function isLocal(transport: Pick<Transport, "remoteAddress" | "unix">): boolean {
  return transport.unix || /^(?:127\.|\[::1\]:)/.test(transport.remoteAddress);
}
