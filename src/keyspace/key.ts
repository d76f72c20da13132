/**
 * Keys: their byte string and their hash.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import { fromBytes, writeByteString } from "../util/byte_string.ts";
import { bytesHashSlot, keyHashSlot } from "../util/crc16.ts";

/** Keys seen lately, by the low bits of their hash: the strings, and their bytes in slots of {@linkcode SLOT_SIZE}. */
const CACHE_SIZE = 1024;
/** Longer keys are not worth comparing, nor keeping. */
const SLOT_SIZE = 64;
const cachedKeys: string[] = new Array(CACHE_SIZE).fill("");
const cachedBytes = new ByteBuffer(CACHE_SIZE * SLOT_SIZE);

/**
 * A key as it lies in received bytes, with its hash. Most look-ups need no more: the bytes are compared with those of the
 * entry, and no string is made that the garbage collector would have to clear away. One object serves for key after
 * key; what keeps a key, or needs it beside another one, takes its {@linkcode text}.
 */
export class ReceivedKey {
  source: ByteSource = cachedBytes;
  start = 0;
  length = 0;
  hash = 0;
  #text: string | null = null;

  /** Points at the bytes, whose hash is `hash`. They must not change while the key is in use. */
  set(source: ByteSource, start: number, end: number, hash: number): this {
    this.source = source;
    this.start = start;
    this.length = end - start;
    this.hash = hash;
    this.#text = null;
    return this;
  }

  /** The key as a byte string. */
  get text(): string {
    return this.#text ??= fromBytes(this.source.buffer, this.start, this.start + this.length);
  }
}

/** A key in either form. */
export type Key = string | ReceivedKey;

/** The key as a byte string. */
export function textOf(key: Key): string {
  return typeof key === "string" ? key : key.text;
}

/** Hash of a key, a signed integer of 32 bits. */
export function hashOf(key: Key): number {
  return typeof key === "string" ? keyHash(key) : key.hash;
}

/** In a cluster the bits of a hash below those of the key's slot. */
const HASH_BITS = 18;
const HASH_MASK = 2 ** HASH_BITS - 1;

/** Whether the upper bits of every hash are the key's slot. */
let bySlot = false;

/** The key that was decoded or hashed last, its hash, and where its bytes stand in the cache, or -1. */
let memoKey = "";
let memoHash = hashByteString("");
let memoSlot = -1;

/**
 * Has the upper 14 bits of all hashes be the key's slot, as nodes of a cluster need it, so that the shards of a database
 * are the slots. To be called before the first `Keyspace` is made: hashes of one kind mean nothing among the other.
 */
export function setHashingBySlot(on: boolean): void {
  bySlot = on;
  memoKey = "";
  memoHash = hashByteString("");
  memoSlot = -1;
}

/** Whether {@linkcode setHashingBySlot} is in force. */
export function isHashingBySlot(): boolean {
  return bySlot;
}

/** The slot of a key, while hashes are by slot. The key that was decoded last costs nothing. */
export function slotOf(key: string): number {
  return keyHash(key) >>> HASH_BITS;
}

/**
 * Decodes a key from received bytes. Its hash is computed from the bytes, which is cheaper than from the string, and
 * remembered for the look-up that follows.
 *
 * A key that was seen lately comes from a cache: that spares making the string, and V8 hashing it for the `Map`,
 * which together take longer than the look-up itself.
 */
export function decodeKey(source: ByteSource, start: number, end: number): string {
  const hash = hashBytes(source, start, end);
  const size = end - start;
  memoHash = hash;
  if (size > SLOT_SIZE) {
    memoSlot = -1;
    return memoKey = fromBytes(source.buffer, start, end);
  }
  const index = hash & (CACHE_SIZE - 1);
  const slot = index * SLOT_SIZE;
  memoSlot = slot;
  const cached = cachedKeys[index];
  if (cached.length === size && equalWords(source, start, cachedBytes, slot, size)) return memoKey = cached;
  copyBytes(source, start, end, cachedBytes, slot);
  return memoKey = cachedKeys[index] = fromBytes(source.buffer, start, end);
}

function equalWords(a: ByteSource, startA: number, b: ByteSource, startB: number, size: number): boolean {
  const viewA = a.view;
  const viewB = b.view;
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    if (viewA.getInt32(startA + i, true) !== viewB.getInt32(startB + i, true)) return false;
  }
  for (; i < size; i++) if (a.buffer[startA + i] !== b.buffer[startB + i]) return false;
  return true;
}

/** Hash of a key, a signed integer of 32 bits. The key that was decoded last costs nothing. */
export function keyHash(key: string): number {
  if (key === memoKey) return memoHash;
  memoHash = hashByteString(key);
  memoKey = key;
  memoSlot = -1;
  return memoHash;
}

/** Whether the bytes at `start` of `source` are those of `key`, which has as many. */
export function keyMatches(key: Key, source: ByteSource, start: number): boolean {
  if (typeof key !== "string") return equalWords(key.source, key.start, source, start, key.length);
  const size = key.length;
  if (memoSlot >= 0 && key === memoKey) return equalWords(cachedBytes, memoSlot, source, start, size);
  for (let i = size - 1; i >= 0; i--) if (key.charCodeAt(i) !== source.buffer[start + i]) return false;
  return true;
}

/** Writes the bytes of `key` at `at` of `target`, where there must be room. */
export function writeKey(key: Key, target: ByteSource, at: number): void {
  if (typeof key !== "string") copyBytes(key.source, key.start, key.start + key.length, target, at);
  else if (memoSlot >= 0 && key === memoKey) {
    copyBytes(cachedBytes, memoSlot, memoSlot + key.length, target, at);
  } else writeByteString(target.buffer, at, key);
}

/** Hash of the key in `source[start..end)`: MurmurHash3's mixing (Appleby, 2011) over four bytes at a time. */
export function hashBytes(source: ByteSource, start: number, end: number): number {
  const { buffer, view } = source;
  let hash = end - start;
  let i = start;
  for (; i + 4 <= end; i += 4) hash = mixWord(hash, view.getInt32(i, true));
  for (; i < end; i++) hash = mixWord(hash, buffer[i]);
  hash = finish(hash);
  return bySlot ? inSlot(hash, bytesHashSlot(buffer, start, end)) : hash;
}

/** The same value as {@linkcode hashBytes} from the decoded key. */
function hashByteString(text: string): number {
  const end = text.length;
  let hash = end;
  let i = 0;
  for (; i + 3 < end; i += 4) {
    const word = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 8) | (text.charCodeAt(i + 2) << 16) |
      (text.charCodeAt(i + 3) << 24);
    hash = mixWord(hash, word);
  }
  for (; i < end; i++) hash = mixWord(hash, text.charCodeAt(i));
  hash = finish(hash);
  return bySlot ? inSlot(hash, keyHashSlot(text)) : hash;
}

function inSlot(hash: number, slot: number): number {
  return (slot << HASH_BITS) | (hash & HASH_MASK);
}

function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0xcc9e2d51);
  return mixed ^ (mixed >>> 15);
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
