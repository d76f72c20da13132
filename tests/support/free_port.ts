/**
 * Lowest and highest port handed out. The range ends below where systems take ports for outgoing connections, so
 * that no connection of another test can occupy the port between the probe and its use; a cluster bus port (10,000
 * above) still fits.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** A TCP port on which nothing listens at this moment on 127.0.0.1. */
export function freePort(): number {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST}`);
}
