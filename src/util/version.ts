/**
 * The two versions that the server tells of itself.
 *
 * @module
 */

/** Version of Redis whose behaviour this server has: `redis_version`, by which libraries switch features. */
export const REDIS_VERSION = "7.2.4";
/** Version of this project, the same as in deno.json. */
export const VERSION = "0.1.0";
