/**
 * The composition root: builds the parts of a server and connects them.
 *
 * @module
 */

import { Authenticator } from "../acl/authenticator.ts";
import { BlockedClients } from "../blocking/mod.ts";
import type { Client } from "../command/client.ts";
import { CommandContext } from "../command/context.ts";
import { Dispatcher } from "../command/dispatch.ts";
import { ClientPause } from "../command/pause.ts";
import { CommandRegistry } from "../command/registry.ts";
import { commandTable } from "../commands/mod.ts";
import type { Services } from "../commands/services.ts";
import type { Config } from "../config/mod.ts";
import { Evictor } from "../keyspace/eviction.ts";
import { ExpireCycle } from "../keyspace/expiry.ts";
import { setHashingBySlot } from "../keyspace/key.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import { ClientRegistry } from "../observability/clients.ts";
import type { Identity } from "../observability/info/mod.ts";
import type { Log } from "../observability/log.ts";
import { MemoryMeter } from "../observability/memory.ts";
import { Rates, SAMPLE_PERIOD } from "../observability/rates.ts";
import { Stats } from "../observability/stats.ts";
import type { AppendLogListener } from "../persistence/aof/append_log.ts";
import { type DataDirectory, workingDirectory } from "../persistence/data_directory.ts";
import { Persistence } from "../persistence/mod.ts";
import { PubSub } from "../pubsub/mod.ts";
import type { Following } from "../replication/following.ts";
import { Replication } from "../replication/mod.ts";
import { Reply } from "../resp/reply.ts";
import { Transactions } from "../tx/mod.ts";
import type { Clock } from "../util/clock.ts";
import { type Random, systemSeeded } from "../util/random.ts";
import { acceptConnections } from "./acceptor.ts";
import { installClientCare } from "./client_care.ts";
import { installCluster } from "./cluster.ts";
import { ClusterMember } from "./cluster_member.ts";
import { Cron } from "./cron.ts";
import { installEffects } from "./effects.ts";
import { installFollowing } from "./following.ts";
import { installGuards } from "./guards.ts";
import { installConfigEffects } from "./config_effects.ts";
import { Listeners } from "./listener.ts";
import { installPersistence, loadAtStart, setDiskCondition } from "./persistence.ts";
import { installReplication } from "./replication.ts";
import { installMigration, newMigrator } from "./migration.ts";
import { installMaintenance, type Maintenance } from "./maintenance.ts";
import { Session } from "./session.ts";
import { SessionHost } from "./session_host.ts";
import { Shutdown } from "./shutdown.ts";

/** What a server has to do with the process that it runs in. */
export interface Surroundings {
  /** Draws what is left to chance. */
  readonly random: Random;
  /** Where its files are. */
  readonly directory: DataDirectory;
  /** Ends the process: something went wrong, and was logged, after which the server can't go on. */
  fail(): void;
}

/** A process that is the server's alone. */
function ownProcess(): Surroundings {
  return { random: systemSeeded(), directory: workingDirectory, fail: () => Deno.exit(1) };
}

/** A running server. */
export class Server {
  readonly services: Services;
  readonly listeners: Listeners;
  /** Resolves with the status that the process should exit with, once the server has been shut down. */
  readonly finished: Promise<number>;
  /** What the clients have in common. */
  readonly host: SessionHost;
  /** Whether new connections are closed at once. */
  refusesConnections = false;
  readonly #finish: (status: number) => void;
  readonly #cluster: ClusterMember | null;
  readonly #cron: Cron;
  readonly #following: Following;
  readonly #maintenance: Maintenance;
  /** What accepts and serves connections, until each is over. */
  readonly #serving = new Set<Promise<void>>();

  constructor(config: Config, clock: Clock, log: Log, surroundings = ownProcess()) {
    const { directory, random } = surroundings;
    setHashingBySlot(config.get("cluster-enabled"));
    const keyspace = new Keyspace(config.get("databases"), random);
    const registry = new CommandRegistry(commandTable, renames(config));
    const dispatcher = new Dispatcher(registry, keyspace, () => clock.monotonic() * 1000);
    const clients = new ClientRegistry();
    const stats = new Stats(clock);
    const persistence = new Persistence({
      config,
      keyspace,
      registry,
      log,
      clock,
      loop: stats.loop,
      directory,
      listener: logListener(log, surroundings.fail, () => {
        setDiskCondition(this.services);
      }, () => this.services.replication.replicas.waiters.check()),
    });
    const pause = new ClientPause(clock);
    const { promise, resolve } = Promise.withResolvers<number>();
    this.finished = promise;
    this.#finish = resolve;
    this.listeners = new Listeners(config);
    this.#cron = new Cron(
      clock,
      stats.loop,
      () => ({ hz: config.get("hz"), dynamic: config.get("dynamic-hz"), clients: clients.size }),
      (job, error) => log.warning(`The periodic job '${job}' failed: ${error}`),
    );
    // First of all jobs: the others are to see the present time.
    this.#cron.add({ name: "time", period: 0, run: () => keyspace.setTime(clock.now()) });
    this.#cluster = config.get("cluster-enabled") ? new ClusterMember(() => this.services) : null;
    this.services = {
      authenticator: new Authenticator(config),
      blocked: new BlockedClients(clock, dispatcher, (text) => this.services.stats.countError(text)),
      clients,
      clock,
      cluster: this.#cluster,
      config,
      control: new Shutdown(() => this.services, () => this.#end(), surroundings.fail),
      cron: this.#cron,
      dispatcher,
      evictor: new Evictor(keyspace, clock),
      expireCycle: new ExpireCycle(keyspace, clock),
      identity: identityOf(this.listeners, random),
      keyspace,
      log,
      memory: new MemoryMeter(() => clock.monotonic(), () => keyspace.usedMemory()),
      migrator: newMigrator({ clock, config, dispatcher, keyspace, pause }, () => this.services),
      pause,
      persistence,
      pubsub: new PubSub(),
      rates: new Rates(),
      replication: new Replication({
        clock,
        config,
        keyspace,
        log,
        pause,
        persistence,
        counters: stats,
        newId: () => random.hex(40),
      }),
      stats,
      transactions: new Transactions(keyspace),
    };
    installGuards(this.services);
    const refreshEffects = installEffects(this.services);
    const gate = installPersistence(this.services, refreshEffects);
    installMigration(this.services, refreshEffects);
    installClientCare(this.services);
    installReplication(this.services);
    if (this.#cluster !== null) installCluster(this.services, this.#cluster);
    this.#maintenance = installMaintenance(this.services);
    this.#cron.add({ name: "statistics", period: SAMPLE_PERIOD, run: () => sampleStatistics(this.services) });
    const limits = { maxBulkSize: config.get("proto-max-bulk-len") };
    installConfigEffects(this.services, { limits, listeners: this.listeners });
    const reply = new Reply();
    reply.onError = (text) => this.services.stats.countError(text);
    dispatcher.onFault = (fault, command) =>
      log.warning(`Internal error in '${command}': ${describeFault(fault)}`);
    const context = new CommandContext(keyspace, reply, this.services, undefined as unknown as Client);
    this.host = new SessionHost(this.services, dispatcher, context, limits);
    this.host.gate = gate;
    this.#following = installFollowing(this.services, this.host);
  }

  /** Opens the sockets; connections wait until {@linkcode serve}. Throws a `ListenError`. */
  open(): void {
    this.#cluster?.checkPort(this.services.config.get("port"));
    this.listeners.open();
    this.#cluster?.open();
  }

  /** Serves the connections until {@linkcode stop}. */
  serve(): void {
    this.listeners.serve((listener) => {
      this.#follow(acceptConnections(listener, this.services, (connection) => {
        if (this.refusesConnections) connection.close();
        else this.#follow(new Session(connection, this.host).serve());
      }));
    });
  }

  /** Loads the data, while connections are told to wait, and begins the periodic work. False if the data can't be loaded. */
  async load(): Promise<boolean> {
    if (!await loadAtStart(this.services)) return false;
    if (this.#cluster?.start() === false) return false;
    this.#following.start();
    this.#cron.start();
    return true;
  }

  /** Closes sockets and connections. */
  stop(): void {
    this.#cron.stop();
    this.#cluster?.stop();
    this.#following.stop();
    this.#maintenance.stop();
    this.services.migrator.targets.close();
    this.listeners.close();
    for (const client of [...this.services.clients.all()]) {
      client.closing = true;
      client.transport.close("now");
    }
    this.services.pause.end();
  }

  /** Resolves when nothing reads or writes connections any more, some time after {@linkcode stop}. */
  async settled(): Promise<void> {
    while (this.#serving.size > 0) await Promise.all(this.#serving);
  }

  /** Keeps in mind what is under way until it is over; it never rejects. */
  #follow(serving: Promise<void>): void {
    this.#serving.add(serving);
    serving.then(() => this.#serving.delete(serving));
  }

  #end(): void {
    this.stop();
    this.#finish(0);
  }
}

/** Old names and new names of commands, as `rename-command` says. */
function renames(config: Config): Map<string, string> {
  return new Map(config.renamedCommands.map(({ args: [from, to] }) => [from.toLowerCase(), to]));
}

function identityOf(listeners: Listeners, random: Random): Identity {
  return {
    runId: random.hex(40),
    get port() {
      return listeners.port;
    },
    get listeners() {
      return listeners.descriptions;
    },
  };
}

function sampleStatistics({ clock, dispatcher, memory, rates, stats }: Services): void {
  memory.figures();
  const totals = {
    commands: dispatcher.commandsProcessed,
    inputBytes: stats.inputBytes,
    outputBytes: stats.outputBytes,
    cycles: dispatcher.batches,
    busyMicroseconds: stats.loop.total,
  };
  rates.sample(totals, clock.monotonic());
}

/** Has the log's fortunes be told. */
function logListener(
  log: Log,
  fail: () => void,
  onChange: () => void,
  onSynced: () => void,
): AppendLogListener {
  return {
    onError(message, fatal) {
      log.warning(message);
      if (fatal) return fail();
      onChange();
    },
    onRecovered(message) {
      log.warning(message);
      onChange();
    },
    onSynced,
    onStatus: onChange,
    onNotice: (message) => log.notice(message),
  };
}

function describeFault(fault: unknown): string {
  return fault instanceof Error ? fault.stack ?? fault.message : String(fault);
}
