/** A cluster whose nodes each have a network namespace and an address of their own, so that they can be cut off. */

import { ROOT, serverCommand } from "../support/server_command.ts";
import { until } from "../persistence/tools.ts";
import { keySlot } from "../../src/cluster/slots.ts";
import { NODE_TIMEOUT_MS, type NodeKind } from "./deployment.ts";

const PORT = 7000;
const LONGEST_INTERFACE_NAME = 15;

/** What a program wrote, and whether it was content. */
async function run(...words: string[]): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(words[0], {
    args: words.slice(1),
    env: { TERM: "dumb", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

async function must(...words: string[]): Promise<string> {
  const { success, text } = await run(...words);
  if (!success) throw new Error(`${words.join(" ")}: ${text}`);
  return text;
}

/** Whether this process may make network namespaces. */
export function namespacesAvailable(): boolean {
  const name = `probe-${Deno.pid}`;
  try {
    const made =
      new Deno.Command("ip", { args: ["netns", "add", name], stderr: "null" }).outputSync().success;
    return made && new Deno.Command("ip", { args: ["netns", "del", name] }).outputSync().success;
  } catch {
    return false;
  }
}

/** One node in its namespace. */
export interface NamespacedNode {
  readonly ip: string;
  readonly namespace: string;
  /** The end of its cable at the switch. */
  readonly cable: string;
}

/** The nodes, joined by a virtual switch. */
export class NamespacedCluster implements AsyncDisposable {
  readonly nodes: NamespacedNode[] = [];
  readonly #dir = Deno.makeTempDirSync({ prefix: "mini-redis-test-" });
  readonly #processes: Deno.ChildProcess[] = [];
  /** Part of all names; a subnet of addresses that are nobody's outside. */
  readonly #tag = `mr${Deno.pid % 100_000}`;
  readonly #subnet = `10.${200 + Deno.pid % 50}.${Deno.pid % 250}`;

  /** Starts the nodes and makes a cluster of them, half of them replicas. */
  static async create(kinds: readonly NodeKind[]): Promise<NamespacedCluster> {
    const cluster = new NamespacedCluster();
    try {
      await must("ip", "link", "add", cluster.#switch, "type", "bridge");
      await must("ip", "link", "set", cluster.#switch, "up");
      for (const kind of kinds) await cluster.#add(kind);
      const addresses = cluster.nodes.map(({ ip }) => `${ip}:${PORT}`);
      const options = ["--cluster-replicas", "1", "--cluster-yes"];
      await must(
        ...cluster.#inside(cluster.nodes[0], "redis-cli", "--cluster", "create", ...addresses, ...options),
      );
      for (const node of cluster.nodes) {
        await until(`${node.ip} works`, async () => {
          const linked = await cluster.ask(node, "INFO", "replication");
          return /role:master|master_link_status:up/.test(linked) &&
            (await cluster.ask(node, "CLUSTER", "INFO")).includes("cluster_state:ok");
        });
      }
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** The reply to a command as text, errors too; redis-cli runs beside the node. */
  async ask(node: NamespacedNode, ...words: string[]): Promise<string> {
    const { text } = await run(...this.#inside(node, "redis-cli", "-h", node.ip, "-p", `${PORT}`, ...words));
    return text.trim();
  }

  /** A key that the node serves. */
  async keyOf(node: NamespacedNode): Promise<string> {
    const lines = (await this.ask(node, "CLUSTER", "NODES")).split("\n");
    const words = lines.find((line) => line.includes("myself"))!.split(" ");
    const [first, last = first] = words[8].split("-").map(Number);
    for (let i = 0;; i++) {
      const slot = keySlot(`key:${i}`);
      if (slot >= first && slot <= last) return `key:${i}`;
    }
  }

  /** Another master, and the replica of this one. */
  async others(master: NamespacedNode): Promise<[NamespacedNode, NamespacedNode]> {
    const find = async (wanted: (text: string) => boolean) => {
      for (const node of this.nodes) {
        if (node !== master && wanted(await this.ask(node, "INFO", "replication"))) return node;
      }
      throw new Error("no such node");
    };
    return [
      await find((text) => text.includes("role:master")),
      await find((text) => text.includes(`master_host:${master.ip}\r`)),
    ];
  }

  /** Pulls the node's cable. */
  async isolate(node: NamespacedNode): Promise<void> {
    await must("ip", "link", "set", node.cable, "down");
  }

  /** Puts it back. */
  async heal(node: NamespacedNode): Promise<void> {
    await must("ip", "link", "set", node.cable, "up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) {
      try {
        process.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
    }
    await Promise.all(this.#processes.map((process) => process.status));
    for (const { namespace, cable } of this.nodes) {
      await run("ip", "link", "del", cable);
      await run("ip", "netns", "del", namespace);
    }
    await run("ip", "link", "del", this.#switch);
    await Deno.remove(this.#dir, { recursive: true });
  }

  get #switch(): string {
    return `${this.#tag}s`.slice(0, LONGEST_INTERFACE_NAME);
  }

  #inside(node: NamespacedNode, ...words: string[]): string[] {
    return ["ip", "netns", "exec", node.namespace, ...words];
  }

  async #add(kind: NodeKind): Promise<void> {
    const number = this.nodes.length + 1;
    const node = {
      ip: `${this.#subnet}.${number}`,
      namespace: `${this.#tag}n${number}`,
      cable: `${this.#tag}c${number}`,
    };
    this.nodes.push(node);
    const end = `${this.#tag}e${number}`;
    await must("ip", "netns", "add", node.namespace);
    await must("ip", "link", "add", node.cable, "type", "veth", "peer", "name", end);
    await must("ip", "link", "set", end, "netns", node.namespace);
    await must("ip", "link", "set", node.cable, "master", this.#switch, "up");
    await must(...this.#inside(node, "ip", "addr", "add", `${node.ip}/24`, "dev", end));
    await must(...this.#inside(node, "ip", "link", "set", end, "up"));
    await must(...this.#inside(node, "ip", "link", "set", "lo", "up"));
    await this.#start(node, kind);
  }

  async #start(node: NamespacedNode, kind: NodeKind): Promise<void> {
    const dir = `${this.#dir}/${node.ip}`;
    await Deno.mkdir(dir);
    const program = kind === "ours" ? serverCommand() : ["redis-server"];
    const words = this.#inside(
      node,
      ...program,
      ...["--port", `${PORT}`, "--bind", node.ip, "--dir", dir, "--save", "", "--protected-mode", "no"],
      ...["--cluster-enabled", "yes", "--cluster-node-timeout", `${NODE_TIMEOUT_MS}`],
      ...["--repl-diskless-sync-delay", "0", "--repl-timeout", "5", "--enable-debug-command", "yes"],
    );
    const [name, ...args] = words;
    const options = { args, cwd: ROOT, stdin: "null", stdout: "null", stderr: "null" } as const;
    this.#processes.push(new Deno.Command(name, options).spawn());
    await until(`${node.ip} answers`, async () => await this.ask(node, "PING") === "PONG");
  }
}
