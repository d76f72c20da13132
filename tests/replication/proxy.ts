/** A TCP proxy whose connections a test can cut. */

/** Passes bytes on between whoever connects and a server on this machine. */
export class Proxy implements Disposable {
  readonly port: number;
  /** Connections accepted so far. */
  accepted = 0;
  /** While true, new connections are closed at once. */
  refusing = false;
  /** When set, a connection is cut once it has passed on so many bytes from the server. */
  cutAfter: (() => number) | null = null;

  readonly #listener: Deno.Listener;
  readonly #target: number;
  readonly #open = new Set<Deno.Conn>();

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#serve();
  }

  /** Ends all connections. */
  cut(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.cut();
  }

  async #serve(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        this.accepted++;
        if (this.refusing) close(client);
        else this.#connect(client);
      }
    } catch {
      // The listener was closed.
    }
  }

  async #connect(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#open.add(server);
      const limit = this.cutAfter?.() ?? Infinity;
      await Promise.race([pass(client, server, Infinity), pass(server, client, limit)]);
      close(server);
      this.#open.delete(server);
    } catch {
      // One of them is gone.
    }
    close(client);
    this.#open.delete(client);
  }
}

async function pass(from: Deno.Conn, to: Deno.Conn, limit: number): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  for (let left = limit; left > 0;) {
    const size = await from.read(buffer.subarray(0, Math.min(left, buffer.length))).catch(() => null);
    if (size === null) return;
    for (let done = 0; done < size;) {
      const count = await to.write(buffer.subarray(done, size)).catch(() => 0);
      if (count === 0) return;
      done += count;
    }
    left -= size;
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
