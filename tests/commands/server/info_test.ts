/** INFO, its fields and statistics; COMMAND as far as it is about this server. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { redisAvailable, type RespClient, startRedis, startServer } from "../../harness.ts";

async function info(client: RespClient, ...sections: string[]): Promise<Map<string, string>> {
  const text = String(await client.ask("INFO", ...sections));
  const lines = text.split("\r\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

async function titles(client: RespClient, ...sections: string[]): Promise<string[]> {
  return String(await client.ask("INFO", ...sections)).match(/^# \w+/gm) ?? [];
}

/** Facts about the C program that this one can't have. */
const NOT_HERE = new Set([
  ...["atomicvar_api", "gcc_version", "used_cpu_sys_main_thread", "used_cpu_user_main_thread"],
]);

Deno.test({
  name: "INFO has every field of redis-server, and the same sections",
  ignore: !redisAvailable(),
  async fn() {
    await using ours = await startServer();
    await using theirs = await startRedis();
    using client = await ours.connect();
    using reference = await theirs.connect();
    for (const each of [client, reference]) await each.ask("SET", "a", "1");
    const known = await info(client, "everything");
    const missing = [...(await info(reference, "everything")).keys()]
      .filter((name) =>
        !known.has(name) && !NOT_HERE.has(name) && !/^(cmdstat|latency_percentiles)/.test(name)
      );
    assertEquals(missing, []);
    for (const sections of [[], ["default"], ["all"], ["everything"], ["memory", "nosuch", "CPU"]]) {
      assertEquals(await titles(client, ...sections), await titles(reference, ...sections));
    }
  },
});

Deno.test("INFO has the fields of 7.2 that programs read", async () => {
  await using server = await startServer();
  using client = await server.connect();
  const fields = await info(client);
  const wanted = [
    ...[
      "acl_access_denied_auth",
      "acl_access_denied_channel",
      "acl_access_denied_cmd",
      "acl_access_denied_key",
    ],
    ...["eventloop_cycles", "eventloop_duration_cmd_sum", "eventloop_duration_sum", "evicted_clients"],
    ...["instantaneous_eventloop_cycles_per_sec", "instantaneous_eventloop_duration_usec", "listener0"],
    ...["total_blocking_keys", "total_blocking_keys_on_nokey", "lazyfreed_objects", "second_repl_offset"],
  ];
  assertEquals(wanted.filter((name) => !fields.has(name)), []);
  assertMatch(fields.get("redis_version")!, /^7\.2\.\d+$/);
  assertEquals(fields.get("mem_allocator"), "libc");
  assertEquals(fields.get("process_id"), String(server.pid));
  assertMatch(fields.get("run_id")!, /^[0-9a-f]{40}$/);
});

Deno.test("INFO tells how long the event loop was held: by commands, the log, periodic work, snapshots", async () => {
  await using server = await startServer({ config: { "enable-debug-command": true, appendonly: true } });
  using client = await server.connect();
  const held = async () => {
    const [stats, debug] = [await info(client, "stats"), await info(client, "debug")];
    const of = (fields: Map<string, string>, name: string) => Number(fields.get(`eventloop_${name}`));
    return {
      commands: of(stats, "duration_cmd_sum"),
      sum: of(stats, "duration_sum"),
      log: of(debug, "duration_aof_sum"),
      cron: of(debug, "duration_cron_sum"),
      max: of(debug, "duration_max"),
    };
  };
  await client.ask("DEBUG", "POPULATE", 20_000);
  await client.ask("CONFIG", "RESETSTAT");
  const first = await held();
  await client.ask("DEBUG", "SLEEP", "0.05");
  const second = await held();
  assert(second.max >= 50_000 && second.commands - first.commands >= 50_000, JSON.stringify(second));
  assert(second.sum >= second.commands + second.cron, JSON.stringify(second));
  await client.ask("SET", "key", "value");
  await client.ask("BGSAVE");
  await server.waitForLog(/Background saving terminated/);
  let third = await held();
  // Ten times a second.
  while (third.cron === second.cron) third = await held();
  assert(third.log > second.log, JSON.stringify([second, third]));
  const others = ({ sum, commands, cron, log }: typeof third) => sum - commands - cron - log;
  assert(others(third) > others(second), JSON.stringify([second, third]));
});

Deno.test("INFO counts what happened, CONFIG RESETSTAT forgets it", async () => {
  await using server = await startServer();
  using client = await server.connect();
  for (
    const words of [["SET", "a", "1"], ["GET", "a"], ["GET", "none"], ["INCRBY", "a", "x"], ["NOSUCH"], [
      "GET",
    ]]
  ) {
    await client.call(...words);
  }
  const fields = await info(client, "all");
  assertEquals(fields.get("keyspace_hits"), "1");
  assertEquals(fields.get("keyspace_misses"), "1");
  assertEquals(fields.get("total_error_replies"), "3");
  assertEquals(fields.get("errorstat_ERR"), "count=3");
  assertMatch(
    fields.get("cmdstat_get")!,
    /^calls=2,usec=\d+,usec_per_call=[\d.]+,rejected_calls=1,failed_calls=0$/,
  );
  assertMatch(fields.get("cmdstat_incrby")!, /^calls=1,.*,rejected_calls=0,failed_calls=1$/);
  assertMatch(fields.get("latency_percentiles_usec_get")!, /^p50=[\d.]+,p99=[\d.]+,p99\.9=[\d.]+$/);
  assert(Number(fields.get("total_net_output_bytes")) > 0);
  assert(Number(fields.get("total_connections_received")) > 0);
  assertEquals(fields.get("db0"), "keys=1,expires=0,avg_ttl=0");
  await client.ask("CONFIG", "RESETSTAT");
  const reset = await info(client, "all");
  assertEquals(reset.get("keyspace_hits"), "0");
  assertEquals(reset.get("total_error_replies"), "0");
  assertEquals(reset.has("errorstat_ERR"), false);
  assertEquals(reset.has("cmdstat_get"), false);
  assertEquals(reset.has("latency_percentiles_usec_get"), false);
});

Deno.test("latency-tracking hides and shows the distributions", async () => {
  await using server = await startServer();
  using client = await server.connect();
  await client.ask("SET", "a", "1");
  await client.ask("CONFIG", "SET", "latency-tracking-info-percentiles", "50 100");
  assertMatch(
    (await info(client, "latencystats")).get("latency_percentiles_usec_set")!,
    /^p50=[\d.]+,p100=[\d.]+$/,
  );
  await client.ask("CONFIG", "SET", "latency-tracking", "no");
  assertEquals((await info(client, "latencystats")).size, 0);
});

Deno.test("COMMAND describes every command, COMMAND DOCS documents it", async () => {
  await using server = await startServer();
  using client = await server.connect();
  const count = await client.ask("COMMAND", "COUNT");
  assertEquals((await client.ask("COMMAND") as unknown[]).length, count);
  assertEquals((await client.ask("COMMAND", "INFO") as unknown[]).length, count);
  assertEquals((await client.ask("COMMAND", "LIST") as unknown[]).length, count);
  assertEquals((await client.ask("COMMAND", "DOCS") as unknown[]).length, 2 * Number(count));
  const [name, docs] = await client.ask("COMMAND", "DOCS", "CONFIG|GET") as [string, string[]];
  assertEquals(name, "config|get");
  assertEquals(docs.slice(0, 2), ["summary", "Returns the values of configuration parameters."]);
});

Deno.test("LOLWUT draws in the size asked for and names the version", async () => {
  await using server = await startServer();
  using client = await server.connect();
  const text = String(await client.ask("LOLWUT", "VERSION", "7", "4", "2"));
  assertMatch(
    text,
    /^(?:\xe2\x95[\xb1\xb2]){4}\n(?:\xe2\x95[\xb1\xb2]){4}\n\nmini-redis [\d.]+, Redis ver\. 7\.2\.\d+\n$/,
  );
});
