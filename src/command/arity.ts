/** Arity from a syntax line, by a scan that builds no tree: it is done for every command at start. */
import type { CommandSpec } from "./spec.ts";

/** Fewest and most arguments, without the command's name; `most` is Infinity when the number is open. */
export interface ArgumentCount {
  readonly least: number;
  readonly most: number;
}

const PIECE = /'[^']*'[^\s\]>)]*|\.\.\.|[[\]<>()|]|[^\s[\]<>()|]+/g;
const NONE: ArgumentCount = { least: 0, most: 0 };
const ONE: ArgumentCount = { least: 1, most: 1 };

/** How many arguments a (valid) syntax line allows. */
export function countArguments(syntax: string): ArgumentCount {
  if (syntax === "") return NONE;
  return countAlternatives((syntax.match(PIECE) ?? []).values());
}

/** Reads up to the closing mark; the narrowest and the widest alternative count. */
function countAlternatives(pieces: Iterator<string>): ArgumentCount {
  let least = Infinity;
  let most = 0;
  let current = NONE;
  // A choice of options, as in CLIENT KILL's filter, is still a choice: one of them must be there.
  let option = NONE;
  const close = () => {
    const lone = current.least === 0 ? option.least : current.least;
    least = Math.min(least, lone);
    most = Math.max(most, current.most);
  };
  let several = false;
  for (let next = pieces.next(); !next.done; next = pieces.next()) {
    const piece = next.value;
    if (piece === "]" || piece === ">" || piece === ")") break;
    if (piece === "|") {
      several = true;
      close();
      current = option = NONE;
    }
    const width = widthOf(piece, pieces);
    if (piece === "[") option = width;
    current = add(current, piece === "[" ? { least: 0, most: width.most } : width);
  }
  if (!several) return current;
  close();
  return { least, most };
}

function widthOf(piece: string, pieces: Iterator<string>): ArgumentCount {
  if (piece === "[" || piece === "<" || piece === "(") return countAlternatives(pieces);
  if (piece === "|") return NONE;
  if (piece.startsWith("...")) return { least: 0, most: Infinity };
  // Annotations of a group (`]:name@6.2.0`) are no arguments of their own.
  return piece.startsWith(":") || piece.startsWith("@") || piece.startsWith("#") ? NONE : ONE;
}

function add(left: ArgumentCount, right: ArgumentCount): ArgumentCount {
  return { least: left.least + right.least, most: left.most + right.most };
}

/**
 * The arity as COMMAND INFO has it, the command's name (and its container's) counted: exact, or
 * negative for "at least". `arity` of the spec wins; a container asks for its subcommand at least.
 */
export function arityOf(spec: CommandSpec, isSubcommand = false): number {
  if (spec.arity !== undefined) return spec.arity;
  if (spec.subcommands !== undefined) return -2;
  const names = isSubcommand ? 2 : 1;
  const { least, most } = countArguments(spec.syntax ?? "");
  return least === most ? names + least : -(names + least);
}
