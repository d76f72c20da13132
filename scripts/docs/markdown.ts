/** What the checks of the documents need to know of a Markdown file: headings, links, fenced blocks. */

/** A link or an image as written. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** What the comment directly before a block says about it. */
export type Marker =
  | { readonly kind: "not run"; readonly reason: string }
  | { readonly kind: "run by"; readonly path: string };

/** A fenced block of code or output. */
export interface Block {
  /** The first word behind the fence, in lower case; empty if there is none. */
  readonly language: string;
  /** The lines between the fences, without the indentation of the opening fence. */
  readonly text: string;
  /** The line of the opening fence, from 1 on. */
  readonly line: number;
  readonly marker?: Marker;
}

/** One document, taken apart. */
export interface Markdown {
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** The names by which headings can be linked to, without `#`. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^( *)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/;
const COMMENT = /^<!--\s*(not run|run by)\s*:?\s+(.*?)\s*-->$/s;

/** Takes a document apart. A fence that is never closed reaches to the end, as it does on a page. */
export function parseMarkdown(text: string): Markdown {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  const prose: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const opening = FENCE.exec(lines[i]);
    if (opening === null) {
      prose.push(lines[i]);
      continue;
    }
    const end = closingFence(lines, i, opening[2]);
    const marker = markerBefore(prose);
    blocks.push({
      language: opening[3].toLowerCase(),
      text: lines.slice(i + 1, end).map((line) => withoutIndent(line, opening[1].length)).join("\n"),
      line: i + 1,
      ...(marker === undefined ? {} : { marker }),
    });
    // Empty lines in place of the block keep the numbers of the lines that follow.
    while (prose.length < end + 1) prose.push("");
    i = end;
  }
  return { blocks, links: findLinks(prose), anchors: findAnchors(prose) };
}

function closingFence(lines: readonly string[], start: number, fence: string): number {
  for (let i = start + 1; i < lines.length; i++) {
    const line = lines[i].trim();
    if (line.length >= fence.length && line === fence[0].repeat(line.length)) return i;
  }
  return lines.length;
}

function withoutIndent(line: string, indent: number): string {
  let start = 0;
  while (start < indent && line[start] === " ") start++;
  return line.slice(start);
}

/** The marker, if the last thing that was written before a block is one. */
function markerBefore(prose: readonly string[]): Marker | undefined {
  let end = prose.length;
  while (end > 0 && prose[end - 1].trim() === "") end--;
  let start = end - 1;
  while (start > 0 && !prose[start].includes("<!--") && prose[start].trim() !== "") start--;
  const match = COMMENT.exec(prose.slice(Math.max(start, 0), end).join(" ").trim());
  if (match === null) return undefined;
  return match[1] === "run by" ? { kind: "run by", path: match[2] } : { kind: "not run", reason: match[2] };
}

function findLinks(prose: readonly string[]): Link[] {
  const links: Link[] = [];
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^\s*\[[^\]]+\]:\s+<?([^\s>]+)>?/g,
    /<((?:https?|mailto):[^>\s]*)>/g,
    /\b(?:href|src)="([^"]*)"/g,
  ];
  for (const [i, line] of prose.entries()) {
    const visible = line.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, "");
    for (const pattern of patterns) {
      for (const [, target] of visible.matchAll(pattern)) links.push({ target, line: i + 1 });
    }
  }
  return links;
}

/** Anchors as GitHub makes them: lower case, without punctuation, spaces as dashes, `-1` and so on for repeated ones. */
function findAnchors(prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    for (const [, name] of line.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(name);
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line);
    if (heading === null) continue;
    const title = heading[1].replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1");
    const name = title.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
    let unique = name;
    for (let i = 1; anchors.has(unique); i++) unique = `${name}-${i}`;
    anchors.add(unique);
  }
  return anchors;
}
