/**
 * Up to which size collections keep their compact encodings.
 *
 * @module
 */

/**
 * The `*-max-*` directives, by their names; one object per server, which every collection refers to. A change holds for
 * what is written from then on.
 */
export class EncodingLimits {
  hashMaxListpackEntries = 512;
  /** Bytes, as all `…Value` limits. */
  hashMaxListpackValue = 64;
  /** Elements of a list node or, if negative, its size: -1 is 4 KiB, -2 is 8 KiB, to -5 for 64 KiB. */
  listMaxListpackSize = -2;
  /** How many nodes at each end of a list are not compressed; 0 is all. A list keeps what held when it got nodes. */
  listCompressDepth = 0;
  setMaxIntsetEntries = 512;
  setMaxListpackEntries = 128;
  setMaxListpackValue = 64;
  zsetMaxListpackEntries = 128;
  zsetMaxListpackValue = 64;
  /** 0 is no limit, as with `streamNodeMaxEntries`. */
  streamNodeMaxBytes = 4096;
  streamNodeMaxEntries = 100;
}
