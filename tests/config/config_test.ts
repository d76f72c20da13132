import { assertEquals, assertThrows } from "@std/assert";
import { Config, ConfigValueError, NOTIFY } from "../../src/config/mod.ts";

const REMOTE = { local: false };

function failed(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}

Deno.test("get gives typed values", () => {
  const config = new Config();
  const appendonly: boolean = config.get("appendonly");
  const maxclients: number = config.get("maxclients");
  const policy: string = config.get("maxmemory-policy");
  const password: string | null = config.get("requirepass");
  assertEquals([appendonly, maxclients, policy, password], [false, 10000, "noeviction", null]);
  assertEquals(config.get("bind"), ["127.0.0.1", "-::1"]);
  assertEquals(config.get("save")[1], { seconds: 300, changes: 100 });
  assertEquals(config.get("client-output-buffer-limit").pubsub, {
    hard: 33554432,
    soft: 8388608,
    softSeconds: 60,
  });
  assertEquals(config.values["port"], 6379);
});

Deno.test("values is the same object after a change", () => {
  const config = new Config();
  const { values } = config;
  assertEquals(config.update([["timeout", "5"]], REMOTE), null);
  assertEquals(values.timeout, 5);
});

Deno.test("numbers beyond 2^53 keep their text", () => {
  const config = new Config();
  assertEquals(config.update([["slowlog-log-slower-than", "9223372036854775807"]], REMOTE), null);
  assertEquals(config.format("slowlog-log-slower-than"), "9223372036854775807");
  assertEquals(config.get("slowlog-log-slower-than"), 2 ** 63);
});

Deno.test("maxmemory-clients holds a percentage as a negative number", () => {
  const config = new Config();
  config.setFromArguments("maxmemory-clients", ["5%"]);
  assertEquals([config.get("maxmemory-clients"), config.format("maxmemory-clients")], [-5, "5%"]);
});

Deno.test("notify-keyspace-events is a set of bits", () => {
  const config = new Config();
  assertEquals(config.update([["notify-keyspace-events", "Kxn"]], REMOTE), null);
  assertEquals(config.get("notify-keyspace-events"), NOTIFY.KEYSPACE | NOTIFY.EXPIRED | NOTIFY.NEW);
});

Deno.test("format refuses unknown names", () => {
  assertThrows(() => new Config().format("nosuch"), RangeError);
});

Deno.test("setFromArguments throws Redis's reason and leaves the value", () => {
  const config = new Config();
  const error = assertThrows(() => config.setFromArguments("timeout", ["1", "2"]), ConfigValueError);
  assertEquals(error.message, "wrong number of arguments");
  assertEquals(config.get("timeout"), 0);
});

Deno.test("lines of save add up after the first, and an empty one drops them", () => {
  const config = new Config();
  config.setFromArguments("save", ["60", "1"]);
  config.setFromArguments("save", ["50", "2", "40", "3"]);
  assertEquals(config.format("save"), "60 1 50 2 40 3");
  config.setFromArguments("save", [""]);
  assertEquals(config.format("save"), "");
  config.setFromArguments("save", ["5 6"]);
  assertEquals(config.format("save"), "5 6");
  assertEquals(config.update([["save", "7 8"]], REMOTE), null);
  assertEquals(config.format("save"), "7 8");
});

Deno.test("match knows names, patterns, any case, older names and hidden directives", () => {
  const config = new Config();
  const names = (...patterns: string[]) => [...config.match(patterns).keys()].sort();
  assertEquals(names("TIMEOUT", "timeout"), ["TIMEOUT"]);
  assertEquals(names("MAXMEM*", "maxmemory", "maxmemory-s*"), [
    "maxmemory",
    "maxmemory-clients",
    "maxmemory-eviction-tenacity",
    "maxmemory-policy",
    "maxmemory-samples",
  ]);
  assertEquals(names("slave-pri*", "replica-priority"), ["replica-priority", "slave-priority"]);
  assertEquals(names("use-exit*"), []);
  assertEquals(names("use-exit-on-panic"), ["use-exit-on-panic"]);
  assertEquals(names("timeou[a-z]"), ["timeout"]);
  assertEquals(names("user", "include", "rename-command", "\\timeout", ""), []);
  assertEquals(config.match(["slave-priority"]), new Map([["slave-priority", "100"]]));
});

Deno.test("update refuses what it must not change", () => {
  const config = new Config();
  const refused: [[string, string][], string][] = [
    [[["nosuch", "1"]], "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"],
    [
      [["NoSuch", "1"], ["databases", "2"]],
      "ERR Unknown option or number of arguments for CONFIG SET - 'NoSuch'",
    ],
    [[["Databases", "1"], ["nosuch", "2"]], failed("Databases", "can't set immutable config")],
    [[["dir", "/"]], failed("dir", "can't set protected config")],
    [[["timeout", "1"], ["TimeOut", "2"]], failed("TimeOut", "duplicate parameter")],
    [[["Slave-Priority", "x"]], failed("slave-priority", "argument couldn't be parsed into an integer")],
  ];
  for (const [pairs, reply] of refused) assertEquals(config.update(pairs, REMOTE), reply);
  const loading = { local: true, loading: true };
  const reply = "LOADING Redis is loading the dataset in memory";
  assertEquals(config.update([["appendonly", "yes"]], loading), reply);
  assertEquals(config.update([["timeout", "1"]], loading), null);
});

Deno.test("protected directives follow enable-protected-configs", () => {
  const config = new Config();
  config.setFromArguments("enable-protected-configs", ["local"]);
  assertEquals(
    config.update([["dbfilename", "x"]], REMOTE),
    failed("dbfilename", "can't set protected config"),
  );
  assertEquals(config.update([["dbfilename", "x"]], { local: true }), null);
  config.setFromArguments("enable-protected-configs", ["yes"]);
  assertEquals(config.update([["dbfilename", "y"]], REMOTE), null);
});

Deno.test("a directive and its older name may be set together, the later one wins", () => {
  const config = new Config();
  assertEquals(config.update([["slave-priority", "3"], ["replica-priority", "4"]], REMOTE), null);
  assertEquals(config.get("replica-priority"), 4);
});

Deno.test("one bad value takes all values of the call back", () => {
  const config = new Config();
  let calls = 0;
  config.onChange(["timeout"], () => (calls++, null));
  const pairs: [string, string][] = [["timeout", "5"], ["save", "1 1"], ["port", "70000"]];
  assertEquals(
    config.update(pairs, REMOTE),
    failed("port", "argument must be between 0 and 65535 inclusive"),
  );
  assertEquals([config.get("timeout"), config.format("save"), calls], [0, "3600 1 300 100 60 10000", 0]);
});

Deno.test("listeners run once, only for changes, and see the new values", () => {
  const config = new Config();
  const seen: string[] = [];
  config.onChange(["timeout", "hz"], () => {
    seen.push(`${config.get("timeout")} ${config.get("hz")}`);
    return null;
  });
  config.onChange(["port"], () => (seen.push("port"), null));
  assertEquals(config.update([["timeout", "5"], ["hz", "9999"]], REMOTE), null);
  assertEquals(config.update([["timeout", "5"]], REMOTE), null);
  assertEquals(seen, ["5 500"]);
});

Deno.test("a veto puts everything back and applies the old values again", () => {
  const config = new Config();
  const seen: string[] = [];
  config.onChange(["maxclients"], () => {
    seen.push(`maxclients ${config.get("maxclients")}`);
    return null;
  });
  config.onChange(["port"], () => {
    seen.push(`port ${config.get("port")}`);
    return config.get("port") === 1 ? "Unable to listen on this port. Check server logs." : null;
  });
  const reply = config.update([["maxclients", "7"], ["port", "1"]], REMOTE);
  assertEquals(reply, failed("port", "Unable to listen on this port. Check server logs."));
  assertEquals(seen, ["maxclients 7", "port 1", "maxclients 10000", "port 6379"]);
  assertEquals([config.get("maxclients"), config.get("port")], [10000, 6379]);
});

Deno.test("a listener that throws leaves the old values", () => {
  const config = new Config();
  config.onChange(["timeout"], () => {
    throw new TypeError("broken");
  });
  assertThrows(() => config.update([["timeout", "5"]], REMOTE), TypeError);
  assertEquals(config.get("timeout"), 0);
});

Deno.test("directives without effect give one warning each when they leave their default", () => {
  const config = new Config();
  config.setFromArguments("io-threads", ["1"]);
  assertEquals(config.warnings(), []);
  config.setFromArguments("io-threads", ["4"]);
  config.setFromArguments("io-threads", ["8"]);
  config.setFromArguments("timeout", ["8"]);
  assertEquals(config.warnings(), ["directive 'io-threads' has no effect in mini-redis"]);
});

Deno.test("secrets are known by any of their names", () => {
  const config = new Config();
  assertEquals(["RequirePass", "masterauth", "timeout", "nosuch"].map((name) => config.isSensitive(name)), [
    true,
    true,
    false,
    false,
  ]);
});
