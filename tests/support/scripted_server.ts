import { bytesOf } from "./bytes.ts";
import { RespClient } from "./resp_client.ts";

/**
 * A server inside the test that answers commands from a table, for tests of the test tools themselves. Understands
 * only commands in the form of {@link encodeCommand}; the table's key is the words joined by spaces. An answer may be
 * anything, also no RESP or several replies; `undefined` closes the connection.
 */
export class ScriptedServer implements Disposable {
  #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #answer: (command: string) => string | undefined;
  #connections = new Set<Deno.TcpConn>();

  constructor(answer: (command: string) => string | undefined) {
    this.#answer = answer;
    this.#accept();
  }

  connect(timeoutMs?: number): Promise<RespClient> {
    return RespClient.connect({ port: this.#listener.addr.port, timeoutMs });
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) this.#drop(connection);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      // A client that goes away in the middle of something is no concern of this server.
      this.#serve(connection).catch(() => {}).finally(() => this.#drop(connection));
    }
  }

  #drop(connection: Deno.TcpConn): void {
    if (this.#connections.delete(connection)) connection.close();
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(65536);
    let text = "";
    for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
      text += String.fromCharCode(...buffer.subarray(0, count));
      while (true) {
        const command = takeCommand(text);
        if (command === undefined) break;
        text = text.slice(command.length);
        const answer = this.#answer(command.words.join(" "));
        if (answer === undefined) return;
        for (let rest = bytesOf(answer); rest.length > 0;) rest = rest.subarray(await connection.write(rest));
      }
    }
  }
}

/** The words of the command at the start of the text and the length of its encoding. */
function takeCommand(text: string): { words: string[]; length: number } | undefined {
  const header = /^\*(\d+)\r\n/.exec(text);
  if (!header) return undefined;
  const words: string[] = [];
  let at = header[0].length;
  for (let i = 0; i < Number(header[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 30));
    if (!size) return undefined;
    const start = at + size[0].length;
    at = start + Number(size[1]) + 2;
    if (text.length < at) return undefined;
    words.push(text.slice(start, at - 2));
  }
  return { words, length: at };
}
