import { assertEquals } from "@std/assert";
import { redisAvailable, startRedis, startServer, type TestServer } from "../../harness.ts";
import { runOurs, runReal } from "./support.ts";

/** Command lines whose effect is the same each time. */
const COMMAND_LINES: string[][] = [
  ["PING"],
  ["SET", "k", 'a"b\u00e9\n'],
  ["GET", "k"],
  ["GET"],
  ["GET", "nothing"],
  ["NOSUCH", "x"],
  ["DEL", "none"],
  ["LRANGE", "l", "0", "-1"],
  ["LRANGE", "l", "5", "9"],
  ["HGETALL", "h"],
  ["ZRANGE", "z", "0", "-1", "WITHSCORES"],
  ["ZSCORE", "z", "b"],
  ["INCRBY", "l", "1"],
  ["CONFIG", "GET", "save"],
  ["COMMAND", "INFO", "GET"],
  ["LATENCY", "DOCTOR", "extra"],
  ["CLIENT", "LIST", "ID", "99999"],
  ["DEBUG", "HTSTATS"],
  ["CLUSTER", "INFO"],
  ["OBJECT", "HELP"],
  ["XRANGE", "st", "-", "+"],
  ["EXISTS", "k", "l"],
  ["QUIT"],
];

const FORMS = [["--no-raw"], ["--raw"], ["--csv"], ["--json"], ["-3", "--no-raw"], ["-3", "--csv"], [
  "-2",
  "--json",
]];

const DATA: string[][] = [
  ["RPUSH", "l", "1", "two", ""],
  ["HSET", "h", "f", "v"],
  ["ZADD", "z", "1.5", "a", "inf", "b"],
  ["XADD", "st", "1-1", "f", "v"],
];

/** Lines that are about the client's own options; `-p` comes first. */
const OPTION_LINES: string[][] = [
  ["-e", "GET"],
  ["-e", "--json", "GET"],
  ["-e", "GET", "k"],
  ["-n", "3", "--no-raw", "CLIENT", "NO-EVICT", "on"],
  ["-n", "99", "PING"],
  ["-n", "99", "--json", "GET", "k"],
  ["-r", "3", "PING"],
  ["-r", "0", "PING"],
  ["-r", "2", "-i", "0.001", "--no-raw", "ECHO", "x"],
  ["-D", "X", "-r", "2", "PING"],
  ["-d", ",", "LRANGE", "l", "0", "-1"],
  ["--quoted-input", "ECHO", '"a\\x00b"'],
  ["--quoted-input", "ECHO", '"bad'],
  ["--quoted-input", "ECHO", "a b"],
  ["-a", "pw", "PING"],
  ["-a", "pw", "--no-auth-warning", "PING"],
  ["--user", "u", "--pass", "pw", "PING"],
  ["--show-pushes", "maybe", "PING"],
  ["--show-pushes", "no", "PING"],
  ["--foo"],
  ["-n"],
  ["-u", "http://x", "PING"],
  ["-x", "-X", "t", "GET", "t"],
  ["--quoted-pattern", "x y", "--scan"],
  ["--scan", "--pattern", "k*"],
  ["--scan", "--no-raw", "--quoted-pattern", '"\\x6b"'],
  ["--eval", "/nonexistent/script"],
  ["-c", "GET", "k"],
  ["--verbose", "PING"],
];

async function compare(server: TestServer, lines: string[][]): Promise<void> {
  for (const line of lines) {
    const args = ["-p", String(server.port), ...line];
    const ours = await runOurs(args);
    assertEquals(ours, await runReal(args), line.join(" "));
  }
}

for (const [name, start] of [["this server", startServer], ["redis-server", startRedis]] as const) {
  Deno.test({
    name: `cli: commands at ${name} print what redis-cli prints`,
    ignore: !redisAvailable(),
    async fn() {
      await using server = await start();
      using client = await server.connect();
      for (const words of DATA) await client.ask(...words);
      await compare(server, COMMAND_LINES.flatMap((line) => FORMS.map((form) => [...form, ...line])));
      await compare(server, OPTION_LINES);
      const script = `${server.dir}/script.lua`;
      await Deno.writeTextFile(script, "return {KEYS[1], ARGV[1], #KEYS, #ARGV}");
      const evaluated = ["--eval", script, "key", ",", "an argument", "b"];
      await compare(server, [evaluated, ["--no-raw", ...evaluated], ["--eval", script]]);
    },
  });
}
