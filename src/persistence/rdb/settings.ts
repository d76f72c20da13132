/** Process-wide settings of the codec, for tests. */
export const rdbSettings = {
  /** Wrong checksums of files and payloads are accepted: DEBUG SET-SKIP-CHECKSUM-VALIDATION. */
  skipChecksums: false,
};
