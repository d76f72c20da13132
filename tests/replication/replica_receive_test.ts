import { assertEquals, assertRejects } from "@std/assert";
import { LinkError, MasterConnection } from "../../src/replication/connection.ts";
import { askForSync, introduce, SyncRefused } from "../../src/replication/handshake.ts";
import { SyncedOffset } from "../../src/replication/synced_offset.ts";
import { MemoryImage, readAnnouncement, receiveImage } from "../../src/replication/sync_receiver.ts";
import { ManualClock } from "../../src/util/clock.ts";
import { Random } from "../conformance/random.ts";
import { bytesOf, textOf } from "../support/bytes.ts";

/** A connection on which `text` arrives in pieces of the sizes that `sizes` gives; what is sent is collected. */
function connectionWith(
  text: string,
  size: () => number,
): { connection: MasterConnection; sent: () => string } {
  const bytes = bytesOf(text);
  let position = 0;
  let sent = "";
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  const socket = {
    remoteAddr: address,
    localAddr: address,
    read(target: Uint8Array) {
      if (position === bytes.length) return Promise.resolve(null);
      const piece = bytes.subarray(position, position + Math.min(size(), target.length));
      target.set(piece);
      position += piece.length;
      return Promise.resolve(piece.length);
    },
    write(piece: Uint8Array) {
      sent += textOf(piece);
      return Promise.resolve(piece.length);
    },
    close() {},
  } as unknown as Deno.Conn;
  const counters = { replicationInputBytes: 0 };
  return { connection: new MasterConnection(socket, new ManualClock(), counters), sent: () => sent };
}

function contentOf(image: MemoryImage): string {
  const target = new Uint8Array(image.size);
  for (let done = 0; done < target.length;) done += image.readSync(target.subarray(done)) ?? 0;
  assertEquals(image.readSync(new Uint8Array(1)), null);
  return textOf(target);
}

const SILENT = { notice() {} };
const MARK = "0123456789abcdefghijklmnopqrstuvwxyzABCD";

Deno.test("a snapshot up to its mark is received whole, whatever pieces it comes in", async () => {
  const random = new Random(1);
  for (const length of [0, 1, 39, 40, 262_104, 262_144, 262_150, 700_000]) {
    const content = "x".repeat(length).replace(/x/g, () => String.fromCharCode(random.below(256)));
    // The beginning of the mark is no mark.
    const text = `\n\n$EOF:${MARK}\r\n${content}${MARK.slice(0, 20)}${MARK}`;
    const { connection } = connectionWith(text, () => random.between(1, random.chance(0.1) ? 50 : 100_000));
    const image = new MemoryImage();
    let received = 0;
    await receiveImage(connection, await readAnnouncement(connection), image, (size) => received = size);
    assertEquals(contentOf(image), content + MARK.slice(0, 20));
    assertEquals(received, length + 60);
  }
});

Deno.test("a snapshot of known length is received, and what follows is left", async () => {
  const random = new Random(2);
  const content = random.bytes(300_000);
  const { connection } = connectionWith(`$300000\r\n${content}rest\r\n`, () => random.between(1, 50_000));
  const image = new MemoryImage();
  await receiveImage(connection, await readAnnouncement(connection), image, () => {});
  assertEquals(contentOf(image), content);
  assertEquals(await connection.line(), "rest");
});

Deno.test("an announcement that is none, or an end too soon, ends the link", async () => {
  for (const text of ["-ERR no\r\n", "$-1\r\n", "$EOF:short\r\n", "+OK\r\n", "", "x".repeat(5000)]) {
    const { connection } = connectionWith(text, () => 100);
    await assertRejects(() => readAnnouncement(connection), LinkError);
  }
  const { connection } = connectionWith("$10\r\nshort", () => 100);
  const announcement = await readAnnouncement(connection);
  await assertRejects(() => receiveImage(connection, announcement, new MemoryImage(), () => {}), LinkError);
});

Deno.test("a replica introduces itself, and a master that knows less is no obstacle", async () => {
  const { connection, sent } = connectionWith(
    "-NOAUTH x\r\n+OK\r\n+OK\r\n-ERR what\r\n+OK\r\n-ERR\r\n",
    () => 7,
  );
  const introduction = { port: 7000, address: "10.0.0.1", user: "user", password: "secret" };
  await introduce(connection, introduction, SILENT);
  // What is sent goes its own way.
  await new Promise((resolve) => setTimeout(resolve));
  const words = sent().split("\r\n").filter((line) => !/^[*$]/.test(line)).join(" ").trim();
  assertEquals(
    words,
    "PING AUTH user secret REPLCONF listening-port 7000 REPLCONF ip-address 10.0.0.1 REPLCONF capa eof capa psync2 " +
      "REPLCONF version 7.2.4",
  );
  const refused = connectionWith("+PONG\r\n-WRONGPASS no\r\n", () => 100).connection;
  await assertRejects(
    () => introduce(refused, introduction, SILENT),
    LinkError,
    "Unable to AUTH to MASTER: -WRONGPASS",
  );
});

Deno.test("the answers to PSYNC", async () => {
  const id = "a".repeat(40);
  const ask = (answer: string, request: { id: string; offset: number } | null) =>
    askForSync(connectionWith(answer, () => 9).connection, request, false, SILENT);
  const request = { id, offset: 5 };
  assertEquals(await ask(`\n\n+FULLRESYNC ${id} 77\r\n`, null), { kind: "full", id, offset: 77 });
  assertEquals(await ask("+CONTINUE\r\n", request), { kind: "continue", id: null });
  assertEquals(await ask(`+CONTINUE ${id}\r\n`, request), { kind: "continue", id });
  for (const answer of ["-NOMASTERLINK x", "-LOADING x", "-ERR x", "+FULLRESYNC x 1", "+CONTINUE", "+OK"]) {
    await assertRejects(() => ask(`${answer}\r\n`, null), SyncRefused);
  }
});

Deno.test("what is on the disk follows what the log says", () => {
  const synced = new SyncedOffset();
  assertEquals(synced.update(null, 10), -1);
  const log = { appended: 100, synced: 0 };
  assertEquals(synced.update(log, 50), 0);
  log.appended = 200;
  assertEquals(synced.update(log, 90), 0);
  log.synced = 150;
  assertEquals(synced.update(log, 90), 50);
  log.synced = 200;
  assertEquals(synced.update(log, 90), 90);
  assertEquals(synced.update(log, 95), 95);
  assertEquals(synced.update(null, 95), -1);
});
