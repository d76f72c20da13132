import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { NodesFile, NodesFileError } from "../../src/server/nodes_file.ts";
import { TemporaryDirectory } from "../persistence/tools.ts";

const ignore = Deno.build.os === "windows";

function inodeOf(path: string): number | null {
  return Deno.statSync(path).ino;
}

Deno.test({
  name: "nodes.conf: a small one is overwritten, durably too, and is at its end just as long as its text",
  ignore,
  fn() {
    using dir = new TemporaryDirectory();
    const path = `${dir.path}/nodes.conf`;
    const file = new NodesFile(path);
    file.write("first line\n", true);
    const inode = inodeOf(path);
    for (
      const [text, durable] of [["a longer line\n", true], ["short\n", true], ["tiny\n", false]] as const
    ) {
      file.write(text, durable);
      assertEquals(Deno.readTextFileSync(path).replace(/\n*$/, "\n"), text);
      assertEquals(file.read().trimEnd(), text.trimEnd());
      assertEquals(inodeOf(path), inode);
    }
    file.close();
    assertEquals(Deno.readTextFileSync(path), "tiny\n");
    assertEquals([...Deno.readDirSync(dir.path)].length, 1);
  },
});

Deno.test({
  name: "nodes.conf: what the disk does not write as a whole is a new file, and so is the first durable one",
  ignore,
  fn() {
    using dir = new TemporaryDirectory();
    const path = `${dir.path}/nodes.conf`;
    Deno.writeTextFileSync(path, "of an earlier process\n");
    const file = new NodesFile(path);
    const inodes = [inodeOf(path)];
    const write = (text: string, durable: boolean) => {
      file.write(text, durable);
      inodes.push(inodeOf(path));
      assertEquals(Deno.readTextFileSync(path).trimEnd(), text.trimEnd());
      // Another process is kept out all the time.
      assertThrows(() => new NodesFile(path), NodesFileError, "already used");
    };
    const long = "line\n".repeat(1000);
    write("here\n", false);
    write("there\n", true);
    write(long, true);
    write(long.replaceAll("n", "m"), true);
    write(long.replaceAll("n", "o"), false);
    file.close();
    const isNew = inodes.slice(1).map((inode, i) => inode !== inodes[i]);
    assertEquals(isNew, [false, true, true, true, false]);
    new NodesFile(path).close();
    assertEquals(Deno.readTextFileSync(path), long.replaceAll("n", "o"));
  },
});

Deno.test({
  name: "nodes.conf: one that was removed comes back",
  ignore,
  fn() {
    using dir = new TemporaryDirectory();
    const path = `${dir.path}/nodes.conf`;
    const file = new NodesFile(path);
    file.write("text\n", true);
    Deno.removeSync(path);
    file.write("text\n", false);
    assertNotEquals(inodeOf(path), null);
    file.close();
  },
});
