/**
 * A running server as a source: its keys are walked by SCAN and read by their types' commands.
 *
 * That is no image of one moment. A key that changes while it is read in several pieces comes as a mixture; smaller ones,
 * which are most, are read by one command.
 *
 * @module
 */

import { type RedisConnection, type Reply, ReplyError, Status } from "../client/mod.ts";
import { type Deadline, toDeadline } from "../keyspace/deadline.ts";
import type { TypeName } from "../keyspace/value.ts";
import { RdbError, RdbReader } from "../persistence/rdb/reader.ts";
import { ByteBuffer } from "../util/byte_buffer.ts";
import { escapeForDisplay, toBytes, writeByteString } from "../util/byte_string.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { parseFloat64 } from "../util/float.ts";
import {
  type EntryHead,
  type EntryReceiver,
  type EntrySource,
  type Progress,
  TransferError,
} from "./entry.ts";
import type { Selection } from "./filter.ts";
import { KeySet } from "./key_set.ts";
import { sendValue, typeNameOfRdb } from "./rdb_value.ts";

/** Keys that are asked for at a time. */
const KEYS_PER_STEP = "256";
/** Values that are asked for before they are needed; there is memory for so many. */
const READS_AHEAD = 16;
/** Elements that are asked for at a time. */
const ELEMENTS = 1000;
/** Version and checksum at the end of a payload. */
const FOOTER_SIZE = 10;

/** Reads the keys of a server over one connection. */
export class ServerSource implements EntrySource {
  readonly #connection: RedisConnection;
  readonly #selection: Selection;
  readonly #warn: (text: string) => void;
  readonly #met = new KeySet();
  /** Null until it is known whether the server has PEXPIRETIME, which came with Redis 7.0. */
  #hasExpireTime: boolean | null = null;
  #done = 0;
  #total = 0;

  /** What can't be read is left out, and told to `warn`. */
  constructor(connection: RedisConnection, selection: Selection, warn: (text: string) => void) {
    this.#connection = connection;
    this.#selection = selection;
    this.#warn = warn;
  }

  get progress(): Progress {
    return { done: this.#done, total: this.#total, unit: "keys" };
  }

  async *send(receiver: EntryReceiver): AsyncIterable<void> {
    const sizes = await this.#databases();
    for (const size of sizes.values()) this.#total += size;
    await this.#sendLibraries(receiver);
    for (const database of sizes.keys()) yield* this.#sendDatabase(database, receiver);
  }

  close(): void {
    this.#connection.close();
  }

  /** Numbers of the databases that have keys, with how many. */
  async #databases(): Promise<Map<number, number>> {
    const info = String(await this.#ask("INFO", "keyspace"));
    const sizes = new Map<number, number>();
    for (const [, index, size] of info.matchAll(/^db(\d+):keys=(\d+)/gm)) {
      const { database } = this.#selection;
      if (database === null || database === Number(index)) sizes.set(Number(index), Number(size));
    }
    return sizes;
  }

  /** Servers before Redis 7.0 have none, and no command for them. */
  async #sendLibraries(receiver: EntryReceiver): Promise<void> {
    const libraries = await this.#connection.call("FUNCTION", "LIST", "WITHCODE");
    if (!Array.isArray(libraries)) return;
    for (const library of libraries as Reply[][]) {
      const at = library.indexOf("library_code");
      if (at >= 0) receiver.library(String(library[at + 1]));
    }
  }

  async *#sendDatabase(database: number, receiver: EntryReceiver): AsyncIterable<void> {
    await this.#ask("SELECT", String(database));
    const { pattern, type } = this.#selection;
    const options = pattern === null ? [] : ["MATCH", pattern];
    if (type !== null) options.push("TYPE", type);
    let cursor = "0";
    do {
      const [next, keys] = await this.#ask("SCAN", cursor, "COUNT", KEYS_PER_STEP, ...options) as [
        string,
        string[],
      ];
      cursor = next;
      // SCAN may give a key again when the server's tables were resized meanwhile.
      yield* this.#sendKeys(database, keys.filter((key) => this.#met.add(database, key)), receiver);
      yield;
    } while (cursor !== "0");
  }

  async *#sendKeys(database: number, keys: readonly string[], receiver: EntryReceiver): AsyncIterable<void> {
    const heads = await this.#heads(database, keys);
    const firsts: Promise<Reply>[] = [];
    for (const [i, head] of heads.entries()) {
      while (firsts.length < Math.min(heads.length, i + READS_AHEAD)) {
        firsts.push(awaitedLater(this.#first(heads[firsts.length])));
      }
      const first = await firsts[i];
      delete firsts[i];
      this.#done++;
      yield* this.#sendEntry(head, first, receiver);
    }
  }

  /** Types and deadlines of keys; those that are gone, or of unknown types, are missing. */
  async #heads(database: number, keys: readonly string[]): Promise<EntryHead[]> {
    this.#hasExpireTime ??= !isUnknownCommand(await this.#connection.call("PEXPIRETIME", ""));
    const command = this.#hasExpireTime ? "PEXPIRETIME" : "PTTL";
    const replies = keys.map((key) =>
      awaitedLater(Promise.all([this.#connection.call("TYPE", key), this.#connection.call(command, key)]))
    );
    const heads: EntryHead[] = [];
    for (const [i, key] of keys.entries()) {
      const [type, time] = (await replies[i]).map(plain);
      if (time instanceof ReplyError) this.#refuse(key, time);
      else if (isTypeName(type)) heads.push({ database, key, type, deadline: this.#deadline(time) });
      else if (type !== "none") {
        this.#warn(`the key ${escapeForDisplay(key)} is left out: its type is ${String(type)}`);
      }
    }
    return heads;
  }

  #deadline(time: Reply): Deadline | null {
    const milliseconds = BigInt(time as number | bigint);
    if (milliseconds < 0n) return null;
    return toDeadline(this.#hasExpireTime ? milliseconds : milliseconds + BigInt(Date.now()));
  }

  /** The first read of a value, which is the whole of a small one. */
  #first({ key, type }: EntryHead): Promise<Reply> {
    const connection = this.#connection;
    switch (type) {
      case "string":
        return connection.call("GET", key);
      case "list":
        return connection.call("LRANGE", key, "0", String(ELEMENTS - 1));
      case "stream":
        // Nothing else has all that a stream has, as of one moment.
        return connection.call("DUMP", key);
      default:
        return this.#scanPart(key, type, "0");
    }
  }

  #scanPart(key: string, type: "set" | "hash" | "zset", cursor: string): Promise<Reply> {
    const command = { set: "SSCAN", hash: "HSCAN", zset: "ZSCAN" }[type];
    return this.#connection.call(command, key, cursor, "COUNT", String(ELEMENTS));
  }

  async *#sendEntry(head: EntryHead, first: Reply, receiver: EntryReceiver): AsyncIterable<void> {
    if (first instanceof ReplyError) return this.#refuse(head.key, first);
    if (head.type === "stream") yield* this.#sendStream(head, first, receiver);
    else if (head.type === "list") yield* this.#sendList(head, first as string[], receiver);
    else if (head.type !== "string") {
      yield* this.#sendParts(head, head.type, first as [string, string[]], receiver);
    } else if (first !== null) {
      receiver.begin(head);
      receiver.text(one(first as string));
      receiver.end();
    }
  }

  async *#sendList(head: EntryHead, first: string[], receiver: EntryReceiver): AsyncIterable<void> {
    if (first.length === 0) return;
    receiver.begin(head);
    let elements = first;
    for (let at = ELEMENTS;; at += ELEMENTS) {
      for (const element of elements) receiver.text(one(element));
      yield;
      if (elements.length < ELEMENTS) break;
      elements = await this.#ask("LRANGE", head.key, String(at), String(at + ELEMENTS - 1)) as string[];
    }
    receiver.end();
  }

  async *#sendParts(
    head: EntryHead,
    type: "set" | "hash" | "zset",
    first: [string, string[]],
    receiver: EntryReceiver,
  ): AsyncIterable<void> {
    let hasBegun = false;
    for (let [cursor, items] = first;;) {
      if (items.length > 0 && !hasBegun) {
        receiver.begin(head);
        hasBegun = true;
      }
      sendItems(type, items, receiver);
      yield;
      if (cursor === "0") break;
      const part = await this.#scanPart(head.key, type, cursor);
      if (part instanceof ReplyError) {
        throw new TransferError(`${escapeForDisplay(head.key)}: ${part.message}`);
      }
      [cursor, items] = part as [string, string[]];
    }
    if (hasBegun) receiver.end();
  }

  async *#sendStream(head: EntryHead, payload: Reply, receiver: EntryReceiver): AsyncIterable<void> {
    if (payload === null) return;
    const bytes = toBytes(payload as string);
    const reader = RdbReader.of(bytes.subarray(0, bytes.length - FOOTER_SIZE));
    try {
      const type = reader.byte();
      if (typeNameOfRdb(type) !== "stream") reader.fail(`Unknown RDB encoding type ${type}`);
      yield* sendValue(reader, type, head, receiver);
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      throw new TransferError(
        `what the server dumps of ${escapeForDisplay(head.key)} can't be read: ${error.message}`,
      );
    }
  }

  /** A key that changed its type since is left out; anything else would happen with the next key, too. */
  #refuse(key: string, error: ReplyError): void {
    if (error.code !== "WRONGTYPE") throw new TransferError(`the server answers: ${error.message}`);
    this.#warn(`the key ${escapeForDisplay(key)} is left out: it changed while it was read`);
  }

  async #ask(...words: string[]): Promise<Reply> {
    const reply = await this.#connection.call(...words);
    if (reply instanceof ReplyError) {
      throw new TransferError(`the server answers to ${words[0]}: ${reply.message}`);
    }
    return plain(reply);
  }
}

function sendItems(type: "set" | "hash" | "zset", items: readonly string[], receiver: EntryReceiver): void {
  if (type === "set") {
    for (const item of items) receiver.text(one(item));
    return;
  }
  for (let i = 0; i < items.length; i += 2) {
    if (type === "hash") receiver.field(one(items[i]), other(items[i + 1]));
    else receiver.member(one(items[i]), parseFloat64(items[i + 1])!);
  }
}

/** Has a failure wait until somebody awaits the promise, which may never be when another one fails first. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function isUnknownCommand(reply: Reply): boolean {
  return reply instanceof ReplyError && /^ERR unknown command/i.test(reply.message);
}

/** The text of a status; other replies as they are. */
function plain(reply: Reply): Reply {
  return reply instanceof Status ? reply.text : reply;
}

function isTypeName(type: Reply): type is TypeName {
  return ["string", "list", "set", "zset", "hash", "stream"].includes(type as string);
}

/** Makes slices of byte strings, in memory that is used again for the next one. */
function sliceMaker(): (text: string) => ByteSlice {
  const slice = new ByteSlice();
  let memory = new ByteBuffer(1024);
  return (text) => {
    if (text.length > memory.buffer.length) memory = new ByteBuffer(text.length * 2);
    slice.set(memory, 0, writeByteString(memory.buffer, 0, text));
    return slice;
  };
}

const one = sliceMaker();
const other = sliceMaker();
