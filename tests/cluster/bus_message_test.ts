import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { decodeMessage } from "../../src/cluster/bus_decoder.ts";
import { encodeMessage } from "../../src/cluster/bus_encoder.ts";
import { BusFrames } from "../../src/cluster/bus_frames.ts";
import {
  BusFormatError,
  type BusHeader,
  type BusMessage,
  HEADER,
  type MessageType,
  TYPE_CODES,
  TYPE_NAMES,
} from "../../src/cluster/bus_message.ts";
import { MASTER, MYSELF, PFAIL, REPLICA } from "../../src/cluster/node_flags.ts";
import { SlotSet, slotsOf } from "../../src/cluster/slots.ts";
import { Random } from "../../src/util/random.ts";
import { toBytes } from "../../src/util/byte_string.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";
const OTHER = "f".repeat(40);
/** All but those of modules. */
const TYPES = TYPE_NAMES.filter((type) => type !== "module");

/** A message that redis-server 7.0 sent; see capture_bus_messages.ts. */
function fixture(type: MessageType): Uint8Array {
  return Deno.readFileSync(new URL(`./fixtures/${type}.bin`, import.meta.url));
}

function decodeKnown(bytes: Uint8Array): BusMessage {
  const message = decodeMessage(bytes);
  if (message.type === "unsupported") throw new Error(`type ${message.code}`);
  return message;
}

function header(): BusHeader {
  const slots = new SlotSet();
  for (const slot of [0, 9, 16383]) slots.add(slot);
  return {
    sender: ID,
    port: 6379,
    secondaryPort: 6380,
    busPort: 16379,
    ip: "::1",
    currentEpoch: 2 ** 40 + 5,
    configEpoch: 7,
    replicationOffset: 2 ** 33 + 1,
    slots: slots.bytes,
    master: OTHER,
    flags: MYSELF | REPLICA,
    clusterOk: false,
    paused: true,
    forceAck: true,
    extensionData: true,
  };
}

function samples(): BusMessage[] {
  const entry = {
    id: OTHER,
    pingSent: 1_700_000_000,
    pongReceived: 2 ** 32 - 1,
    ip: "127.0.0.1",
    port: 1,
    secondaryPort: 2,
    busPort: 65535,
    flags: MASTER | PFAIL,
  };
  const gossip = [entry, { ...entry, id: ID, ip: "" }];
  const forgotten = [{ id: OTHER, seconds: 59 }, { id: ID, seconds: 1 }];
  const extensions = { hostname: "a.example", humanName: "node_1", shardId: OTHER, forgotten };
  const payload = new Uint8Array([0, 255, 13, 10]);
  return [
    { type: "ping", header: header(), gossip, extensions },
    {
      type: "pong",
      header: { ...header(), extensionData: false },
      gossip: [],
      extensions: { forgotten: [] },
    },
    { type: "meet", header: header(), gossip, extensions: { forgotten: [] } },
    { type: "fail", header: header(), failing: OTHER },
    { type: "publish", header: header(), channel: "\x00\xff", payload },
    { type: "publishshard", header: header(), channel: "", payload: new Uint8Array() },
    { type: "auth-req", header: { ...header(), master: null } },
    { type: "auth-ack", header: header() },
    { type: "update", header: header(), node: OTHER, configEpoch: 9, slots: new SlotSet().bytes },
    { type: "mfstart", header: header() },
  ];
}

Deno.test("bus: every message survives encoding and decoding", () => {
  for (const message of samples()) assertEquals(decodeMessage(encodeMessage(message)), message);
});

Deno.test("bus: messages of redis-server are read, and written again byte for byte", () => {
  for (const type of TYPES) {
    const bytes = fixture(type);
    const message = decodeKnown(bytes);
    assertEquals(message.type, type);
    assertEquals(encodeMessage(message), bytes as Uint8Array<ArrayBuffer>, type);
  }
});

Deno.test("bus: what redis-server's messages say", () => {
  const meet = decodeKnown(fixture("meet"));
  if (meet.type !== "meet") throw new Error(meet.type);
  assertEquals(meet.header.flags, MYSELF | MASTER);
  assertEquals(meet.header.busPort, meet.header.port + 10_000);
  assertEquals(meet.header.configEpoch, 5);
  assertEquals(slotsOf(meet.header.slots).length, 16_384);
  const ping = decodeKnown(fixture("ping"));
  if (ping.type !== "ping") throw new Error(ping.type);
  assertEquals(ping.extensions.hostname, "node.example");
  assertEquals(ping.gossip.length, 1);
  assertEquals(ping.gossip[0].ip, "127.0.0.1");
  assertEquals(ping.gossip[0].busPort, ping.gossip[0].port + 10_000);
  const publish = decodeKnown(fixture("publish"));
  if (publish.type !== "publish") throw new Error(publish.type);
  assertEquals([publish.channel, publish.payload], ["channel", toBytes("payload")]);
  const vote = decodeKnown(fixture("auth-req"));
  assert(vote.header.forceAck && vote.header.master !== null);
  const update = decodeKnown(fixture("update"));
  if (update.type !== "update") throw new Error(update.type);
  assertEquals([update.node, update.configEpoch], [meet.header.sender, 5]);
});

Deno.test("bus: bytes that are no message are refused", () => {
  const good = fixture("ping");
  const changes: [what: string, at: number, bytes: number[]][] = [
    ["signature", HEADER.signature, [0]],
    ["length", HEADER.length, [0, 0, 0, 1]],
    ["version", HEADER.version, [0, 2]],
    ["gossip count", HEADER.count, [255, 255]],
    ["fewer gossip entries", HEADER.count, [0, 0]],
    ["extension count", HEADER.extensions, [255, 255]],
    ["no extensions", HEADER.extensions, [0, 0]],
    ["epoch", HEADER.currentEpoch, [255]],
    ["offset", HEADER.offset, [1]],
    ["sender", HEADER.sender, [0]],
    ["sender with a space", HEADER.sender + 3, [32]],
    ["master", HEADER.master, [0]],
    ["ip", HEADER.ip, [10]],
    ["ip without end", HEADER.ip, new Array(46).fill(49)],
    ["gossip name", HEADER.size, [10]],
    ["gossip ip", HEADER.size + 48, [44]],
    ["extension length", good.length - 24, [0, 0, 0, 0]],
    ["extension length not aligned", good.length - 24, [0, 0, 0, 23]],
    ["extension too long", good.length - 24, [255, 0, 0, 24]],
    ["host name without end", good.length - 16, new Array(16).fill(97)],
  ];
  for (const [what, at, bytes] of changes) {
    const bad = good.slice();
    bad.set(bytes, at);
    assertThrows(() => decodeMessage(bad), BusFormatError, undefined, what);
  }
});

Deno.test("bus: a message has exactly the length that its type has", () => {
  for (const type of TYPES) {
    const good = fixture(type);
    for (const length of [good.length - 1, good.length + 1, good.length + 8]) {
      const bad = new Uint8Array(length);
      bad.set(good.subarray(0, length));
      assertThrows(() => decodeMessage(bad), BusFormatError);
      new DataView(bad.buffer).setUint32(HEADER.length, length);
      assertThrows(() => decodeMessage(bad), BusFormatError);
    }
  }
});

Deno.test("bus: messages of modules and later types are read as far as the header", () => {
  const bytes = fixture("mfstart").slice();
  for (const code of [TYPE_CODES.module, 11, 65535]) {
    new DataView(bytes.buffer).setUint16(HEADER.type, code);
    const message = decodeMessage(bytes);
    if (message.type !== "unsupported") throw new Error(message.type);
    assertEquals(message.code, code);
  }
});

Deno.test("bus: unknown extensions and unsafe names are passed over", () => {
  const good = fixture("ping");
  const unknown = good.slice();
  new DataView(unknown.buffer).setUint16(good.length - 20, 77);
  const unsafe = good.slice();
  unsafe[good.length - 16] = 32;
  for (const bytes of [unknown, unsafe]) {
    const message = decodeKnown(bytes);
    if (message.type !== "ping") throw new Error(message.type);
    assertEquals(message.extensions.hostname, undefined);
  }
});

Deno.test("bus: damaged messages are refused or read, and nothing else", () => {
  const random = new Random(1);
  for (let round = 0; round < 20_000; round++) {
    const bytes = fixtures[random.below(fixtures.length)].slice();
    // Mostly where lengths and counts are.
    for (let change = random.below(4); change >= 0; change--) {
      const at = random.below(2) ? random.below(48) : random.below(bytes.length);
      bytes[at] = random.below(256);
    }
    for (let change = random.below(3); change > 0; change--) {
      bytes[2200 + random.below(80)] = random.below(256);
    }
    const cut = random.below(4) === 0 ? bytes.slice(0, random.below(bytes.length)) : bytes;
    try {
      decodeMessage(cut);
    } catch (error) {
      assertInstanceOf(error, BusFormatError);
    }
  }
});

const fixtures = TYPES.map(fixture);

Deno.test("frames: messages are cut out of the stream wherever it is split", () => {
  const stream = new Uint8Array(fixtures.reduce((sum, bytes) => sum + bytes.length, 0));
  let at = 0;
  for (const bytes of fixtures) {
    stream.set(bytes, at);
    at += bytes.length;
  }
  for (const size of [1, 7, 2256, 5000, stream.length]) {
    const frames = new BusFrames();
    const messages: Uint8Array[] = [];
    for (let start = 0; start < stream.length; start += size) {
      frames.push(stream.subarray(start, start + size), (bytes) => messages.push(bytes.slice()) > 0);
    }
    assertEquals(messages, fixtures);
  }
});

Deno.test("frames: nothing more is handed out once the taker has closed the link", () => {
  const stream = new Uint8Array([...fixtures[0], ...fixtures[1]]);
  let taken = 0;
  new BusFrames().push(stream, () => ++taken > 1);
  assertEquals(taken, 1);
});

Deno.test("frames: bad signatures and lengths are refused at once", () => {
  const start = fixtures[0].slice(0, 8);
  const take = () => true;
  assertThrows(() => new BusFrames().push(toBytes("GET / HTTP/1.1\r\n"), take), BusFormatError);
  for (const length of [0, 8, 2255, 2 ** 32 - 1]) {
    new DataView(start.buffer).setUint32(4, length);
    const frames = new BusFrames();
    assertThrows(() => {
      frames.push(start, take);
      frames.push(start, take);
    }, BusFormatError);
  }
});

Deno.test("frames: a length that is only claimed takes no memory", () => {
  const start = fixtures[0].slice();
  new DataView(start.buffer).setUint32(4, 2 ** 30);
  const frames = new BusFrames();
  frames.push(start, () => true);
  frames.push(new Uint8Array(100_000), () => true);
  assert(frames.capacity < 400_000);
});

Deno.test("frames: random bytes", () => {
  const random = new Random(2);
  for (let round = 0; round < 2000; round++) {
    const frames = new BusFrames();
    const bytes = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
    if (random.below(2)) bytes.set(toBytes("RCmb").subarray(0, bytes.length));
    try {
      frames.push(bytes, () => true);
    } catch (error) {
      assertInstanceOf(error, BusFormatError);
    }
    assert(frames.capacity < 100_000);
  }
});
