/**
 * Reads messages of the cluster bus, and refuses whatever is not well formed: a message either says exactly what
 * its type says, to the byte, or nothing of it is believed.
 *
 * @module
 */

import { fromBytes } from "../util/byte_string.ts";
import {
  BusFormatError,
  type BusHeader,
  type DecodedMessage,
  EXTENSION,
  EXTENSION_DATA,
  EXTENSION_TYPES,
  type Extensions,
  FORCE_ACK,
  type ForgottenNode,
  GOSSIP,
  type GossipEntry,
  type GossipMessage,
  HEADER,
  ID_LENGTH,
  IP_LENGTH,
  NO_EXTENSIONS,
  PAUSED,
  PROTOCOL_VERSION,
  type PublishMessage,
  SIGNATURE,
  TYPE_NAMES,
  type UpdateMessage,
} from "./bus_message.ts";
import { isNodeId } from "./node_flags.ts";
import { SLOT_BYTES } from "./slots.ts";

const UPDATE_SIZE = 8 + ID_LENGTH + SLOT_BYTES;
const NO_ID = "\0".repeat(ID_LENGTH);
const LONGEST_NAME = 255;
const HOST_NAME = /^[A-Za-z0-9.-]*$/;
/** What has no meaning in `nodes.conf`. */
const HUMAN_NAME = /^[-./0-9A-Z\\_`a-z\x80-\xff]*$/;

/**
 * Reads one message that fills all of `bytes`. Slots and payloads in it are views into `bytes`.
 *
 * @throws {BusFormatError} if it is not one.
 */
export function decodeMessage(bytes: Uint8Array): DecodedMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkFrame(bytes, view);
  const header = readHeader(bytes, view);
  const code = view.getUint16(HEADER.type);
  const type = TYPE_NAMES[code];
  switch (type) {
    case "ping":
    case "pong":
    case "meet":
      return readGossipMessage(type, header, bytes, view);
    case "fail":
      expectSize(bytes, ID_LENGTH, type);
      return { type, header, failing: readId(bytes, HEADER.size) };
    case "publish":
    case "publishshard":
      return readPublish(type, header, bytes, view);
    case "update":
      return readUpdate(header, bytes, view);
    case "auth-req":
    case "auth-ack":
    case "mfstart":
      expectSize(bytes, 0, type);
      return { type, header };
    default:
      return { type: "unsupported", code, header };
  }
}

function checkFrame(bytes: Uint8Array, view: DataView): void {
  if (bytes.length < HEADER.size) throw new BusFormatError(`message of ${bytes.length} bytes is too short`);
  if (fromBytes(bytes, 0, SIGNATURE.length) !== SIGNATURE) throw new BusFormatError("bad signature");
  const length = view.getUint32(HEADER.length);
  if (length !== bytes.length) {
    throw new BusFormatError(`says it has ${length} bytes, but has ${bytes.length}`);
  }
  const version = view.getUint16(HEADER.version);
  if (version !== PROTOCOL_VERSION) throw new BusFormatError(`unknown protocol version ${version}`);
}

function expectSize(bytes: Uint8Array, data: number, type: string): void {
  const expected = HEADER.size + data;
  if (bytes.length !== expected) {
    throw new BusFormatError(`${type} of ${bytes.length} bytes where ${expected} were expected`);
  }
}

function readHeader(bytes: Uint8Array, view: DataView): BusHeader {
  const messageFlags = bytes[HEADER.messageFlags];
  return {
    sender: readId(bytes, HEADER.sender),
    port: view.getUint16(HEADER.port),
    secondaryPort: view.getUint16(HEADER.secondaryPort),
    busPort: view.getUint16(HEADER.busPort),
    ip: readAddress(bytes, HEADER.ip),
    currentEpoch: readUint64(view, HEADER.currentEpoch),
    configEpoch: readUint64(view, HEADER.configEpoch),
    replicationOffset: readUint64(view, HEADER.offset),
    slots: bytes.subarray(HEADER.slots, HEADER.slots + SLOT_BYTES),
    master: readMaster(bytes),
    flags: view.getUint16(HEADER.flags),
    clusterOk: bytes[HEADER.state] === 0,
    paused: (messageFlags & PAUSED) !== 0,
    forceAck: (messageFlags & FORCE_ACK) !== 0,
    extensionData: (messageFlags & EXTENSION_DATA) !== 0,
  };
}

function readMaster(bytes: Uint8Array): string | null {
  const text = fromBytes(bytes, HEADER.master, HEADER.master + ID_LENGTH);
  if (text === NO_ID) return null;
  if (!isNodeId(text)) throw new BusFormatError("bad name of a master");
  return text;
}

function readGossipMessage(
  type: GossipMessage["type"],
  header: BusHeader,
  bytes: Uint8Array,
  view: DataView,
): GossipMessage {
  const count = view.getUint16(HEADER.count);
  const end = HEADER.size + count * GOSSIP.size;
  // Before anything is made of the entries: the count is only believed once the bytes are there.
  if (end > bytes.length) throw new BusFormatError(`${type} has no room for ${count} gossip entries`);
  const gossip: GossipEntry[] = [];
  for (let at: number = HEADER.size; at < end; at += GOSSIP.size) {
    gossip.push(readGossipEntry(bytes, view, at));
  }
  const extensions = header.extensionData ? readExtensions(bytes, view, end) : noExtensions(bytes, end, type);
  return { type, header, gossip, extensions };
}

function noExtensions(bytes: Uint8Array, end: number, type: string): Extensions {
  expectSize(bytes, end - HEADER.size, type);
  return NO_EXTENSIONS;
}

function readGossipEntry(bytes: Uint8Array, view: DataView, at: number): GossipEntry {
  return {
    id: readId(bytes, at + GOSSIP.id),
    pingSent: view.getUint32(at + GOSSIP.pingSent),
    pongReceived: view.getUint32(at + GOSSIP.pongReceived),
    ip: readAddress(bytes, at + GOSSIP.ip),
    port: view.getUint16(at + GOSSIP.port),
    secondaryPort: view.getUint16(at + GOSSIP.secondaryPort),
    busPort: view.getUint16(at + GOSSIP.busPort),
    flags: view.getUint16(at + GOSSIP.flags),
  };
}

/** The extensions from `start` to the end of the message, which they must fill. */
function readExtensions(bytes: Uint8Array, view: DataView, start: number): Extensions {
  const forgotten: ForgottenNode[] = [];
  const extensions: Extensions = { forgotten };
  let at = start;
  for (let left = view.getUint16(HEADER.extensions); left > 0; left--) {
    if (at + EXTENSION.data > bytes.length) throw new BusFormatError("extension beyond the end");
    const length = view.getUint32(at + EXTENSION.length);
    if (length < EXTENSION.data || length % 8 !== 0 || length > bytes.length - at) {
      throw new BusFormatError(`extension of ${length} bytes`);
    }
    readExtension(
      extensions,
      forgotten,
      bytes.subarray(at, at + length),
      view.getUint16(at + EXTENSION.type),
    );
    at += length;
  }
  if (at !== bytes.length) throw new BusFormatError("bytes behind the last extension");
  return extensions;
}

function readExtension(
  extensions: Extensions,
  forgotten: ForgottenNode[],
  bytes: Uint8Array,
  type: number,
): void {
  switch (type) {
    case EXTENSION_TYPES.hostname:
      extensions.hostname = readName(bytes, HOST_NAME);
      break;
    case EXTENSION_TYPES.humanName:
      extensions.humanName = readName(bytes, HUMAN_NAME);
      break;
    case EXTENSION_TYPES.forgottenNode:
      if (bytes.length !== EXTENSION.data + ID_LENGTH + 8) throw new BusFormatError("bad forgotten node");
      forgotten.push(readForgotten(bytes));
      break;
    case EXTENSION_TYPES.shardId:
      if (bytes.length !== EXTENSION.data + ID_LENGTH) throw new BusFormatError("bad shard ID");
      extensions.shardId = readId(bytes, EXTENSION.data);
      break;
    default:
      // A later version's; the length was checked, and that is all that can be asked of it.
  }
}

function readForgotten(bytes: Uint8Array): ForgottenNode {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = EXTENSION.data + ID_LENGTH;
  return { id: readId(bytes, EXTENSION.data), seconds: readUint64(view, end) };
}

/** A NUL-terminated name; passed over if it would not be safe in `nodes.conf` and in replies. */
function readName(bytes: Uint8Array, allowed: RegExp): string | undefined {
  const end = bytes.indexOf(0, EXTENSION.data);
  if (end < 0 || end > EXTENSION.data + LONGEST_NAME) throw new BusFormatError("name without an end");
  const name = fromBytes(bytes, EXTENSION.data, end);
  return allowed.test(name) ? name : undefined;
}

function readPublish(
  type: PublishMessage["type"],
  header: BusHeader,
  bytes: Uint8Array,
  view: DataView,
): PublishMessage {
  const start = HEADER.size + 8;
  if (bytes.length < start) throw new BusFormatError(`${type} without lengths`);
  const channelLength = view.getUint32(HEADER.size);
  const payloadLength = view.getUint32(HEADER.size + 4);
  expectSize(bytes, 8 + channelLength + payloadLength, type);
  const channelEnd = start + channelLength;
  return { type, header, channel: fromBytes(bytes, start, channelEnd), payload: bytes.subarray(channelEnd) };
}

function readUpdate(header: BusHeader, bytes: Uint8Array, view: DataView): UpdateMessage {
  expectSize(bytes, UPDATE_SIZE, "update");
  const id = HEADER.size + 8;
  const slots = id + ID_LENGTH;
  return {
    type: "update",
    header,
    configEpoch: readUint64(view, HEADER.size),
    node: readId(bytes, id),
    slots: bytes.subarray(slots, slots + SLOT_BYTES),
  };
}

function readId(bytes: Uint8Array, at: number): string {
  const id = fromBytes(bytes, at, at + ID_LENGTH);
  if (!isNodeId(id)) throw new BusFormatError("bad name of a node");
  return id;
}

/** An address: what stands in `nodes.conf` as one word without separators, or nothing. */
function readAddress(bytes: Uint8Array, at: number): string {
  const nul = bytes.indexOf(0, at);
  if (nul < 0 || nul >= at + IP_LENGTH) throw new BusFormatError("address without an end");
  const ip = fromBytes(bytes, at, nul);
  if (!/^[0-9A-Za-z.:_%-]*$/.test(ip)) throw new BusFormatError("bad address");
  return ip;
}

/** Epochs and offsets grow by steps: one above 2^53 - 1 is no honest one, and could not be counted on from. */
function readUint64(view: DataView, at: number): number {
  const value = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  if (!Number.isSafeInteger(value)) throw new BusFormatError("number out of range");
  return value;
}
