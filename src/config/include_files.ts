/** Glob patterns of `include`, expanded as glob(3) does. */

import { globMatch } from "../util/glob.ts";

/** True if an `include` argument is a pattern, which may stand for no file at all. */
export function hasWildcard(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The existing paths that a pattern stands for, sorted. A pattern matches within one path segment, and a
 * leading dot only when it is written out. On Windows `\` separates segments too, and a drive may come first.
 */
export function listFiles(pattern: string, os = Deno.build.os): string[] {
  const [root] = (os === "windows" ? /^(?:[a-zA-Z]:)?[\\/]*/ : /^\/?/).exec(pattern)!;
  const segments = pattern.slice(root.length).split(os === "windows" ? /[\\/]/ : "/");
  let paths: string[] = [];
  let prefixes = [root];
  for (const segment of segments.filter((part) => part !== "")) {
    paths = prefixes.flatMap((prefix) => expandSegment(prefix, segment));
    prefixes = paths.map((path) => `${path}/`);
  }
  return paths;
}

function expandSegment(prefix: string, segment: string): string[] {
  if (!hasWildcard(segment)) return exists(prefix + segment) ? [prefix + segment] : [];
  const pattern = segment.replaceAll("[!", "[^");
  return entryNames(prefix)
    .filter((name) => (!name.startsWith(".") || segment.startsWith(".")) && globMatch(pattern, name))
    .sort()
    .map((name) => prefix + name);
}

function entryNames(directory: string): string[] {
  try {
    return Array.from(Deno.readDirSync(directory === "" ? "." : directory), (entry) => entry.name);
  } catch {
    // A missing or closed directory holds no match, which is no error for a pattern.
    return [];
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
