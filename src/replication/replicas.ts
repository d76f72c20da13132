/**
 * The replicas of this server.
 *
 * @module
 */

import { type Client, Condition } from "../command/client.ts";
import { NO_DATABASE } from "../command/propagation_unit.ts";
import { CommandError } from "../resp/errors.ts";
import { encodeFrame } from "../resp/encode.ts";
import { AckWaiters } from "./ack_waiters.ts";
import type { Replication, ReplicationParts } from "./mod.ts";
import { catchUp, refusalOf, type WantedStream } from "./partial_sync.ts";
import { Replica } from "./replica.ts";
import { SyncQueue } from "./sync_queue.ts";

const PING = encodeFrame(["PING"]);
const GET_ACK = encodeFrame(["REPLCONF", "GETACK", "*"]);
/** Milliseconds between two line ends for replicas that wait for a snapshot, so that they don't take us for dead. */
const SIGN_OF_LIFE_PERIOD = 1000;

const NOT_CONNECTED = new CommandError("NOMASTERLINK Can't SYNC while not connected with my master");
const FAILING_OVER = new CommandError("NOMASTERLINK Can't SYNC while failing over");
const FILTERED = new CommandError("ERR Filtered replica requires EOF capability");

/** All replicas, those that are still being brought up to date too. */
export class Replicas {
  /** Clients that wait until what they wrote is at replicas or on the disk. */
  readonly waiters: AckWaiters;
  /** Replicas in step: as many as `min-replicas-max-lag` finds to have acknowledged lately. */
  good = 0;
  /** Called when {@linkcode good} may have changed. */
  onGoodChange: (() => void) | null = null;
  /** Called when a replica acknowledged something. */
  onAck: (() => void) | null = null;

  readonly #parts: ReplicationParts;
  readonly #replication: Replication;
  /** Those that asked for data, and those that have only sent REPLCONF so far. */
  readonly #attached = new Map<Client, Replica>();
  readonly #handshakes = new Map<Client, Replica>();
  readonly #queue: SyncQueue;
  #pingedAt: number;
  #signedAt = 0;
  #aloneSince: number;
  #ackWanted = false;

  constructor(parts: ReplicationParts, replication: Replication) {
    this.#parts = parts;
    this.#replication = replication;
    this.waiters = new AckWaiters(parts, replication.stream, this);
    this.#queue = new SyncQueue(parts, replication.stream);
    this.#aloneSince = this.#pingedAt = parts.clock.now();
  }

  /** How many there are. */
  get size(): number {
    return this.#attached.size;
  }

  /** All replicas, in the order in which they came; for INFO, with `lag` in seconds. */
  *figures(): Iterable<
    { address: string; port: number; state: string; ackedOffset: number; lag: number }
  > {
    for (const replica of this.#attached.values()) {
      const { address, port, stateName, ackedOffset } = replica;
      const lag = stateName === "online" ? this.#lagOf(replica) : 0;
      yield { address, port, state: stateName, ackedOffset, lag };
    }
  }

  /** Those that get the stream. */
  *online(): Iterable<Replica> {
    for (const replica of this.#attached.values()) if (replica.stateName === "online") yield replica;
  }

  /** What is known of a client that is a replica, or will be one. */
  of(client: Client): Replica {
    const known = this.#attached.get(client) ?? this.#handshakes.get(client);
    if (known !== undefined) return known;
    const replica = new Replica(client, (bytes) => this.#parts.counters.replicationOutputBytes += bytes);
    this.#handshakes.set(client, replica);
    return replica;
  }

  /** The replica that is known by that address. */
  find(host: string, port: number): Replica | undefined {
    for (const replica of this.#attached.values()) {
      if (replica.address === host && replica.port === port) return replica;
    }
  }

  /** How many have the stream up to `offset`, and how many have it on their disk. */
  countAcked(offset: number): number {
    return count(this.online(), (replica) => replica.ackedOffset >= offset);
  }

  countSynced(offset: number): number {
    return count(this.online(), (replica) => replica.syncedOffset >= offset);
  }

  /** What counts as unsent output of a replica, besides the `pending` bytes that wait for its socket. */
  outputOf(client: Client, pending: number): number {
    const replica = this.#attached.get(client);
    return replica === undefined ? pending : this.#queue.outputOf(replica, pending);
  }

  /**
   * A client asks for data: by PSYNC for the stream from somewhere on, or by SYNC (`wanted` is null) for all. It becomes a
   * replica. Throws a `CommandError` if that can't be now.
   */
  synchronize(client: Client, wanted: WantedStream | null): void {
    const replica = this.of(client);
    if (replica.state !== "handshake") return;
    this.#checkReady(replica);
    const { counters, log } = this.#parts;
    log.notice(`Replica ${replica.name} asks for synchronization`);
    if (wanted !== null && this.#continueStream(replica, wanted)) {
      counters.syncPartialOk++;
      return;
    }
    if (wanted !== null && !wanted.id.startsWith("?")) counters.syncPartialErr++;
    counters.syncFull++;
    replica.isOld = wanted === null;
    this.#attach(replica, "waiting");
    this.#openBacklog();
    this.#queue.add(replica);
  }

  /** REPLCONF ACK. `syncedOffset` is what the replica has on its disk, if it says so. */
  acknowledge(client: Client, offset: number, syncedOffset: number | null): void {
    const replica = this.#attached.get(client);
    if (replica === undefined) return;
    replica.ackedOffset = Math.max(replica.ackedOffset, offset);
    if (syncedOffset !== null) replica.syncedOffset = Math.max(replica.syncedOffset, syncedOffset);
    replica.ackedAt = this.#parts.clock.now();
    if (replica.state === "loading") this.#queue.proceed(replica);
    this.refreshGood();
    this.waiters.check();
    this.onAck?.();
  }

  /** A replica sent something, perhaps only a line end: what it says while it loads a snapshot, as a sign of life. */
  heard(client: Client): void {
    const replica = this.#attached.get(client);
    if (replica !== undefined) replica.ackedAt = this.#parts.clock.now();
  }

  /** Asks all replicas, in the stream, how far they are. */
  requestAcks(): void {
    if (this.#ackWanted || this.size === 0) return;
    this.#ackWanted = true;
    // Behind what the present batch has yet to propagate.
    queueMicrotask(() => this.#askForAcks());
  }

  /** Not while a node of the cluster waits for a replica to get to an offset that it named: nothing may be added then. */
  #askForAcks(): void {
    const { failover, stream } = this.#replication;
    if (this.#parts.pause.lastsFor("failover") && failover.state === "no-failover") return;
    this.#ackWanted = false;
    if (this.size > 0) stream.propagate(NO_DATABASE, GET_ACK);
  }

  /** Forgets a client whose connection is gone. */
  drop(client: Client): void {
    this.waiters.drop(client);
    this.#handshakes.delete(client);
    const replica = this.#attached.get(client);
    if (replica === undefined) return;
    replica.closed = true;
    this.#attached.delete(client);
    this.#replication.stream.targets.delete(replica);
    this.#queue.drop(replica);
    this.#parts.log.notice(`Connection with replica ${replica.name} lost.`);
    if (this.size === 0) this.#aloneSince = this.#parts.clock.now();
    this.refreshGood();
  }

  /** Closes the connections to all replicas: what they follow is no more. They come again by themselves. */
  disconnectAll(): void {
    for (const replica of [...this.#attached.values()]) replica.close();
  }

  /** Counts anew who is in step. */
  refreshGood(): void {
    const most = this.#parts.config.get("min-replicas-max-lag");
    this.good = count(this.online(), (replica) => this.#lagOf(replica) <= most);
    this.onGoodChange?.();
  }

  /** To be called about ten times a second. */
  tick(): void {
    const now = this.#parts.clock.now();
    this.#ping(now);
    if (this.#ackWanted) this.#askForAcks();
    this.#closeTimedOut(now);
    this.#queue.startDue();
    this.#forgetBacklog(now);
    this.refreshGood();
    this.waiters.check();
  }

  #checkReady(replica: Replica): void {
    const { failover, link } = this.#replication;
    if (failover.state !== "no-failover") throw FAILING_OVER;
    if (link !== null && link.state !== "connected") throw NOT_CONNECTED;
    const filters = replica.withoutData || replica.withoutFunctions;
    if (filters && !replica.understandsEof) throw FILTERED;
  }

  /** Has the stream go on for a replica that was away. False if it needs a full resynchronisation. */
  #continueStream(replica: Replica, wanted: WantedStream): boolean {
    const { stream } = this.#replication;
    const { log } = this.#parts;
    stream.flush();
    const refusal = refusalOf(stream, replica, wanted);
    if (refusal !== null) {
      log.notice(refusal);
      return false;
    }
    replica.sendText(replica.understandsNewId ? `+CONTINUE ${stream.id}\r\n` : "+CONTINUE\r\n");
    replica.ackedAt = this.#parts.clock.now();
    this.#attach(replica, "online");
    log.notice(
      `Partial resynchronization request from ${replica.name} accepted. ` +
        `Sending ${
          stream.offset + 1 - wanted.offset
        } bytes of backlog starting from offset ${wanted.offset}.`,
    );
    catchUp(stream, replica, wanted.offset);
    this.refreshGood();
    return true;
  }

  #attach(replica: Replica, state: "waiting" | "online"): void {
    const { client } = replica;
    replica.state = state;
    client.kind = "replica";
    client.setCondition(Condition.IS_REPLICA, true);
    this.#handshakes.delete(client);
    this.#attached.set(client, replica);
  }

  #openBacklog(): void {
    const { config, log, newId } = this.#parts;
    const { stream } = this.#replication;
    if (stream.backlog !== null) return;
    stream.restart(newId());
    stream.openBacklog(config.get("repl-backlog-size"));
    log.notice(
      `Replication backlog created, my new replication IDs are '${stream.id}' and '${stream.secondId}'`,
    );
    this.#replication.onChange?.();
  }

  #ping(now: number): void {
    const { config, pause } = this.#parts;
    const { link, stream } = this.#replication;
    if (now - this.#signedAt >= SIGN_OF_LIFE_PERIOD) {
      this.#signedAt = now;
      for (const replica of this.#attached.values()) {
        if (replica.state === "waiting" && replica.progressAt === 0) replica.sendText("\n");
      }
    }
    if (now - this.#pingedAt < config.get("repl-ping-replica-period") * 1000) return;
    this.#pingedAt = now;
    // While a failover waits for a replica to have everything, nothing may be added.
    if (link === null && this.size > 0 && !pause.lastsFor("failover")) {
      stream.propagate(NO_DATABASE, PING);
    }
  }

  #closeTimedOut(now: number): void {
    const { config, log } = this.#parts;
    const limit = config.get("repl-timeout") * 1000;
    for (const replica of [...this.#attached.values()]) {
      const isOnline = replica.stateName === "online";
      const since = isOnline ? (replica.isOld ? now : replica.ackedAt) : replica.progressAt || now;
      if (now - since <= limit) continue;
      log.warning(
        `Disconnecting timedout replica (${isOnline ? "streaming sync" : "full sync"}): ${replica.name}`,
      );
      replica.close();
    }
  }

  /** Lets the backlog go when nobody has come for it for long enough. */
  #forgetBacklog(now: number): void {
    const { config, log, newId } = this.#parts;
    const { link, stream } = this.#replication;
    const limit = config.get("repl-backlog-ttl");
    if (limit === 0 || this.size > 0 || stream.backlog === null || link !== null) return;
    if (now - this.#aloneSince <= limit * 1000) return;
    stream.closeBacklog(newId());
    log.notice(`Replication backlog freed after ${limit} seconds without connected replicas.`);
    this.#replication.onChange?.();
  }

  #lagOf(replica: Replica): number {
    return Math.max(0, Math.floor(this.#parts.clock.now() / 1000) - Math.floor(replica.ackedAt / 1000));
  }
}

function count(replicas: Iterable<Replica>, matches: (replica: Replica) => boolean): number {
  let number = 0;
  for (const replica of replicas) if (matches(replica)) number++;
  return number;
}
