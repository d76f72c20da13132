/**
 * The numbers of Redis's RDB format.
 *
 * A file is `REDIS` and a version in four digits, then opcodes with their operands, and at the end a CRC-64 in 8 bytes,
 * little-endian. A key is a type, the key as a string, and the value as the type has it.
 *
 * @module
 */

/** Written: that of Redis 7.2. */
export const RDB_VERSION = 11;
/** Redis 7.0's, which knows neither compact sets nor consumers' active times. */
export const RDB_VERSION_7_0 = 10;
/** Newest version that can be read. */
export const NEWEST_READABLE = 11;

export const MAGIC = "REDIS";
export const CHECKSUM_SIZE = 8;

/** What can stand where a key's type could. */
export const Opcode = {
  FUNCTION2: 245,
  /** Functions of a release candidate of Redis 7. */
  FUNCTION_PRE_GA: 246,
  MODULE_AUX: 247,
  IDLE: 248,
  FREQUENCY: 249,
  AUX: 250,
  RESIZE_DB: 251,
  EXPIRE_MILLISECONDS: 252,
  EXPIRE_SECONDS: 253,
  SELECT_DB: 254,
  END: 255,
} as const;

/** Types of values: a name per encoding. */
export const ValueType = {
  STRING: 0,
  LIST: 1,
  SET: 2,
  SORTED_SET: 3,
  HASH: 4,
  /** Scores as binary doubles. */
  SORTED_SET_2: 5,
  MODULE_PRE_GA: 6,
  MODULE_2: 7,
  HASH_ZIPMAP: 9,
  LIST_ZIPLIST: 10,
  SET_INTSET: 11,
  SORTED_SET_ZIPLIST: 12,
  HASH_ZIPLIST: 13,
  LIST_QUICKLIST: 14,
  STREAM_LISTPACKS: 15,
  HASH_LISTPACK: 16,
  SORTED_SET_LISTPACK: 17,
  LIST_QUICKLIST_2: 18,
  STREAM_LISTPACKS_2: 19,
  SET_LISTPACK: 20,
  STREAM_LISTPACKS_3: 21,
} as const;

/** The two highest bits of a length's first byte. */
export const LengthForm = { BITS_6: 0, BITS_14: 1, WIDE: 2, ENCODED: 3 } as const;
export const LENGTH_32_BITS = 0x80;
export const LENGTH_64_BITS = 0x81;

/** Special forms of strings, in place of a length. */
export const StringEncoding = { INT8: 0, INT16: 1, INT32: 2, LZF: 3 } as const;

/** Kinds of data inside what a module wrote. */
export const ModuleOpcode = { END: 0, SIGNED: 1, UNSIGNED: 2, FLOAT: 3, DOUBLE: 4, STRING: 5 } as const;

/** How a quicklist node is kept: one element as it is, or a listpack. */
export const NodeContainer = { PLAIN: 1, PACKED: 2 } as const;
