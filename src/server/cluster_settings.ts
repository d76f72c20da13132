/**
 * The directives of the cluster as the cluster wants them.
 *
 * @module
 */

import type { ClusterSettings } from "../cluster/mod.ts";
import type { Config } from "../config/mod.ts";

/** The bus listens so far above the port for clients unless `cluster-port` says where. */
export const BUS_PORT_OFFSET = 10_000;

/** The ports on which the server listens; 0 for none. */
export interface OwnPorts {
  readonly port: number;
  readonly busPort: number;
}

/** Reads the directives anew each time, as they may change. */
export class ConfiguredSettings implements ClusterSettings {
  readonly #config: Config;
  readonly #ports: OwnPorts;

  constructor(config: Config, ports: OwnPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  get nodeTimeout(): number {
    return this.#config.get("cluster-node-timeout");
  }

  get requireFullCoverage(): boolean {
    return this.#config.get("cluster-require-full-coverage");
  }

  get replicaNoFailover(): boolean {
    return this.#config.get("cluster-replica-no-failover");
  }

  get replicaValidityFactor(): number {
    return this.#config.get("cluster-replica-validity-factor");
  }

  get migrationBarrier(): number {
    return this.#config.get("cluster-migration-barrier");
  }

  get allowReplicaMigration(): boolean {
    return this.#config.get("cluster-allow-replica-migration");
  }

  get replicaPingPeriod(): number {
    return this.#config.get("repl-ping-replica-period");
  }

  get tlsCluster(): boolean {
    return this.#config.get("tls-cluster");
  }

  get tlsReplication(): boolean {
    return this.#config.get("tls-replication");
  }

  get tcpPort(): number {
    return this.#config.get("cluster-announce-port") || this.#ports.port;
  }

  get tlsPort(): number {
    return this.#config.get("cluster-announce-tls-port") || this.#config.get("tls-port");
  }

  get busPort(): number {
    return this.#config.get("cluster-announce-bus-port") || this.#ports.busPort;
  }

  get announceIp(): string {
    return this.#config.get("cluster-announce-ip") ?? "";
  }

  get announceHostname(): string {
    return this.#config.get("cluster-announce-hostname") ?? "";
  }

  get announceHumanName(): string {
    return this.#config.get("cluster-announce-human-nodename") ?? "";
  }
}
