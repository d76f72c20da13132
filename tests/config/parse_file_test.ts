import { assert, assertEquals, assertThrows } from "@std/assert";
import { applyConfigText, Config, ConfigFileError, directiveLines } from "../../src/config/mod.ts";
import { hasRedisServer } from "./redis_reference.ts";

function parse(text: string, files: Record<string, string> = {}): Config {
  const config = new Config();
  const read = (path: string) => path in files ? [{ path, text: files[path] }] : [];
  applyConfigText(config, { text, path: "redis.conf" }, read);
  return config;
}

function report(text: string, version?: string): string {
  return assertThrows(() => parse(text), ConfigFileError).report(version);
}

Deno.test("comments, blank lines, any case, line ends and quotes", () => {
  const config = parse(
    "# comment\r\n\r\n  \t # also one\n  TIMEOUT   5 \r\n" +
      'requirepass "a\\x20b"\n\'maxclients\' 7\n"\\x68z" 20',
  );
  assertEquals(config.get("timeout"), 5);
  assertEquals(config.get("requirepass"), "a b");
  assertEquals(config.get("maxclients"), 7);
  assertEquals(config.get("hz"), 20);
});

Deno.test("later lines win; save and output limits add up", () => {
  const config = parse(
    "timeout 1\ntimeout 2\nsave 60 1\nsave 50 2\n" +
      "client-output-buffer-limit normal 1 2 3\nclient-output-buffer-limit slave 1mb 2mb 3",
  );
  assertEquals(config.get("timeout"), 2);
  assertEquals(config.format("save"), "60 1 50 2");
  const limits = "normal 1 2 3 slave 1048576 2097152 3 pubsub 33554432 8388608 60";
  assertEquals(config.format("client-output-buffer-limit"), limits);
});

Deno.test('save "" and save alone switch snapshots off', () => {
  assertEquals(parse('save ""').format("save"), "");
  assertEquals(parse("save").format("save"), "");
  assertEquals(parse('save 60 1\nsave ""\nsave 5 5').format("save"), "5 5");
});

Deno.test("several words may come in one argument", () => {
  assertEquals(parse('save " 60  1"').format("save"), "60 1");
  assertEquals(parse('shutdown-on-sigterm "now force"').get("shutdown-on-sigterm"), ["now", "force"]);
  assertEquals(parse('bind "127.0.0.1 ::1"').get("bind"), ["127.0.0.1", "::1"]);
});

Deno.test("user, rename-command and loadmodule are kept for their layers", () => {
  const config = parse('user alice on >x\nuser bob off\nrename-command FLUSHALL ""\nloadmodule a.so 1');
  assertEquals(config.users.map(({ args }) => args), [["alice", "on", ">x"], ["bob", "off"]]);
  assertEquals(config.renamedCommands.map(({ args }) => args), [["FLUSHALL", ""]]);
  assertEquals(config.renamedCommands[0].origin, {
    source: "redis.conf",
    line: 3,
    text: 'rename-command FLUSHALL ""',
  });
  assertEquals(config.warnings(), ["directive 'loadmodule' has no effect in mini-redis"]);
});

Deno.test("retired names pass", () => {
  assertEquals(parse("lua-replicate-commands yes\nlist-max-ziplist-entries 5\ntimeout 3").get("timeout"), 3);
});

Deno.test("include reads in place, and its errors name the included file", () => {
  const files = { "a.conf": "timeout 5\ninclude b.conf", "b.conf": "hz 20\nnosuch 1" };
  assertEquals(
    parse("timeout 1\ninclude a2\ninclude *.x\ntimeout 7", { a2: "timeout 5\nhz 20" }).get("timeout"),
    7,
  );
  const error = assertThrows(() => parse("include a.conf", files), ConfigFileError);
  assertEquals(error.origin, { source: "b.conf", line: 2, text: "nosuch 1" });
});

Deno.test("a file that includes itself is an error", () => {
  const error = assertThrows(() => parse("include a", { a: "include a" }), ConfigFileError);
  assertEquals(error.message, "Too many nested includes");
});

Deno.test("the report has Redis's lines and the file", () => {
  assertEquals(
    report("timeout 1\n\n  Nosuch 1\r\n"),
    "\n*** FATAL CONFIG FILE ERROR (Redis 7.2.0) ***\nReading the configuration file, at line 3\n" +
      ">>> 'Nosuch 1'\nBad directive or wrong number of arguments\nIn the file redis.conf\n",
  );
  assertEquals(
    new ConfigFileError("reason", null).report("7.2.5"),
    "\n*** FATAL CONFIG FILE ERROR (Redis 7.2.5) ***\nreason\n",
  );
});

Deno.test("origin tells which line set a directive", () => {
  const config = parse("timeout 1\nslave-priority 3");
  assertEquals(config.origin("replica-priority")?.line, 2);
  assertEquals(config.origin("hz"), undefined);
  config.update([["timeout", "2"]], { local: true });
  assertEquals(config.origin("timeout"), undefined);
});

const REFUSED = [
  "save 60",
  'save "60 1" 5 5',
  'requirepass "abc" x',
  'requirepass "abc"x',
  'requirepass "abc',
  "requirepass 'abc\\'",
  "   TIMEOUT   5  # x",
  "list-max-ziplist-value 1 2",
  "include",
  "rename-command get",
  "user",
  "loadmodule",
  "foo.bar",
  "sentinel monitor x",
  "client-output-buffer-limit normal 1 2",
  "replicaof 1.2.3.4",
  "replicaof 1.2.3.4 99999",
  "unixsocketperm 1000",
  "unixsocketperm 8",
  "unixsocketperm",
  "oom-score-adj-values 1 2 x",
  "oom-score-adj-values 1 2",
  "shutdown-on-sigterm",
  "dir /tmp /tmp",
  "cluster-enabled yes now",
  "dbfilename a/b",
  'appenddirname ""',
  'appendfilename ""',
  "appenddirname a/b",
  "notify-keyspace-events KEA x",
  '""',
  '"" x',
  "\vtimeout 5\v",
  "timeout\v5",
  "maxmemory-policy lru",
  "appendonly maybe",
  "timeout 1\n  \t # hi\n nosuch 1",
];

Deno.test({
  name: "refusals read like the real server's",
  ignore: !hasRedisServer,
  async fn() {
    const directory = await Deno.makeTempDir();
    try {
      for (const text of REFUSED) {
        const path = `${directory}/redis.conf`;
        await Deno.writeTextFile(path, text);
        const { stderr } = await new Deno.Command("redis-server", { args: [path, "--port", "0"] }).output();
        const theirs = new TextDecoder().decode(stderr);
        const version = /\(Redis (.*?)\)/.exec(theirs)?.[1];
        assertEquals(report(text, version).replace("In the file redis.conf\n", ""), theirs);
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test("random text gives a configuration or an error report", () => {
  const names = ["save", "timeout", "bind", "user", "include", "maxmemory", "dir", "hz", "nosuch", "a.b"];
  const pieces = [
    ...names,
    " ",
    " ",
    "\n",
    '"',
    "'",
    "\\",
    "\\x",
    "\0",
    "#",
    "-1",
    "9".repeat(300),
    "1gb",
    "\xff",
    "\r",
  ];
  let state = 12345;
  const below = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  for (let round = 0; round < 5000; round++) {
    let text = "";
    for (let i = below(30); i >= 0; i--) {
      text += below(3) === 0 ? String.fromCharCode(below(256)) : pieces[below(pieces.length)];
    }
    try {
      parse(text, { a: text });
    } catch (error) {
      if (!(error instanceof ConfigFileError)) throw error;
      assert(error.report().startsWith("\n*** FATAL CONFIG FILE ERROR"));
    }
  }
});

Deno.test("a very long line is read in reasonable time", () => {
  const [line] = directiveLines({ text: `requirepass "${"\\x41".repeat(500_000)}"`, path: null });
  assertEquals(line.args[0].length, 500_000);
});
