/**
 * What a transaction hands on to the append-only file and the replicas.
 *
 * @module
 */

import { type CommandFrame, EncodedCommand, encodeFrame } from "../resp/encode.ts";
import type { Propagator } from "./dispatch.ts";

/** In place of a database's number, for a command that belongs to none and needs no SELECT before it. */
export const NO_DATABASE = -1;

const MULTI = encodeFrame(["MULTI"]);
const EXEC = encodeFrame(["EXEC"]);

/**
 * Stands in for the server's propagator while a transaction runs, and puts what comes between MULTI and EXEC, so that
 * it takes effect as a whole elsewhere too. Nothing at all is propagated for a transaction that changed nothing, and
 * no MULTI for a single command.
 */
export class PropagationUnit implements Propagator {
  readonly #target: Propagator;
  /** Held back until it is known whether a second one follows. */
  #first: { database: number; frame: CommandFrame } | null = null;
  #opened = false;

  constructor(target: Propagator) {
    this.#target = target;
  }

  propagate(database: number, frame: CommandFrame): void {
    if (this.#first === null && !this.#opened) {
      this.#first = { database, frame: ownCopy(frame) };
      return;
    }
    if (this.#first !== null) {
      this.#opened = true;
      this.#target.propagate(NO_DATABASE, MULTI);
      this.#release();
    }
    this.#target.propagate(database, frame);
  }

  /** To be called when the transaction has run. */
  end(): void {
    this.#release();
    if (this.#opened) this.#target.propagate(NO_DATABASE, EXEC);
  }

  #release(): void {
    if (this.#first === null) return;
    this.#target.propagate(this.#first.database, this.#first.frame);
    this.#first = null;
  }
}

function ownCopy({ buffer, frameStart, frameEnd }: CommandFrame): EncodedCommand {
  return new EncodedCommand(new Uint8Array(buffer.subarray(frameStart, frameEnd)));
}
