/**
 * The end of a turn of the event loop: the moment to do once what all events of a turn ask for.
 *
 * @module
 */

/**
 * Turns of the microtask queue after which all sockets that were readable together have been served. On their way through
 * the intake the bytes of clients need fewer, those of the bus fewer still; there is no other sign of a turn's end before
 * sockets are asked again.
 */
const HOPS = 10;

/** Calls `run` when all sockets that are readable now have been served. */
export function atTurnEnd(run: () => void): void {
  hop(HOPS, run);
}

function hop(left: number, run: () => void): void {
  queueMicrotask(() => left > 1 ? hop(left - 1, run) : run());
}
