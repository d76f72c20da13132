/** What is done differently on Windows, as far as it can be done on other systems too. */

import { assertEquals } from "@std/assert";
import { listFiles } from "../../src/config/include_files.ts";
import { SystemLogFile } from "../../src/persistence/aof/disk.ts";
import { NodesFile } from "../../src/server/nodes_file.ts";
import { endingSignals, ignoredSignals } from "../../src/util/signals.ts";

async function inDirectory(use: (directory: string) => void | Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "mini-redis-test-" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("windows: only signals that the system has are listened to", () => {
  assertEquals([endingSignals("windows"), ignoredSignals("windows")], [["SIGINT", "SIGBREAK"], []]);
  assertEquals([endingSignals("linux"), ignoredSignals("darwin")], [["SIGINT", "SIGTERM"], ["SIGHUP"]]);
  for (const signal of [...endingSignals(), ...ignoredSignals()]) {
    const listener = () => {};
    Deno.addSignalListener(signal, listener);
    Deno.removeSignalListener(signal, listener);
  }
});

Deno.test("windows: patterns of include have both separators", async () => {
  await inDirectory((directory) => {
    Deno.mkdirSync(`${directory}/conf.d`);
    for (const name of ["a.conf", "b.conf"]) Deno.writeTextFileSync(`${directory}/conf.d/${name}`, "");
    const found = [`${directory}/conf.d/a.conf`, `${directory}/conf.d/b.conf`];
    assertEquals(listFiles(`${directory}\\conf.d\\*.conf`, "windows"), found);
    assertEquals(listFiles(`${directory}/conf.d/*.conf`, "windows"), found);
  });
});

Deno.test("windows: a log that is appended to is cut off by a handle of its own", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/log`;
    Deno.writeTextFileSync(path, "old");
    const file = new SystemLogFile(path, true, "windows");
    file.writeSync(new TextEncoder().encode("one two"));
    file.truncateSync(3);
    file.writeSync(new TextEncoder().encode("!"));
    await file.syncData();
    file.close();
    assertEquals(Deno.readTextFileSync(path), "one!");
  });
});

Deno.test("windows: nodes.conf is replaced while it is not open", async () => {
  await inDirectory((directory) => {
    const file = new NodesFile(`${directory}/nodes.conf`, "windows");
    try {
      for (const text of ["first\n", `${"long ".repeat(2000)}\n`, "short\n"]) {
        file.write(text, true);
        assertEquals(file.read().trimEnd(), text.trimEnd());
      }
    } finally {
      file.close();
    }
    assertEquals(Deno.readTextFileSync(`${directory}/nodes.conf`), "short\n");
    assertEquals([...Deno.readDirSync(directory)].length, 1);
  });
});
