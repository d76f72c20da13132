/**
 * Failures on demand.
 *
 * @module
 */

import { type Client, Condition } from "../command/client.ts";
import { WRITE } from "../command/flags.ts";
import type { CommandRecord } from "../command/registry.ts";
import type { Server } from "../server/server.ts";
import { LocalClient } from "./local_client.ts";
import type { CommandDelay, Failures } from "./types.ts";

/** What a server with a full disk says. */
const DISK_FULL = "MISCONF Errors writing to the AOF file: No space left on device";
/** Stands for every command. */
const ALL = "*";

/** Injects failures into one server. */
export class FailureInjector implements Failures {
  readonly #server: Server;
  /** Milliseconds by full name of the command. */
  readonly #delays = new Map<string, number>();
  /** Clients whose command waits. */
  readonly #timers = new Map<Client, ReturnType<typeof setTimeout>>();
  /** Clients whose command has waited, and comes again. */
  readonly #ready = new Set<Client>();
  #refusal: string | null = null;

  constructor(server: Server) {
    this.#server = server;
    const { dispatcher } = server.services;
    dispatcher.setGuard(Condition.FAILURE_INJECTED, (ctx, record) => {
      const { client } = ctx;
      if (client.transport instanceof LocalClient || client.kind !== "normal") return true;
      if (this.#postpones(client, record)) return false;
      if (this.#refusal === null || !this.#writes(client, record)) return true;
      dispatcher.reject(ctx, record, this.#refusal);
      return false;
    });
  }

  dropConnections(): Promise<void> {
    for (const client of [...this.#server.services.clients.all()]) client.transport.close("now");
    return Promise.resolve();
  }

  async delay(delay: number | CommandDelay): Promise<void> {
    await undefined;
    const { command, ms } = typeof delay === "number" ? { command: ALL, ms: delay } : delay;
    if (!(ms >= 0)) throw new RangeError(`not a number of milliseconds: ${ms}`);
    const name = this.#nameOf(command);
    if (ms === 0) this.#delays.delete(name);
    else this.#delays.set(name, ms);
    this.#update();
  }

  refuseWrites(message: string = DISK_FULL): Promise<void> {
    this.#refusal = message;
    this.#update();
    return Promise.resolve();
  }

  refuseConnections(): Promise<void> {
    this.#server.refusesConnections = true;
    return Promise.resolve();
  }

  reset(): Promise<void> {
    this.#server.refusesConnections = false;
    this.#refusal = null;
    this.#delays.clear();
    this.#update();
    for (const client of [...this.#timers.keys()]) this.#goOn(client);
    this.#ready.clear();
    return Promise.resolve();
  }

  /** Has no timer left: the server ends. */
  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #update(): void {
    const { dispatcher } = this.#server.services;
    const isInjected = this.#delays.size > 0 || this.#refusal !== null;
    if (isInjected) dispatcher.conditions |= Condition.FAILURE_INJECTED;
    else dispatcher.conditions &= ~Condition.FAILURE_INJECTED;
  }

  #nameOf(command: string): string {
    if (command === ALL) return ALL;
    const name = command.trim().toLowerCase().replace(/\s+/, "|");
    const { registry } = this.#server.services.dispatcher;
    const record = registry.byName(name) ?? registry.original(name);
    if (record === undefined) throw new TypeError(`there is no command '${command}'`);
    return record.fullName;
  }

  /** Has the command come again later, if it is to wait and has not. */
  #postpones(client: Client, { fullName }: CommandRecord): boolean {
    if (this.#ready.delete(client)) return false;
    const [container] = fullName.split("|");
    const delay = this.#delays.get(fullName) ?? this.#delays.get(container) ?? this.#delays.get(ALL);
    if (delay === undefined) return false;
    client.postpone();
    this.#timers.set(client, setTimeout(() => this.#goOn(client), delay));
    return true;
  }

  #goOn(client: Client): void {
    clearTimeout(this.#timers.get(client));
    this.#timers.delete(client);
    // One that is gone will not come again.
    if (client.closing) return;
    this.#ready.add(client);
    client.transport.resume();
  }

  /** EXEC writes if one of its commands does. */
  #writes(client: Client, { flags, fullName }: CommandRecord): boolean {
    const { transactions } = this.#server.services;
    const all = fullName === "exec" ? transactions.of(client)?.flags ?? 0 : flags;
    return (all & WRITE) !== 0;
  }
}
