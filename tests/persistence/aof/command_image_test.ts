import { assert, assertEquals } from "@std/assert";
import { datasetDigest } from "../../../src/commands/server/dataset_digest.ts";
import { CommandImageWriter } from "../../../src/persistence/aof/command_image.ts";
import { Snapshot } from "../../../src/persistence/snapshot.ts";
import type { InProcess } from "../../commands/in_process.ts";
import { textOf } from "../../support/bytes.ts";
import { emptySession, loadLog, TemporaryDirectory, writeLog } from "./load_log.ts";
import { sampleCommands } from "./sample_data.ts";

const BASE = "file a.1.base.aof seq 1 type b\n";

function filledSession(): InProcess {
  const session = emptySession();
  const precise = "ZADD precise 0.1 a 1e100 b 3.0000000000000004 c 5e-324 d -0.30000000000000004 e";
  for (const command of [precise, ...sampleCommands()]) {
    const reply = session.run(command);
    assert(!(reply instanceof Error), `${command.slice(0, 80)}: ${reply}`);
  }
  return session;
}

/** The image of a session's data, with `between` run between any two of its steps. */
function imageOf(session: InProcess, writer: CommandImageWriter, between: (step: number) => void): string {
  const snapshot = new Snapshot(session.keyspace, writer);
  let text = "";
  for (let step = 0, complete = false; !complete; step++) {
    complete = snapshot.step(() => true);
    for (let bytes = writer.take(); bytes !== null; bytes = writer.take()) text += textOf(bytes);
    between(step);
  }
  return text;
}

/** What the digest leaves out of streams. */
function groupsOf(session: InProcess): unknown {
  session.run("SELECT 0");
  return [
    session.run("XINFO STREAM empty_stream"),
    session.run("XINFO STREAM stream"),
    session.run("XPENDING stream group"),
    session.run("XINFO GROUPS stream"),
  ];
}

Deno.test("command image: values of every type and encoding come back", () => {
  using directory = new TemporaryDirectory();
  const session = filledSession();
  const image = imageOf(session, new CommandImageWriter(1_700_000_000), () => {});
  assert(image.startsWith("#TS:1700000000\r\n*2\r\n$6\r\nSELECT\r\n"));
  writeLog(directory.path, BASE, { "a.1.base.aof": image });
  const loaded = loadLog(directory.path, { acceptsTruncated: false });
  assertEquals(loaded.log.lines, ["* DB loaded from base file a.1.base.aof: 0.000 seconds"]);
  assertEquals(loaded.digest, datasetDigest(session.keyspace));
  for (const key of ["expiring", "hash", "string"]) {
    assertEquals(
      loaded.session.run(`PEXPIRETIME ${key}`),
      session.run("SELECT 0") && session.run(`PEXPIRETIME ${key}`),
    );
  }
  assertEquals(groupsOf(loaded.session), groupsOf(session));
  const consumers = loaded.session.run("XINFO CONSUMERS stream group") as unknown[][];
  assertEquals(consumers.map((fields) => fields[1]), ["busy", "lazy"]);
  assertEquals(Number(consumers[1][5]) < 10_000, true);
});

Deno.test("command image: elements come in batches of 64", () => {
  const session = emptySession();
  session.run(`RPUSH list ${"x ".repeat(130).trim()}`);
  const image = imageOf(session, new CommandImageWriter(), () => {});
  assertEquals([...image.matchAll(/\*(\d+)\r\n\$5\r\nRPUSH/g)].map((match) => match[1]), ["66", "66", "4"]);
});

Deno.test("command image: it is that of the beginning, whatever changes between its steps", () => {
  using directory = new TemporaryDirectory();
  const session = filledSession();
  const digest = datasetDigest(session.keyspace);
  const keys = [
    "large_list",
    "large_set",
    "large_hash",
    "large_scores",
    "large_stream",
    "list",
    "string",
    "hash",
  ];
  const image = imageOf(session, new CommandImageWriter(), (step) => {
    session.run(`SELECT ${step % 3 === 0 ? 9 : 0}`);
    session.run(`SET new:${step} 1`);
    session.run("INCR other_database");
    session.run("RPUSH large_list changed");
    session.run("APPEND string x");
    if (step % 40 === 39) session.run(`DEL ${keys[(step / 40 | 0) % keys.length]}`);
  });
  writeLog(directory.path, BASE, { "a.1.base.aof": image });
  assertEquals(loadLog(directory.path).digest, digest);
});

Deno.test("command image: function libraries are part of it", () => {
  using directory = new TemporaryDirectory();
  const image = imageOf(emptySession(), new CommandImageWriter(null, ["#!lua name=x\n", "y"]), () => {});
  writeLog(directory.path, BASE, { "a.1.base.aof": image });
  assertEquals(loadLog(directory.path).libraries, ["#!lua name=x\n", "y"]);
});
