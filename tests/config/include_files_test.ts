import { assertEquals } from "@std/assert";
import { listFiles } from "../../src/config/include_files.ts";

Deno.test("listFiles expands patterns segment by segment, sorted, without hidden files", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const name of ["a", "b", "c"]) await Deno.mkdir(`${directory}/${name}.d`);
    for (const name of ["a.d/2.conf", "a.d/1.conf", "a.d/.3.conf", "b.d/1.conf", "b.d/1.txt"]) {
      await Deno.writeTextFile(`${directory}/${name}`, "");
    }
    const list = (pattern: string) =>
      listFiles(`${directory}/${pattern}`).map((path) => path.slice(directory.length));
    assertEquals(list("*.d/*.conf"), ["/a.d/1.conf", "/a.d/2.conf", "/b.d/1.conf"]);
    assertEquals(list("[!a].d/?.conf"), ["/b.d/1.conf"]);
    assertEquals(list("a.d/.*"), ["/a.d/.3.conf"]);
    assertEquals(list("*/1.txt"), ["/b.d/1.txt"]);
    assertEquals(list("nosuch/*"), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
