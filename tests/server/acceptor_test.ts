import { assertEquals } from "@std/assert";
import { isLocal } from "../../src/command/client.ts";
import type { Services } from "../../src/commands/services.ts";
import { Config } from "../../src/config/mod.ts";
import { acceptConnections } from "../../src/server/acceptor.ts";

Deno.test("acceptConnections: goes on after a failure, ends when the listener is closed", async () => {
  const connection = {
    localAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 2 },
  } as unknown as Deno.Conn;
  const results = [
    new Error("Too many open files (os error 24)"),
    connection,
    new Deno.errors.BadResource("closed"),
  ];
  const listener = {
    accept() {
      const result = results.shift()!;
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  } as unknown as Deno.Listener;
  const warnings: string[] = [];
  const served: Deno.Conn[] = [];
  const services = {
    authenticator: { required: false },
    clients: { size: 0 },
    config: new Config(),
    log: { warning: (text: string) => warnings.push(text) },
    stats: { connectionsReceived: 0 },
  } as unknown as Services;
  await acceptConnections(listener, services, (accepted) => served.push(accepted));
  assertEquals(warnings, ["Error accepting a client connection: Error: Too many open files (os error 24)"]);
  assertEquals([served, services.stats.connectionsReceived], [[connection], 1]);
});

Deno.test("acceptConnections: a peer that went at once is no failure", async () => {
  const gone = [Deno.errors.NotConnected, Deno.errors.ConnectionAborted, Deno.errors.ConnectionReset];
  const results = gone.map((Kind) => new Kind("gone"));
  const listener = {
    accept: () => Promise.reject(results.shift() ?? new Deno.errors.BadResource("closed")),
  } as unknown as Deno.Listener;
  const warnings: string[] = [];
  const services = { log: { warning: (text: string) => warnings.push(text) } } as unknown as Services;
  await acceptConnections(listener, services, () => {});
  assertEquals([results.length, warnings], [0, []]);
});

Deno.test("isLocal: loopback addresses and Unix sockets", () => {
  const tcp = (remoteAddress: string) => isLocal({ unix: false, remoteAddress });
  assertEquals(["127.0.0.1:5", "127.9.9.9:5", "[::1]:5"].map(tcp), [true, true, true]);
  assertEquals(["128.0.0.1:5", "[::2]:5", "[::1234]:5", "10.127.0.1:5"].map(tcp), [
    false,
    false,
    false,
    false,
  ]);
  assertEquals(isLocal({ unix: true, remoteAddress: "/tmp/x:0" }), true);
});
