/** Glob patterns of `include`, expanded as glob(3) does. */

import { globMatch } from "../util/glob.ts";

/** True if an `include` argument is a pattern, which may stand for no file at all. */
export function hasWildcard(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The existing paths that a pattern stands for, sorted. A pattern matches within one path segment, and a
 * leading dot only when it is written out.
 */
export function listFiles(pattern: string): string[] {
  let paths = [pattern.startsWith("/") ? "/" : ""];
  for (const segment of pattern.split("/").filter((part) => part !== "")) {
    paths = paths.flatMap((parent) => expandSegment(parent, segment));
  }
  return paths;
}

function expandSegment(parent: string, segment: string): string[] {
  const prefix = parent === "" || parent.endsWith("/") ? parent : parent + "/";
  if (!hasWildcard(segment)) return exists(prefix + segment) ? [prefix + segment] : [];
  const pattern = segment.replaceAll("[!", "[^");
  return entryNames(parent)
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
