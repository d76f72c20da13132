/**
 * Which node serves a command of a client, and what the client is told if it is another one or none: the rules of the
 * Redis Cluster specification, in the order in which Redis applies them.
 *
 * @module
 */

import { type ClusterNode, type ClusterState, endpointOf } from "../cluster/mod.ts";
import { Args } from "../command/args.ts";
import { type Client, Condition } from "../command/client.ts";
import type { CommandContext } from "../command/context.ts";
import { ASKING, WRITE } from "../command/flags.ts";
import { findRoutingKeys, INCOMPLETE, NOT_KEY } from "../command/key_spec.ts";
import type { CommandRecord } from "../command/registry.ts";
import type { ClusterService, Services } from "../commands/services.ts";
import { slotOf } from "../keyspace/key.ts";

const CROSS_SLOT = "CROSSSLOT Keys in request don't hash to the same slot";
const TRY_AGAIN = "TRYAGAIN Multiple keys request during rehashing of slot";
const DOWN = "CLUSTERDOWN The cluster is down";
const DOWN_FOR_WRITES = "CLUSTERDOWN The cluster is down and only accepts read commands";
const NOT_SERVED = "CLUSTERDOWN Hash slot not served";

/** What a command, or all commands of a transaction, have to do with one slot. */
interface SlotUse {
  slot: number;
  firstKey: string;
  /** Different keys, and how many keys are there and are not. */
  several: boolean;
  present: number;
  missing: number;
  /** A command about shard channels is among them. */
  channels: boolean;
}

/** Sends clients to the right nodes. */
export class Routing {
  readonly #services: Services;
  readonly #cluster: ClusterService;
  /** Where the key of commands with a single one is; 0 for the others. */
  readonly #keyIndexes = new Map<CommandRecord, number>();
  /** The queued command that is being looked at. */
  readonly #queued = new Args();

  constructor(services: Services, cluster: ClusterService) {
    this.#services = services;
    this.#cluster = cluster;
  }

  /** The error that the client gets instead of having its command run here; null if it may run. */
  refusal({ client }: CommandContext, record: CommandRecord, args: Args): string | null {
    const { state } = this.#cluster;
    if (this.#isPlainlyOurs(state, record, args)) return null;
    const use = this.#slotUse(client, record, args);
    if (use === null) return null;
    if (typeof use === "string") return use;
    const owner = state.owner(use.slot);
    if (owner === null) return NOT_SERVED;
    return this.#refusalWhenDown(state, record, use.channels) ??
      this.#redirection(state, client, record, use, owner);
  }

  /** The error for a client that waits for `key` while this node does not serve it any more; null if it may wait on. */
  refusalOfWait(client: Client, record: CommandRecord, key: string): string | null {
    const { state } = this.#cluster;
    if (!state.ok) return DOWN;
    const slot = slotOf(key);
    const owner = state.owner(slot);
    if (owner === state.myself || state.importing.has(slot)) return null;
    if (owner === null) return NOT_SERVED;
    if (client.readOnly && (record.flags & WRITE) === 0 && state.myself.master === owner) return null;
    return this.#sendTo("MOVED", slot, owner);
  }

  /** The usual case, found out cheaply: one key in a slot of this node that is not on its way to another one. */
  #isPlainlyOurs(state: ClusterState, record: CommandRecord, args: Args): boolean {
    let index = this.#keyIndexes.get(record);
    if (index === undefined) this.#keyIndexes.set(record, index = singleKeyIndex(record));
    if (index === 0 || index >= args.length || !state.ok) return false;
    const slot = slotOf(args.key(index));
    return state.owner(slot) === state.myself && !state.migrating.has(slot);
  }

  /** Null without any key; a text if the keys can't be served together. */
  #slotUse(client: Client, record: CommandRecord, args: Args): SlotUse | string | null {
    if (record.fullName !== "exec") return this.#addKeys(null, record, args);
    const transaction = this.#services.transactions.of(client);
    let use: SlotUse | null = null;
    for (let i = 0; i < (transaction?.length ?? 0); i++) {
      const queued = transaction!.load(i, this.#queued);
      const sum = this.#addKeys(use, queued, this.#queued);
      if (typeof sum === "string") return sum;
      use = sum;
    }
    this.#queued.forget();
    return use;
  }

  #addKeys(before: SlotUse | null, record: CommandRecord, args: Args): SlotUse | string | null {
    const { importing, migrating } = this.#cluster.state;
    let use = before;
    const channels = record.spec.keys?.some(({ flags }) => (flags & NOT_KEY) !== 0) ?? false;
    for (const { index } of findRoutingKeys(record.spec, args)) {
      const key = args.text(index);
      const slot = slotOf(key);
      if (use === null) {
        if (this.#cluster.state.owner(slot) === null) return NOT_SERVED;
        use = { slot, firstKey: key, several: false, present: 0, missing: 0, channels };
      } else if (slot !== use.slot) return CROSS_SLOT;
      else if (key !== use.firstKey) use.several = true;
      use.channels ||= channels;
      if (use.channels || !(importing.has(slot) || migrating.has(slot))) continue;
      if (this.#services.keyspace.database(0).has(key)) use.present++;
      else use.missing++;
    }
    return use;
  }

  #refusalWhenDown(state: ClusterState, record: CommandRecord, channels: boolean): string | null {
    if (state.ok) return null;
    const { config } = this.#services;
    if (channels) return config.get("cluster-allow-pubsubshard-when-down") ? null : DOWN;
    if (!config.get("cluster-allow-reads-when-down")) return DOWN;
    return (record.flags & WRITE) !== 0 ? DOWN_FOR_WRITES : null;
  }

  #redirection(
    state: ClusterState,
    client: Client,
    record: CommandRecord,
    use: SlotUse,
    owner: ClusterNode,
  ): string | null {
    const { myself } = state;
    const { slot } = use;
    const target = owner === myself ? state.migrating.get(slot) : undefined;
    const isImporting = target === undefined && state.importing.has(slot);
    // MIGRATE is what moves the keys, at either end.
    if ((target !== undefined || isImporting) && record.fullName === "migrate") return null;
    if (target !== undefined && use.missing > 0) {
      return use.present > 0 ? TRY_AGAIN : this.#sendTo("ASK", slot, target);
    }
    if (isImporting && (client.asking > 0 || (record.flags & ASKING) !== 0)) {
      return use.several && use.missing > 0 ? TRY_AGAIN : null;
    }
    if (owner === myself) return null;
    const isReplicaOfOwner = myself.isReplica && myself.master === owner;
    if (isReplicaOfOwner && (client.readOnly || use.channels) && !this.#writes(client, record)) return null;
    return this.#sendTo("MOVED", slot, owner);
  }

  #writes(client: Client, record: CommandRecord): boolean {
    if (record.fullName !== "exec") return (record.flags & WRITE) !== 0;
    return ((this.#services.transactions.of(client)?.flags ?? 0) & WRITE) !== 0;
  }

  #sendTo(how: "MOVED" | "ASK", slot: number, node: ClusterNode): string {
    const endpoint = endpointOf(node, this.#services.config.get("cluster-preferred-endpoint-type"));
    return `${how} ${slot} ${endpoint ?? ""}:${node.clientPort(false)}`;
  }
}

/** The index of the one key of a command that always has exactly one; else 0. */
function singleKeyIndex({ spec }: CommandRecord): number {
  const [only, ...others] = spec.keys ?? [];
  if (only === undefined || others.length > 0) return 0;
  const { beginSearch, findKeys, flags } = only;
  if (beginSearch.type !== "index" || findKeys.type !== "range" || findKeys.lastKey !== 0) return 0;
  return (flags & (NOT_KEY | INCOMPLETE)) !== 0 ? 0 : beginSearch.index;
}

/** Has the dispatcher ask where commands belong. */
export function guardRouting(services: Services, routing: Routing): void {
  const { dispatcher, transactions } = services;
  dispatcher.conditions |= Condition.ROUTED;
  dispatcher.setGuard(Condition.ROUTED, (ctx, record, args) => {
    if (ctx.client.kind === "master") return true;
    const refusal = routing.refusal(ctx, record, args);
    if (refusal === null) return true;
    if (record.fullName !== "exec") {
      dispatcher.reject(ctx, record, refusal);
      return false;
    }
    // The client has to know where to try again, so that the text is not wrapped into that of an aborted EXEC.
    record.rejected++;
    transactions.end(ctx.client);
    ctx.reply.error(refusal);
    return false;
  });
}
