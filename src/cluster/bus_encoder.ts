/**
 * Writes messages of the cluster bus.
 *
 * @module
 */

import { writeByteString } from "../util/byte_string.ts";
import {
  type BusHeader,
  type BusMessage,
  EXTENSION,
  EXTENSION_DATA,
  EXTENSION_TYPES,
  type Extensions,
  FORCE_ACK,
  GOSSIP,
  type GossipEntry,
  type GossipMessage,
  HEADER,
  ID_LENGTH,
  IP_LENGTH,
  PAUSED,
  PROTOCOL_VERSION,
  type PublishMessage,
  SIGNATURE,
  TYPE_CODES,
  type UpdateMessage,
} from "./bus_message.ts";
import { SLOT_BYTES } from "./slots.ts";

/** One extension, ready to be written. */
interface EncodedExtension {
  type: number;
  text: string;
  /** Seconds behind the text of a forgotten node. */
  seconds?: number;
}

/** The bytes of a message. */
export function encodeMessage(message: BusMessage): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case "ping":
    case "pong":
    case "meet":
      return encodeGossip(message);
    case "fail": {
      const bytes = withHeader(message, ID_LENGTH);
      writeByteString(bytes, HEADER.size, message.failing);
      return bytes;
    }
    case "publish":
    case "publishshard":
      return encodePublish(message);
    case "update":
      return encodeUpdate(message);
    default:
      return withHeader(message, 0);
  }
}

/** The header, with room for `size` bytes behind it. */
function withHeader(message: BusMessage, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER.size + size);
  const view = viewOf(bytes);
  const header = message.header;
  writeByteString(bytes, HEADER.signature, SIGNATURE);
  view.setUint32(HEADER.length, bytes.length);
  view.setUint16(HEADER.version, PROTOCOL_VERSION);
  view.setUint16(HEADER.port, header.port);
  view.setUint16(HEADER.type, TYPE_CODES[message.type]);
  setUint64(view, HEADER.currentEpoch, header.currentEpoch);
  setUint64(view, HEADER.configEpoch, header.configEpoch);
  setUint64(view, HEADER.offset, header.replicationOffset);
  writeByteString(bytes, HEADER.sender, header.sender);
  bytes.set(header.slots, HEADER.slots);
  writeByteString(bytes, HEADER.master, header.master ?? "");
  writeAddress(bytes, HEADER.ip, header.ip);
  view.setUint16(HEADER.secondaryPort, header.secondaryPort);
  view.setUint16(HEADER.busPort, header.busPort);
  view.setUint16(HEADER.flags, header.flags);
  bytes[HEADER.state] = header.clusterOk ? 0 : 1;
  bytes[HEADER.messageFlags] = messageFlags(header);
  return bytes;
}

function messageFlags(header: BusHeader): number {
  return (header.paused ? PAUSED : 0) | (header.forceAck ? FORCE_ACK : 0) |
    (header.extensionData ? EXTENSION_DATA : 0);
}

function encodeGossip(message: GossipMessage): Uint8Array<ArrayBuffer> {
  const extensions = listExtensions(message.extensions);
  const extensionBytes = extensions.reduce((sum, extension) => sum + extensionSize(extension), 0);
  const bytes = withHeader(message, message.gossip.length * GOSSIP.size + extensionBytes);
  const view = viewOf(bytes);
  view.setUint16(HEADER.count, message.gossip.length);
  view.setUint16(HEADER.extensions, extensions.length);
  if (extensions.length > 0) bytes[HEADER.messageFlags] |= EXTENSION_DATA;
  let at: number = HEADER.size;
  for (const entry of message.gossip) {
    writeGossipEntry(bytes, view, at, entry);
    at += GOSSIP.size;
  }
  for (const extension of extensions) {
    writeExtension(bytes, view, at, extension);
    at += extensionSize(extension);
  }
  return bytes;
}

function writeGossipEntry(bytes: Uint8Array, view: DataView, at: number, entry: GossipEntry): void {
  writeByteString(bytes, at + GOSSIP.id, entry.id);
  view.setUint32(at + GOSSIP.pingSent, entry.pingSent);
  view.setUint32(at + GOSSIP.pongReceived, entry.pongReceived);
  writeAddress(bytes, at + GOSSIP.ip, entry.ip);
  view.setUint16(at + GOSSIP.port, entry.port);
  view.setUint16(at + GOSSIP.busPort, entry.busPort);
  view.setUint16(at + GOSSIP.flags, entry.flags);
  view.setUint16(at + GOSSIP.secondaryPort, entry.secondaryPort);
}

/** In the order in which Redis sends them. */
function listExtensions(extensions: Extensions): EncodedExtension[] {
  const list: EncodedExtension[] = [];
  if (extensions.hostname) list.push({ type: EXTENSION_TYPES.hostname, text: extensions.hostname + "\0" });
  if (extensions.humanName) list.push({ type: EXTENSION_TYPES.humanName, text: extensions.humanName + "\0" });
  for (const { id, seconds } of extensions.forgotten) {
    list.push({ type: EXTENSION_TYPES.forgottenNode, text: id, seconds });
  }
  if (extensions.shardId) list.push({ type: EXTENSION_TYPES.shardId, text: extensions.shardId });
  return list;
}

/** With its head, and padded to a multiple of eight. */
function extensionSize({ text, seconds }: EncodedExtension): number {
  const data = text.length + (seconds === undefined ? 0 : 8);
  return EXTENSION.data + Math.ceil(data / 8) * 8;
}

function writeExtension(bytes: Uint8Array, view: DataView, at: number, extension: EncodedExtension): void {
  view.setUint32(at + EXTENSION.length, extensionSize(extension));
  view.setUint16(at + EXTENSION.type, extension.type);
  const end = writeByteString(bytes, at + EXTENSION.data, extension.text);
  if (extension.seconds !== undefined) setUint64(view, end, extension.seconds);
}

function encodePublish(message: PublishMessage): Uint8Array<ArrayBuffer> {
  const bytes = withHeader(message, 8 + message.channel.length + message.payload.length);
  const view = viewOf(bytes);
  view.setUint32(HEADER.size, message.channel.length);
  view.setUint32(HEADER.size + 4, message.payload.length);
  bytes.set(message.payload, writeByteString(bytes, HEADER.size + 8, message.channel));
  return bytes;
}

function encodeUpdate(message: UpdateMessage): Uint8Array<ArrayBuffer> {
  const bytes = withHeader(message, 8 + ID_LENGTH + SLOT_BYTES);
  setUint64(viewOf(bytes), HEADER.size, message.configEpoch);
  bytes.set(message.slots, writeByteString(bytes, HEADER.size + 8, message.node));
  return bytes;
}

/** An address too long for its field is cut, as Redis cuts it; a NUL ends it. */
function writeAddress(bytes: Uint8Array, at: number, ip: string): void {
  writeByteString(bytes, at, ip.slice(0, IP_LENGTH - 1));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value % 2 ** 32);
}
