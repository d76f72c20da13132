/**
 * Counts what a quiet cluster sends on its bus, for docs/scaling.md: nodes under a virtual clock, half of them
 * replicas, no sockets.
 *
 *     deno run --allow-all scripts/docs/measure_gossip.ts [NODES…]
 */
import { Simulation } from "../../tests/cluster/simulation.ts";

const NODE_TIMEOUT_MS = 15_000;
/** Virtual time, after another such span in which the cluster comes to rest. */
const SPAN_MS = 60_000;

/** Messages and bytes that one node sends in a second, on average. */
async function measure(count: number): Promise<{ messages: number; bytes: number }> {
  const simulation = await Simulation.form(count / 2, 1, 1);
  for (const node of simulation.nodes) node.settings.nodeTimeout = NODE_TIMEOUT_MS;
  await simulation.run(SPAN_MS);
  let messages = 0;
  let bytes = 0;
  const perform = simulation.perform.bind(simulation);
  simulation.perform = (node, actions) => {
    for (const action of actions) {
      if (action.kind !== "send") continue;
      messages++;
      bytes += action.bytes.length;
    }
    perform(node, actions);
  };
  await simulation.run(SPAN_MS);
  const share = count * SPAN_MS / 1000;
  return { messages: messages / share, bytes: bytes / share };
}

for (const count of Deno.args.length > 0 ? Deno.args.map(Number) : [6, 20, 60, 100]) {
  const { messages, bytes } = await measure(count);
  console.info(
    `${count} nodes: ${messages.toFixed(1)} messages, ${Math.round(bytes)} bytes a second from each node; ` +
      `${Math.round(bytes / messages)} bytes a message`,
  );
}
