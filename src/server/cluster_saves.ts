/**
 * When a node writes `nodes.conf`: once for all that a turn of the event loop brings, and before it tells the others.
 *
 * @module
 */

import type { ClusterLink } from "../cluster/mod.ts";
import { atTurnEnd } from "./turn_end.ts";

/** What the others may hear of only when it can't be forgotten any more: a vote, an epoch. */
interface HeldMessage {
  readonly link: ClusterLink;
  readonly bytes: Uint8Array;
}

/** Gathers the saves of a turn, and holds what is sent after the first of them. */
export class ClusterSaves {
  readonly #write: (sync: boolean) => void;
  readonly #send: (link: ClusterLink, bytes: Uint8Array) => void;
  #wanted = false;
  #sync = false;
  #held: HeldMessage[] = [];

  /** `write` puts the present state into the file, and onto the disk if asked to; `send` must not fail. */
  constructor(
    write: (sync: boolean) => void,
    send: (link: ClusterLink, bytes: Uint8Array) => void,
  ) {
    this.#write = write;
    this.#send = send;
  }

  /** Has the file written when the turn ends, if {@linkcode flush} is not called before. */
  want(sync: boolean): void {
    this.#sync ||= sync;
    if (this.#wanted) return;
    this.#wanted = true;
    atTurnEnd(() => this.flush());
  }

  /** Sends at once, or when what is to be saved has been saved. */
  send(link: ClusterLink, bytes: Uint8Array): void {
    if (this.#wanted) this.#held.push({ link, bytes });
    else this.#send(link, bytes);
  }

  /** Writes what is to be written, and sends what was held. */
  flush(): void {
    if (!this.#wanted) return;
    const sync = this.#sync;
    this.#wanted = this.#sync = false;
    this.#write(sync);
    const held = this.#held;
    this.#held = [];
    for (const { link, bytes } of held) this.#send(link, bytes);
  }
}
