/**
 * The tools that the one binary holds besides the server, and how one is chosen.
 *
 * @module
 */

/** A tool's module, loaded when the tool is wanted: the server starts without any of them. */
interface Tool {
  /** Runs the tool with the arguments behind its name; the status that the process should exit with. */
  run(args: string[]): Promise<number>;
}

/** Tools by the first word of the command line. */
const TOOLS: Readonly<Record<string, () => Promise<Tool>>> = {
  "cli": () => import("./cli/mod.ts"),
  "bench": () => import("./bench/mod.ts"),
  "check-aof": () => import("./check_aof/mod.ts"),
  "check-rdb": () => import("./check_rdb/mod.ts"),
  "dump": () => import("./dump/mod.ts"),
  "restore": () => import("./restore/mod.ts"),
};

/** Tools by the name that the program was called by: a link to the binary takes the place of Redis's own program. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "redis-server": "server",
  "redis-cli": "cli",
  "redis-benchmark": "bench",
  "redis-check-aof": "check-aof",
  "redis-check-rdb": "check-rdb",
};

/** What a command line asks for. */
export interface Choice {
  /** `server`, or the name of a tool. */
  tool: string;
  /** The tool's own arguments. */
  args: string[];
}

/**
 * Chooses by the name of the program (a path, with or without `.exe`), then by the first argument. Everything else is
 * the server's.
 */
export function chooseTool(program: string, args: string[]): Choice {
  const name = program.replace(/^.*[\\/]/, "").replace(/\.exe$/i, "");
  if (Object.hasOwn(PROGRAMS, name)) return { tool: PROGRAMS[name], args };
  const [first, ...rest] = args;
  if (first === "server" || (first !== undefined && Object.hasOwn(TOOLS, first))) {
    return { tool: first, args: rest };
  }
  return { tool: "server", args };
}

/** Loads and runs a tool that {@linkcode chooseTool} named. */
export async function runTool({ tool, args }: Choice): Promise<number> {
  return (await TOOLS[tool]()).run(args);
}
