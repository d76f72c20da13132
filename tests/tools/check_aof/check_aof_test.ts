import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { checkLog } from "../../../src/tools/check_aof/check_log.ts";
import { CheckAborted } from "../../../src/tools/check_aof/single_file.ts";
import { byteStringToUtf8 } from "../../../src/util/byte_string.ts";
import { referenceAvailable, runServer, startRedis, startServer, type TestServer } from "../../harness.ts";
import { bytesOf, encodeCommand, textOf } from "../../support/bytes.ts";

const ignore = !referenceAvailable();

/** Commands with timestamps between them, a transaction among them, and a value that looks like more commands. */
const LOG = [
  "#TS:100\r\n",
  encodeCommand(["SELECT", "0"]),
  encodeCommand(["SET", "a", "hello"]),
  "#TS:200\r\n",
  encodeCommand(["MULTI"]),
  encodeCommand(["set", "b", "*1\r\n$4\r\nEXEC\r\n"]),
  encodeCommand(["DEL", "a"]),
  encodeCommand(["EXEC"]),
  "#TS:300\r\n",
  encodeCommand(["PING"]),
].join("");

interface Outcome {
  code: number;
  output: string;
}

interface Wishes {
  fix?: boolean;
  timestamp?: number;
  answer?: boolean;
}

/** A directory for one test. */
class Files implements Disposable {
  readonly directory = Deno.makeTempDirSync();

  write(name: string, text: string): string {
    const path = `${this.directory}/${name}`;
    Deno.writeFileSync(path, bytesOf(text));
    return path;
  }

  read(name: string): string {
    return textOf(Deno.readFileSync(`${this.directory}/${name}`));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

function check(path: string, { answer = false, fix = false, timestamp = 0 }: Wishes = {}): Outcome {
  let output = "";
  const print = (text: string) => output += text;
  try {
    checkLog(path, { fix, timestamp, print, confirm: () => answer });
    return { code: 0, output };
  } catch (error) {
    if (!(error instanceof CheckAborted)) throw error;
    return { code: 1, output: `${output}${error.message}\n` };
  }
}

/** The same by redis-check-aof. */
async function reference(path: string, { answer, fix, timestamp }: Wishes = {}): Promise<Outcome> {
  const options = fix ? ["--fix"] : timestamp ? ["--truncate-to-timestamp", String(timestamp)] : [];
  const process = new Deno.Command("redis-check-aof", {
    args: [...options, path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(bytesOf(answer ? "y\n" : "n\n")).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout } = await process.output();
  return { code, output: textOf(stdout) };
}

/** Without what the original takes from memory that it did not write. */
function comparable({ code, output }: Outcome): Outcome {
  return { code, output: output.replace(/(Expected \\r\\n, got: 00)../, "$1xx") };
}

async function assertSame(path: string, wishes: Wishes = {}): Promise<Outcome> {
  const before = Deno.readFileSync(path);
  const expected = comparable(await reference(path, wishes));
  const left = Deno.readFileSync(path);
  Deno.writeFileSync(path, before);
  const actual = comparable(check(path, wishes));
  assertEquals(actual, expected);
  assertEquals(Deno.readFileSync(path), left);
  return actual;
}

Deno.test({
  name: "check-aof finds whole, torn and damaged logs as redis-check-aof does",
  ignore,
  async fn() {
    using files = new Files();
    const path = files.write("log.aof", LOG);
    assertMatch((await assertSame(path)).output, /ok_up_to_line=34, diff=0\nAOF .* is valid\n$/);
    for (let size = 0; size < LOG.length; size += 5) {
      await assertSame(files.write("log.aof", LOG.slice(0, size)));
    }
    const damaged = [
      LOG.replace("$5\r\nhello", "$6\r\nhello"),
      LOG.replace("$5\r\nhello", "$-1\r\nhello"),
      LOG.replace("$5\r\nhello", "$9223372036854775807\r\nhello"),
      LOG.replace("*3", "*4"),
      LOG.replace("*2", "+2"),
      LOG.replace("*2", "*2 "),
      LOG.replace("*1\r\n", "*1\n\n"),
      LOG.replace("*1\r\n", "*1\xff\x80"),
      LOG.replace("DEL", "DEl").replace("$3\r\nDEl", "$5\r\nmulti").replace("$1\r\na\r\n*1", "$1\r\na\r\n*1"),
      LOG + encodeCommand(["exec"]),
      LOG + encodeCommand(["MULTI"]) + encodeCommand(["multi"]),
      LOG + "x",
      "*0\r\n" + LOG,
      `*${"9".repeat(140)}\r\n`,
    ];
    for (const text of damaged) await assertSame(files.write("log.aof", text));
  },
});

Deno.test({
  name: "check-aof --fix cuts off what is not whole, if the user agrees",
  ignore,
  async fn() {
    using files = new Files();
    const path = files.write("log.aof", LOG.slice(0, -3));
    assertMatch((await assertSame(path, { fix: true, answer: false })).output, /Aborting\.\.\.\n$/);
    assertEquals(files.read("log.aof").length, LOG.length - 3);
    const { code, output } = await assertSame(path, { fix: true, answer: true });
    assertEquals(code, 0);
    assertMatch(output, /Continue\? \[y\/N\]: Successfully truncated AOF /);
    assertEquals((await assertSame(path)).code, 0);
  },
});

Deno.test({
  name: "check-aof --truncate-to-timestamp cuts off what came later",
  ignore,
  async fn() {
    using files = new Files();
    for (const timestamp of [50, 100, 150, 200, 299, 300, 400]) {
      await assertSame(files.write("log.aof", LOG), { timestamp });
    }
    const path = files.write("log.aof", LOG);
    assertEquals(check(path, { timestamp: 250 }).code, 0);
    assertEquals(files.read("log.aof"), LOG.slice(0, LOG.indexOf("#TS:300")));
    await assertSame(files.write("log.aof", "#TS:10x\r\n" + LOG), { timestamp: 250 });
  },
});

/** Writes a log with a base and two incremental files into the server's directory; the path of its manifest. */
async function writtenBy(server: TestServer): Promise<string> {
  using client = await server.connect();
  await client.ask("SET", "key", "value");
  await client.ask("BGREWRITEAOF");
  while (!/aof_rewrite_in_progress:0/.test(String(await client.ask("INFO", "persistence")))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await client.ask("SET", "key", "other");
  await client.ask("MULTI");
  await client.ask("INCR", "count");
  await client.ask("INCR", "count");
  await client.ask("EXEC");
  await server.stop();
  return `${server.dir}/appendonlydir/appendonly.aof.manifest`;
}

const OPTIONS = { config: { appendonly: true, "aof-timestamp-enabled": true } };

async function checkMultiPart(server: TestServer, compared: boolean): Promise<void> {
  const manifest = await writtenBy(server);
  const directory = `${server.dir}/appendonlydir`;
  const same = async (wishes: Wishes = {}) => {
    const outcome = check(manifest, wishes);
    if (!compared) return outcome;
    // 7.0 names the base without its path, 7.2 with it.
    const base = ({ code, output }: Outcome) => ({
      code,
      output: output.replace(/(Checking RDB file ).*\//, "$1"),
    });
    assertEquals(base(outcome), base(await reference(manifest, wishes)));
    return outcome;
  };
  assertMatch((await same()).output, /All AOF files and manifest are valid\n$/);
  const increment = [...Deno.readDirSync(directory)].find(({ name }) => name.includes("incr"))!.name;
  const log = Deno.readFileSync(`${directory}/${increment}`);
  Deno.writeFileSync(`${directory}/${increment}`, log.subarray(0, -5));
  const torn = await same();
  assertEquals(torn.code, 1);
  assertStringIncludes(torn.output, `AOF ${increment} is not valid. Use the --fix option`);
  assertEquals(check(manifest, { fix: true, answer: true }).code, 0);
  assertEquals((await same()).code, 0);
  // A file that is not the last is not cut.
  Deno.writeFileSync(`${directory}/${increment}`, log.subarray(0, -5));
  Deno.writeTextFileSync(`${directory}/appendonly.aof.9.incr.aof`, "");
  Deno.writeTextFileSync(manifest, "file appendonly.aof.9.incr.aof seq 9 type i\n", { append: true });
  assertMatch((await same({ fix: true, answer: true })).output, /because it is not the last file\n$/);
}

Deno.test({
  name: "check-aof and redis-check-aof agree on logs of several files from redis-server",
  ignore,
  async fn() {
    await using redis = await startRedis(OPTIONS);
    await checkMultiPart(redis, true);
  },
});

Deno.test("check-aof finds logs of this server sound", async () => {
  await using server = await startServer(OPTIONS);
  // The base has version 11, which redis-check-aof of 7.0 does not read.
  await checkMultiPart(server, false);
});

Deno.test("check-aof: a log with a snapshot in front", () => {
  using files = new Files();
  const snapshot = `REDIS0009\x00\x01k\x01v\xff${"\0".repeat(8)}`;
  const whole = check(files.write("log.aof", snapshot + LOG));
  assertEquals(whole.code, 0);
  assertStringIncludes(whole.output, "RDB preamble is OK, proceeding with AOF tail...\n");
  const torn = check(files.write("log.aof", snapshot + LOG.slice(0, -1)));
  const whereLast = snapshot.length + LOG.lastIndexOf("*1");
  assertStringIncludes(torn.output, `ok_up_to=${whereLast},`);
  const damaged = check(files.write("log.aof", snapshot.slice(0, 12)));
  assertEquals(damaged.code, 1);
  assertStringIncludes(damaged.output, "RDB preamble of AOF file is not sane, aborting.");
});

Deno.test("check-aof: manifests that are none, files that are missing", () => {
  using files = new Files();
  const wrong = check(files.write("m.manifest", "file a seq 1\n"));
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.output, "Invalid AOF manifest file format");
  const missing = check(files.write("m.manifest", "file gone.aof seq 1 type i\n"));
  assertEquals(missing.code, 1);
  const shown = byteStringToUtf8(missing.output);
  assertStringIncludes(shown, `Cannot open file ${files.directory}/gone.aof: No such file or directory`);
  // A value with such a line does not make a manifest of a log.
  const log = encodeCommand(["SET", "key", "a\nfile a seq 1 type b\n"]);
  assertEquals(check(files.write("log.aof", log)).code, 0);
});

Deno.test("check-aof: arguments, the question, and the large window's edges", async () => {
  using files = new Files();
  const long = "x".repeat(600_000);
  const log = [encodeCommand(["SET", "a", long]), encodeCommand(["SET", "b", long]), LOG].join("");
  const path = files.write("log.aof", log.slice(0, -3));
  const usage = await runServer(["check-aof"]);
  assertEquals(usage.code, 1);
  assertStringIncludes(usage.output, "Usage: mini-redis check-aof");
  const fixed = await runServer(["check-aof", "--fix", path], "y\n");
  assertEquals(fixed.code, 0);
  assertStringIncludes(fixed.output, "Successfully truncated AOF");
  assertEquals(files.read("log.aof").length, log.lastIndexOf("*1\r\n"));
  assertEquals(check(path).code, 0);
});
