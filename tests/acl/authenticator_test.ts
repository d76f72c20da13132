import { assertEquals } from "@std/assert";
import { Authenticator } from "../../src/acl/authenticator.ts";
import { Client, Condition, type Transport } from "../../src/command/client.ts";
import { Config } from "../../src/config/mod.ts";

function mayRun(client: Client): boolean {
  return (client.conditions & Condition.UNAUTHENTICATED) === 0;
}

Deno.test("Authenticator: without a password everybody is in, with any password", () => {
  const authenticator = new Authenticator(new Config());
  const client = new Client(1, {} as Transport, 0);
  authenticator.admit(client);
  assertEquals([authenticator.required, mayRun(client)], [false, true]);
  assertEquals(authenticator.login(client, "default", "anything"), true);
  assertEquals(authenticator.login(client, "nobody", "anything"), false);
});

Deno.test("Authenticator: only the right password of the right user", () => {
  const config = new Config();
  config.setFromArguments("requirepass", ["sec\xffret"]);
  const authenticator = new Authenticator(config);
  const client = new Client(1, {} as Transport, 0);
  authenticator.admit(client);
  assertEquals(mayRun(client), false);
  for (const wrong of ["", "s", "sec\xff", "sec\xffres", "sec\xffretsec\xffret", "sec\xffret\x00"]) {
    assertEquals(authenticator.login(client, "default", wrong), false, JSON.stringify(wrong));
  }
  assertEquals(authenticator.login(client, "Default", "sec\xffret"), false);
  assertEquals(mayRun(client), false);
  assertEquals(authenticator.login(client, "default", "sec\xffret"), true);
  assertEquals(mayRun(client), true);
});

Deno.test("Authenticator: a password set later shuts out only those who come later", () => {
  const config = new Config();
  const authenticator = new Authenticator(config);
  const [early, late] = [1, 2].map((id) => new Client(id, {} as Transport, 0));
  authenticator.admit(early);
  config.setFromArguments("requirepass", ["secret"]);
  authenticator.admit(late);
  authenticator.update(early);
  assertEquals([mayRun(early), mayRun(late)], [true, false]);
  config.setFromArguments("requirepass", [""]);
  authenticator.update(late);
  assertEquals(mayRun(late), true);
});
