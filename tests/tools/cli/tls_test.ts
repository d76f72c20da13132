import { assertEquals, assertMatch } from "@std/assert";
import { redisAvailable, startRedis } from "../../harness.ts";
import { freePort } from "../../support/free_port.ts";
import { runOurs } from "./support.ts";

/** Runs openssl in a directory; false if it isn't there, or can't. */
function openssl(dir: string, ...args: string[]): boolean {
  try {
    return new Deno.Command("openssl", { args, cwd: dir, stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** Makes an authority, and a certificate from it for `redis.test`. */
async function makeCertificates(dir: string): Promise<boolean> {
  await Deno.writeTextFile(`${dir}/names`, "subjectAltName=DNS:redis.test");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  return openssl(
    dir,
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
    "-days",
    "2",
    "-subj",
    "/CN=ca",
  ) &&
    openssl(dir, "req", ...key, "-keyout", "s.key", "-out", "s.csr", "-subj", "/CN=redis.test") &&
    openssl(
      dir,
      ...["x509", "-req", "-in", "s.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"],
      ...["-out", "s.crt", "-days", "2", "-extfile", "names"],
    );
}

Deno.test({
  name: "cli: TLS, with authorities, client certificates and server names",
  ignore: !redisAvailable() || !openssl(".", "version"),
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      assertEquals(await makeCertificates(dir), true);
      const port = freePort();
      const files = {
        "tls-cert-file": `${dir}/s.crt`,
        "tls-key-file": `${dir}/s.key`,
        "tls-ca-cert-file": `${dir}/ca.crt`,
      };
      await using server = await startRedis({ config: { "tls-port": port, ...files } });
      const at = ["-p", String(port), "--tls"];
      const own = ["--cert", `${dir}/s.crt`, "--key", `${dir}/s.key`];
      const trusted = ["--cacert", `${dir}/ca.crt`];
      const ping = async (...args: string[]) => await runOurs([...at, ...args, "PING"]);
      assertEquals((await ping(...own, ...trusted)).output, "PONG\n");
      assertEquals((await ping(...own, ...trusted, "--sni", "redis.test")).output, "PONG\n");
      assertEquals((await ping(...own, "--insecure")).output, "PONG\n");
      assertEquals((await ping(...own, "--cacertdir", dir)).output, "PONG\n");
      assertMatch(
        (await ping(...own)).errors,
        /^Could not connect to Redis at 127\.0\.0\.1:\d+: .*certificate/,
      );
      assertEquals((await ping(...trusted)).status, 1);
      const url = await runOurs([
        "-u",
        `rediss://127.0.0.1:${port}`,
        ...own,
        ...trusted,
        "ECHO",
        "x".repeat(100_000),
      ]);
      assertEquals(url.output.length, 100_001);
      await server.stop();
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
