/**
 * Who a client is. There is one user, `default`, whose password is the directive `requirepass`.
 *
 * @module
 */

import { type Client, Condition } from "../command/client.ts";
import type { Config } from "../config/mod.ts";

/** The name of the one user. */
export const DEFAULT_USER = "default";

/** Checks passwords, and keeps the clients' condition `UNAUTHENTICATED`. */
export class Authenticator {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Whether a password is needed at all. */
  get required(): boolean {
    return this.#config.get("requirepass") !== null;
  }

  /** Gives a client the state of a new connection. */
  admit(client: Client): void {
    client.user = DEFAULT_USER;
    client.authenticated = !this.required;
    this.update(client);
  }

  /** Brings the client's condition up to date, after `requirepass` changed. */
  update(client: Client): void {
    client.setCondition(Condition.UNAUTHENTICATED, this.required && !client.authenticated);
  }

  /** Checks name and password; the client is that user from now on if they are right. */
  login(client: Client, user: string, password: string): boolean {
    const expected = this.#config.get("requirepass");
    if (user !== DEFAULT_USER || (expected !== null && !sameSecret(expected, password))) return false;
    client.user = user;
    client.authenticated = true;
    this.update(client);
    return true;
  }

  /** Whether there is a user of that name. */
  knows(user: string): boolean {
    return user === DEFAULT_USER;
  }
}

/** Compares in a time that tells nothing of where the two differ. */
function sameSecret(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length;
  for (let i = 0; i < given.length; i++) {
    difference |= expected.charCodeAt(i % expected.length) ^ given.charCodeAt(i);
  }
  return difference === 0;
}
