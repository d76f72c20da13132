import { assertEquals } from "@std/assert";

const PROGRAM = `
import { giveUpStartingProcesses } from "${new URL("../../src/server/permissions.ts", import.meta.url)}";
const state = () => Deno.permissions.querySync({ name: "run" }).state;
const before = state();
giveUpStartingProcesses();
console.log(before, state(), Deno.permissions.querySync({ name: "net" }).state);
try {
  new Deno.Command(Deno.execPath()).outputSync();
} catch (error) {
  console.log(error.name);
}
`;

Deno.test("the permission to start processes is gone for good, and no other", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-config", "--allow-run", "--allow-net", "--allow-read"],
      `data:application/typescript,${encodeURIComponent(PROGRAM)}`,
    ],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "granted prompt granted\nNotCapable\n");
});
