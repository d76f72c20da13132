import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RdbChecker } from "../../../src/tools/check_rdb/checker.ts";
import { crc64 } from "../../../src/util/crc64.ts";
import { referenceAvailable, runServer, startRedis, startServer, type TestServer } from "../../harness.ts";
import { bytesOf, textOf } from "../../support/bytes.ts";
import { splitWords } from "../../support/split_words.ts";

const CHECKSUM_SIZE = 8;
const ignore = !referenceAvailable();

/** Every type that both servers have, in several encodings. */
const DATA = [
  "SET int8 12",
  "SET int16 1200",
  "SET int32 120000000",
  "SET text hello EX 100000",
  `SET compressed ${"ab".repeat(100)}`,
  "RPUSH list a b c 70000 " + "x".repeat(100),
  "HSET packed f v g 12 h 1.5",
  "ZADD packed-scores 1 a 2 b 2.5 c",
  `HSET table f ${"v".repeat(100)} g w`,
  `ZADD tree 1 ${"a".repeat(100)} 2.25 b inf c -inf d`,
];
/** Types that Redis 7.2 writes otherwise than 7.0. */
const MORE_DATA = [
  "SADD integers 1 2 3 70000 5000000000",
  "SADD words a b c",
  "XADD stream 1-1 f v",
  "XADD stream 1-2 f v g h",
  "XADD stream 2-2 f w",
  "XGROUP CREATE stream group 0",
  "XREADGROUP GROUP group reader COUNT 2 STREAMS stream >",
  "XDEL stream 1-2",
  "SELECT 5",
  "SET other 1",
];

interface Outcome {
  code: number;
  output: string;
}

function check(bytes: Uint8Array, name = "name"): Outcome {
  let output = "";
  let position = 0;
  const input = {
    readSync(target: Uint8Array): number | null {
      const piece = bytes.subarray(position, position + target.length);
      target.set(piece);
      position += piece.length;
      return piece.length === 0 ? null : piece.length;
    },
  };
  const isSound = new RdbChecker(input, (text) => output += text, Date.now()).check(name);
  return { code: isSound ? 0 : 1, output };
}

/** The same by redis-check-rdb. */
async function reference(bytes: Uint8Array): Promise<Outcome> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    const { code, stdout } = await new Deno.Command("redis-check-rdb", { args: [path] }).output();
    return { code, output: textOf(stdout).replaceAll(path, "name") };
  } finally {
    await Deno.remove(path);
  }
}

/**
 * Code, offset of the error, and what was being done; but not the type, which the original also tells while it has not
 * read any.
 */
function verdict({ code, output }: Outcome): string {
  const error = /ERROR DETECTED ---\n(\[offset \d+\])/.exec(output)?.[1];
  const lines = output.match(/^\[(?:additional )?info\] .*/gm) ?? [];
  return [code, error, ...lines.filter((line) => !line.includes("Reading type"))].join("\n");
}

async function saved(server: TestServer, commands: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  using client = await server.connect();
  for (const command of [...commands, "SAVE"]) await client.ask(...splitWords(command));
  return await Deno.readFile(`${server.dir}/dump.rdb`);
}

function withChecksum(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = bytes.length - CHECKSUM_SIZE;
  bytes.set(crc64(bytes, 0, end), end);
  return bytes;
}

Deno.test({
  name: "check-rdb says of a sound file what redis-check-rdb says",
  ignore,
  async fn() {
    await using redis = await startRedis();
    const bytes = await saved(redis, [
      ...DATA,
      ...MORE_DATA,
      "FUNCTION LOAD '#!lua name=lib\nredis.register_function(\"f\", function() return 1 end)'",
    ]);
    assertEquals(check(bytes), await reference(bytes));
    assertStringIncludes(
      check(bytes).output,
      "\\o/ RDB looks OK! \\o/\n[info] 14 keys read\n[info] 1 expires\n",
    );
    // Torn anywhere, the same is said, but for the words of some reasons.
    for (let size = 0; size < bytes.length; size += 23) {
      const torn = bytes.subarray(0, size);
      assertEquals(verdict(check(torn)), verdict(await reference(torn)), `${size} bytes`);
    }
    const flipped = bytes.slice();
    flipped[bytes.indexOf("hello".charCodeAt(0))] ^= 1;
    assertMatch(check(flipped).output, /^\[offset \d+\] RDB CRC error$/m);
    assertEquals(check(flipped).output, (await reference(flipped)).output);
    bytes.fill(0, bytes.length - CHECKSUM_SIZE);
    assertMatch(check(bytes).output, /checksum disabled: no check performed/);
    assertEquals(check(bytes).output, (await reference(bytes)).output);
  },
});

Deno.test({
  name: "check-rdb and redis-check-rdb find the files of this server sound",
  async fn() {
    await using server = await startServer();
    const bytes = await saved(server, [...DATA, ...MORE_DATA]);
    assertEquals(check(bytes).code, 0);
    assertMatch(check(bytes).output, /^\[info\] 14 keys read$/m);
    if (ignore) return;
    // With what both versions write alike, the file is one of version 10.
    const older = await saved(server, ["FLUSHALL", ...DATA]);
    older.set(bytesOf("0010"), "REDIS".length);
    withChecksum(older);
    assertEquals(check(older), await reference(older));
    assertEquals(check(older).code, 0);
  },
});

Deno.test("check-rdb looks at headers, opcodes and what is in values", () => {
  const file = (body: string) => bytesOf(`REDIS0009${body}\xff${"\0".repeat(CHECKSUM_SIZE)}`);
  const reason = (bytes: Uint8Array) => /DETECTED ---\n(.*)/.exec(check(bytes).output)?.[1];
  assertEquals(reason(bytesOf("")), "[offset 0] Unexpected EOF reading RDB file");
  assertEquals(reason(bytesOf("RUBIS0009")), "[offset 9] Wrong signature trying to load DB from file");
  assertEquals(reason(bytesOf("REDIS0099")), "[offset 9] Can't handle RDB format version 99");
  assertEquals(check(file("")).code, 0);
  assertEquals(reason(file("\x64")), "[offset 10] Invalid object type: 100");
  assertEquals(reason(file("\xf6")), "[offset 10] Pre-release function format not supported 9");
  assertEquals(reason(file("\x02\x01k\x02\x01a\x01a")), "[offset 17] Duplicate set members detected");
  assertEquals(reason(file("\x04\x01k\x00")), "[offset 13] Empty key: a collection without elements");
  assertMatch(reason(file("\x10\x01k\x07\x07\0\0\0\0\0\x00"))!, /Listpack integrity check failed/);
  // A length that nothing can have.
  assertMatch(reason(file("\x00\x01k\x81\x00\x0f\xff\xff\xff\xff\xff\xff"))!, /^\[offset 21\]/);
});

Deno.test("check-rdb passes over the values and fields of modules", () => {
  const id = "\x81" + "\x12".repeat(8);
  const data = "\x02\x05\x05\x03abc\x04" + "\0".repeat(8) + "\x00";
  const body = `\xf7${id}\x02\x01${data}\x07\x01k${id}${data}`;
  const { code, output } = check(bytesOf(`REDIS0009${body}\xff${"\0".repeat(CHECKSUM_SIZE)}`));
  assertEquals(code, 0);
  assertMatch(output, /MODULE AUX for: .{9}\n/);
  assertMatch(output, /1 keys read/);
});

Deno.test("check-rdb: arguments and exit codes", async () => {
  const missing = await runServer(["check-rdb", "/no/such/file"]);
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.output, "Cannot open file /no/such/file: No such file or directory");
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytesOf(`REDIS0009\xff${"\0".repeat(CHECKSUM_SIZE)}`));
    const sound = await runServer(["check-rdb", path]);
    assertEquals(sound.code, 0);
    assertStringIncludes(sound.output, `[offset 0] Checking RDB file ${path}\n`);
    assertEquals((await runServer(["check-rdb", path, path])).code, 1);
  } finally {
    await Deno.remove(path);
  }
});
