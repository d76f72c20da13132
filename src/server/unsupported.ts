/**
 * Directives of areas that do not exist yet. Accepting them in silence would promise something.
 *
 * @module
 */

import { type Config, DIRECTIVE_NAMES, type DirectiveName, DIRECTIVES, MEANINGLESS } from "../config/mod.ts";

/** The beginnings of the directives of TLS and ACL. */
const AREAS = /^(?:acl|bind-source|propagation-|replica-ignore-disk|tls-)/;
/** Those of scripts, the slow log and tracking. */
const LATER = /^(?:busy-reply|latency-monitor|lua-|maxmemory-clients|slowlog-|tracking-)/;

/** All directives that have no effect yet. */
const UNSUPPORTED = DIRECTIVE_NAMES.filter((name) => {
  const { flags } = DIRECTIVES[name];
  return (AREAS.test(name) || LATER.test(name)) && (flags & MEANINGLESS) === 0;
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
  return config.format(name) !== DIRECTIVES[name].initial.text;
}
