/**
 * The conversation: a line is read, its command is run, its answer printed, again and again.
 *
 * @module
 */

import { byteStringToUtf8, utf8ToByteString } from "../../util/byte_string.ts";
import { completionsFor } from "./completion.ts";
import { Executor, feedOf } from "./execute.ts";
import { FeedListener } from "./feed.ts";
import { helpText } from "./help.ts";
import { hintFor } from "./hints.ts";
import { History, historyFile, isSecret } from "./history.ts";
import { type LineSource, PipedLines } from "./line_source.ts";
import { Preferences } from "./preferences.ts";
import { Session } from "./session.ts";
import { splitWords } from "./split_words.ts";
import { TerminalLines } from "./terminal_lines.ts";

const CLEAR_SCREEN = "\x1b[H\x1b[2J";
/** An answer that took longer than this is followed by the time it took. */
const SLOW_MILLISECONDS = 500;

/** Runs a conversation on standard input; the status to exit with. */
export async function converse(session: Session): Promise<number> {
  const conversation = new Conversation(session);
  await conversation.run();
  return 0;
}

class Conversation {
  readonly #session: Session;
  readonly #executor: Executor;
  readonly #lines: LineSource;
  readonly #history: History;
  readonly #preferences = new Preferences();
  #feed: FeedListener | null = null;

  constructor(session: Session) {
    const environment = (name: string) => Deno.env.get(name);
    const typing = Deno.stdin.isTerminal() && environment("TERM") !== "dumb";
    this.#history = new History(typing ? historyFile(environment) : null);
    this.#lines = typing ? this.#terminal() : new PipedLines(session.output);
    this.#session = new Session(session.options, this.#lines.output);
    this.#executor = new Executor(this.#session, true);
    this.#lines.output.write(this.#preferences.load(environment));
  }

  async run(): Promise<void> {
    using lines = this.#lines;
    await this.#session.connect();
    for (;;) {
      const line = await lines.next(this.#prompt());
      if (line === null || await this.#obey(line)) break;
    }
    this.#session.disconnect();
  }

  #terminal(): TerminalLines {
    return new TerminalLines({
      history: this.#history.latestFirst(),
      complete: completionsFor,
      hint: (line) => this.#hint(line),
      isSecret: (line) => isSecret(splitWords(utf8ToByteString(line)) ?? []),
      interrupt: () => this.#interrupt(),
    });
  }

  /** Gives up what the server is busy with for us; false if it isn't. */
  #interrupt(): boolean {
    if (this.#feed !== null) this.#session.disconnect();
    else if (this.#executor.running) this.#executor.interrupt();
    else return false;
    return true;
  }

  #hint(line: string): string {
    const words = this.#preferences.hints && !line.startsWith(":")
      ? splitWords(utf8ToByteString(line))
      : null;
    return words === null ? "" : hintFor(words, /\s$/.test(line));
  }

  #prompt(): string {
    const session = this.#session;
    if (session.connection === null) return "not connected> ";
    const address = session.options.unix === undefined ? session.address : `redis ${session.address}`;
    const database = session.database === 0 ? "" : `[${session.database}]`;
    const transaction = session.inTransaction ? "(TX)" : "";
    const feed = this.#feed === null
      ? ""
      : this.#feed.kind === "subscribe"
      ? "(subscribed mode)"
      : "(monitor mode)";
    return `${address}${database}${transaction}${feed}> `;
  }

  /** Does what a line says; true if it says to leave. */
  async #obey(line: string): Promise<boolean> {
    const words = splitWords(line);
    if (!isSecret(words ?? [])) this.#history.add(byteStringToUtf8(line));
    if (words === null) this.#session.output.write("Invalid argument(s)\n");
    if (words === null || words.length === 0) return false;
    const name = words[0].toLowerCase();
    if (name === "quit" || name === "exit") return true;
    if (name.startsWith(":")) this.#session.output.write(this.#preferences.apply(line));
    else if (name === "help" || name === "?") this.#session.output.write(helpText(words.slice(1)));
    else if (name === "clear" && words.length === 1) this.#session.output.write(CLEAR_SCREEN);
    else if (name === "connect" && words.length === 3) await this.#connectTo(words[1], words[2]);
    else await this.#run(words);
    return false;
  }

  async #connectTo(hostname: string, port: string): Promise<void> {
    this.#session.moveTo(hostname, Number.parseInt(port, 10) || 0);
    await this.#session.connect();
  }

  /** A command of the server's, with or without the number of times that it is wanted. */
  async #run(words: string[]): Promise<void> {
    const repeated = words.length > 1 && /^[+-]?\d+$/.test(words[0]);
    const times = repeated ? Number(words[0]) : this.#session.options.repeat;
    if (repeated && times <= 0) {
      this.#session.output.write("Invalid redis-cli repeat command option value.\n");
      return;
    }
    const command = repeated ? words.slice(1) : words;
    if (this.#feed !== null) return this.#feed.send(command);
    if (this.#lines.interactive && await this.#opensFeed(command)) return;
    const start = performance.now();
    await this.#executor.issue(command, times);
    const elapsed = performance.now() - start;
    if (this.#executor.interrupted) return void await this.#session.connect();
    if (this.#session.connection === null) return;
    if (elapsed >= SLOW_MILLISECONDS && this.#session.options.form === "standard") {
      this.#session.output.write(`(${(elapsed / 1000).toFixed(2)}s)\n`);
    }
  }

  /** Begins to listen if the command opens a feed; a person can go on typing meanwhile. */
  async #opensFeed(command: string[]): Promise<boolean> {
    const kind = feedOf(command);
    if (kind === null || this.#session.inTransaction) return false;
    if (this.#session.connection === null && !await this.#session.connect()) return true;
    const { output } = this.#session;
    if (kind === "subscribe") output.write("Reading messages... (press Ctrl-C to quit or type a command)\n");
    const feed = new FeedListener(this.#executor, this.#session.connection!, command, kind);
    this.#feed = feed;
    feed.ended.then(async () => {
      this.#feed = null;
      if (this.#session.connection === null) await this.#session.connect();
      this.#lines.changePrompt(this.#prompt());
    });
    return true;
  }
}
