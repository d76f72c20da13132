import { assertEquals } from "@std/assert";
import { streamCommands } from "../../../src/commands/stream/mod.ts";
import { InProcess, START_TIME } from "../in_process.ts";

/** A session in which these commands have run and been forgotten. */
function sessionAfter(...lines: string[]): InProcess {
  const session = new InProcess(streamCommands);
  for (const line of lines) session.run(line);
  session.takeEvents();
  session.takePropagated();
  return session;
}

/** What a command told of changes, and what it left for logs and replicas, as lines. */
function effects(session: InProcess, line: string): { events: string[]; propagated: string[] } {
  session.run(line);
  return {
    events: session.takeEvents(),
    propagated: session.takePropagated().map((words) => words.join(" ")),
  };
}

function claim(id: string, consumer: string, count: number, last: string, time = START_TIME): string {
  return `XCLAIM s g ${consumer} 0 ${id} TIME ${time} RETRYCOUNT ${count} FORCE JUSTID LASTID ${last}`;
}

Deno.test("XADD: events, and the real ID for others", () => {
  const session = sessionAfter();
  assertEquals(effects(session, "XADD s * a 1"), {
    events: ["new s", "xadd s"],
    propagated: [`XADD s ${START_TIME}-0 a 1`],
  });
  assertEquals(effects(session, "XADD s * a 1"), {
    events: ["xadd s"],
    propagated: [`XADD s ${START_TIME}-1 a 1`],
  });
  assertEquals(effects(session, "XADD s 1800000000000-* a 1").propagated, ["XADD s 1800000000000-0 a 1"]);
  assertEquals(effects(session, "XADD s 1800000000000-9 a 1").propagated, ["XADD s 1800000000000-9 a 1"]);
  assertEquals(effects(session, "XADD s 1-1 a 1"), { events: [], propagated: [] });
  assertEquals(effects(session, "XADD none NOMKSTREAM * a 1"), { events: [], propagated: [] });
});

Deno.test("XADD: the time may stand still or go back", () => {
  const session = sessionAfter("XADD s * a 1");
  session.keyspace.setTime(START_TIME - 1000);
  assertEquals(session.run("XADD s * a 1"), `${START_TIME}-1`);
  session.keyspace.setTime(START_TIME + 5);
  assertEquals(session.run("XADD s * a 1"), `${START_TIME + 5}-0`);
});

Deno.test("XADD and XTRIM: approximate trimming is exact for others", () => {
  const session = sessionAfter();
  session.keyspace.limits.streamNodeMaxEntries = 3;
  for (let i = 1; i <= 9; i++) session.run(`XADD s ${i}-1 a 1`);
  session.takeEvents();
  session.takePropagated();
  assertEquals(effects(session, "XADD s MAXLEN ~ 7 LIMIT 100 NOMKSTREAM 10-1 a 1"), {
    events: ["xadd s", "xtrim s"],
    propagated: ["XADD s MAXLEN = 7 NOMKSTREAM 10-1 a 1"],
  });
  assertEquals(effects(session, "XADD s MAXLEN ~ 6 11-* a 1"), {
    events: ["xadd s"],
    propagated: ["XADD s MAXLEN = 8 11-0 a 1"],
  });
  assertEquals(effects(session, "XADD s MINID ~ 8 12-0 a 1"), {
    events: ["xadd s", "xtrim s"],
    propagated: ["XADD s MINID = 7-1 12-0 a 1"],
  });
  assertEquals(effects(session, "XTRIM s MAXLEN ~ 5 LIMIT 2"), { events: [], propagated: [] });
  assertEquals(effects(session, "XTRIM s MAXLEN ~ 3 LIMIT 5"), {
    events: ["xtrim s"],
    propagated: ["XTRIM s MAXLEN = 3"],
  });
  assertEquals(effects(session, "XTRIM s MAXLEN 1"), {
    events: ["xtrim s"],
    propagated: ["XTRIM s MAXLEN 1"],
  });
});

Deno.test("XDEL, XSETID, XGROUP: events, and commands as received", () => {
  const session = sessionAfter("XADD s 1-1 a 1", "XADD s 2-1 a 1");
  const expectations: [string, string[]][] = [
    ["XDEL s 1-1 9-9", ["xdel s"]],
    ["XSETID s 5-5", ["xsetid s"]],
    ["XGROUP CREATE s g 0", ["xgroup-create s"]],
    ["XGROUP CREATE t g $ MKSTREAM", ["new t", "xgroup-create t"]],
    ["XGROUP SETID s g $", ["xgroup-setid s"]],
    ["XGROUP CREATECONSUMER s g c", ["xgroup-createconsumer s"]],
    ["XGROUP DELCONSUMER s g c", ["xgroup-delconsumer s"]],
    ["XGROUP DESTROY s g", ["xgroup-destroy s"]],
  ];
  for (const [line, events] of expectations) {
    assertEquals(effects(session, line), { events, propagated: [line] });
  }
  for (const line of ["XDEL s 9-9", "XGROUP DESTROY s g", "XGROUP CREATE t g 0"]) {
    assertEquals(effects(session, line), { events: [], propagated: [] });
  }
});

Deno.test("XREADGROUP: deliveries leave as claims, then the group's position", () => {
  const session = sessionAfter("XADD s 1-1 a 1", "XADD s 2-1 a 1", "XADD s 3-1 a 1", "XGROUP CREATE s g 0");
  assertEquals(effects(session, "XREADGROUP GROUP g c COUNT 2 STREAMS s >"), {
    events: ["xgroup-createconsumer s", "xreadgroup s"],
    propagated: [
      "MULTI",
      claim("1-1", "c", 1, "1-1"),
      claim("2-1", "c", 1, "2-1"),
      "XGROUP SETID s g 2-1 ENTRIESREAD 2",
      "EXEC",
    ],
  });
  assertEquals(effects(session, "XREADGROUP GROUP g d NOACK STREAMS s >"), {
    events: ["xgroup-createconsumer s", "xreadgroup s"],
    propagated: ["MULTI", "XGROUP SETID s g 3-1 ENTRIESREAD 3", "XGROUP CREATECONSUMER s g d", "EXEC"],
  });
  assertEquals(effects(session, "XREADGROUP GROUP g c STREAMS s 0"), {
    events: ["xreadgroup s"],
    propagated: [],
  });
  assertEquals(effects(session, "XREADGROUP GROUP g e STREAMS s >"), {
    events: ["xgroup-createconsumer s"],
    propagated: ["XGROUP CREATECONSUMER s g e"],
  });
  assertEquals(effects(session, "XREADGROUP GROUP g e STREAMS s >"), { events: [], propagated: [] });
});

Deno.test("XCLAIM and XAUTOCLAIM: claims leave with time and count", () => {
  const session = sessionAfter(
    "XADD s 1-1 a 1",
    "XADD s 2-1 a 1",
    "XGROUP CREATE s g 0",
    "XREADGROUP GROUP g c STREAMS s >",
  );
  session.advance(1000);
  const now = START_TIME + 1000;
  assertEquals(effects(session, "XCLAIM s g d 500 1-1 5-5 IDLE 100").propagated, [
    claim("1-1", "d", 2, "2-1", now - 100),
  ]);
  assertEquals(effects(session, "XCLAIM s g e 5000 1-1 LASTID 7-7").propagated, [
    "MULTI",
    "XGROUP CREATECONSUMER s g e",
    "XGROUP SETID s g 7-7 ENTRIESREAD 2",
    "EXEC",
  ]);
  assertEquals(effects(session, "XCLAIM s g e 5000 1-1"), { events: [], propagated: [] });
  assertEquals(effects(session, "XAUTOCLAIM s g f 0 2 JUSTID"), {
    events: ["xgroup-createconsumer s", "xclaim s"],
    propagated: [claim("2-1", "f", 1, "7-7", now)],
  });
  session.run("XDEL s 2-1");
  session.takeEvents();
  session.takePropagated();
  assertEquals(effects(session, "XAUTOCLAIM s g c 0 2"), {
    events: ["xclaim s"],
    propagated: [claim("2-1", "f", 1, "7-7", now)],
  });
  assertEquals(effects(session, "XACK s g 1-1 1-1"), {
    events: ["xack s"],
    propagated: ["XACK s g 1-1 1-1"],
  });
});

Deno.test("XINFO: times of consumers", () => {
  const session = sessionAfter("XADD s 1-1 a 1", "XGROUP CREATE s g 0", "XGROUP CREATECONSUMER s g c");
  const consumer = () => session.run("XINFO CONSUMERS s g");
  session.advance(100);
  assertEquals(consumer(), [["name", "c", "pending", 0, "idle", 100, "inactive", -1]]);
  session.run("XREADGROUP GROUP g c STREAMS s >");
  session.advance(50);
  session.run("XREADGROUP GROUP g c STREAMS s >");
  session.advance(7);
  assertEquals(consumer(), [["name", "c", "pending", 1, "idle", 7, "inactive", 57]]);
  assertEquals(session.run("XINFO STREAM s FULL COUNT 1"), [
    ...["length", 1, "radix-tree-keys", 1, "radix-tree-nodes", 2, "last-generated-id", "1-1"],
    ...["max-deleted-entry-id", "0-0", "entries-added", 1, "recorded-first-entry-id", "1-1"],
    ...["entries", [["1-1", ["a", "1"]]], "groups"],
    [[
      ...["name", "g", "last-delivered-id", "1-1", "entries-read", 1, "lag", 0, "pel-count", 1],
      ...["pending", [["1-1", "c", START_TIME + 100, 1]], "consumers"],
      [[
        ...["name", "c", "seen-time", START_TIME + 150, "active-time", START_TIME + 100, "pel-count", 1],
        ...["pending", [["1-1", START_TIME + 100, 1]]],
      ]],
    ]],
  ]);
  session.run("XREADGROUP GROUP g c STREAMS s 0");
  assertEquals(consumer(), [["name", "c", "pending", 1, "idle", 0, "inactive", 57]]);
  session.run("XCLAIM s g c 0 1-1");
  assertEquals(consumer(), [["name", "c", "pending", 1, "idle", 0, "inactive", 0]]);
});
