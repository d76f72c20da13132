/**
 * The event loop's turns.
 *
 * @module
 */

/**
 * Resolves after the event loop has seen to everything that was ready. It takes over 2 ms, but nothing quicker does it:
 * what Node calls an immediate comes before sockets are looked at.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
