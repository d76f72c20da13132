import { assertEquals } from "@std/assert";
import { Config, DIRECTIVE_NAMES } from "../../src/config/mod.ts";
import { refuseUnsupported, unsupportedWarnings } from "../../src/server/unsupported.ts";

Deno.test("a default configuration gives no warning", () => {
  assertEquals(unsupportedWarnings(new Config()), []);
});

Deno.test("no snapshots is what the server does", () => {
  const config = new Config();
  config.setFromArguments("save", [""]);
  assertEquals(unsupportedWarnings(config), []);
});

Deno.test("directives of later areas are named, others not", () => {
  const config = new Config();
  const lines = [["tls-port", "7000"], ["save", "60", "1"], ["tls-cluster", "yes"], ["timeout", "5"]];
  for (const [name, ...words] of lines) config.setFromArguments(name, words);
  config.users.push({ args: ["alice", "on"], origin: { source: null, line: 1, text: "user alice on" } });
  const names = unsupportedWarnings(config).map((line) => /'(.*)'/.exec(line)?.[1]).sort();
  assertEquals(names, ["tls-cluster", "tls-port", "user"]);
});

Deno.test("CONFIG SET of such a directive is refused, back to the default is not", () => {
  const config = new Config();
  config.setFromArguments("tls-port", ["7000"]);
  refuseUnsupported(config);
  assertEquals(config.update([["tls-port", "0"]], { local: true }), null);
  assertEquals(
    config.update([["tls-port", "7000"]], { local: true }),
    "ERR CONFIG SET failed (possibly related to argument 'tls-port') - directive is not supported yet",
  );
  assertEquals(config.get("tls-port"), 0);
});

Deno.test("the directives of the areas that exist are not refused", () => {
  const config = new Config();
  refuseUnsupported(config);
  assertEquals(config.update([["timeout", "5"], ["maxmemory", "1gb"], ["hz", "50"]], { local: true }), null);
  assertEquals(DIRECTIVE_NAMES.includes("requirepass"), true);
  assertEquals(config.update([["requirepass", "x"]], { local: true }), null);
});
