/**
 * Lowest and highest port handed out. The range ends below where systems take ports for outgoing connections, so
 * that no connection of another test can occupy the port between the probe and its use; a cluster bus port (10,000
 * above) still fits.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
/**
 * How many ports each test file has to itself while it runs. So no other one takes a port between the probe and its
 * use, nor that of a server which is about to be started again.
 */
const SHARE = 200;

/** The first port of this test file's share, on which it listens as long as it runs. */
const guard = takeShare();
let handedOut = 0;

/** The guard of a share that nobody has; null if there is none left. */
function takeShare(): number | null {
  const count = (HIGHEST - LOWEST) / SHARE;
  const start = Math.floor(Math.random() * count);
  for (let i = 0; i < count; i++) {
    const port = LOWEST + (start + i) % count * SHARE;
    const listener = listen(port);
    if (listener === null) continue;
    listener.unref();
    return port;
  }
  return null;
}

/** A TCP port on which nothing listens at this moment on 127.0.0.1. */
export function freePort(): number {
  return freePorts(1);
}

/** The first of `count` such ports in a row, that are free also `further` above them. */
export function freePorts(count: number, further = 0): number {
  for (let attempt = 0; attempt < SHARE; attempt++) {
    const first = nextRun(count);
    const run = Array.from({ length: count }, (_, i) => first + i);
    if (further > 0) run.push(...run.map((port) => port + further));
    if (run.every(isFree)) return first;
  }
  throw new Error(`no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
}

/** The first of the next ports of the share, one after the other: it takes long until one of them comes again. */
function nextRun(count: number): number {
  if (guard === null) return LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count));
  if (handedOut + count >= SHARE) handedOut = 0;
  const first = guard + 1 + handedOut;
  handedOut += count;
  return first;
}

function isFree(port: number): boolean {
  const listener = listen(port);
  listener?.close();
  return listener !== null;
}

function listen(port: number): Deno.TcpListener | null {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return null;
    throw error;
  }
}
