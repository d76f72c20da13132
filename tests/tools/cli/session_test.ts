import { assertEquals, assertMatch } from "@std/assert";
import { redisAvailable, startRedis, startServer } from "../../harness.ts";
import { freePort } from "../../support/free_port.ts";
import { FixedServer, runOurs, runReal } from "./support.ts";

/** Runs both clients and compares all that they leave. */
async function compare(args: string[], environment: Record<string, string> = {}): Promise<void> {
  assertEquals(await runOurs(args, environment), await runReal(args, environment), args.join(" "));
}

Deno.test({
  name: "cli: passwords, from the command line and the environment",
  ignore: !redisAvailable(),
  async fn() {
    await using server = await startServer({ config: { requirepass: "secret" } });
    const port = ["-p", String(server.port)];
    const login = { REDISCLI_AUTH: "secret" };
    await compare([...port, "GET", "x"]);
    await compare([...port, "-3", "--no-raw", "GET", "x"]);
    await compare([...port, "-n", "2", "--json", "GET", "x"]);
    await compare([...port, "GET", "x"], login);
    await compare([...port, "-n", "2", "-3", "--no-raw", "SET", "x", "y"], login);
    await compare([...port, "-a", "wrong", "-n", "2", "-3", "PING"], login);
    await compare([...port, "-a", "secret", "PING"]);
    await compare(["-u", `redis://secret@127.0.0.1:${server.port}/2`, "GET", "x"]);
    await compare(["-u", `redis://default:secret@127.0.0.1:${server.port}`, "--no-auth-warning", "PING"]);
  },
});

Deno.test({
  name: "cli: a server that isn't there, or goes away",
  ignore: !redisAvailable(),
  async fn() {
    await compare(["-p", String(freePort()), "PING"]);
    await compare(["-s", "/nonexistent/socket", "PING"]);
    await compare(["-h", "no-such-host.invalid", "PING"]);
    using server = new FixedServer();
    server.answers = ["HTTP/1.1 400\r\n"];
    assertMatch((await runOurs(["-p", String(server.port), "PING"])).errors, /^Error: Protocol error/);
    server.answers = [""];
    await compare(["-p", String(server.port), "PING"]);
  },
});

Deno.test({
  name: "cli: messages are printed until the server hangs up",
  ignore: !redisAvailable(),
  async fn() {
    using server = new FixedServer();
    const subscribed =
      "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n";
    server.answers = [subscribed, ""];
    server.closesAfter = true;
    for (const form of ["--no-raw", "--raw", "--csv", "--json"]) {
      await compare(["-p", String(server.port), form, "SUBSCRIBE", "c"]);
      await compare(["-p", String(server.port), form, "PSUBSCRIBE", "c"]);
    }
    server.answers = ['+OK\r\n+1 "x"\r\n'];
    for (const form of ["--no-raw", "--raw"]) await compare(["-p", String(server.port), form, "MONITOR"]);
  },
});

Deno.test({
  name: "cli: a unix socket",
  ignore: !redisAvailable() || Deno.build.os === "windows",
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      await using server = await startRedis({ config: { unixsocket: `${dir}/s` } });
      await compare(["-s", `${dir}/s`, "PING"]);
      assertEquals(
        (await runOurs(["-u", `unix://${dir}/s?db=3`, "CLIENT", "INFO"])).output.includes("db=3"),
        true,
      );
      await server.stop();
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
