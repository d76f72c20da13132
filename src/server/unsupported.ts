/**
 * Directives of areas that do not exist yet. Accepting them in silence would promise something.
 *
 * @module
 */

import { type Config, DIRECTIVE_NAMES, type DirectiveName, DIRECTIVES, MEANINGLESS } from "../config/mod.ts";

/** The beginnings of the directives of persistence, replication, cluster, TLS and ACL. */
const AREAS =
  /^(?:acl|aof-|append|auto-aof|bind-source|cluster-|dbfilename|key-load|loading-|master|min-replicas|no-appendfsync|propagation-|rdb|repl|sanitize-|save|shutdown-timeout|stop-writes|tls-)/;
/** Those of scripts, the slow log, tracking, and the encodings of types that do not exist yet. */
const LATER =
  /^(?:busy-reply|hash-max|hll-|latency-monitor|list-|lua-|maxmemory-clients|set-max|slowlog-|stream-|tracking-|zset-max)/;

/** Read by commands already: what RDB's compression would give is part of DEBUG OBJECT's reply. */
const SUPPORTED: ReadonlySet<string> = new Set(["rdbcompression"]);

/** All directives that have no effect yet. */
const UNSUPPORTED = DIRECTIVE_NAMES.filter((name) => {
  const { flags } = DIRECTIVES[name];
  return (AREAS.test(name) || LATER.test(name)) && !SUPPORTED.has(name) && (flags & MEANINGLESS) === 0;
});

/** One line for each such directive that is not at its default, and for `user` lines. */
export function unsupportedWarnings(config: Config): string[] {
  const names: string[] = UNSUPPORTED.filter((name) => promisesSomething(config, name));
  if (config.users.length > 0) names.push("user");
  return names.map((name) => `directive '${name}' is not supported yet and has no effect`);
}

/** Has CONFIG SET of such a directive refused. */
export function refuseUnsupported(config: Config): void {
  for (const name of UNSUPPORTED) {
    config.onChange([name], () => promisesSomething(config, name) ? "directive is not supported yet" : null);
  }
}

function promisesSomething(config: Config, name: DirectiveName): boolean {
  // No snapshots at all is exactly what this server does.
  if (name === "save" && config.get("save").length === 0) return false;
  return config.format(name) !== DIRECTIVES[name].initial.text;
}
