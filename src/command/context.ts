/**
 * What a command gets to work with.
 *
 * @module
 */

import type { Database } from "../keyspace/database.ts";
import { type Key, ReceivedKey } from "../keyspace/key.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Reply } from "../resp/reply.ts";
import { type EncodedCommand, encodeFrame } from "../resp/encode.ts";
import type { Client } from "./client.ts";

/** One object for the whole server; the session points it at its client before each batch. */
export class CommandContext {
  readonly keyspace: Keyspace;
  readonly reply: Reply;
  /** The parts of the server that no lower layer knows; see `commands/services.ts`. */
  readonly services: object;
  client: Client;
  /** The client's selected database. */
  db: Database;
  /** What is logged and replicated instead of the received frame; empty: nothing; null: the frame itself. */
  rewritten: EncodedCommand[] | null = null;

  constructor(keyspace: Keyspace, reply: Reply, services: object, client: Client) {
    this.keyspace = keyspace;
    this.reply = reply;
    this.services = services;
    this.client = client;
    this.db = keyspace.database(0);
  }

  /** Points the context at `client`. */
  enter(client: Client): void {
    this.client = client;
    this.db = this.keyspace.database(client.database);
    this.reply.resp3 = client.resp3;
    this.keyspace.touching = !client.noTouch;
  }

  /**
   * Says that not the received command but this one goes to the append-only file and the replicas, because the
   * received one would not give the same result again. Several calls give several commands.
   */
  rewrite(...parts: (Key | Uint8Array)[]): void {
    const plain = parts.map((part) => part instanceof ReceivedKey ? part.text : part);
    (this.rewritten ??= []).push(encodeFrame(plain));
  }

  /** Says that the command, although it ran, changed nothing that must be told. */
  suppress(): void {
    this.rewritten ??= [];
  }
}
