/**
 * This server as a node of a cluster: what happens on the bus and by orders goes to the {@linkcode Cluster}, and what
 * that asks for is done here.
 *
 * @module
 */

import {
  type Action,
  Cluster,
  type ClusterHost,
  type ClusterLink,
  type ClusterState,
  formatNodesConfig,
  NodesConfigError,
  parseNodesConfig,
} from "../cluster/mod.ts";
import { NO_DATABASE } from "../command/propagation_unit.ts";
import type { ClusterService, Services } from "../commands/services.ts";
import { encodeFrame } from "../resp/encode.ts";
import { byteStringToUtf8 } from "../util/byte_string.ts";
import { ClusterBus } from "./cluster_bus.ts";
import { disagreeingSlots } from "./cluster_data.ts";
import { ClusterSaves } from "./cluster_saves.ts";
import { BUS_PORT_OFFSET, ConfiguredSettings } from "./cluster_settings.ts";
import { ListenError } from "./listener.ts";
import { NodesFile, NodesFileError } from "./nodes_file.ts";

const HIGHEST_PORT = 65_535;

/** One node of a cluster, from {@linkcode open} on. */
export class ClusterMember implements ClusterService {
  overfullLinks = 0;
  /** Called when slots have another owner or none, or (without slots) the cluster began or ceased to work. */
  onRouting: ((slots: readonly number[]) => void) | null = null;
  /** Called when the file can't be written: the server must not go on. */
  onFatal: ((message: string) => void) | null = null;

  readonly #parts: () => Services;
  readonly #bus: ClusterBus;
  readonly #saves: ClusterSaves;
  #cluster!: Cluster;
  #file: NodesFile | null = null;
  /** What is to be done still, while it is being done. */
  #performing: Action[] | null = null;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;

  /** `parts` is not called before {@linkcode open}. */
  constructor(parts: () => Services) {
    this.#parts = parts;
    this.#bus = new ClusterBus({
      accepted: (remoteIp, localIp) => this.#cluster.accept(remoteIp, localIp, this.#now),
      connected: (link, remoteIp, localIp) => {
        this.#perform(this.#cluster.connected(link, this.#now, remoteIp, localIp));
      },
      received: (message, link) => this.#perform(this.#cluster.receive(message, link, this.#now)),
      closed: (link, reason) => this.#closed(link, reason),
      log: (text) => this.#services.log.warning(text),
    });
    this.#saves = new ClusterSaves(
      (sync) => this.#save(sync),
      (link, bytes) => this.#bus.send(link, bytes),
    );
  }

  get state(): ClusterState {
    return this.#cluster.state;
  }

  get connections(): number {
    return this.#bus.connections;
  }

  get memory(): number {
    return this.#bus.memory;
  }

  #busPort(port: number): number {
    return this.#services.config.get("cluster-port") || port + BUS_PORT_OFFSET;
  }

  get #services(): Services {
    return this.#parts();
  }

  get #now(): number {
    return this.#services.clock.now();
  }

  /** To be called before any socket is opened. Throws a {@linkcode ListenError} if there can be no bus beside `port`. */
  checkPort(port: number): void {
    if (this.#busPort(port) <= HIGHEST_PORT) return;
    throw new ListenError(
      "Redis port number too high for cluster mode. Exiting.\nThe bus listens on the port for clients plus 10000, " +
        "or on cluster-port: give one of them a lower number.",
    );
  }

  /** Reads `nodes.conf` and opens the sockets. Throws a {@linkcode ListenError} with what is wrong. */
  open(): void {
    const { clock, config, identity, log } = this.#services;
    // A port that the system chose is known only now.
    this.checkPort(identity.port);
    const busPort = this.#busPort(identity.port);
    const text = this.#openFile(byteStringToUtf8(config.get("cluster-config-file")));
    const settings = new ConfiguredSettings(config, { port: identity.port, busPort });
    const known = readConfig(text, settings.tlsCluster);
    this.#cluster = new Cluster({
      settings,
      host: this.#host(),
      now: clock.now(),
      config: known ?? undefined,
    });
    const { id } = this.state.myself;
    log.notice(
      known === null ? `No cluster configuration found, I'm ${id}` : `Node configuration loaded, I'm ${id}`,
    );
    this.#bus.open(config, busPort);
    this.run(() => {});
    this.#followAtStart();
  }

  /** Begins to be a node, when the data are loaded. False if they can't be those of a node, which was logged. */
  start(): boolean {
    const { cron, keyspace, log } = this.#services;
    for (const database of keyspace.databases()) {
      if (database.index === 0 || database.size === 0) continue;
      log.warning("You can't have keys in a DB different than DB 0 when in Cluster mode. Exiting.");
      return false;
    }
    this.run((state) => {
      for (const note of disagreeingSlots(state, keyspace.database(0))) state.log("notice", note);
    });
    this.#bus.serve();
    cron.add({ name: "cluster", period: 100, run: () => this.#tick() });
    return true;
  }

  /** Closes all sockets and gives the file back. */
  stop(): void {
    clearTimeout(this.#pauseTimer);
    this.#saves.flush();
    this.#bus.stop();
    this.#file?.close();
    this.#file = null;
  }

  run(change: (state: ClusterState) => void): void {
    this.#perform(this.#cluster.run(this.#now, change));
    // The client is answered before the turn ends.
    this.#saves.flush();
  }

  publish(channel: string, payload: Uint8Array, sharded: boolean): void {
    this.#perform(this.#cluster.publish(channel, payload, sharded, this.#now));
  }

  saveConfig(): void {
    this.#file?.write(formatNodesConfig(this.state), true);
  }

  queuedBytes(link: ClusterLink): number {
    return this.#bus.queuedBytes(link);
  }

  /** A replica is one from the start, so that it goes on from where its data end. */
  #followAtStart(): void {
    const { config, keyspace } = this.#services;
    const { master } = this.state.myself;
    const tls = config.get("tls-replication");
    if (master === null || master.ip === "" || master.clientPort(tls) === 0) return;
    config.setFromArguments("replicaof", [master.ip, String(master.clientPort(tls))]);
    // From the first moment on, although the link is made only when the data are loaded.
    keyspace.replica = true;
  }

  #openFile(path: string): string {
    try {
      this.#file = new NodesFile(path);
      return this.#file.read();
    } catch (error) {
      if (error instanceof NodesFileError) throw new ListenError(error.message);
      throw error;
    }
  }

  #host(): ClusterHost {
    const { keyspace, replication } = this.#services;
    return {
      replicationOffset() {
        const { link, stream } = replication;
        if (link === null) return stream.offset;
        // A replica that never had its master's data has nothing of them.
        return link.state !== "connected" && link.appliedOffset <= 1 ? 0 : link.appliedOffset;
      },
      replicating: () => replication.link !== null,
      replicaDataAge() {
        const { link } = replication;
        if (link === null) return 0;
        const seconds = link.state === "connected" ? link.lastIoSeconds : link.downSeconds;
        return seconds < 0 ? Infinity : seconds * 1000;
      },
      keysInSlot: (slot) => keyspace.database(0).countInSlot(slot),
    };
  }

  #tick(): void {
    this.#perform(this.#cluster.tick(this.#now));
    const limit = this.#services.config.get("cluster-link-sendbuf-limit");
    if (limit === 0) return;
    for (const link of this.#bus.overfull(limit)) {
      this.#services.log.warning(
        `Freeing cluster link(${link.inbound ? "from" : "to"} node ${link.node?.id ?? "?"}, used memory: ` +
          `${this.#bus.queuedBytes(link)}) due to exceeding send buffer memory limit.`,
      );
      this.overfullLinks++;
      this.#bus.close(link);
      this.#perform(this.#cluster.closed(link, this.#now));
    }
  }

  #closed(link: ClusterLink, reason: string): void {
    if (reason !== "") {
      this.#services.log.debug(`Connection with node ${link.node?.id ?? link.remoteIp} ended: ${reason}`);
    }
    this.#perform(this.#cluster.closed(link, this.#now));
  }

  /** Does what is asked for. What follows from that, such as an order that comes meanwhile, is done afterwards. */
  #perform(actions: readonly Action[]): void {
    if (this.#performing !== null) {
      this.#performing.push(...actions);
      return;
    }
    this.#performing = [...actions];
    try {
      for (let action = this.#performing.shift(); action !== undefined; action = this.#performing.shift()) {
        this.#act(action);
      }
    } finally {
      this.#performing = null;
    }
  }

  #act(action: Action): void {
    const { log, pubsub } = this.#services;
    switch (action.kind) {
      case "save":
        return this.#saves.want(action.sync);
      case "send":
        return this.#saves.send(action.link, action.bytes);
      case "connect":
        return this.#bus.connect(action.link, action.ip, action.port);
      case "close":
        return this.#bus.close(action.link);
      case "publish":
        if (action.sharded) pubsub.publishToShard(action.channel, action.payload);
        else pubsub.publish(action.channel, action.payload);
        return;
      case "pause":
        return this.#pause(action.until);
      case "unpause":
        return this.#unpause();
      case "slots-moved":
        return this.onRouting?.(action.slots);
      case "status":
        return this.onRouting?.([]);
      case "log":
        return log[action.level](action.text);
      default:
        return this.#actOnData(action);
    }
  }

  #actOnData(action: Action & { kind: "replicate" | "promote" | "flush" | "delete-keys" }): void {
    const { keyspace, replication } = this.#services;
    switch (action.kind) {
      case "replicate": {
        const { link } = replication;
        if (link?.host === action.ip && link.port === action.port) return;
        replication.follow?.({ host: action.ip, port: action.port });
        return;
      }
      case "promote":
        replication.promote?.();
        return;
      case "flush":
        return this.#flush();
      case "delete-keys":
        keyspace.setTime(this.#now);
        for (const slot of action.slots) keyspace.database(0).deleteSlot(slot);
        replication.stream.flush();
    }
  }

  #flush(): void {
    const { dispatcher, keyspace, replication } = this.#services;
    for (const database of keyspace.databases()) keyspace.clear(database);
    dispatcher.propagator?.propagate(NO_DATABASE, encodeFrame(["FLUSHALL"]));
    replication.stream.flush();
  }

  #save(sync: boolean): void {
    try {
      this.#file?.write(formatNodesConfig(this.state), sync);
    } catch (error) {
      this.onFatal?.(`Fatal: can't update cluster config file: ${error}`);
    }
  }

  #pause(until: number): void {
    const { pause } = this.#services;
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => pause.endLasting("failover"), until - this.#now);
    pause.beginLasting("failover");
  }

  #unpause(): void {
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = undefined;
    this.#services.pause.endLasting("failover");
  }
}

function readConfig(text: string, tls: boolean): ReturnType<typeof parseNodesConfig> {
  try {
    return parseNodesConfig(text, tls);
  } catch (error) {
    if (error instanceof NodesConfigError) throw new ListenError(error.message);
    throw error;
  }
}
