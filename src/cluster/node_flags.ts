/**
 * What a node is, as bits: the values are those of the bus and of Redis.
 *
 * @module
 */

export const MASTER = 1;
export const REPLICA = 2;
/** This node does not reach it; others may. */
export const PFAIL = 4;
/** Most masters do not reach it. */
export const FAIL = 8;
export const MYSELF = 16;
/** Its name is not known yet: it was met by address. */
export const HANDSHAKE = 32;
/** Its address is not known, or another node answers there. */
export const NOADDR = 64;
/** The first message to it is a MEET. */
export const MEET = 128;
/** A master that had replicas, or took over from one that had: replicas may migrate to it. */
export const MIGRATE_TO = 256;
/** A replica that does not take over by itself. */
export const NOFAILOVER = 512;
/** It reads extensions of PING, PONG and MEET. */
export const EXTENSIONS = 1024;

const NAMES: readonly (readonly [flag: number, name: string])[] = [
  [MYSELF, "myself"],
  [MASTER, "master"],
  [REPLICA, "slave"],
  [PFAIL, "fail?"],
  [FAIL, "fail"],
  [HANDSHAKE, "handshake"],
  [NOADDR, "noaddr"],
  [NOFAILOVER, "nofailover"],
];

/** The flags as CLUSTER NODES and `nodes.conf` write them: `myself,master`, or `noflags`. */
export function formatFlags(flags: number): string {
  const names = NAMES.filter(([flag]) => flags & flag).map(([, name]) => name);
  return names.length === 0 ? "noflags" : names.join(",");
}

/** Reads what {@linkcode formatFlags} writes, in any case of letters; null if a word is unknown. */
export function parseFlags(text: string): number | null {
  let flags = 0;
  for (const word of text.toLowerCase().split(",")) {
    if (word === "noflags") continue;
    const entry = NAMES.find(([, name]) => name === word);
    if (entry === undefined) return null;
    flags |= entry[0];
  }
  return flags;
}

/** Whether a text can be the name (ID) of a node or of a shard: 40 digits and small letters. */
export function isNodeId(text: string): boolean {
  return /^[0-9a-z]{40}$/.test(text);
}
