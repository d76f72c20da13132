/**
 * The byte stream under a connection: TCP, a Unix socket, or TLS.
 *
 * TLS goes through `node:tls`: `Deno.connectTls` has no way to name a server other than the one connected to, and
 * none to leave the certificate unchecked.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";

/** What a connection needs of a socket. */
export interface Transport {
  /** Reads some bytes into `buffer`; their number, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes; their number. */
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** TLS settings; all PEM texts. */
export interface TlsOptions {
  /** Name to ask for and to check the certificate against; the host's unless told. */
  serverName?: string;
  /** Authorities that are trusted instead of the system's. */
  caCerts?: string[];
  /** Whether the certificate must be for the server's name; true unless told. */
  checkServerName?: boolean;
  /** Accept any certificate. */
  insecure?: boolean;
  /** The client's own certificate and its key. */
  cert?: string;
  key?: string;
  /** OpenSSL-style list of cipher suites. */
  ciphers?: string;
}

/** Where a server is. */
export interface Address {
  hostname: string;
  port: number;
  /** Path of a Unix socket, instead of host and port. */
  unix?: string;
  tls?: TlsOptions;
}

/**
 * Opens the byte stream.
 * @throws whatever the system refused with
 */
export async function openTransport({ hostname, port, unix, tls }: Address): Promise<Transport> {
  if (unix !== undefined) return await Deno.connect({ transport: "unix", path: unix });
  if (tls !== undefined) return await openTls(hostname, port, tls);
  const socket = await Deno.connect({ hostname, port });
  socket.setNoDelay(true);
  return socket;
}

async function openTls(hostname: string, port: number, tls: TlsOptions): Promise<Transport> {
  const options: ConnectionOptions = {
    host: hostname,
    port,
    ca: tls.caCerts,
    cert: tls.cert,
    key: tls.key,
    ciphers: tls.ciphers,
    rejectUnauthorized: tls.insecure !== true,
    servername: tls.serverName ?? (isAddress(hostname) ? "" : hostname),
  };
  if (tls.checkServerName === false) options.checkServerIdentity = () => undefined;
  // Loaded when wanted only: most connections are plain.
  const { connect } = await import("node:tls");
  const socket = connect(options);
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  socket.setNoDelay(true);
  return new TlsTransport(socket);
}

function isAddress(hostname: string): boolean {
  return /^[\d.]+$/.test(hostname) || hostname.includes(":");
}

/** A node socket behind the interface of a Deno connection. */
class TlsTransport implements Transport {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    // Reads and writes report errors; without a listener the process would end.
    socket.on("error", () => {});
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return null;
      this.#rest = value;
    }
    const count = Math.min(buffer.length, this.#rest.length);
    buffer.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
