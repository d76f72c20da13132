/** `docker/entrypoint.sh`, with a program in the server's place that tells what it was given. */

import { assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../support/server_command.ts";

const ignore = Deno.build.os === "windows";
const PROGRAM = `#!/bin/sh
echo "$(basename "$0") $*"
[ "\${1:-}" != cli ] || { echo "auth=\${REDISCLI_AUTH:-}"; echo "$ANSWER"; exit 1; }
for last; do :; done
[ "\${last:-}" != - ] || cat
`;

interface Outcome {
  code: number;
  /** The program that was run with its arguments, then what it found on its standard input, line by line. */
  lines: string[];
  errors: string;
}

class Container implements Disposable {
  readonly dir = Deno.makeTempDirSync({ prefix: "mini-redis-test-" });

  constructor() {
    for (const name of ["mini-redis", "redis-server", "redis-cli"]) this.write(name, PROGRAM);
  }

  /** Writes an executable file and returns its path. */
  write(name: string, text: string): string {
    Deno.writeTextFileSync(`${this.dir}/${name}`, text, { mode: 0o755 });
    return `${this.dir}/${name}`;
  }

  async run(args: string[], env: Record<string, string> = {}, stdin = ""): Promise<Outcome> {
    const process = new Deno.Command("sh", {
      args: [`${ROOT}docker/entrypoint.sh`, ...args],
      clearEnv: true,
      env: { PATH: `${this.dir}:${Deno.env.get("PATH")}`, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = process.stdin.getWriter();
    // A script that does not read its input may be gone already.
    await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
    await writer.close().catch(() => {});
    const { code, stdout, stderr } = await process.output();
    const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
    return { code, lines, errors: new TextDecoder().decode(stderr) };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

const OPEN = ["bind * -::*", "protected-mode no"];

Deno.test({
  name: "entrypoint: arguments are those of the image of Redis",
  ignore,
  async fn() {
    using container = new Container();
    const lines = async (...args: string[]) => (await container.run(args)).lines;
    assertEquals(await lines(), ["mini-redis -", ...OPEN]);
    assertEquals(await lines("mini-redis"), ["mini-redis -", ...OPEN]);
    assertEquals(await lines("server", "--port", "1"), ["mini-redis --port 1 -", ...OPEN]);
    assertEquals(await lines("--appendonly", "yes"), ["mini-redis --appendonly yes -", ...OPEN]);
    assertEquals(await lines("redis-server", "--port", "1"), ["redis-server --port 1 -", ...OPEN]);
    assertEquals(await lines("/nowhere/redis.conf"), ["mini-redis /nowhere/redis.conf -", ...OPEN]);
    assertEquals(await lines("--version"), ["mini-redis --version"]);
    assertEquals(await lines("redis-server", "--help"), ["redis-server --help"]);
    assertEquals(await lines("redis-cli", "-p", "7000"), ["redis-cli -p 7000"]);
    assertEquals(await lines("bench", "-q"), ["mini-redis bench -q"]);
    assertEquals(await lines("mini-redis", "check-aof", "x"), ["mini-redis check-aof x"]);
    assertEquals(await lines("echo", "any", "command"), ["any command"]);
  },
});

Deno.test({
  name: "entrypoint: a configuration file keeps what it says",
  ignore,
  async fn() {
    using container = new Container();
    const given = async (text: string) => {
      const { lines } = await container.run([container.write("redis.conf", text), "--port", "1"]);
      assertEquals(lines[0], `mini-redis ${container.dir}/redis.conf --port 1 -`);
      return lines.slice(1);
    };
    assertEquals(await given("port 7\n"), OPEN);
    assertEquals(await given("# bind 127.0.0.1\n  BIND 10.0.0.1\n"), ["protected-mode no"]);
    assertEquals(await given("protected-mode yes\nbind *\n"), []);
    assertEquals(await given("include other.conf\n"), []);
    const { lines } = await container.run([container.write("redis.conf", "bind *\n")], { REDIS_PORT: "7" });
    assertEquals(lines.slice(1), ["protected-mode no", "port 7"]);
  },
});

Deno.test({
  name: "entrypoint: password and port come from variables or files, and not as arguments",
  ignore,
  async fn() {
    using container = new Container();
    const password = `pa"ss\\wo rd $HOME \`x\``;
    const quoted = `"pa\\"ss\\\\wo rd $HOME \`x\`"`;
    const expected = [
      "mini-redis -",
      ...OPEN,
      "port 7000",
      `requirepass ${quoted}`,
      `masterauth ${quoted}`,
    ];
    const env = { REDIS_PORT: "7000", REDIS_PASSWORD: password };
    assertEquals((await container.run([], env)).lines, expected);
    const files = {
      REDIS_PORT_FILE: container.write("port", "7000\n"),
      REDIS_PASSWORD_FILE: container.write("password", `${password}\n`),
    };
    assertEquals((await container.run([], files)).lines, expected);
    // What Kubernetes sets beside a service that is called "redis".
    const linked = await container.run([], { REDIS_PORT: "tcp://10.0.0.1:6379" });
    assertEquals(linked.lines, ["mini-redis -", ...OPEN]);
  },
});

Deno.test({
  name: "entrypoint: variables that make no sense end the start",
  ignore,
  async fn() {
    using container = new Container();
    const refused: [env: Record<string, string>, error: RegExp][] = [
      [{ REDIS_PORT: "seven" }, /^entrypoint: REDIS_PORT is no number: seven$/m],
      [{ REDIS_PASSWORD: "a\nb" }, /^entrypoint: REDIS_PASSWORD has more than one line$/m],
      [
        { REDIS_PASSWORD: "a", REDIS_PASSWORD_FILE: "/b" },
        /REDIS_PASSWORD and REDIS_PASSWORD_FILE are both set/,
      ],
      [
        { REDIS_PASSWORD_FILE: `${container.dir}/nowhere` },
        /^entrypoint: REDIS_PASSWORD_FILE can't be read$/m,
      ],
    ];
    for (const [env, error] of refused) {
      const outcome = await container.run([], env);
      assertEquals([outcome.code, outcome.lines], [1, []]);
      assertMatch(outcome.errors, error);
    }
  },
});

Deno.test({
  name: "entrypoint: configuration on the standard input comes after its own",
  ignore,
  async fn() {
    using container = new Container();
    const own = [...OPEN, "maxmemory 5mb"];
    const last = await container.run(["--port", "1", "-"], {}, "maxmemory 5mb\n");
    assertEquals(last.lines, ["mini-redis --port 1 -", ...own]);
    const only = await container.run(["-"], {}, "maxmemory 5mb\n");
    assertEquals(only.lines, ["mini-redis -", ...own]);
  },
});

Deno.test({
  name: "entrypoint: health is that the server answers",
  ignore,
  async fn() {
    using container = new Container();
    const check = async (ANSWER: string, env = {}) =>
      (await container.run(["healthcheck"], { ANSWER, ...env })).code;
    for (const answer of ["PONG", "NOAUTH Authentication required.", "MISCONF x", "MASTERDOWN x"]) {
      assertEquals(await check(answer), 0, answer);
    }
    for (const answer of ["LOADING x", "Could not connect to Redis", ""]) {
      assertEquals(await check(answer), 1);
    }
    const { lines } = await container.run(["healthcheck"], {
      ANSWER: "LOADING",
      REDIS_PORT: "7000",
      REDIS_PASSWORD: "x",
    });
    assertEquals(lines, ["mini-redis cli -h 127.0.0.1 -p 7000 ping", "auth=x", "LOADING"]);
  },
});
