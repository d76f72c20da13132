/**
 * Transactions: MULTI's queues and WATCH.
 *
 * @module
 */

import { type Client, Condition } from "../command/client.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { Transaction } from "./transaction.ts";
import { Watches } from "./watch.ts";

export { Transaction } from "./transaction.ts";
export { Watches } from "./watch.ts";

/** All open transactions and watched keys of a server. */
export class Transactions {
  readonly watches: Watches;
  readonly #open = new Map<Client, Transaction>();

  constructor(keyspace: Keyspace) {
    this.watches = new Watches(keyspace);
  }

  /** The client's open transaction. */
  of(client: Client): Transaction | undefined {
    return this.#open.get(client);
  }

  /** MULTI. */
  begin(client: Client): void {
    this.#open.set(client, new Transaction());
    client.setCondition(Condition.IN_TRANSACTION, true);
  }

  /** Ends the client's transaction, if there is one, and its watches: EXEC, DISCARD, a disconnect. */
  end(client: Client): void {
    this.#open.delete(client);
    client.setCondition(Condition.IN_TRANSACTION, false);
    this.watches.clear(client);
  }

  /** Notes that a command was refused between MULTI and EXEC. */
  fail(client: Client): void {
    const transaction = this.#open.get(client);
    if (transaction !== undefined) transaction.failed = true;
  }
}
