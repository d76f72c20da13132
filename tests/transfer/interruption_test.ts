/** What is left when a tool is interrupted, and that it can be. */
import { assert, assertEquals } from "@std/assert";
import type { EntryReceiver, EntrySource } from "../../src/transfer/entry.ts";
import { ProgressBar } from "../../src/transfer/progress.ts";
import { transfer } from "../../src/transfer/run_tool.ts";
import { serverCommand } from "../support/server_command.ts";
import { Workspace } from "./tools.ts";

const LIMIT_MS = 30_000;

/** A server that takes connections and says nothing. */
class SilentServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.Conn[] = [];
  readonly url = `redis://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  readonly accepted = this.#accept();

  async #accept(): Promise<void> {
    this.#connections.push(await this.#listener.accept());
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }
}

const cases: [way: string, signal: Deno.Signal, status: number][] = [
  ["--scan", "SIGINT", 130],
  ["--sync", "SIGTERM", 143],
];

for (const [way, signal, status] of cases) {
  // Windows can't send a signal to another process.
  const ignore = Deno.build.os === "windows";
  Deno.test({ name: `interruption: ${signal} leaves no file behind, ${way}`, ignore }, async () => {
    using work = new Workspace();
    using server = new SilentServer();
    const [program, ...args] = serverCommand();
    await using tool = new Deno.Command(program, {
      args: [...args, "dump", server.url, way, "--output", work.file("out")],
      env: { TMPDIR: work.path },
      stdin: "null",
      stderr: "null",
    }).spawn();
    assertEquals(await Promise.race([server.accepted, tool.status]), undefined, "the tool connects");
    const names = () => [...Deno.readDirSync(work.path)].map(({ name }) => name);
    for (const end = Date.now() + LIMIT_MS; !names().some((name) => name.endsWith(".tmp"));) {
      assert(Date.now() < end, "no file was begun");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    tool.kill(signal);
    assertEquals((await tool.status).code, status);
    assertEquals(names(), []);
  });
}

Deno.test("interruption: a transfer that never waits gives the event loop its turns", async () => {
  let turns = 0;
  const source: EntrySource = {
    progress: { done: 0, total: 0, unit: "keys" },
    *send() {
      const end = Date.now() + LIMIT_MS;
      while (turns === 0 && Date.now() < end) yield;
    },
    close() {},
  };
  const receiver = { drain: () => Promise.resolve(), finish: () => Promise.resolve() } as EntryReceiver;
  setTimeout(() => turns++, 0);
  await transfer(source, receiver, new ProgressBar());
  assertEquals(turns, 1);
});
