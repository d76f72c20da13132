import { bytesOf, encodeCommand, textOf, type Word } from "./bytes.ts";
import { encodeReply, parseReply, type Plain, quote, type Reply, ReplyError, toPlain } from "./resp_reply.ts";

/** The server closed the connection before a whole reply had arrived. */
export class ConnectionClosed extends Error {
  override name = "ConnectionClosed";
}

/** No whole reply within the client's time limit; the connection stays usable. */
export class ReplyTimeout extends Error {
  override name = "ReplyTimeout";
}

/** Where to connect, and how long to wait for a reply before {@link ReplyTimeout} (30 s unless told). */
export interface RespClientOptions {
  hostname?: string;
  port?: number;
  /** Path of a Unix socket, instead of host and port. */
  path?: string;
  timeoutMs?: number;
}

/**
 * A client on a bare socket that hides nothing: it sends exactly the bytes asked for and gives replies in a lossless
 * form or as raw bytes. Replies are taken in the order of arrival; nothing is read ahead of what was asked for, apart
 * from what the socket happened to deliver together.
 */
export class RespClient implements Disposable {
  /**
   * When true, {@link read} and {@link readRaw} pass over push messages and put them aside for {@link readPush}.
   * When false, a push is a reply like any other.
   */
  separatePushes = false;
  timeoutMs: number;

  #conn: Deno.Conn;
  #received = "";
  #needed = 1;
  #ended = false;
  #pushes: Reply[] = [];
  #buffer = new Uint8Array(65536);
  #pending: Promise<void> | null = null;

  private constructor(conn: Deno.Conn, timeoutMs: number) {
    this.#conn = conn;
    this.timeoutMs = timeoutMs;
  }

  static async connect(options: RespClientOptions): Promise<RespClient> {
    const { hostname = "127.0.0.1", port = 6379, path, timeoutMs = 30_000 } = options;
    if (path !== undefined) {
      return new RespClient(await Deno.connect({ transport: "unix", path }), timeoutMs);
    }
    const conn = await Deno.connect({ hostname, port });
    conn.setNoDelay(true);
    return new RespClient(conn, timeoutMs);
  }

  /** Sends one command as an array of bulk strings; doesn't wait for a reply. */
  send(...words: Word[]): Promise<void> {
    return this.sendRaw(encodeCommand(words));
  }

  /** Sends these bytes and nothing else. */
  async sendRaw(bytes: string | Uint8Array): Promise<void> {
    let rest = typeof bytes === "string" ? bytesOf(bytes) : bytes;
    while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
  }

  /**
   * The next reply.
   * @throws {ConnectionClosed} {@link ReplyTimeout} {@link NotResp}
   */
  async read(): Promise<Reply> {
    while (true) {
      const reply = await this.#nextFrame();
      if (!this.separatePushes || reply.type !== "push") return reply;
      this.#pushes.push(reply);
    }
  }

  /** The bytes of exactly one reply, as a byte string. */
  async readRaw(): Promise<string> {
    return encodeReply(await this.read());
  }

  /**
   * The next push message: one put aside earlier, or else the next one to arrive.
   * Only meaningful with {@link separatePushes}.
   * @throws {NotResp} if an ordinary reply arrives first
   */
  async readPush(): Promise<Reply> {
    const aside = this.#pushes.shift();
    if (aside !== undefined) return aside;
    const reply = await this.#nextFrame();
    if (reply.type !== "push") {
      throw new ReplyError(`a reply instead of a push: ${quote(encodeReply(reply))}`);
    }
    return reply;
  }

  /** Sends a command and reads one reply. */
  async call(...words: Word[]): Promise<Reply> {
    await this.send(...words);
    return await this.read();
  }

  /**
   * Sends a command and gives its reply as plain JavaScript (see {@link toPlain}).
   * @throws {ReplyError} if it is an error
   */
  async ask(...words: Word[]): Promise<Plain> {
    const plain = toPlain(await this.call(...words));
    if (plain instanceof ReplyError) throw plain;
    return plain;
  }

  /** The next `count` bytes, whatever they are, as a byte string. */
  async readBytes(count: number): Promise<string> {
    while (this.#received.length < count) {
      if (this.#ended) throw new ConnectionClosed(`connection closed by the server before ${count} bytes`);
      await this.#receive();
    }
    const bytes = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return bytes;
  }

  /** Reads until the server closes the connection; the bytes that came before, not yet read, as a byte string. */
  async readToEnd(): Promise<string> {
    while (!this.#ended) await this.#receive();
    const rest = this.#received;
    this.#received = "";
    return rest;
  }

  /** Tells the server that nothing more will be sent (half-close); replies can still be read. */
  async closeWrite(): Promise<void> {
    try {
      await (this.#conn as Deno.TcpConn).closeWrite();
    } catch {
      // The server was quicker and the socket is closed already.
    }
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #nextFrame(): Promise<Reply> {
    while (true) {
      if (this.#received.length >= this.#needed) {
        const result = parseReply(this.#received);
        if ("reply" in result) {
          this.#received = this.#received.slice(result.end);
          this.#needed = 1;
          return result.reply;
        }
        this.#needed = result.needed;
      }
      if (this.#ended) {
        throw new ConnectionClosed(`connection closed by the server; unread: ${quote(this.#received)}`);
      }
      await this.#receive();
    }
  }

  /** Waits for more bytes. A read that outlasts the limit stays pending and is picked up by the next call. */
  async #receive(): Promise<void> {
    this.#pending ??= this.#readSocket().finally(() => this.#pending = null);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const message = `no reply within ${this.timeoutMs} ms; received so far: ${quote(this.#received)}`;
      timer = setTimeout(() => reject(new ReplyTimeout(message)), this.timeoutMs);
    });
    try {
      await Promise.race([this.#pending, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Adds what arrives to the received text; any socket error counts as the end, as a reset by the server is one. */
  async #readSocket(): Promise<void> {
    const count = await this.#conn.read(this.#buffer).catch(() => null);
    if (count === null) this.#ended = true;
    else this.#received += textOf(this.#buffer.subarray(0, count));
  }
}
