/**
 * Only some of the entries.
 *
 * @module
 */

import type { Stream } from "../data/stream.ts";
import type { StreamId } from "../data/stream_id.ts";
import type { TypeName } from "../keyspace/value.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import { globMatch } from "../util/glob.ts";
import type { EntryHead, EntryReceiver } from "./entry.ts";
import type { PieceList } from "./piece_list.ts";

/** Which entries are wanted; null where it does not matter. */
export interface Selection {
  /** A glob as that of KEYS, a byte string. */
  readonly pattern: string | null;
  readonly type: TypeName | null;
  readonly database: number | null;
}

/** Whether everything is wanted. */
export function selectsAll({ pattern, type, database }: Selection): boolean {
  return pattern === null && type === null && database === null;
}

/** Passes on what is wanted, and counts it. Function libraries go with the whole only. */
export class SelectingReceiver implements EntryReceiver {
  /** Entries passed on. */
  count = 0;
  readonly #target: EntryReceiver;
  readonly #selection: Selection;
  #isWanted = false;

  constructor(target: EntryReceiver, selection: Selection) {
    this.#target = target;
    this.#selection = selection;
  }

  library(text: string): void {
    if (selectsAll(this.#selection)) this.#target.library(text);
  }

  begin(head: EntryHead): void {
    this.#isWanted = this.#wants(head);
    if (this.#isWanted) this.#target.begin(head);
  }

  text(text: ByteSlice): void {
    if (this.#isWanted) this.#target.text(text);
  }

  field(field: ByteSlice, value: ByteSlice): void {
    if (this.#isWanted) this.#target.field(field, value);
  }

  member(member: ByteSlice, score: number): void {
    if (this.#isWanted) this.#target.member(member, score);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    if (this.#isWanted) this.#target.streamEntry(id, fields);
  }

  streamState(stream: Stream): void {
    if (this.#isWanted) this.#target.streamState(stream);
  }

  end(): void {
    if (!this.#isWanted) return;
    this.#target.end();
    this.count++;
  }

  drain(): Promise<void> {
    return this.#target.drain();
  }

  finish(): Promise<void> {
    return this.#target.finish();
  }

  #wants({ key, type, database }: EntryHead): boolean {
    const { pattern, type: wanted, database: only } = this.#selection;
    return (only === null || only === database) && (wanted === null || wanted === type) &&
      (pattern === null || globMatch(pattern, key));
  }
}
