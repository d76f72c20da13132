import { conformance, masked, sameType, since72 } from "./runner.ts";

conformance("memory: USAGE", [
  `
  MEMORY USAGE missing
  MEMORY USAGE missing SAMPLES 5
  MEMORY USAGE missing SAMPLES -1
  MEMORY USAGE missing SAMPLES x
  MEMORY USAGE missing SAMPLES
  MEMORY USAGE missing FOO 1
  MEMORY USAGE missing SAMPLES 1 samples 0
  MEMORY USAGE missing SAMPLES 9223372036854775808
  MEMORY USAGE
  MEMORY
  MEMORY FOO
  MEMORY HELP
  MEMORY HELP x
  MEMORY PURGE
  MEMORY PURGE x
  MEMORY STATS x
  SET s v
  RPUSH l a b c
  `,
  sameType("MEMORY USAGE s", "MEMORY USAGE l SAMPLES 0", "memory usage l samples 1", "MEMORY DOCTOR"),
], { needs: ["list"] });

conformance("memory: STATS", [
  "SET s v",
  "SELECT 1",
  "SET t v EX 100",
  masked(/:\d+\r|,[-\d.e+]+\r|\$\d+\r\n[-\d.]+\r/, "MEMORY STATS"),
]);

conformance("memory: MALLOC-STATS without jemalloc", [
  since72("MEMORY MALLOC-STATS", "$45\r\nStats not supported for the current allocator"),
]);
