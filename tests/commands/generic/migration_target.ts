/** A server for MIGRATE that answers only when the test says so. */
import { fromBytes, toBytes } from "../../../src/util/byte_string.ts";

/** Takes connections, one after the other. */
export class ControlledTarget implements Disposable {
  readonly port: number;
  /** Connections so far. */
  accepted = 0;

  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #closed = new Set<Deno.Conn>();
  #connection: Deno.Conn | null = null;
  #received = "";
  #arrived = Promise.withResolvers<void>();

  constructor() {
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#serve();
  }

  /** Waits until something arrived that matches, and forgets all that did; the match. */
  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) {
        this.#received = "";
        return match;
      }
      await this.#arrived.promise;
    }
  }

  /** Sends something on the newest connection. */
  async reply(text: string): Promise<void> {
    await this.#connection!.write(toBytes(text));
  }

  /** Ends the newest connection. */
  cut(): void {
    if (this.#connection !== null) this.#close(this.#connection);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.cut();
  }

  #close(connection: Deno.Conn): void {
    if (this.#closed.has(connection)) return;
    this.#closed.add(connection);
    connection.close();
  }

  async #serve(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        this.accepted++;
        this.#connection = connection;
        this.#read(connection);
      }
    } catch {
      // The listener was closed.
    }
  }

  async #read(connection: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
        this.#received += fromBytes(buffer, 0, size);
        this.#arrived.resolve();
        this.#arrived = Promise.withResolvers();
      }
    } catch {
      // It was closed.
    }
    this.#close(connection);
  }
}
