/** The files that say how the program is built and run elsewhere: read, and compared with each other and the program. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse, parseAll } from "@std/yaml";
import { load, parseCommandLine } from "../../src/config/mod.ts";
import { ROOT } from "../support/server_command.ts";

type Table = Record<string, unknown>;

function read(path: string): string {
  return Deno.readTextFileSync(ROOT + path);
}

function table(value: unknown): Table {
  assert(typeof value === "object" && value !== null && !Array.isArray(value), `no table: ${value}`);
  return value as Table;
}

function words(value: unknown): string[] {
  assert(Array.isArray(value) && value.every((word) => typeof word === "string"), `no words: ${value}`);
  return value as string[];
}

/** What a server makes of these arguments. Throws on any mistake in them. */
function configOf(args: string[]) {
  return load(parseCommandLine(args), () => "", () => "");
}

function compose(path: string): { services: [name: string, service: Table][]; volumes: string[] } {
  const file = table(parse(read(path)));
  const services = Object.entries(table(file.services)).map(([name, service]): [string, Table] => [
    name,
    table(service),
  ]);
  return { services, volumes: Object.keys(table(file.volumes)) };
}

const COMPOSE_FILES = ["deploy/compose.yaml", "deploy/compose.sentinel.yaml", "deploy/compose.cluster.yaml"];

for (const path of COMPOSE_FILES) {
  Deno.test(`${path}: services, volumes and options fit together`, () => {
    const { services, volumes } = compose(path);
    const names = services.map(([name]) => name);
    const used = new Set<string>();
    for (const [name, service] of services) {
      for (const volume of words(service.volumes ?? [])) used.add(volume.split(":")[0]);
      for (const other of Object.keys(table(service.depends_on ?? {}))) assert(names.includes(other), other);
      if (service.image !== "mini-redis") {
        assertMatch(String(service.image), /^redis:7\.2\.\d+-[a-z]+$/);
        continue;
      }
      assertEquals(service.build, "..", name);
      assertEquals(configOf(words(service.command)).get("appendonly"), true, name);
      assert("REDIS_PASSWORD" in table(service.environment), name);
    }
    assertEquals([...used].sort(), volumes.sort());
  });
}

Deno.test("deploy/compose.sentinel.yaml: everybody knows the same first master", () => {
  const { services } = compose("deploy/compose.sentinel.yaml");
  const masters = services.filter(([, { image }]) => image === "mini-redis").map(([name, { command }]) => {
    const config = configOf(words(command));
    assertEquals(config.get("replica-announce-ip"), name);
    return config.get("replicaof");
  });
  assertEquals(masters, [null, { host: "redis-1", port: 6379 }, { host: "redis-1", port: 6379 }]);
  const sentinels = services.filter(([name]) => name.startsWith("sentinel-"));
  assertEquals(sentinels.length, 3);
  for (const [, { command }] of sentinels) {
    assertMatch(words(command)[2], /"sentinel monitor mymaster redis-1 6379 2"/);
  }
});

Deno.test("deploy/compose.cluster.yaml: the cluster is made of the nodes' addresses", () => {
  const { services } = compose("deploy/compose.cluster.yaml");
  const nodes = services.filter(([name]) => name.startsWith("node-"));
  const addresses = nodes.map(([, service]) => {
    assertEquals(configOf(words(service.command)).get("cluster-enabled"), true);
    return String(table(table(service.networks).cluster).ipv4_address);
  });
  assertEquals(new Set(addresses).size, 6);
  const [, create] = services.find(([name]) => name === "create")!;
  const named = [...words(create.command)[2].matchAll(/ ([\d.]+):6379/g)].map(([, address]) => address);
  assertEquals(named, addresses);
  assertEquals(Object.keys(table(create.depends_on)), nodes.map(([name]) => name));
});

Deno.test("deploy/kubernetes.yaml: the objects refer to each other", () => {
  const objects = (parseAll(read("deploy/kubernetes.yaml")) as unknown[]).map(table);
  const [secret, , headless, set] = objects;
  assertEquals(objects.map(({ kind }) => kind), ["Secret", "Service", "Service", "StatefulSet"]);
  const spec = table(set.spec);
  assertEquals(spec.serviceName, table(headless.metadata).name);
  const pod = table(table(spec.template).spec);
  const [container] = (pod.containers as unknown[]).map(table);
  assertEquals(configOf(words(container.args)).get("appendonly"), true);
  const volumes = [...pod.volumes as unknown[], ...spec.volumeClaimTemplates as unknown[]].map(table);
  const names = volumes.map((volume) => volume.name ?? table(volume.metadata).name);
  const mounts = (container.volumeMounts as unknown[]).map(table);
  assertEquals(mounts.map(({ name }) => name).sort(), names.sort());
  const [mounted] = volumes.filter((volume) => volume.secret !== undefined);
  assertEquals(table(mounted.secret).secretName, table(secret.metadata).name);
  const [variable] = (container.env as unknown[]).map(table);
  const [place] = mounts.filter(({ name }) => name === mounted.name);
  assertEquals(variable.value, `${place.mountPath}/${Object.keys(table(secret.stringData))[0]}`);
  const { version } = JSON.parse(read("deno.json"));
  assertEquals(container.image, `mini-redis:${version}`);
});

Deno.test("Dockerfile: what is copied exists and is in the context", () => {
  const text = read("Dockerfile");
  const copied = [...text.matchAll(/^COPY (?!--)(.+)$/gm)].flatMap(([, paths]) =>
    paths.split(" ").slice(0, -1)
  );
  assert(copied.includes("docker/entrypoint.sh"));
  const context = read(".dockerignore").split("\n");
  assertEquals(context[0], "*");
  for (const path of copied) {
    Deno.statSync(ROOT + path);
    assert(context.includes(`!${path}`), `.dockerignore hides ${path}`);
  }
  for (const [, image] of text.matchAll(/^FROM (?:--\S+ )?(\S+)/gm)) assertMatch(image, /:[a-z]+-[\d.]+/);
  assertMatch(text, /^ENTRYPOINT \["/m);
  assertMatch(text, /^CMD \["/m);
  assertMatch(text, /^USER 999:999$/m);
});

Deno.test("workflows: actions are pinned, jobs have a time limit, scripts and tasks exist", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  for (const name of ["ci", "release"]) {
    const text = read(`.github/workflows/${name}.yml`);
    const jobs = table(table(parse(text)).jobs);
    for (const [job, definition] of Object.entries(jobs)) {
      const { steps, needs, ...rest } = table(definition);
      assert(typeof rest["timeout-minutes"] === "number", `${name}: ${job} has no time limit`);
      for (const other of [needs ?? []].flat()) {
        assert(String(other) in jobs, `${name}: ${job} needs ${other}`);
      }
      for (const { uses } of (steps as unknown[]).map(table)) {
        if (uses !== undefined) assertMatch(String(uses), /^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/);
      }
    }
    for (const [, task] of text.matchAll(/deno task ([\w:]+)/g)) {
      assert(task in tasks, `there is no task ${task}`);
    }
  }
});

Deno.test("issue templates: forms with fields of their own", () => {
  for (const name of ["bug", "feature"]) {
    const form = table(parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`)));
    assert(typeof form.name === "string" && typeof form.description === "string");
    const ids = (form.body as unknown[]).map(table).map(({ id }) => id).filter((id) => id !== undefined);
    assertEquals(new Set(ids).size, ids.length);
  }
  assertEquals(table(parse(read(".github/ISSUE_TEMPLATE/config.yml"))).blank_issues_enabled, false);
});
