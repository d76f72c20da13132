/**
 * The messages of the cluster bus, version 1, as Redis 7.2 sends them.
 *
 * Every message starts with a header of 2,256 bytes that says who sends it and which slots the sender (or its
 * master) serves. All numbers are big-endian. Texts (names, addresses) are NUL-terminated or fill their field.
 * {@linkcode encodeMessage} (bus_encoder.ts) and {@linkcode decodeMessage} (bus_decoder.ts) translate.
 *
 * @module
 */

/** First bytes of every message. */
export const SIGNATURE = "RCmb";
export const PROTOCOL_VERSION = 1;
/** Bytes of a node's name (ID). */
export const ID_LENGTH = 40;
/** Bytes of the field that holds an IP address. */
export const IP_LENGTH = 46;

/** Where the fields of the header begin. */
export const HEADER = {
  signature: 0,
  length: 4,
  version: 8,
  port: 10,
  type: 12,
  count: 14,
  currentEpoch: 16,
  configEpoch: 24,
  offset: 32,
  sender: 40,
  slots: 80,
  master: 2128,
  ip: 2168,
  extensions: 2214,
  secondaryPort: 2246,
  busPort: 2248,
  flags: 2250,
  state: 2252,
  messageFlags: 2253,
  size: 2256,
} as const;

/** Where the fields of an entry of the gossip section begin. */
export const GOSSIP = {
  id: 0,
  pingSent: 40,
  pongReceived: 44,
  ip: 48,
  port: 94,
  busPort: 96,
  flags: 98,
  secondaryPort: 100,
  size: 104,
} as const;

/** Where the fields of an extension begin: its length (with these eight bytes), its type, its data. */
export const EXTENSION = { length: 0, type: 4, data: 8 } as const;

export const EXTENSION_TYPES = { hostname: 0, humanName: 1, forgottenNode: 2, shardId: 3 } as const;

/** Bits of the first byte of the message flags. */
export const PAUSED = 1;
export const FORCE_ACK = 2;
export const EXTENSION_DATA = 4;

/** The number of each type on the wire. */
export const TYPE_CODES = {
  "ping": 0,
  "pong": 1,
  "meet": 2,
  "fail": 3,
  "publish": 4,
  "auth-req": 5,
  "auth-ack": 6,
  "update": 7,
  "mfstart": 8,
  "module": 9,
  "publishshard": 10,
} as const;

/** The types, named as CLUSTER INFO counts them. */
export type MessageType = keyof typeof TYPE_CODES;

/** The types by their number on the wire. */
export const TYPE_NAMES = Object.keys(TYPE_CODES) as readonly MessageType[];

/** What the header says, besides the type. */
export interface BusHeader {
  /** The sender's name. */
  sender: string;
  /** The sender's port for clients: the TLS port if the bus uses TLS. */
  port: number;
  /** The other one of its two ports, or 0. */
  secondaryPort: number;
  busPort: number;
  /** The address that the sender announces, or an empty text: then it is where the link comes from. */
  ip: string;
  currentEpoch: number;
  /** Of the sender, or of its master. */
  configEpoch: number;
  replicationOffset: number;
  /** Slots of the sender or of its master, `SLOT_BYTES` long. In a decoded message a view into its bytes. */
  slots: Uint8Array;
  /** Name of the sender's master, or null. */
  master: string | null;
  /** The sender's view of itself, bits of node_flags.ts. */
  flags: number;
  /** Whether the sender sees the cluster as working. */
  clusterOk: boolean;
  /** The sender, a master, has paused its clients for a manual failover. */
  paused: boolean;
  /** The vote is asked for although the master works: manual failover. */
  forceAck: boolean;
  /** The sender understands extensions. */
  extensionData: boolean;
}

/** What the sender knows of another node. Times are in seconds since the epoch, 0 for never. */
export interface GossipEntry {
  id: string;
  pingSent: number;
  pongReceived: number;
  ip: string;
  port: number;
  secondaryPort: number;
  busPort: number;
  flags: number;
}

/** What follows the gossip section. Extensions of unknown types are passed over. */
export interface Extensions {
  hostname?: string;
  humanName?: string;
  shardId?: string;
  /** Nodes that the sender was told to forget, and for how many seconds more. */
  forgotten: readonly ForgottenNode[];
}

export interface ForgottenNode {
  id: string;
  seconds: number;
}

/** PING, PONG and MEET. */
export interface GossipMessage {
  type: "ping" | "pong" | "meet";
  header: BusHeader;
  gossip: readonly GossipEntry[];
  extensions: Extensions;
}

/** The sender has seen that most masters do not reach `failing`. */
export interface FailMessage {
  type: "fail";
  header: BusHeader;
  failing: string;
}

/** A message of publish/subscribe. */
export interface PublishMessage {
  type: "publish" | "publishshard";
  header: BusHeader;
  /** Byte string. */
  channel: string;
  /** In a decoded message a view into its bytes. */
  payload: Uint8Array;
}

/** The slots of `node`, of which the receiver has an older claim. */
export interface UpdateMessage {
  type: "update";
  header: BusHeader;
  node: string;
  configEpoch: number;
  /** `SLOT_BYTES` long. In a decoded message a view into its bytes. */
  slots: Uint8Array;
}

/** Asking for a vote, giving one, asking the master to pause its clients: all in the header. */
export interface PlainMessage {
  type: "auth-req" | "auth-ack" | "mfstart";
  header: BusHeader;
}

/** Messages of modules and of later versions: read as far as the header, and not acted upon. */
export interface UnsupportedMessage {
  type: "unsupported";
  /** The type's number on the wire. */
  code: number;
  header: BusHeader;
}

export type BusMessage =
  | GossipMessage
  | FailMessage
  | PublishMessage
  | UpdateMessage
  | PlainMessage;

/** What the decoder makes of bytes. */
export type DecodedMessage = BusMessage | UnsupportedMessage;

/** Bytes that are no message of this protocol. Its text says what is wrong. */
export class BusFormatError extends Error {
  override name = "BusFormatError";
}

export const NO_EXTENSIONS: Extensions = { forgotten: [] };
