/**
 * What passes from a source to a target: keys with their values, in pieces.
 *
 * Values come element by element, so that neither side need hold a large collection in memory.
 *
 * @module
 */

import type { Stream } from "../data/stream.ts";
import type { StreamId } from "../data/stream_id.ts";
import type { Deadline } from "../keyspace/deadline.ts";
import type { TypeName } from "../keyspace/value.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import type { PieceList } from "./piece_list.ts";

/** Something that the user has to be told: no fault of the program, so that its message is all that is shown. */
export class TransferError extends Error {
  override readonly name = "TransferError";
}

/** What is known of a key before its value. */
export interface EntryHead {
  readonly database: number;
  /** A byte string. */
  readonly key: string;
  readonly type: TypeName;
  /** When it expires, milliseconds since the epoch; null if it does not. */
  readonly deadline: Deadline | null;
}

/** Takes the parts of a value, as the type has them. Slices and lists are valid during the call only. */
export interface ValueReceiver {
  /** The value of a string, the next element of a list, a member of a set. */
  text(text: ByteSlice): void;
  /** A field of a hash. One that comes twice has the later value. */
  field(field: ByteSlice, value: ByteSlice): void;
  /** A member of a sorted set; the score is not NaN. One that comes twice has the later score. */
  member(member: ByteSlice, score: number): void;
  /** An entry of a stream: fields and values in turn. IDs ascend. */
  streamEntry(id: StreamId, fields: PieceList): void;
  /** What a stream has besides its entries, behind the last of them: IDs, counter and groups. Its nodes mean nothing. */
  streamState(stream: Stream): void;
}

/** Takes entries. Between `begin` and `end` come the parts of the value. */
export interface EntryReceiver extends ValueReceiver {
  /** A function library: its text, a byte string. Between entries only. */
  library(text: string): void;
  begin(head: EntryHead): void;
  end(): void;
  /** Waits until what was received has gone on far enough to receive more. Called between parts now and then. */
  drain(): Promise<void>;
  /** Ends the target: everything is where it should be. */
  finish(): Promise<void>;
}

/** Where entries come from. */
export interface EntrySource {
  /** Hands everything to `receiver`, pausing now and then for it to be drained. Throws {@linkcode TransferError}. */
  send(receiver: EntryReceiver): AsyncIterable<void> | Iterable<void>;
  /** How far it has come, in bytes or keys; a total of 0 is not known. */
  readonly progress: Progress;
  close(): void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: "bytes" | "keys";
}
