/** The library for `import`: the same module as for `require`, so that there is one class of each kind. */
import library from "./index.cjs";

export const { RedisError, startServer } = library;
