/**
 * The link to the master, from the first connection on, again and again until nobody wants it any more.
 *
 * @module
 */

import type { Client, Transport } from "../command/client.ts";
import type { Config } from "../config/mod.ts";
import { byteStringToUtf8 } from "../util/byte_string.ts";
import type { Clock } from "../util/clock.ts";
import { type InputCounter, LinkError, MasterConnection } from "./connection.ts";
import type { Failover } from "./failover.ts";
import { FullSync, type FullSyncParts } from "./full_sync_receipt.ts";
import { askForSync, introduce, type SyncAnswer, SyncRefused } from "./handshake.ts";
import { MasterTransport } from "./master_transport.ts";
import type { LinkState, MasterLink, ReplicationLog, SyncProgress } from "./mod.ts";
import type { ReplicationStream } from "./stream.ts";
import { type BatchHost, MalformedStream, StreamReader, type StreamReaderParts } from "./stream_reader.ts";
import { systemReason } from "../util/system_reason.ts";

/** What the link has to do with. */
export interface LinkParts {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: ReplicationLog;
  readonly counters: InputCounter;
  readonly stream: ReplicationStream;
  readonly batches: BatchHost & { register(transport: Transport): Client; unregister(client: Client): void };
  readonly fullSync: Omit<FullSyncParts, "isWanted" | "onProgress">;
  readonly reader: Omit<StreamReaderParts, "acknowledge">;
  /** Whether the stream can go on from where it ended; else all data are asked for. */
  readonly canResume: () => boolean;
  /** Told whether it can. */
  readonly setResumable: (resumable: boolean) => void;
  /** The port that this server listens on. */
  readonly ownPort: () => number;
  /** What the append-only file has on the disk of the stream, as an offset; -1 without one. */
  readonly syncedOffset: () => number;
  /** While this server hands its role over, the other one is asked to become the master. */
  readonly failover: Pick<Failover, "state" | "succeeded" | "failed">;
  /** Ends the connections of this replica's own replicas, which have to learn of another history. */
  readonly dropReplicas: () => void;
  /** Called when {@linkcode Link.state} changed. */
  readonly onState: () => void;
}

/** One master's link. */
export class Link implements MasterLink {
  readonly host: string;
  readonly port: number;

  readonly #parts: LinkParts;
  #state: LinkState = "connect";
  #connection: MasterConnection | null = null;
  #reader: StreamReader | null = null;
  #client: Client | null = null;
  #fullSync: FullSync | null = null;
  #stopped = false;
  /** Attempts are numbered, so that one that was given up notices. */
  #attempt = 0;
  /** When the present attempt began, and when the link broke; milliseconds of the monotonic clock. */
  #startedAt = 0;
  #downSince: number | null = null;

  constructor(parts: LinkParts, host: string, port: number) {
    this.#parts = parts;
    this.host = host;
    this.port = port;
  }

  get state(): LinkState {
    return this.#state;
  }

  get lastIoSeconds(): number {
    if (this.#state !== "connected" || this.#connection === null) return -1;
    return this.#secondsSince(this.#connection.lastIo);
  }

  get downSeconds(): number {
    if (this.#state === "connected") return 0;
    return this.#downSince === null ? -1 : this.#secondsSince(this.#downSince);
  }

  get readOffset(): number {
    return this.#reader?.readOffset ?? this.appliedOffset;
  }

  get appliedOffset(): number {
    return this.#state === "connected" || this.#parts.canResume() ? this.#parts.stream.offset : 1;
  }

  get database(): number {
    return this.#client?.database ?? this.#parts.stream.database;
  }

  get progress(): SyncProgress | null {
    const sync = this.#fullSync;
    if (this.#state !== "sync" || sync === null || this.#connection === null) return null;
    return {
      total: sync.total,
      read: sync.received,
      lastIoSeconds: this.#secondsSince(this.#connection.lastIo),
    };
  }

  /** Begins an attempt, unless one is under way or the link is there. */
  connect(): void {
    if (this.#stopped || this.#state !== "connect") return;
    this.#parts.log.notice(`Connecting to MASTER ${this.host}:${this.port}`);
    this.#serve();
  }

  /** Ends the link for good. */
  stop(): void {
    this.#stopped = true;
    this.#attempt++;
    this.#connection?.close();
    this.#endReading();
    this.#state = "connect";
  }

  /** To be called once a second: tries again, gives up what hangs, tells the master how far we are. */
  tick(): void {
    if (this.#stopped) return;
    if (this.#state === "connect") return this.connect();
    const { clock, config, log } = this.#parts;
    const silence = clock.monotonic() - (this.#connection?.lastIo ?? this.#startedAt);
    if (silence <= config.get("repl-timeout") * 1000) {
      if (this.#state === "connected") this.acknowledge();
      return;
    }
    // While the data are being loaded nobody listens.
    if (this.#fullSync?.loading) return;
    log.warning(TIMEOUTS[this.#state as keyof typeof TIMEOUTS]);
    if (this.#connection !== null) this.#connection.close();
    else this.#giveUpConnecting();
  }

  /** Tells the master how far its stream was applied. */
  acknowledge(): void {
    const { stream, syncedOffset } = this.#parts;
    const synced = syncedOffset();
    const extra = synced < 0 ? [] : ["FACK", String(synced)];
    this.#connection?.send("REPLCONF", "ACK", String(stream.offset), ...extra);
  }

  /** Makes one attempt, and serves the link as long as it lasts. Never rejects. */
  async #serve(): Promise<void> {
    const attempt = ++this.#attempt;
    const isCurrent = () => attempt === this.#attempt;
    this.#startedAt = this.#parts.clock.monotonic();
    this.#setState("connecting");
    let connection: MasterConnection | null = null;
    try {
      connection = await this.#open();
      if (!isCurrent()) return connection.close();
      this.#connection = connection;
      await this.#synchronise(connection, isCurrent);
      await this.#reader!.run(connection);
    } catch (error) {
      if (isCurrent()) this.#ended(error);
    } finally {
      connection?.close();
    }
  }

  async #open(): Promise<MasterConnection> {
    const { clock, counters } = this.#parts;
    let socket: Deno.TcpConn;
    try {
      socket = await Deno.connect({ hostname: byteStringToUtf8(this.host), port: this.port });
    } catch (error) {
      throw new LinkError(`Error condition on socket for SYNC: ${systemReason(error)}`);
    }
    socket.setNoDelay(true);
    return new MasterConnection(socket, clock, counters);
  }

  /** From the first word to where the stream begins. */
  async #synchronise(connection: MasterConnection, isCurrent: () => boolean): Promise<void> {
    const { config, log, ownPort } = this.#parts;
    log.notice("MASTER <-> REPLICA sync started");
    this.#setState("handshake");
    await introduce(connection, {
      port: config.get("replica-announce-port") || ownPort(),
      address: config.get("replica-announce-ip") ?? "",
      user: config.get("masteruser"),
      password: config.get("masterauth"),
    }, log);
    const answer = await this.#ask(connection, isCurrent);
    if (!isCurrent()) throw new LinkError("");
    if (answer.kind === "continue") this.#goOn(answer.id);
    else await this.#syncFully(connection, answer, isCurrent);
    this.#parts.stream.openBacklog(config.get("repl-backlog-size"));
    this.#startReading(connection);
    this.#setState("connected");
    this.acknowledge();
  }

  async #ask(connection: MasterConnection, isCurrent: () => boolean): Promise<SyncAnswer> {
    const { canResume, failover, log, stream } = this.#parts;
    const request = canResume() ? { id: stream.id, offset: stream.offset + 1 } : null;
    const isFailover = failover.state === "failover-in-progress";
    try {
      const answer = await askForSync(connection, request, isFailover, log);
      failover.succeeded();
      return answer;
    } catch (error) {
      if (error instanceof SyncRefused && isCurrent()) {
        failover.failed("Failover target rejected psync request");
      }
      throw error;
    }
  }

  /** The stream goes on, perhaps under another ID. */
  #goOn(id: string | null): void {
    const { dropReplicas, log, stream } = this.#parts;
    if (id !== null && id !== stream.id) {
      log.notice(`Master replication ID changed to ${id}`);
      stream.shiftId(id);
      dropReplicas();
    }
    log.notice("MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.");
  }

  async #syncFully(
    connection: MasterConnection,
    answer: SyncAnswer & { kind: "full" },
    isCurrent: () => boolean,
  ): Promise<void> {
    const { fullSync, log, setResumable } = this.#parts;
    this.#setState("sync");
    const isWanted = () => isCurrent() && !connection.closed;
    this.#fullSync = new FullSync({ ...fullSync, isWanted }, connection, answer);
    await this.#fullSync.run();
    this.#fullSync = null;
    setResumable(true);
    log.notice("MASTER <-> REPLICA sync: Finished with success");
  }

  #startReading(connection: MasterConnection): void {
    const { batches, clock, reader, stream } = this.#parts;
    // Nobody listened while the data were loaded.
    connection.lastIo = clock.monotonic();
    const client = batches.register(new MasterTransport(connection, () => this.#reader));
    client.kind = "master";
    client.authenticated = true;
    client.database = stream.database;
    this.#reader = new StreamReader({ ...reader, acknowledge: () => this.acknowledge() }, client);
    this.#client = client;
  }

  #endReading(): void {
    if (this.#client !== null) this.#parts.batches.unregister(this.#client);
    this.#client = null;
    this.#reader = null;
    this.#connection = null;
    this.#fullSync = null;
  }

  #ended(error: unknown): void {
    const { clock, log, setResumable } = this.#parts;
    const wasConnected = this.#state === "connected";
    if (!(error instanceof LinkError)) log.warning(`The link to the MASTER failed: ${describe(error)}`);
    else if (error.message !== "") log.warning(error.message);
    if (error instanceof MalformedStream) setResumable(false);
    this.#endReading();
    if (wasConnected) {
      this.#downSince = clock.monotonic();
      log.warning("Connection with master lost.");
    }
    this.#setState("connect");
    if (!wasConnected) return;
    log.notice(`Reconnecting to MASTER ${this.host}:${this.port}`);
    this.#serve();
  }

  /** The system is still trying; what comes of it does not matter any more. */
  #giveUpConnecting(): void {
    this.#attempt++;
    this.#setState("connect");
  }

  #setState(state: LinkState): void {
    this.#state = state;
    this.#parts.onState();
  }

  #secondsSince(moment: number): number {
    return Math.max(0, Math.floor((this.#parts.clock.monotonic() - moment) / 1000));
  }
}

const TIMEOUTS = {
  connecting: "Timeout connecting to the MASTER...",
  handshake: "Timeout connecting to the MASTER...",
  sync: "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' " +
    "parameter in redis.conf to a larger value.",
  connected: "MASTER timeout: no data nor PING received...",
};

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
