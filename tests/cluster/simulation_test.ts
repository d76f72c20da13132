import { assert, assertEquals, assertGreater } from "@std/assert";
import * as operations from "../../src/cluster/operations.ts";
import { SLOT_COUNT } from "../../src/cluster/slots.ts";
import { type SimulatedNode, Simulation } from "./simulation.ts";

/** What must hold once nothing happens any more: one owner for each slot, and different epochs. */
function assertConsistent(simulation: Simulation): void {
  const { state } = simulation.living[0];
  const epochs = new Set<number>();
  let served = 0;
  for (const node of state.nodes) {
    if (node.slots.size === 0) continue;
    assert(node.isMaster, simulation.describe());
    assert(!epochs.has(node.configEpoch), `epoch ${node.configEpoch} twice\n${simulation.describe()}`);
    epochs.add(node.configEpoch);
    served += node.slots.size;
  }
  assertEquals(served, SLOT_COUNT);
  // No two nodes believe themselves that they serve the same slot.
  let own = 0;
  for (const { state } of simulation.living) if (state.myself.isMaster) own += state.myself.slots.size;
  assertEquals(own, SLOT_COUNT, simulation.describe());
}

function masters(simulation: Simulation): SimulatedNode[] {
  return simulation.living.filter((node) => node.state.myself.votes);
}

Deno.test("simulation: nodes that met form a cluster with different epochs", async () => {
  const simulation = await Simulation.form(3, 1, 1);
  assertConsistent(simulation);
  assertEquals(simulation.nodes.map((node) => node.state.size), [3, 3, 3, 3, 3, 3]);
  const shards = new Set(simulation.nodes.map((node) => node.state.myself.shardId));
  assertEquals(shards.size, 3);
});

Deno.test("simulation: a replica takes over from a dead master, which comes back as its replica", async () => {
  const simulation = await Simulation.form(3, 1, 2);
  const [dead] = simulation.nodes;
  const successor = simulation.nodes[3];
  const epoch = successor.state.currentEpoch;
  dead.kill();
  const died = simulation.now;
  await simulation.runUntil("failover", () => successor.state.myself.isMaster);
  // Node timeout, then the time to agree, the delay of the election, the votes.
  assert(simulation.now - died <= 3500, `${simulation.now - died}`);
  assertEquals(successor.state.myself.slots.size, 5462);
  assertGreater(successor.state.myself.configEpoch, epoch);
  assertEquals(successor.masterIp, null);
  await simulation.runUntil("all work", () => simulation.settled());
  dead.restart();
  await simulation.runUntil("return", () => dead.state.myself.isReplica && simulation.settled());
  assertEquals(dead.masterIp, successor.ip);
  assertEquals(dead.state.myself.shardId, successor.state.myself.shardId);
  assertConsistent(simulation);
});

Deno.test("simulation: of several replicas the one with the most data takes over", async () => {
  for (let seed = 0; seed < 3; seed++) {
    const simulation = await Simulation.form(3, 2, seed);
    await simulation.run(3000);
    const behind = simulation.nodes[3];
    const ahead = simulation.nodes[6];
    behind.masterIp = "10.0.0.99";
    await simulation.run(1000);
    simulation.nodes[0].kill();
    await simulation.runUntil("failover", () => ahead.state.myself.isMaster || behind.state.myself.isMaster);
    assert(ahead.state.myself.isMaster);
    await simulation.runUntil(
      "the other follows",
      () => behind.masterIp === ahead.ip && simulation.settled(),
    );
  }
});

Deno.test("simulation: a minority stops serving, and gives way when it is back", async () => {
  const simulation = await Simulation.form(3, 1, 4);
  const [lonely] = simulation.nodes;
  lonely.side = 1;
  await simulation.runUntil("minority stops", () => !lonely.state.ok, 3000);
  const majority = simulation.nodes.slice(1);
  await simulation.runUntil("majority goes on", () => majority.every((node) => node.state.ok));
  lonely.side = 0;
  await simulation.runUntil("heal", () => lonely.state.myself.isReplica && simulation.settled());
  assertConsistent(simulation);
});

Deno.test("simulation: without a majority nobody takes over, and all goes on afterwards", async () => {
  const simulation = await Simulation.form(3, 1, 5);
  simulation.nodes.forEach((node, index) => node.side = index);
  await simulation.run(20_000);
  for (const node of simulation.nodes) assert(!node.state.ok);
  assertEquals(masters(simulation).length, 3);
  simulation.nodes.forEach((node) => node.side = 0);
  await simulation.runUntil("heal", () => simulation.settled());
  assertConsistent(simulation);
});

Deno.test("simulation: a node that becomes a replica tells all at once, and can take over at once", async () => {
  const simulation = await Simulation.form(3, 1, 9);
  const [, master, , replica] = simulation.nodes;
  replica.order((state) => operations.replicate(state, master.id, true));
  // No tick is in that time.
  await simulation.run(15);
  for (const { state } of simulation.nodes) assertEquals(state.node(replica.id)?.master?.id, master.id);
  replica.order((state) => operations.failOver(state, "agreed"));
  await simulation.runUntil("failover", () => replica.state.myself.isMaster, 1000);
  assertEquals(master.state.myself.isReplica, true);
});

Deno.test("simulation: manual failover hands over at the master's offset", async () => {
  const simulation = await Simulation.form(3, 1, 6);
  await simulation.run(2000);
  const [master] = simulation.nodes;
  const replica = simulation.nodes[3];
  replica.order((state) => operations.failOver(state, "agreed"));
  await simulation.run(3);
  assertGreater(master.pausedUntil, simulation.now);
  await simulation.runUntil("failover", () => replica.state.myself.isMaster, 5000);
  assertEquals(replica.offsetAtPromotion, master.offset);
  await simulation.runUntil("roles", () => master.masterIp === replica.ip && simulation.settled());
  assertEquals(master.pausedUntil, 0);
  assertConsistent(simulation);
});

Deno.test("simulation: a manual failover that the master cannot answer is given up", async () => {
  const simulation = await Simulation.form(3, 1, 7);
  const replica = simulation.nodes[3];
  replica.order((state) => operations.failOver(state, "agreed"));
  replica.masterIp = "10.0.0.99";
  replica.offset -= 1;
  await simulation.run(6000);
  assertEquals(replica.state.election.manualEnd, 0);
  assert(replica.state.myself.isReplica);
  assert(simulation.settled());
});

Deno.test("simulation: FORCE asks the masters, TAKEOVER nobody", async () => {
  const simulation = await Simulation.form(3, 1, 8);
  simulation.nodes[0].kill();
  await simulation.run(10);
  simulation.nodes[3].order((state) => operations.failOver(state, "force"));
  await simulation.run(500);
  assert(simulation.nodes[3].state.myself.isMaster);
  simulation.nodes.forEach((node) => node.side = node === simulation.nodes[4] ? 1 : 0);
  simulation.nodes[4].order((state) => operations.failOver(state, "takeover"));
  assert(simulation.nodes[4].state.myself.isMaster);
  simulation.nodes.forEach((node) => node.side = 0);
  simulation.nodes[0].restart();
  await simulation.runUntil("all work", () => simulation.settled());
  assert(simulation.nodes[1].state.myself.isReplica);
  assertConsistent(simulation);
});

Deno.test("simulation: a replica moves to a master that has lost all of its own", async () => {
  const simulation = await Simulation.form(3, 1, 9);
  const extra = simulation.nodes[3];
  const target = simulation.nodes[1];
  const lost = simulation.nodes[4];
  extra.order((state) => operations.replicate(state, simulation.nodes[2].id, true));
  await simulation.runUntil("roles", () => simulation.settled());
  // The first master had a replica as well: all but it may lose one.
  simulation.nodes[0].order((state) => state.myself.mark(256, false));
  for (const node of simulation.nodes) {
    node.order((state) => state.node(simulation.nodes[0].id)?.mark(256, false));
  }
  lost.kill();
  await simulation.runUntil("migration", () => {
    const moved = simulation.living.filter((node) => node.masterIp === target.ip);
    return moved.length === 1;
  });
  await simulation.run(2000);
  assertConsistent(simulation);
});

Deno.test("simulation: a forgotten node is forgotten by all, and not added again by gossip", async () => {
  const simulation = await Simulation.form(3, 1, 10);
  const gone = simulation.nodes[5];
  gone.kill();
  simulation.nodes[0].order((state) => operations.forgetNode(state, gone.id));
  // The extension tells the others, except its own master's replicas and itself.
  await simulation.runUntil("forgotten", () => simulation.living.every((node) => !node.state.node(gone.id)));
  await simulation.run(20_000);
  for (const node of simulation.living) assertEquals(node.state.nodeCount, 5);
});

Deno.test("simulation: a slot moves by SETSLOT, and all hear of it", async () => {
  const simulation = await Simulation.form(3, 1, 11);
  const [from, to] = simulation.nodes;
  to.order((state) => operations.setImporting(state, 7, from.id));
  from.order((state) => operations.setMigrating(state, 7, to.id));
  await simulation.run(1000);
  to.order((state) => operations.setSlotOwner(state, 7, to.id));
  from.order((state) => operations.setSlotOwner(state, 7, to.id));
  await simulation.runUntil("move", () => simulation.settled());
  for (const node of simulation.living) assertEquals(node.state.owner(7)?.id, to.id);
  assertEquals(from.state.migrating.size + to.state.importing.size, 0);
  assertConsistent(simulation);
});

Deno.test("simulation: published messages reach all nodes, sharded ones the shard", async () => {
  const simulation = await Simulation.form(3, 1, 12);
  const [node] = simulation.nodes;
  const payload = new Uint8Array([65]);
  simulation.perform(node, node.cluster.publish("a", payload, false, simulation.now));
  simulation.perform(node, node.cluster.publish("b", payload, true, simulation.now));
  await simulation.run(10);
  const received = simulation.nodes.map((node) => node.published.join());
  assertEquals(received, ["", "a 65", "a 65", "a 65,shard b 65", "a 65", "a 65"]);
});

Deno.test("simulation: a master that lost slots to another drops their keys", async () => {
  const simulation = await Simulation.form(3, 0, 13);
  const [loser, winner] = simulation.nodes;
  loser.keys.set(3, 5);
  winner.order((state) => {
    state.importing.set(3, state.node(loser.id)!);
    operations.setSlotOwner(state, 3, winner.id);
  });
  await simulation.runUntil("all agree", () => simulation.settled());
  assertEquals(loser.deletedSlots, [3]);
  assertConsistent(simulation);
});

Deno.test("simulation: whatever happens, it converges to one owner for each slot", async () => {
  for (let seed = 100; seed < 106; seed++) {
    const simulation = await Simulation.form(3, 2, seed);
    simulation.breakage = 20;
    for (let event = 0; event < 12; event++) {
      disturb(simulation);
      await simulation.run(500 + simulation.random.below(4000));
    }
    simulation.breakage = 0;
    for (const node of simulation.nodes) {
      node.side = 0;
      if (!node.alive) node.restart();
    }
    await simulation.runUntil(`seed ${seed}`, () => simulation.settled(), 120_000);
    await simulation.run(5000);
    assert(simulation.settled(), simulation.describe());
    assertConsistent(simulation);
  }
});

function disturb(simulation: Simulation): void {
  const { random, nodes } = simulation;
  const node = nodes[random.below(nodes.length)];
  switch (random.below(6)) {
    case 0:
      if (simulation.living.length > nodes.length / 2) node.kill();
      break;
    case 1:
      if (!node.alive) node.restart();
      break;
    case 2:
      for (const other of nodes) other.side = random.below(2);
      break;
    case 3:
      for (const other of nodes) other.side = 0;
      break;
    case 4:
      if (node.alive) simulation.cutAll(node);
      break;
    default:
      if (node.alive && node.state.myself.isReplica && node.state.myself.master !== null) {
        node.order((state) => operations.failOver(state, random.below(2) ? "force" : "takeover"));
      }
  }
}
