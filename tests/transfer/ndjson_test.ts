/** NDJSON: what is written, what may be written by hand, and what is refused. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commandTable } from "../../src/commands/mod.ts";
import { TransferError } from "../../src/transfer/entry.ts";
import { Input } from "../../src/transfer/input.ts";
import { NdjsonSource } from "../../src/transfer/ndjson_source.ts";
import { NdjsonWriter } from "../../src/transfer/ndjson_writer.ts";
import type { Output } from "../../src/transfer/output.ts";
import { Random } from "../../src/util/random.ts";
import { InProcess } from "../commands/in_process.ts";
import { dump, SPECIAL, Workspace } from "./tools.ts";

/** Collects what is written. */
class Memory implements Output {
  #chunks: Uint8Array[] = [];

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#chunks.flatMap((chunk) => [...chunk]));
  }

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes.slice());
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  discard(): void {}
}

/** Reads a file and writes what was read again. */
async function rewritten(work: Workspace, content: string | Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const source = new NdjsonSource(Input.file(work.write("in.ndjson", content)));
  try {
    const memory = new Memory();
    const writer = new NdjsonWriter(memory);
    for (const _ of source.send(writer));
    await writer.finish();
    return memory.bytes;
  } finally {
    source.close();
  }
}

async function textOf(work: Workspace, content: string | Uint8Array): Promise<string> {
  return new TextDecoder().decode(await rewritten(work, content));
}

/** Why a file is refused. */
async function refusal(work: Workspace, content: string | Uint8Array): Promise<string> {
  try {
    await rewritten(work, content);
  } catch (error) {
    if (error instanceof TransferError) return error.message.replace(work.file("in.ndjson"), "in");
    throw error;
  }
  return "nothing is refused";
}

Deno.test("NDJSON: text stands as it is, anything else as base64, and every line is JSON", async () => {
  using work = new Workspace();
  const session = new InProcess(commandTable);
  for (const command of SPECIAL) session.run(command);
  session.run("XADD s 5-1 a 1 a 2");
  session.run("XADD s 6-0 b 1");
  session.run("XGROUP CREATE s g 0 ENTRIESREAD 1");
  session.run("XREADGROUP GROUP g c COUNT 1 STREAMS s >");
  session.run("XDEL s 6-0");
  assertEquals((await dump(work.writeRdb("a.rdb", session.keyspace), "-o", work.file("a"))).code, 0);
  const values = new Map<string, unknown>();
  for (const line of Deno.readTextFileSync(work.file("a")).trimEnd().split("\n")) {
    const { db, key, type, expireAt, value } = JSON.parse(line);
    assertEquals(db, 0);
    values.set(JSON.stringify(key), key === "distant" ? [type, expireAt, value] : value);
  }
  assertEquals(values.get('"distant"'), ["string", "9223372036854775807", "1"]);
  assertEquals(values.get('"text"'), "é€😀");
  assertEquals(values.get('"no text"'), { base64: "wyjtoIA=" });
  assertEquals(values.get('{"base64":"//4="}'), "\0");
  assertEquals(values.get(JSON.stringify('quote"back\\slash\n\t\u0001')), 'quote"back\\slash\n\t\u0001\x7f');
  assertEquals(values.get('"binary"'), [[{ base64: "/w==" }, { base64: "/g==" }], ["base64", "AAAA"], [
    "",
    "",
  ]]);
  const scores = values.get('"scores"') as [string, number | string][];
  assertEquals(scores[0], ["minus infinite", "-inf"]);
  // Small sorted sets hold integers as such, which have no minus zero.
  assertEquals(scores[1], ["minus zero", 0]);
  assertEquals(scores.slice(2), [["odd", 9007199254740992], ["infinite", "inf"]]);
  assertEquals(values.get('"s"'), {
    entries: [{ id: "5-1", fields: [["a", "1"], ["a", "2"]] }],
    lastId: "6-0",
    maxDeletedId: "6-0",
    entriesAdded: 2,
    groups: [{
      name: "g",
      lastId: "5-1",
      entriesRead: 2,
      consumers: [{
        name: "c",
        seenTime: 1_700_000_000_000,
        activeTime: 1_700_000_000_000,
        pending: [["5-1", 1_700_000_000_000, 1]],
      }],
    }],
  });
});

Deno.test("NDJSON: what people write by hand is read: any order, objects, numbers, escapes, blank lines", async () => {
  using work = new Workspace();
  const lines: [written: string, read: string][] = [
    ['{"value":"v","type":"string","key":"k"}', '"key":"k","type":"string","expireAt":null,"value":"v"'],
    [
      '{"value": 5 ,"expireAt":"17", "type":"string","key":12e3}',
      '"key":"12e3","type":"string","expireAt":17,"value":"5"',
    ],
    [
      '{ "db" : 0 , "key":"k","type":"hash","expireAt":null,"value":{"a":1,"b":{"base64":"AA=="}}}',
      '"key":"k","type":"hash","expireAt":null,"value":[["a","1"],["b","\\u0000"]]',
    ],
    [
      '{"key":"k","type":"zset","value":{"a":1.50,"b":"-Infinity","c":-0}}\r',
      '"key":"k","type":"zset","expireAt":null,"value":[["a",1.5],["b","-inf"],["c",-0]]',
    ],
    [
      '{"key":"k","type":"string","value":"\\u00e9\\ud83d\\ude00\\/\\b\\u0041"}',
      '"key":"k","type":"string","expireAt":null,"value":"é😀/\\bA"',
    ],
    [
      '{"key":"k","type":"stream","value":{"entries":[{"fields":{"a":"1"},"id":"1-1"}]}}',
      '"key":"k","type":"stream","expireAt":null,"value":{"entries":[{"id":"1-1","fields":[["a","1"]]}],' +
      '"lastId":"1-1","maxDeletedId":"0-0","entriesAdded":1,"groups":[]}',
    ],
  ];
  for (const [written, read] of lines) assertEquals(await textOf(work, written), `{"db":0,${read}}\n`);
  const whole = "\ufeff\n\n" + lines.map(([written]) => written).join("\n\n  \n") + "\n\n";
  assertEquals(await textOf(work, whole), lines.map(([, read]) => `{"db":0,${read}}\n`).join(""));
  assertEquals(await textOf(work, ""), "");
});

Deno.test("NDJSON: what is wrong is told with line and column", async () => {
  using work = new Workspace();
  const string = (value: string) => `{"key":"k","type":"string","value":${value}}`;
  const stream = (value: string) => `{"key":"k","type":"stream","value":${value}}`;
  const cases: [content: string | Uint8Array, problem: string][] = [
    ["{}", 'line 1, column 3: an entry needs "key", "type" and "value"'],
    ["\n[]", "line 2, column 1: expected { here"],
    [string('"a"') + "\n" + string("tru"), "line 2, column 36: expected a string, a number"],
    [string('"a"') + " x", "line 1, column 41: the line should end here"],
    [string('"a'), "line 1, column 39: a value that does not end"],
    ['{"key":"k\n"}', "line 1, column 10: a control character or the end of the line within a string"],
    ['{"key":"k","key":"l"}', 'line 1, column 18: "key" is given twice'],
    ['{"kye":"k"}', 'line 1, column 8: there is no "kye" in an entry'],
    ['{"type":"blob"}', "expected one of the types string, list, set, zset, hash, stream"],
    [string('"\\ud800"'), "half of a surrogate pair"],
    [string('"\\udc00\\ud800"'), "half of a surrogate pair"],
    [string('"\\x41"'), "an escape that JSON does not have"],
    [string('"\\u00g0"'), "expected four hexadecimal digits"],
    [string('{"base64":"A"}'), "a string that is not base64"],
    [string('{"hex":"00"}'), 'expected {"base64":"…"} here'],
    [string("007"), "expected a number here"],
    ['{"key":"k","type":"list","value":[]}', "a list without elements can't be stored"],
    ['{"key":"k","type":"hash","value":[["a"]]}', "expected , here"],
    ['{"key":"k","type":"hash","value":[["a","b","c"]]}', "expected the end of a pair here"],
    ['{"key":"k","type":"zset","value":[["a","nan"]]}', "expected a score before here"],
    ['{"key":"k","type":"zset","value":[["a",1e999]]}', "expected a score before here"],
    ['{"db":-1}', "expected an integer from 0 to 2147483647 here"],
    [
      '{"db":0,"key":"k","type":"string","expireAt":-5}',
      "expected an integer from 0 to 9223372036854775807 here",
    ],
    [
      stream('{"entries":[{"id":"1-1","fields":[["a","1"]]},{"id":"1-1","fields":[["a","1"]]}]}'),
      "greater than the one before",
    ],
    [stream('{"entries":[{"id":"1","fields":[["a","1"]]}]}'), "expected the ID of a stream's entry"],
    [stream('{"entries":[{"id":"1-1","fields":[]}]}'), 'needs "id" and "fields"'],
    [
      stream('{"entries":[{"id":"2-1","fields":[["a","1"]]}],"lastId":"1-0"}'),
      '"lastId" comes before the last entry',
    ],
    [stream('{"groups":[{"name":"g"},{"name":"g"}]}'), "a group of this name was there before"],
    [stream('{"groups":[{"lastId":"1-1"}]}'), 'a group begins with "name"'],
    [
      stream('{"groups":[{"name":"g","consumers":[{"name":"c","pending":[["1-1",0,1],["1-1",0,1]]}]}]}'),
      "pending already",
    ],
    [new Uint8Array([...new TextEncoder().encode('{"key":"'), 0xff, 0x22]), "a string that is not UTF-8"],
    ['{"library":"x","key":"k"}', 'beside "library" nothing else may stand'],
    ['{"db":0,"key":"k","type":"string","value":"v","expireAt":1', "expected , or } here"],
    ["\0", "line 1, column 1: expected { here"],
  ];
  for (const [content, problem] of cases) {
    assertStringIncludes(await refusal(work, content), problem, String(content));
  }
});

Deno.test("NDJSON: bytes that were damaged give an error with the line, or other data, and nothing else", async () => {
  using work = new Workspace();
  const session = new InProcess(commandTable);
  for (const command of SPECIAL) session.run(command);
  session.run("XADD s 5-1 a 1 b 2");
  session.run("XGROUP CREATE s g 0");
  session.run("XREADGROUP GROUP g c STREAMS s >");
  session.run("RPUSH l 1 2 3");
  await dump(work.writeRdb("a.rdb", session.keyspace), "-o", work.file("a"));
  const good = Deno.readFileSync(work.file("a"));
  const random = new Random(5);
  const telling = new TextEncoder().encode('{}[]:,"\\0-e\nnu\xff');
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    let bytes = good.slice();
    const at = random.below(bytes.length);
    const kind = random.below(4);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1) bytes[at] = random.below(256);
    else if (kind === 2) bytes[at] = telling[random.below(telling.length)];
    else bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
    const message = await refusal(work, bytes);
    if (message === "nothing is refused") continue;
    refused++;
    assert(/^in, line [1-9][0-9]*, column [1-9][0-9]*: /.test(message), message);
  }
  assert(refused > 400, String(refused));
});

Deno.test("NDJSON: however the bytes arrive, the same is read", async () => {
  using work = new Workspace();
  const text = '{"value":["' + "a\\n€".repeat(200_000) +
    '"],"key":"k","type":"list"}\n{"db":1,"key":"k","type":"string","expireAt":null,"value":"' +
    "é".repeat(300_000) + '"}\n';
  const whole = await textOf(work, text);
  assertEquals(JSON.parse(whole.split("\n")[0]).value, ["a\n€".repeat(200_000)]);
  assertEquals(JSON.parse(whole.split("\n")[1]).value, "é".repeat(300_000));
  assertEquals(await textOf(work, whole), whole);
});
