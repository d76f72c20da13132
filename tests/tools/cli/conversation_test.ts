import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { redisAvailable, startServer } from "../../harness.ts";
import { info, until } from "../../persistence/tools.ts";
import { freePort } from "../../support/free_port.ts";
import { serverCommand } from "../../support/server_command.ts";
import { FixedServer, runProcess } from "./support.ts";

/** The command line of the client as a program of its own. */
const CLI = [...serverCommand(), "cli"];

/** Runs both clients with this input and compares all that they leave. */
async function compare(args: string[], stdin: string): Promise<void> {
  const [ours, real] = await Promise.all([
    runProcess([...CLI, ...args], stdin),
    runProcess(["redis-cli", ...args], stdin),
  ]);
  assertEquals(ours, real, `${args.join(" ")} < ${JSON.stringify(stdin)}`);
}

/** Lines of a conversation; the last one is not reached. */
const LINES = [
  "ping",
  "foo",
  "",
  '"unbalanced',
  "2 ping",
  "-1 ping",
  "0 ping",
  "set k 'a b\\n'",
  'set "\\x00\\xff" v',
  "keys *",
  "select 2",
  "multi",
  "set a 1",
  "exec",
  "get",
  "info nosuchsection",
  "hgetall none",
  "clear",
  "reset",
  "echo \u00e9",
  "quit",
  "ping",
];

Deno.test({
  name: "cli: a conversation over a pipe is redis-cli's",
  ignore: !redisAvailable(),
  async fn() {
    await using server = await startServer();
    const port = ["-p", String(server.port)];
    const text = LINES.slice(0, 16).join("\n");
    await compare([...port, "--no-raw"], `${text}\n`);
    await compare([...port, "-n", "1", "-3"], LINES.slice(16).join("\n"));
    const killing = `client kill laddr 127.0.0.1:${server.port} skipme no\nincr n\nselect 3\nping\n`;
    for (const args of [port, [...port, "-n", "2"]]) {
      const ours = await runProcess([...CLI, ...args], killing);
      assertEquals(ours, await runProcess(["redis-cli", ...args], killing));
    }
    await compare(["-p", String(freePort())], "one\ntwo\n");
    using redirecting = new FixedServer();
    redirecting.answers = [`-MOVED 5 127.0.0.1:${server.port}\r\n`];
    await compare(["-c", "-p", String(redirecting.port), "--csv"], "get nothing\nget nothing\n");
  },
});

Deno.test({
  name: "cli: standard input as an argument, and as commands",
  ignore: !redisAvailable(),
  async fn() {
    await using server = await startServer();
    const port = ["-p", String(server.port)];
    await compare([...port, "-x", "ECHO"], "a\0b\xff\n");
    await compare([...port, "-X", "tag", "SET", "tag", "v"], 'k"\n');
    await compare([...port, "-X", "other", "GET", "k"], "");
    const frames = "set a b\r\n*2\r\n$3\r\nget\r\n$1\r\na\r\nbad\r\n";
    await compare([...port, "--pipe"], frames);
    const many = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\n" + "v".repeat(100) + "\r\n";
    await compare([...port, "--pipe"], many.repeat(5000));
  },
});

Deno.test("cli: pipe gives up when nothing comes back", async () => {
  using server = new FixedServer();
  server.answers = ["+OK\r\n"];
  const args = ["-p", String(server.port), "--pipe", "--pipe-timeout", "1"];
  const { status, output, errors } = await runProcess([...CLI, ...args], "PING\r\n");
  assertEquals(status, 1);
  assertMatch(errors, /No replies for 1 seconds: exiting/);
  assertMatch(output, /errors: 1, replies: \d+\n$/);
});

/** Whether a terminal can be made for a program, with the `script` of util-linux. */
function terminalAvailable(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "cli: at a terminal there are prompts, hints, messages, and a history without secrets",
  ignore: !terminalAvailable(),
  async fn() {
    await using server = await startServer({ config: { "enable-debug-command": "yes" } });
    const histories = `${server.dir}/history`;
    const command = [...CLI, "-p", String(server.port)].map((word) => `'${word}'`).join(" ");
    const environment = { REDISCLI_HISTFILE: histories, REDISCLI_RCFILE: "", TERM: "xterm" };
    const prompt = `127.0.0.1:${server.port}`;
    using client = await server.connect();
    // Typed while the line is still being edited, Ctrl-C would be a key like any other.
    const blocked = () => until("it waits", async () => await info(client, "blocked_clients") === "1");
    const dialogue: Exchange[] = [
      [`${prompt}> `, "set k "],
      ["value [NX|XX] [GET]", "v\r"],
      ["OK", "select 3\r"],
      [`${prompt}[3]> `, "multi\r"],
      [`${prompt}[3](TX)> `, "discard\r"],
      ["OK", "auth secret\r"],
      ["ERR AUTH", "\x1b[A"],
      ["> discard", "\x15t k\x12"],
      ["set k v", "\x15i\x12\x12"],
      ["multi", "\x15subscribe c\r"],
      ["Reading messages...", "unsubscribe\r"],
      ["(integer) 0", "blpop nokey 0\r"],
      ["\x1b[K\r", "\x03", blocked],
      // Typed before the answer: behind it the prompt has all of it.
      [`${prompt}[3]> `, "debug sleep 0.2\rech"],
      ["OK", "o typed\r"],
      ['"typed"', "get"],
      ["key", "\x03"],
    ];
    const text = await typeAt(command, dialogue, environment);
    assertStringIncludes(text, `${prompt}[3](subscribed mode)> `);
    const history = await Deno.readTextFile(histories);
    assertEquals(
      history,
      "set k v\nselect 3\nmulti\ndiscard\nsubscribe c\nunsubscribe\nblpop nokey 0\ndebug sleep 0.2\necho typed\n",
    );
  },
});

/** What is waited for, what is typed then, and what else has to have happened before. */
type Exchange = [seen: string, typed: string, first?: () => Promise<void>];

/** Types at a terminal that runs a command: each piece when what it waits for has been printed since the last. */
async function typeAt(
  command: string,
  dialogue: Exchange[],
  env: Record<string, string>,
): Promise<string> {
  const process = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    env,
    // What was printed until then tells where it got stuck.
    signal: AbortSignal.timeout(60_000),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  let text = "";
  let answered = 0;
  let turn = 0;
  for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (turn === dialogue.length) continue;
    const [awaited, typed, first] = dialogue[turn];
    const at = text.indexOf(awaited, answered);
    if (at < 0) continue;
    answered = text.length;
    turn++;
    await first?.();
    await writer.write(new TextEncoder().encode(typed));
  }
  await writer.close().catch(() => {});
  await process.status;
  assertEquals(turn, dialogue.length, text);
  return text;
}
