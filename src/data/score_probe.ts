/**
 * What a {@link ScoreTree} looks for, and the search for it inside a node.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { ByteSlice, comparePieces } from "../util/byte_slice.ts";
import { collectionArena } from "./memory_block.ts";
import { IDS, SCORES } from "./score_tree_node.ts";

/** Where the tree finds a member's bytes. */
export interface MemberKeys {
  /** Points `out` at the bytes of the member. */
  key(id: number, out: ByteSlice): void;
}

/** What is compared: entries, scores alone, or members alone (where all scores are the same). */
type Comparison = "entry" | "score" | "member";

/** No member has this id. */
const NO_ID = -1;

/** A place in the order of entries. It is set up for each search. */
export class ScoreProbe {
  score = 0;
  #comparison: Comparison = "entry";
  #id = NO_ID;
  /** Whether what equals the probe counts as before it. */
  #orEqual = false;
  readonly #bytes = new ByteSlice();
  readonly #other = new ByteSlice();

  /** Looks for a member of `keys`: the place behind it. */
  behindEntry(keys: MemberKeys, id: number, score: number): void {
    this.#comparison = "entry";
    this.#id = id;
    this.score = score;
    this.#orEqual = true;
    keys.key(id, this.#bytes);
  }

  /** Looks for the place before all entries with this score or, with `behind`, behind them. */
  atScore(score: number, behind: boolean): void {
    this.#comparison = "score";
    this.score = score;
    this.#orEqual = behind;
  }

  /** Looks for the place before a member with these bytes or, with `behind`, behind it, whatever the scores are. */
  atMember(source: ByteSource, start: number, end: number, behind: boolean): void {
    this.#comparison = "member";
    this.#id = NO_ID;
    this.#orEqual = behind;
    this.#bytes.set(source, start, end);
  }

  /** Whether an entry comes before the probe. */
  isBehind(keys: MemberKeys, score: number, id: number): boolean {
    if (this.#comparison !== "member") {
      if (score !== this.score) return score < this.score;
      if (this.#comparison === "score") return this.#orEqual;
    }
    if (id === this.#id) return this.#orEqual;
    const bytes = this.#bytes;
    const other = this.#other;
    keys.key(id, other);
    const difference = comparePieces(
      other.source,
      other.start,
      other.end,
      bytes.source,
      bytes.start,
      bytes.end,
    );
    return difference < 0 || (difference === 0 && this.#orEqual);
  }

  /** How many entries of the node come before the probe. */
  countBefore(keys: MemberKeys, node: number): number {
    const { view } = collectionArena.page(node);
    const start = collectionArena.start(node);
    let low = 0;
    let high = view.getInt32(start, true);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const score = view.getFloat64(start + SCORES + 8 * middle, true);
      const id = view.getInt32(start + IDS + 4 * middle, true);
      if (this.isBehind(keys, score, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
