import { assert, assertEquals } from "@std/assert";
import {
  clear,
  digestAfter,
  emptySession,
  loadLog,
  logOf,
  TemporaryDirectory,
  writeLog,
} from "./load_log.ts";

const ONE = "file a.1.incr.aof seq 1 type i\n";
const TWO = "file a.1.base.aof seq 1 type b\nfile a.1.incr.aof seq 1 type i\n";
const THREE = TWO + "file a.2.incr.aof seq 2 type i\n";

/** Commands that use all that a log can hold. */
const COMMANDS = [
  "SELECT 0",
  "SET key value",
  'SET "binary\\x00\\r\\n$3" "\\xff\\x00*3\\r\\n"',
  "RPUSH list a b c",
  "SELECT 3",
  "SADD set 1 2 3",
  "ZADD scores 1.5 a 2.5 b",
  "HSET hash field value",
  "SET gone x PXAT 1600000000000",
  "INCR counter",
];

function padded(values: readonly string[]): string {
  return values.map((value) => `#TS:1700000000\r\n${logOf([value])}`).join("");
}

Deno.test("loader: base and incremental files are replayed in order", () => {
  using directory = new TemporaryDirectory();
  writeLog(directory.path, "file old seq 9 type h\n" + THREE, {
    "old": "garbage",
    "a.1.base.aof": logOf(["SELECT 0", "SET key 1", "SET other 1"]),
    "a.1.incr.aof": logOf(["SELECT 2", "SET key 2"]),
    // A file begins in database 0, whatever the one before ended with.
    "a.2.incr.aof": logOf(["INCRBY key 10"]),
  });
  const { digest, log, result, session } = loadLog(directory.path);
  assertEquals(result.status, "loaded");
  assertEquals(result.commands, 6);
  assertEquals(digest, digestAfter(["SET key 11", "SET other 1", "SELECT 2", "SET key 2"]));
  assertEquals(log.lines, [
    "* DB loaded from base file a.1.base.aof: 0.000 seconds",
    "* DB loaded from incr file a.1.incr.aof: 0.000 seconds",
    "* DB loaded from incr file a.2.incr.aof: 0.000 seconds",
  ]);
  assertEquals(session.dispatcher.commandsProcessed, 0);
  assertEquals(result.totalSize > result.baseSize, true);
});

Deno.test("loader: annotations are passed over, and nothing expires while loading", () => {
  using directory = new TemporaryDirectory();
  writeLog(directory.path, ONE, {
    "a.1.incr.aof": padded([
      "INCRBY number 5",
      "PEXPIREAT number 1",
      "INCRBY number 1",
      "PERSIST number",
      ...COMMANDS,
    ]),
  });
  const { result, session } = loadLog(directory.path);
  assertEquals(result.status, "loaded");
  assertEquals(session.run("GET number"), "6");
  session.run("SELECT 3");
  assertEquals(session.run("GET gone"), null);
  assertEquals(session.run("GET counter"), "1");
});

Deno.test("loader: no log, an empty log, files that are missing", () => {
  using directory = new TemporaryDirectory();
  assertEquals(loadLog(directory.path).result.status, "none");
  writeLog(directory.path, "#\n", {});
  assertEquals(loadLog(directory.path).result.status, "none");
  writeLog(directory.path, TWO, { "a.1.base.aof": "", "a.1.incr.aof": "" });
  assertEquals(loadLog(directory.path).result.status, "empty");
  writeLog(directory.path, THREE, {});
  const { log, result } = loadLog(directory.path);
  assertEquals(result.status, "failed");
  assertEquals(log.lines, [
    "# Unable to obtain the AOF file a.2.incr.aof length. stat: No such file or directory",
  ]);
  writeLog(directory.path, "", {});
  assert(loadLog(directory.path).log.has("Found an empty AOF manifest"));
});

Deno.test("loader: it pauses now and then", () => {
  using directory = new TemporaryDirectory();
  const sets = Array.from({ length: 5000 }, (_, i) => `SET key:${i} value:${i}`);
  writeLog(directory.path, ONE, { "a.1.incr.aof": logOf(sets) });
  const { pauses, result, session } = loadLog(directory.path);
  assertEquals([pauses, result.commands], [4, 5000]);
  assertEquals(session.run("DBSIZE"), 5000);
});

Deno.test("loader: large values and transactions reach over several reads", () => {
  using directory = new TemporaryDirectory();
  const large = (letter: string) => `SET ${letter} ${letter.repeat(900_000)}`;
  const commands = [large("a"), "MULTI", large("b"), large("c"), large("d"), "EXEC", large("e")];
  writeLog(directory.path, ONE, { "a.1.incr.aof": logOf(commands) });
  const { result, session } = loadLog(directory.path);
  assertEquals(result.status, "loaded");
  for (const letter of "abcde") assertEquals(session.run(`STRLEN ${letter}`), 900_000);
});

Deno.test("loader: a torn end is cut off at every offset, and the rest loads", () => {
  const commands = ["SET a 1", "MULTI", "SET b 2", "RPUSH list x", "EXEC", "SET c 3"];
  const whole = padded([commands[0]]) + logOf(commands.slice(1, 5)) + padded([commands[5]]);
  const first = padded([commands[0]]).length;
  const second = first + logOf(commands.slice(1, 5)).length;
  const annotation = second + "#TS:1700000000\r\n".length;
  const digests = [
    digestAfter([]),
    digestAfter(commands.slice(0, 1)),
    digestAfter(["SET a 1", "SET b 2", "RPUSH list x"]),
  ];
  for (let size = 1; size < whole.length; size++) {
    using directory = new TemporaryDirectory();
    writeLog(directory.path, TWO, { "a.1.base.aof": "", "a.1.incr.aof": whole.slice(0, size) });
    const { digest, log, result } = loadLog(directory.path);
    assertEquals(digest, digests[size < first ? 0 : size < second ? 1 : 2], `size ${size}`);
    const kept = size < 16
      ? 0
      : size < first
      ? 16
      : size < second
      ? first
      : size < annotation
      ? second
      : annotation;
    assertEquals(result.cutBytes, size - kept);
    const path = `${directory.path}/appendonlydir/a.1.incr.aof`;
    assertEquals(Deno.statSync(path).size, kept);
    assertEquals(result.totalSize, kept);
    if (size === kept) assertEquals(result.status, "loaded");
    else {
      assertEquals(result.status, "truncated");
      assert(log.has("!!! Warning: short read while loading the AOF file a.1.incr.aof!!!"));
      assert(log.has(`!!! Truncating the AOF a.1.incr.aof at offset ${kept} !!!`));
      assert(log.has(`The last ${size - kept} bytes of a.1.incr.aof are cut off`));
      assert(log.has("loaded anyway because aof-load-truncated is enabled"));
      assertEquals(log.has("Revert incomplete MULTI/EXEC transaction"), kept === first && size >= first + 15);
    }
    // What is left is a whole log.
    const again = loadLog(directory.path, { acceptsTruncated: false });
    assertEquals([again.digest, again.result.status === "failed"], [digest, false]);
  }
});

Deno.test("loader: a torn end is refused where it may not be", () => {
  const torn = logOf(["SET a 1", "SET b 2"]).slice(0, -3);
  const offset = logOf(["SET a 1"]).length;
  for (
    const [files, options, words] of [
      [[torn, "", ""], { acceptsTruncated: false }, "You can: 1) Make a backup"],
      [[torn, "", logOf(["SET c 3"])], {}, "Fatal error: the truncated file is not the last file"],
      [["", torn, logOf(["SET c 3"])], {}, "Fatal error: the truncated file is not the last file"],
    ] as const
  ) {
    using directory = new TemporaryDirectory();
    writeLog(directory.path, THREE, {
      "a.1.base.aof": files[0],
      "a.1.incr.aof": files[1],
      "a.2.incr.aof": files[2],
    });
    const { log, result } = loadLog(directory.path, options);
    assertEquals(result.status, "failed");
    assert(log.has("Unexpected end of file reading the append only file a.1."), log.lines.join("\n"));
    assert(log.has(`at offset ${offset}.`));
    assert(log.has(words));
  }
});

Deno.test("loader: behind a torn end there may be files in which nothing was written yet", () => {
  using directory = new TemporaryDirectory();
  const torn = logOf(["SET a 1", "SET b 2"]).slice(0, -3);
  writeLog(directory.path, THREE, { "a.1.base.aof": "", "a.1.incr.aof": torn, "a.2.incr.aof": "" });
  const { digest, result } = loadLog(directory.path);
  assertEquals([result.status, digest], ["truncated", digestAfter(["SET a 1"])]);
});

Deno.test("loader: what is no log is refused with file and offset", () => {
  const good = logOf(["SET a 1"]);
  const cases: [string, string][] = [
    ["GET a\r\n", "Bad file format reading the append only file a.1.incr.aof, at offset 27"],
    ["*0\r\n", "Bad file format"],
    ["*-1\r\n", "Bad file format"],
    ["*03\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n", "Bad file format"],
    ["*3\n$3\r\nSET\r\n", "Bad file format"],
    ["*3\r\n:3\r\n", "Bad file format reading the append only file a.1.incr.aof, at offset 31"],
    ["*3\r\n$3\r\nSETT\r\n$1\r\na\r\n$1\r\n1\r\n", "Bad file format"],
    ["*3\r\n$-1\r\n", "Bad file format"],
    ["*3\r\n$3\r\nSET\r\n$1\r\na\r\n$9999999999\r\n1", "Bad file format"],
    ["#" + "x".repeat(2000) + "\r\n", "Bad file format"],
    ["\0\0\0\0\0\0", "Bad file format"],
    [logOf(["bla x"]), "Unknown command 'bla' reading the append only file a.1.incr.aof, at offset 27"],
    [logOf(["OBJECT BLA x"]), "Unknown command 'OBJECT'"],
    [
      logOf(["SET a"]),
      "The command 'SET' failed reading the append only file a.1.incr.aof, at offset 27: ERR wrong",
    ],
    [logOf(["LPUSH a x"]), "failed reading the append only file a.1.incr.aof, at offset 27: WRONGTYPE"],
    [logOf(["SELECT 99"]), "The command 'SELECT' failed"],
    [logOf(["MULTI", "MULTI"]), "The command 'MULTI' failed"],
    [logOf(["EXEC"]), "The command 'EXEC' failed"],
    [logOf(["MULTI", "SET b 1", "bla", "EXEC"]), "Unknown command 'bla'"],
  ];
  for (const [bad, words] of cases) {
    using directory = new TemporaryDirectory();
    writeLog(directory.path, TWO, { "a.1.base.aof": "", "a.1.incr.aof": good + bad + good });
    const { log, result } = loadLog(directory.path);
    assertEquals(result.status, "failed", bad);
    assert(log.has(words), `${JSON.stringify(bad)}: ${log.lines}`);
  }
});

Deno.test("loader: flipped bits are refused, cut off with a warning, or change what a value says", () => {
  const commands = ["SET a 1", "RPUSH list x y", "SET c 3"];
  const whole = logOf(commands);
  const intact = digestAfter(commands);
  const prefixes = new Set([0, 1, 2].map((count) => digestAfter(commands.slice(0, count))));
  const payload = payloadOffsets(commands);
  using directory = new TemporaryDirectory();
  const session = emptySession();
  for (let offset = 0; offset < whole.length; offset++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = String.fromCharCode(whole.charCodeAt(offset) ^ (1 << bit));
      const damaged = whole.slice(0, offset) + flipped + whole.slice(offset + 1);
      writeLog(directory.path, ONE, { "a.1.incr.aof": damaged });
      clear(session);
      const { digest, log, result } = loadLog(directory.path, { session });
      if (result.status === "failed") assert(log.lines.length > 0);
      else if (result.status === "truncated") {
        assert(log.has("are cut off"));
        assert(prefixes.has(digest));
      } else {
        // The name of a command in other letters is the same; a payload can't be told from another one.
        assert(payload.has(offset), `offset ${offset}, bit ${bit}`);
        assert(digest !== intact || flipped.toUpperCase() === whole[offset].toUpperCase());
      }
    }
  }
});

/** Where in the log the bytes of arguments are. */
function payloadOffsets(commands: readonly string[]): Set<number> {
  const offsets = new Set<number>();
  const log = logOf(commands);
  const pattern = /\$(\d+)\r\n/g;
  for (let match = pattern.exec(log); match !== null; match = pattern.exec(log)) {
    const size = Number(match[1]);
    for (let i = 0; i < size; i++) offsets.add(pattern.lastIndex + i);
    pattern.lastIndex += size;
  }
  return offsets;
}

Deno.test("loader: random bytes are never anything but an error or a cut", () => {
  using directory = new TemporaryDirectory();
  const session = emptySession();
  let state = 12345;
  const next = (below: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
  const pieces = [
    "*",
    "$",
    "\r\n",
    "3",
    "1",
    "SET",
    "a",
    "#",
    "MULTI",
    "EXEC",
    "\n",
    "\0",
    "*1\r\n",
    "$4\r\n",
  ];
  for (let round = 0; round < 2000; round++) {
    let text = "";
    for (let i = next(20); i >= 0; i--) text += pieces[next(pieces.length)];
    writeLog(directory.path, ONE, { "a.1.incr.aof": text });
    clear(session);
    const { log, result } = loadLog(directory.path, { session });
    if (result.status === "failed" || result.status === "truncated") assert(log.lines.length > 0);
  }
});

Deno.test("loader: an old log becomes the base, also when that was interrupted", () => {
  using directory = new TemporaryDirectory();
  const manifest = "file appendonly.aof seq 1 type b\n";
  for (const before of [null, manifest]) {
    Deno.writeTextFileSync(`${directory.path}/appendonly.aof`, logOf(["SET a 1"]));
    if (before !== null) {
      Deno.removeSync(`${directory.path}/appendonlydir/appendonly.aof`);
      writeLog(directory.path, before, {});
    }
    const { digest, log, result } = loadLog(directory.path, { upgrades: true });
    assertEquals([result.status, digest], ["loaded", digestAfter(["SET a 1"])]);
    assert(log.has("Successfully migrated an old-style AOF file (appendonly.aof) into the AOF directory"));
    assertEquals(Deno.readTextFileSync(`${directory.path}/appendonlydir/appendonly.aof.manifest`), manifest);
  }
  // One that lies about beside a log in use is left alone.
  Deno.writeTextFileSync(`${directory.path}/appendonly.aof`, logOf(["SET b 1"]));
  const { digest, log } = loadLog(directory.path, { upgrades: true });
  assertEquals([digest, log.lines.length], [digestAfter(["SET a 1"]), 1]);
});

Deno.test("loader: function libraries are handed over while there are no commands for them", () => {
  using directory = new TemporaryDirectory();
  writeLog(directory.path, ONE, { "a.1.incr.aof": logOf(["FUNCTION LOAD REPLACE code", "SET a 1"]) });
  const { libraries, result } = loadLog(directory.path);
  assertEquals([result.status, libraries], ["loaded", ["code"]]);
});
