import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  type BuildOptions,
  commitModule,
  compileArguments,
  isIncluded,
  missingRuntime,
  outputPath,
  parseOptions,
  parseStart,
} from "../../scripts/build.ts";
import { COMMIT, DIRTY } from "../../src/util/commit.ts";
import { ROOT } from "../support/server_command.ts";
import { readEmbedded } from "./embedded.ts";

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

const isWindows = Deno.build.os === "windows";

Deno.test("build: options", () => {
  const { directory, ...rest } = parseOptions([]);
  assertMatch(directory, /[/\\]dist$/);
  assertEquals(rest, { targets: [], output: undefined, commit: undefined, v8Flags: "" });
  assertEquals(parseOptions(["--output", "/elsewhere/server"]).output, "/elsewhere/server");
  assertEquals(parseOptions(["--output=server", "--directory", "out"]).directory, "out");
  assertEquals(parseOptions(["--target", "linux-arm64", "--target=windows-x64"]).targets, [
    "linux-arm64",
    "windows-x64",
  ]);
  assertEquals(parseOptions(["--target", "macos-x64", "--target", "macos-x64"]).targets, ["macos-x64"]);
  assertEquals(parseOptions(["--target", "all"]).targets.length, 5);
  assertEquals(parseOptions(["--v8-flags=--a,--b=1"]).v8Flags, "--a,--b=1");
  assertEquals(parseOptions(["--commit", "0123456789ABCDEF"]).commit, { hash: "01234567", dirty: false });
});

Deno.test("build: options that are refused", () => {
  const refused: [args: string[], message: string][] = [
    [["--output"], "--output takes a value"],
    [["--outptu", "x"], "unknown option --outptu"],
    [["server"], "unknown option server"],
    [
      ["--target", "windows-arm64"],
      "unknown target windows-arm64; there are linux-x64, linux-arm64, macos-x64",
    ],
    [["--target", "all", "--output", "x"], "--output is for one target"],
    [["--commit", "main"], "--commit takes 8 or more hexadecimal digits, not main"],
  ];
  for (const [args, message] of refused) assertThrows(() => parseOptions(args), Error, message);
});

Deno.test("build: flags come from a deno run command", () => {
  const start = parseStart("deno run --allow-net  --allow-read=. main.ts");
  assertEquals(start, { flags: ["--allow-net", "--allow-read=."], main: "main.ts" });
  assertEquals(parseStart("deno run main.ts"), { flags: [], main: "main.ts" });
  for (
    const command of ["deno task start", "node run main.ts", "deno run --allow-net", "deno run main.ts x", ""]
  ) {
    assertThrows(() => parseStart(command), Error, "the start task is not");
  }
});

Deno.test("build: arguments of deno compile", () => {
  const start = { flags: ["--allow-net", "--no-prompt"], main: "main.ts" };
  const common = [
    "compile",
    "--quiet",
    "--no-check",
    "--frozen",
    "--exclude-unused-npm",
    "--no-prompt",
    "--deny-import",
  ];
  assertEquals(compileArguments(start, { v8Flags: "" }, [], undefined, "out"), [
    ...common,
    ...["--allow-net", "--allow-run", "--output", "out", "main.ts"],
  ]);
  assertEquals(compileArguments(start, { v8Flags: "--a,--b" }, ["src/x.wasm"], "windows-x64", "out.exe"), [
    ...common,
    ...["--target", "x86_64-pc-windows-msvc", "--v8-flags=--a,--b"],
    ...["--allow-net", "--allow-run", "--include=src/x.wasm", "--output", "out.exe", "main.ts"],
  ]);
});

Deno.test("build: V8 flags asked for take the place of the start task's", () => {
  const start = parseStart("deno run --v8-flags=--c --allow-net main.ts");
  const v8FlagsOf = (v8Flags: string) =>
    compileArguments(start, { v8Flags }, [], undefined, "out").filter((flag) =>
      flag.startsWith("--v8-flags")
    );
  assertEquals(v8FlagsOf(""), ["--v8-flags=--c"]);
  assertEquals(v8FlagsOf("--a,--b"), ["--v8-flags=--a,--b"]);
});

Deno.test("build: the start task of this project gives no permission for everything", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const { flags, main } = parseStart(tasks.start.command);
  assertEquals(main, "main.ts");
  assert(flags.length > 0 && !flags.includes("--allow-all") && !flags.includes("-A"), flags.join(" "));
});

Deno.test("build: names of the binaries", () => {
  const options: BuildOptions = { ...parseOptions([]), directory: "/out" };
  const nameOf = (path: string) => path.replace(/^.*[/\\]/, "");
  assertEquals(nameOf(outputPath(options, "linux-x64")), "mini-redis-linux-x64");
  assertEquals(nameOf(outputPath(options, "windows-x64")), "mini-redis-windows-x64.exe");
  assertEquals(nameOf(outputPath({ ...options, output: "a.EXE" }, "windows-x64")), "a.EXE");
  assertEquals(nameOf(outputPath({ ...options, output: "a.b" }, "macos-arm64")), "a.b");
  assertEquals(nameOf(outputPath(options, undefined)), isWindows ? "mini-redis.exe" : "mini-redis");
});

Deno.test("build: what is loaded while the program runs is included", () => {
  assertEquals(
    ["src/tools/cli/mod.ts", "src/scripting/lua_worker.ts", "src/scripting/engine.wasm"].every(isIncluded),
    true,
  );
  assertEquals(
    ["src/tools/mod.ts", "src/tools/cli/hints.ts", "src/server/server.ts"].some(isIncluded),
    false,
  );
});

Deno.test("build: the sources know no commit, and the module in their place has the same names", async () => {
  assertEquals([COMMIT, DIRTY], ["00000000", 0]);
  const text = commitModule({ hash: "89abcdef", dirty: true });
  const module = await import(`data:application/typescript,${encodeURIComponent(text)}`);
  assertEquals({ ...module }, { COMMIT: "89abcdef", DIRTY: 1 });
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

/** All modules of the tools that the program can be asked for. */
function toolModules(): string[] {
  const folders = [...Deno.readDirSync(`${ROOT}src/tools`)].filter(({ isDirectory }) => isDirectory);
  return folders.map(({ name }) => `src/tools/${name}/mod.ts`).filter((path) => {
    try {
      return Deno.statSync(ROOT + path).isFile;
    } catch {
      return false;
    }
  });
}

// The deno binary stands in for the base runtime, which can't be had everywhere. What comes out is deno with the
// program inside; it doesn't start the program, since deno itself never looks for one.
Deno.test("build: embeds the program into the runtime", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const file = `${dir}/new/mini-redis${isWindows ? ".exe" : ""}`;
    const args = ["--output", file, "--commit", "0123456789abcdef", "--v8-flags=--single-threaded-gc"];
    const { code, errors } = await runBuild(args, { DENORT_BIN: Deno.execPath() });
    assertEquals([code, errors], [0, ""]);

    const bytes = await Deno.readFile(file);
    const runtime = await Deno.stat(Deno.execPath());
    assert(bytes.length > runtime.size, `${bytes.length} bytes, the runtime has ${runtime.size}`);
    const content = Buffer.from(bytes.buffer);
    assert(
      content.includes(Buffer.from(await Deno.readFile(`${ROOT}main.ts`))),
      "main.ts is not in the binary",
    );
    assert(content.includes('COMMIT: string = "01234567"'), "the commit is not in the binary");
    const sum = createHash("sha256").update(bytes).digest("hex");
    const name = file.slice(file.lastIndexOf("/") + 1);
    assertEquals(await Deno.readTextFile(`${dir}/new/SHA256SUMS`), `${sum}  ${name}\n`);
    assertEquals([...Deno.readDirSync(`${dir}/new`)].length, 2, "only the binary and its checksum are left");

    const embedded = readEmbedded(file);
    assertEquals(embedded.entrypoint_key, "main.ts");
    assert(embedded.v8_flags.includes("--single-threaded-gc"), embedded.v8_flags.join(" "));
    const { prompt, ...permissions } = embedded.permissions;
    assertEquals(prompt, false);
    const named = Object.keys(permissions).filter((kind) => permissions[kind] !== null);
    const allowed = ["env", "import", "net", "read", "run", "sys", "write"].map((kind) => `allow_${kind}`);
    assertEquals(named.sort(), [...allowed, "deny_import"]);
    assertEquals(permissions.deny_import, []);
    const modules = toolModules();
    assert(modules.length >= 6, `only ${modules} were found`);
    assertEquals(modules.filter((path) => !embedded.files.includes(path)), [], "are not in the binary");
    assertEquals(embedded.files.filter((path) => /^tests\/|ioredis/.test(path)), []);
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
    assertEquals([...Deno.readDirSync(dir)], []);
    const strange = await runBuild(["--traget", "x"], {});
    const errors = "build: unknown option --traget; --help lists the options\n";
    assertEquals(strange, { code: 1, output: "", errors });
    const several = await runBuild(["--target", "all"], { DENORT_BIN: Deno.execPath() });
    assertEquals(several.code, 1);
    assertStringIncludes(several.errors, "build: DENORT_BIN names the runtime of one system");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
