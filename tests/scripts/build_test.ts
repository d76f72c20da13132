import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { compileArguments, missingRuntime, parseOutput, parseStart } from "../../scripts/build.ts";
import { ROOT } from "../support/server_command.ts";

const FAILED_DOWNLOAD =
  `error: Writing deno compile executable to temporary file '/tmp/out.tmp-6b34d7733dc52b86'

Caused by:
    0: Setting up base binary.
    1: error sending request for url (https://host/release/denort-x86_64-unknown-linux-gnu.zip): client error (Connect)
    2: client error (Connect)
    3: dns error

Stack backtrace:
   0: <unknown>
`;

const UNREADABLE_RUNTIME =
  `error: Writing deno compile executable to temporary file '/tmp/out.tmp-e549eb5fed154c0e'

Caused by:
    0: Could not find denort at '/nowhere'
    1: No such file or directory (os error 2)
`;

Deno.test("build: the output file is the only option", () => {
  assertMatch(parseOutput([]), /\/dist\/mini-redis$/);
  assertEquals(parseOutput(["--output", "/elsewhere/server"]), "/elsewhere/server");
  assertEquals(parseOutput(["--output=server"]), "server");
  assertThrows(() => parseOutput(["--output"]), Error, "--output takes");
  assertThrows(() => parseOutput(["--outptu", "x"]), Error, "unknown option --outptu");
  assertThrows(() => parseOutput(["server"]), Error, "unknown option server");
});

Deno.test("build: flags come from a deno run command", () => {
  const start = parseStart("deno run --allow-net  --allow-read=. main.ts");
  assertEquals(start, { flags: ["--allow-net", "--allow-read=."], main: "main.ts" });
  assertEquals(compileArguments(start, "out").slice(-5), [
    "--allow-net",
    "--allow-read=.",
    "--output",
    "out",
    "main.ts",
  ]);
  assertEquals(parseStart("deno run main.ts"), { flags: [], main: "main.ts" });
  for (
    const command of ["deno task start", "node run main.ts", "deno run --allow-net", "deno run main.ts x", ""]
  ) {
    assertThrows(() => parseStart(command), Error, "the start task is not");
  }
});

Deno.test("build: the start task of this project gives no permission for everything", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const { flags, main } = parseStart(tasks.start.command);
  assertEquals(main, "main.ts");
  assert(flags.length > 0 && !flags.includes("--allow-all") && !flags.includes("-A"), flags.join(" "));
});

Deno.test("build: a runtime that can't be downloaded is told in one line", () => {
  const line = missingRuntime(FAILED_DOWNLOAD);
  assert(line !== undefined && !line.includes("\n"));
  assertMatch(
    line,
    /can't download .*DENORT_BIN can name a local one: error sending request for url \(https:/,
  );
  assertEquals(missingRuntime(FAILED_DOWNLOAD.replaceAll("\n", "\r\n"))?.includes("DENORT_BIN"), true);
  assertEquals(missingRuntime(UNREADABLE_RUNTIME), undefined);
  assertEquals(missingRuntime("error: Type checking failed."), undefined);
});

/** Runs the script; its exit status and what it printed. */
async function runBuild(args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `${ROOT}scripts/build.ts`, ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  return { code, output: new TextDecoder().decode(stdout), errors: new TextDecoder().decode(stderr) };
}

// The deno binary stands in for the base runtime, which can't be had everywhere. What comes out is deno with the
// program inside; it doesn't start the program, since deno itself never looks for one.
Deno.test("build: embeds the program into the runtime", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const file = `${dir}/new/mini-redis`;
    const { code, errors } = await runBuild(["--output", file], { DENORT_BIN: Deno.execPath() });
    assertEquals([code, errors], [0, ""]);
    const name = Deno.build.os === "windows" ? `${file}.exe` : file;
    const built = await Deno.readFile(name);
    const runtime = await Deno.stat(Deno.execPath());
    assert(built.length > runtime.size, `${built.length} bytes, the runtime has ${runtime.size}`);
    const main = await Deno.readFile(`${ROOT}main.ts`);
    assert(Buffer.from(built.buffer).includes(Buffer.from(main)), "main.ts is not in the binary");
    assertEquals([...Deno.readDirSync(`${dir}/new`)].length, 1, "only the binary is left");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("build: fails with deno's own words, and with status 1", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const result = await runBuild(["--output", `${dir}/out`], { DENORT_BIN: `${dir}/nowhere` });
    assertEquals([result.code, result.output], [1, ""]);
    assertMatch(result.errors, /^build: error: [^]*Could not find denort/);
    const strange = await runBuild(["--target", "x"], {});
    assertEquals(strange, {
      code: 1,
      output: "",
      errors: "build: unknown option --target; the only one is --output FILE\n",
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
