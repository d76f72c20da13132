import { assert, assertEquals } from "@std/assert";
import { Config, DIRECTIVE_NAMES, DIRECTIVES, findDirective } from "../../src/config/mod.ts";
import { hasRedisServer, RedisReference } from "./redis_reference.ts";

/** Names that Redis 7.2 has and the compared server of 7.0 may not have. */
const NEWER_THAN_7_0 = new Set([
  "cluster-announce-human-nodename",
  "cluster-ping-interval",
  "locale-collate",
  "set-max-listpack-entries",
  "set-max-listpack-value",
]);

/** Defaults that differ on purpose or by the machine. */
const OTHER_DEFAULTS = new Set([
  "bind", // the server starts on the loopback addresses only
  "dir", // absolute once the server has started
  "port", // chosen by the test
]);

/** Changing these has side effects in the compared server that are no part of the syntax. */
const NOT_TRIED = new Set([
  "appendonly",
  "bind",
  "port",
  "maxclients",
  "activedefrag",
  "requirepass",
  "enable-protected-configs",
  "repl-backlog-size", // rounded to its own minimum
  "crash-log-enabled",
  "watchdog-period",
  "oom-score-adj",
  "oom-score-adj-values",
]);

const TRIED_VALUES = [
  "",
  "yes",
  "NO",
  "maybe",
  "0",
  "-0",
  "1",
  "01",
  "+1",
  " 1",
  "-1",
  "-2",
  "-101",
  "7",
  "64",
  "100",
  "1000",
  "1025",
  "65535",
  "65536",
  "2147483647",
  "2147483648",
  "-2147483649",
  "4294967296",
  "9223372036854775807",
  "9223372036854775808",
  "18446744073709551615",
  "18446744073709551616",
  "99999999999999999999999",
  "1k",
  "1kb",
  "3MB",
  "2g",
  "2gb",
  "1.5gb",
  "kb",
  "1tb",
  "1 kb",
  "5%",
  "100%",
  "101%",
  "-5%",
  "%",
  "x y",
  "a/b",
  "a_b",
  "name.example-1",
  "KEA",
  "g$lszxetd",
  "Kn",
  "60 1",
  "60 1 300 2",
  "60  1",
  "60 ",
  "0 1",
  "60 -1",
  "60 x",
  "normal 9mb 8MB 3",
  "slave 1mb 2kb 3 pubsub 0 0 0",
  "master 1 2 3",
  "normal 1 2 -3",
  "normal x 2 3",
  "50 99.5 1e1",
  "50 100.1",
  "nan",
  "inf",
  "now force",
  "force now nosave",
  "save nosave",
  "default force",
  "FORCE  now",
  "verbose",
  "Everysec",
  "allkeys-lru",
  "local",
  "hostname",
  "swapdb",
  "clients",
  "panic",
  "allchannels",
  "{title} x",
  "{title",
  "{nothing}",
];

Deno.test("every directive has a summary, and a default that its own parser reads back", () => {
  for (const name of DIRECTIVE_NAMES) {
    const { summary, initial, flags } = DIRECTIVES[name];
    assert(/^[A-Z].*\.$/.test(summary), name);
    const config = new Config();
    if (name === "replicaof") continue;
    config.setFromArguments(name, [initial.text]);
    assertEquals(config.format(name), initial.text, name);
    assertEquals(config.get(name), DIRECTIVES[name].initial.value, name);
    assert(flags >= 0);
  }
});

Deno.test("older names lead to the present directive", () => {
  assertEquals(findDirective("Slave-Priority")?.name, "replica-priority");
  assertEquals(findDirective("hash-max-ziplist-value")?.name, "hash-max-listpack-value");
  assertEquals(findDirective("lua-time-limit")?.name, "busy-reply-threshold");
  assertEquals(findDirective("slaveof")?.name, "replicaof");
});

Deno.test("directives that came after 7.0 are known", () => {
  for (const name of NEWER_THAN_7_0) assertEquals(findDirective(name)?.name, name);
});

Deno.test({
  name: "CONFIG GET * has the names and defaults of the real server",
  ignore: !hasRedisServer,
  async fn() {
    const server = await RedisReference.start();
    try {
      const theirs = await server.configGet("*");
      const ours = new Config().match(["*"]);
      for (const name of NEWER_THAN_7_0) if (!theirs.has(name)) ours.delete(name);
      assertEquals([...ours.keys()].sort(), [...theirs.keys()].sort());
      for (const [name, text] of theirs) {
        if (!OTHER_DEFAULTS.has(name)) assertEquals(ours.get(name), text, name);
      }
      const hidden = DIRECTIVE_NAMES.filter((name) => !ours.has(name) && !NEWER_THAN_7_0.has(name));
      const theirHidden = await server.configGet(...hidden);
      assertEquals(
        new Config().match(hidden),
        new Map([...hidden].map((name) => [name, theirHidden.get(name)!])),
      );
    } finally {
      await server.stop();
    }
  },
});

Deno.test({
  name: "CONFIG SET accepts, refuses and stores what the real server does",
  ignore: !hasRedisServer,
  async fn() {
    const server = await RedisReference.start("--enable-protected-configs", "yes");
    try {
      const config = new Config();
      config.setFromArguments("enable-protected-configs", ["yes"]);
      const names = [...(await server.configGet("*")).keys()]
        .filter((name) => !NOT_TRIED.has(name) && !name.startsWith("tls-") && name !== "dir");
      for (const name of names) await compareSets(server, config, name);
    } finally {
      await server.stop();
    }
  },
});

async function compareSets(server: RedisReference, config: Config, name: string): Promise<void> {
  const replies = await server.pipeline(
    TRIED_VALUES.flatMap((value) => [["CONFIG", "SET", name, value], ["CONFIG", "GET", name]]),
  );
  for (const [index, value] of TRIED_VALUES.entries()) {
    const ours = config.update([[name, value]], { local: true });
    assertEquals(ours === null ? "OK" : "-" + ours, replies[2 * index], `CONFIG SET ${name} '${value}'`);
    assertEquals([name, config.format(name)], replies[2 * index + 1], `CONFIG GET ${name} after '${value}'`);
  }
}
