/** The example for Deno; those for Node's test programs need the npm package and are run in npm_package_test.ts. */
import { assertStringIncludes } from "@std/assert";
import { ROOT } from "../support/server_command.ts";
import { succeeded } from "../support/npm_package.ts";

Deno.test("the example for Deno.test", async () => {
  // Its types are checked with all others, by `deno task check`.
  const command = [Deno.execPath(), "test", "--no-check", "--allow-all", "examples/deno_test"];
  const { code, stdout, stderr } = await new Deno.Command(command[0], {
    args: command.slice(1),
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const [printed, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertStringIncludes(succeeded({ code, stdout: printed, stderr: complaints }, command), "3 passed");
});
