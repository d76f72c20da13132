/**
 * CRC-16/XMODEM (polynomial 0x1021, initial value 0) and the cluster's key slots, as the Redis Cluster
 * specification defines them.
 */

/** Number of hash slots of a cluster. */
export const SLOT_COUNT = 16384;

const TABLE = buildTable();

function buildTable(): Uint16Array {
  const table = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    table[byte] = crc;
  }
  return table;
}

/** The checksum of the bytes from `start` up to `end`. */
export function crc16(buf: Uint8Array, start = 0, end = buf.length): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >>> 8) ^ buf[i]];
  return crc;
}

/**
 * The slot of a key (byte string): of the text in its first `{…}` when that is not empty, else of all of it.
 */
export function keyHashSlot(key: string): number {
  let start = 0;
  let end = key.length;
  const open = key.indexOf("{");
  if (open >= 0) {
    const close = key.indexOf("}", open + 1);
    if (close > open + 1) {
      start = open + 1;
      end = close;
    }
  }
  let crc = 0;
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >>> 8) ^ key.charCodeAt(i)];
  return crc % SLOT_COUNT;
}

/** The same as {@linkcode keyHashSlot} from the bytes of the key, those from `start` up to `end`. */
export function bytesHashSlot(buf: Uint8Array, start: number, end: number): number {
  for (let open = start; open < end; open++) {
    if (buf[open] !== OPENING_BRACE) continue;
    let close = open + 1;
    while (close < end && buf[close] !== CLOSING_BRACE) close++;
    if (close === end || close === open + 1) break;
    return crc16(buf, open + 1, close) % SLOT_COUNT;
  }
  return crc16(buf, start, end) % SLOT_COUNT;
}

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
