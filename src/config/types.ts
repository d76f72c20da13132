/** The vocabulary of the directive table: what a directive is, its flags, and how a value is refused. */

/** `CONFIG SET` is refused; the directive can only be set at start. */
export const IMMUTABLE = 1;
/** `CONFIG SET` needs `enable-protected-configs`. */
export const PROTECTED = 2;
/** The value is a secret: it must not reach logs, the slow log or monitors. */
export const SENSITIVE = 4;
/** `CONFIG GET` shows it only when asked by its exact name. */
export const HIDDEN = 8;
/** Takes several arguments; `CONFIG SET` gets them in one value, separated by spaces. */
export const MULTIPLE = 16;
/** `CONFIG SET` is refused while the data are being loaded. */
export const DENY_LOADING = 32;
/** Known, stored and returned, but changes nothing in this server. */
export const MEANINGLESS = 64;

/** The value as the server uses it, and as `CONFIG GET` prints it. */
export interface Setting<T> {
  readonly value: T;
  readonly text: string;
}

/** The syntax families of directives; it also decides how `CONFIG REWRITE` writes the value. */
export type DirectiveKind =
  | "boolean"
  | "integer"
  | "memory"
  | "octal"
  | "enum"
  | "flags"
  | "string"
  | "list";

/** Where a value comes from: lines of a file may add to earlier ones, `CONFIG SET` replaces. */
export type ParseMode = "file" | "set";

/** One row of the table. */
export interface Directive<T> {
  readonly kind: DirectiveKind;
  readonly initial: Setting<T>;
  /** Bits of the constants above. */
  readonly flags: number;
  /** One sentence for the documentation. */
  readonly summary: string;
  /** What values are accepted, for the documentation. */
  readonly accepts: string;
  /** The older name of the directive, also accepted everywhere. */
  readonly alias?: string;
  /**
   * Reads the arguments; throws {@link ConfigValueError} with Redis's reason when they are refused.
   * `previous` is the setting in force, for directives that change only a part of it.
   */
  readonly parse: (args: readonly string[], previous: Setting<T>, mode: ParseMode) => Setting<T>;
}

/** What kind of value a table row holds. */
export type ValueOf<D> = D extends Directive<infer T> ? T : never;

/** A value that a directive refuses; the message is Redis's own reason. */
export class ConfigValueError extends Error {
  override readonly name = "ConfigValueError";
}
