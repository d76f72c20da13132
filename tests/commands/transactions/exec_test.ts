import { assertEquals } from "@std/assert";
import { connectionCommands } from "../../../src/commands/connection/mod.ts";
import { stringCommands } from "../../../src/commands/string/mod.ts";
import { transactionCommands } from "../../../src/commands/transactions/mod.ts";
import { installGuards } from "../../../src/server/guards.ts";
import { Transactions } from "../../../src/tx/mod.ts";
import { ReplyError } from "../../harness.ts";
import { InProcess } from "../in_process.ts";

function newSession(): InProcess {
  const commands = [...connectionCommands, ...stringCommands, ...transactionCommands];
  const session = new InProcess(commands, (keyspace) => ({
    transactions: new Transactions(keyspace),
    pause: { active: false },
    evictor: {},
    expireCycle: {},
  }));
  installGuards(session.context.services as Parameters<typeof installGuards>[0]);
  return session;
}

Deno.test("EXEC: what changed is propagated between MULTI and EXEC", () => {
  const session = newSession();
  for (const line of ["MULTI", "SET a 1", "GET a", "INCR a", "SELECT 1", "APPEND b x"]) session.run(line);
  assertEquals(session.takePropagated(), []);
  assertEquals(session.run("EXEC"), ["OK", "1", 2, "OK", 1]);
  assertEquals(session.takePropagated(), [["MULTI"], ["SET", "a", "1"], ["INCR", "a"], ["APPEND", "b", "x"], [
    "EXEC",
  ]]);
  session.run("SET c 1");
  assertEquals(session.takePropagated(), [["SET", "c", "1"]]);
});

Deno.test("EXEC: a transaction that only read is not propagated, nor one that was aborted", () => {
  const session = newSession();
  for (
    const line of [
      "MULTI",
      "GET a",
      "EXEC",
      "MULTI",
      "SET a",
      "SET a 1",
      "EXEC",
      "MULTI",
      "SET a 1",
      "DISCARD",
    ]
  ) {
    session.run(line);
  }
  assertEquals(session.takePropagated(), []);
  for (const line of ["MULTI", "GET a", "SET a 1", "EXEC"]) session.run(line);
  assertEquals(session.takePropagated(), [["SET", "a", "1"]]);
});

Deno.test("EXEC: a command that fails does not stop the others, and counts as its own failure", () => {
  const session = newSession();
  for (const line of ["SET text x", "MULTI", "INCR text", "SET a 1"]) session.run(line);
  const [first, second] = session.run("EXEC") as [unknown, unknown];
  assertEquals([first instanceof ReplyError, second], [true, "OK"]);
  const { registry } = session.dispatcher;
  assertEquals([registry.byName("incr")!.failed, registry.byName("exec")!.failed], [1, 0]);
  assertEquals(session.client.lastCommand, "exec");
});
