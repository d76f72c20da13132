import { assertEquals, assertThrows } from "@std/assert";
import { Config, ConfigFileError, ConfigReadError, load, parseCommandLine } from "../../src/config/mod.ts";

const FILES: Record<string, string> = {
  "a.conf": "timeout 1\nsave 900 1\nsave 300 10\n",
  "inc.conf": "include *.part\ninclude a.conf\ntimeout 9",
  "one.part": "hz 77",
  "two.part": "maxclients 77",
};

function read(path: string): string {
  if (path in FILES) return FILES[path];
  throw new Deno.errors.NotFound(`No such file or directory (os error 2): readfile '${path}'`);
}

function start(args: string[], stdin = ""): Config {
  const list = (pattern: string) => pattern === "*.part" ? ["one.part", "two.part"] : [];
  return load(parseCommandLine(args), read, () => stdin, list);
}

function refusal(args: string[]): string {
  const error = assertThrows(() => start(args), ConfigFileError);
  return `${error.origin?.line} ${error.origin?.text}: ${error.message}`;
}

Deno.test("version and help count as the first argument only", () => {
  for (const flag of ["-v", "--version"]) assertEquals(parseCommandLine([flag]).showVersion, true);
  for (const flag of ["-h", "--help"]) assertEquals(parseCommandLine([flag, "--port", "1"]).showHelp, true);
  for (
    const args of [[], ["a.conf", "--version"], ["--port", "1", "-h"], ["--verbose"], ["-x"], ["-vx"], ["-"]]
  ) {
    const { showVersion, showHelp } = parseCommandLine(args);
    assertEquals([showVersion, showHelp], [false, false], args.join(" "));
  }
});

Deno.test("the file is the first argument without a leading dash", () => {
  assertEquals(parseCommandLine(["a.conf", "--port", "1"]).configFile, "a.conf");
  assertEquals(parseCommandLine(["--port", "1"]).configFile, null);
  assertEquals(parseCommandLine(["a.conf"], "/etc/x").configFile, "/etc/x/a.conf");
  assertEquals(parseCommandLine(["/b/a.conf"], "/etc/x").configFile, "/b/a.conf");
  assertEquals(parseCommandLine([], "/etc/x").configFile, null);
});

Deno.test("a dash at either end is standard input", () => {
  assertEquals(start(["-"], "timeout 5").get("timeout"), 5);
  assertEquals(start(["-", "--timeout", "6"], "timeout 5").get("timeout"), 6);
  assertEquals(start(["a.conf", "--hz", "20", "-"], "timeout 5").get("timeout"), 5);
  assertEquals(start(["a.conf", "-"], "timeout 5").get("timeout"), 5);
  assertEquals(parseCommandLine(["--requirepass", "-", "--hz", "1"]).stdin, false);
  assertEquals(start(["--requirepass", "-", "--hz", "1"]).get("requirepass"), "-");
});

Deno.test("options come after the file, later ones win", () => {
  assertEquals(start(["a.conf", "--timeout", "2"]).get("timeout"), 2);
  assertEquals(start(["--timeout", "2", "--TimeOut", "3"]).get("timeout"), 3);
  assertEquals(start(["a.conf", "loglevel", "verbose", "--timeout", "5"]).get("loglevel"), "verbose");
  assertEquals(start(["--bind", "127.0.0.1", "::1"]).get("bind"), ["127.0.0.1", "::1"]);
  const words = start(["--maxmemory 700mb", "--maxmemory-policy allkeys-lru"]);
  assertEquals([words.get("maxmemory"), words.get("maxmemory-policy")], [734003200, "allkeys-lru"]);
  assertEquals(
    start(["--shutdown-on-sigterm", "nosave force"]).format("shutdown-on-sigterm"),
    "nosave force",
  );
  assertEquals(start(["--requirepass", "--timeout"]).get("requirepass"), "--timeout");
  assertEquals(start(["--requirepass", "ä \"b'\n"]).get("requirepass"), "\xc3\xa4 \"b'\n");
  assertEquals(start(["--requirepass", ""]).get("requirepass"), null);
  assertEquals(start(["--timeout '3' ", "--"]).get("timeout"), 3);
  assertEquals(start(["-- timeout", "3"]).get("timeout"), 3);
  assertEquals(start(["--user", "alice", "on"]).users[0].args, ["alice", "on"]);
});

Deno.test("save on the command line", () => {
  assertEquals(start(["--save", "60", "1000"]).format("save"), "60 1000");
  assertEquals(start(["--save", "60", "1", "300", "2"]).format("save"), "60 1 300 2");
  assertEquals(start(["--save", "60 1", "--save", "50 2"]).format("save"), "60 1 50 2");
  assertEquals(start(["a.conf", "--save", "60", "1000"]).format("save"), "900 1 300 10 60 1000");
  for (
    const empty of [["--save", ""], ["--save"], ["--save", "--loglevel", "verbose"], [
      "--SAVE",
      "",
      "--hz",
      "2",
    ]]
  ) {
    assertEquals(start(["a.conf", ...empty]).format("save"), "", empty.join(" "));
  }
  assertEquals(start(["--save", "--loglevel", "verbose"]).get("loglevel"), "verbose");
});

Deno.test("mistakes in options are reported as lines after the file", () => {
  const integer = "argument couldn't be parsed into an integer";
  assertEquals(refusal(["--port", "1", "--timeout", "x"]), `3 timeout "x": ${integer}`);
  assertEquals(refusal(["a.conf", "--timeout", "x"]), `5 timeout "x": ${integer}`);
  assertEquals(refusal(["--port=1"]), "2 port=1: Bad directive or wrong number of arguments");
  assertEquals(
    refusal(["--port", "1", "-timeout", "6"]),
    '2 port "1" "-timeout" "6": wrong number of arguments',
  );
  assertEquals(
    refusal(["--requirepass", "--timeout", "5"]),
    '2 requirepass "--timeout" "5": wrong number of arguments',
  );
  assertEquals(refusal(["--requirepass a", "b"]), '2 requirepass a "b": wrong number of arguments');
  assertEquals(refusal(["--save", "60 1", ""]), '2 save "60 1" "": Invalid save parameters');
});

Deno.test("load follows includes", () => {
  const config = start(["inc.conf"]);
  assertEquals([config.get("hz"), config.get("maxclients"), config.get("timeout")], [77, 77, 9]);
  assertEquals(config.file, "inc.conf");
});

Deno.test("load says which file it cannot read", () => {
  const error = assertThrows(() => start(["nosuch.conf"]), ConfigReadError);
  assertEquals(error.message, "Fatal error, can't open config file 'nosuch.conf': No such file or directory");
  assertThrows(() => start(["--include", "nosuch"]), ConfigReadError);
});

Deno.test("a replica cannot be a cluster node", () => {
  const error = assertThrows(
    () => start(["--cluster-enabled", "yes", "--replicaof", "h", "1"]),
    ConfigFileError,
  );
  assertEquals([error.message, error.origin], ["replicaof directive not allowed in cluster mode", null]);
});
