/** The configuration of a running server: typed values, CONFIG GET's texts, and atomic changes. */

import { globMatch } from "../util/glob.ts";
import { splitArguments } from "./arguments.ts";
import {
  allNames,
  type ConfigValues,
  DIRECTIVE_NAMES,
  type DirectiveName,
  DIRECTIVES,
  findDirective,
  type NamedDirective,
} from "./directives.ts";
import { NO_SAVE_RULES } from "./directives_special.ts";
import {
  ConfigValueError,
  DENY_LOADING,
  HIDDEN,
  IMMUTABLE,
  MEANINGLESS,
  MULTIPLE,
  type ParseMode,
  PROTECTED,
  SENSITIVE,
  type Setting,
} from "./types.ts";

/** A line of configuration text, for error reports. */
export interface LineOrigin {
  /** The path of the file, or null for text that came from no file. */
  readonly source: string | null;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** A line that another layer works through: `user`, `rename-command` or `loadmodule`. */
export interface Declaration {
  /** The words after the directive's name, as byte strings. */
  readonly args: readonly string[];
  readonly origin: LineOrigin;
}

/** Who asks for a change. */
export interface UpdateOrigin {
  /** True for a client on this host, which matters to `enable-protected-configs local`. */
  readonly local: boolean;
  /** True while the data are being loaded. */
  readonly loading?: boolean;
}

/**
 * Acts on changed values, which are already readable; returns null, or the reason why they cannot be applied.
 * After a veto the old values are put back and every listener that had run is called again.
 */
export type ChangeListener = () => string | null;

interface Subscription {
  readonly names: ReadonlySet<DirectiveName>;
  readonly apply: ChangeListener;
}

interface PendingChange {
  readonly target: NamedDirective;
  readonly text: string;
}

/** All directives with their present values, starting from the defaults. */
export class Config {
  /** `user` lines in order. */
  readonly users: Declaration[] = [];
  /** `rename-command` lines in order: the old name, and the new one or the empty string. */
  readonly renamedCommands: Declaration[] = [];
  /** `loadmodule` lines in order. */
  readonly modules: Declaration[] = [];
  /** The configuration file as named at start, or null. */
  file: string | null = null;

  readonly #values: Record<string, unknown> = {};
  readonly #settings = new Map<DirectiveName, Setting<unknown>>();
  readonly #origins = new Map<DirectiveName, LineOrigin>();
  readonly #subscriptions: Subscription[] = [];
  #saveWasRead = false;

  constructor() {
    for (const name of DIRECTIVE_NAMES) this.#store(name, DIRECTIVES[name].initial);
  }

  /** The values as a plain object, for hot paths; it is updated in place. */
  get values(): ConfigValues {
    return this.#values as unknown as ConfigValues;
  }

  /** The value of one directive. */
  get<N extends DirectiveName>(name: N): ConfigValues[N] {
    return this.values[name];
  }

  /**
   * Sets a directive as a line of a configuration file does, immutable ones included and without telling
   * listeners. A directive of several words also takes them in one argument. Throws {@link ConfigValueError}
   * with Redis's reason; the old value then stays.
   */
  setFromArguments(name: string, args: readonly string[], origin?: LineOrigin): void {
    const target = findDirective(name);
    if (target === undefined) throw new ConfigValueError("Bad directive or wrong number of arguments");
    let words = args;
    if ((target.directive.flags & MULTIPLE) !== 0 && args.length === 1) {
      const split = splitArguments(args[0]);
      if (split === null) throw new ConfigValueError("Unbalanced quotes in configuration line");
      words = split;
    }
    this.#store(target.name, this.#parse(target, words, "file"));
    if (target.name === "save") this.#saveWasRead = true;
    if (origin !== undefined) this.#origins.set(target.name, origin);
  }

  /** The value as CONFIG GET prints it. Throws RangeError for a name that is no directive. */
  format(name: string): string {
    const target = findDirective(name);
    if (target === undefined) throw new RangeError(`no directive is named '${name}'`);
    return this.#setting(target.name).text;
  }

  /**
   * What CONFIG GET answers: names without glob characters are looked up and come back as written, patterns
   * match the present and older names of all directives that are not hidden. No name comes twice.
   */
  match(patterns: readonly string[]): Map<string, string> {
    const found = new Map<string, string>();
    const seen = new Set<string>();
    const add = (shownName: string, target: NamedDirective) => {
      if (seen.has(target.writtenName)) return;
      seen.add(target.writtenName);
      found.set(shownName, this.#setting(target.name).text);
    };
    for (const pattern of patterns) {
      if (!/[[*?]/.test(pattern)) {
        const target = findDirective(pattern);
        if (target !== undefined) add(pattern, target);
        continue;
      }
      for (const target of allNames()) {
        if (isShown(target) && globMatch(pattern, target.writtenName, true)) add(target.writtenName, target);
      }
    }
    return found;
  }

  /**
   * CONFIG SET: all pairs are set and applied, or none. Returns null, or the error reply with its code.
   */
  update(pairs: readonly (readonly [string, string])[], origin: UpdateOrigin): string | null {
    const changes = this.#checkTargets(pairs, origin);
    if (typeof changes === "string") return changes;
    const before = new Map<DirectiveName, Setting<unknown>>();
    for (const { target } of changes) before.set(target.name, this.#setting(target.name));
    const changed = new Map<DirectiveName, NamedDirective>();
    for (const { target, text } of changes) {
      try {
        const old = this.#setting(target.name);
        this.#store(target.name, this.#parse(target, splitValue(target, text), "set"));
        if (this.#setting(target.name).text !== old.text) changed.set(target.name, target);
      } catch (error) {
        this.#restore(before);
        if (error instanceof ConfigValueError) return setFailed(target.writtenName, error.message);
        throw error;
      }
    }
    return this.#applyChanges(changed, before);
  }

  /** Calls `apply` once after every CONFIG SET that changed one of the directives. */
  onChange(names: readonly DirectiveName[], apply: ChangeListener): void {
    this.#subscriptions.push({ names: new Set(names), apply });
  }

  /** The line that last set a directive at start; undefined for a default or a value from CONFIG SET. */
  origin(name: DirectiveName): LineOrigin | undefined {
    return this.#origins.get(name);
  }

  /** True if the directive's value must be kept out of logs; false for unknown names. */
  isSensitive(name: string): boolean {
    return ((findDirective(name)?.directive.flags ?? 0) & SENSITIVE) !== 0;
  }

  /** One line for each directive that was set to other than its default and has no effect here. */
  warnings(): string[] {
    const idle: string[] = DIRECTIVE_NAMES.filter((name) => {
      const { flags, initial } = DIRECTIVES[name];
      return (flags & MEANINGLESS) !== 0 && this.#setting(name).text !== initial.text;
    });
    if (this.modules.length > 0) idle.push("loadmodule");
    return idle.map((name) => `directive '${name}' has no effect in mini-redis`);
  }

  #setting(name: DirectiveName): Setting<unknown> {
    return this.#settings.get(name) as Setting<unknown>;
  }

  #store(name: DirectiveName, setting: Setting<unknown>): void {
    this.#settings.set(name, setting);
    this.#values[name] = setting.value;
  }

  #parse(target: NamedDirective, args: readonly string[], mode: ParseMode): Setting<unknown> {
    const firstSave = mode === "file" && target.name === "save" && !this.#saveWasRead;
    const previous = firstSave ? NO_SAVE_RULES : this.#setting(target.name);
    return target.directive.parse(args, previous as Setting<never>, mode);
  }

  /** The first step of CONFIG SET: finds all directives, or the error reply for the first wrong pair. */
  #checkTargets(
    pairs: readonly (readonly [string, string])[],
    origin: UpdateOrigin,
  ): PendingChange[] | string {
    const changes: PendingChange[] = [];
    for (const [name, text] of pairs) {
      const target = findDirective(name);
      if (target === undefined) {
        return `ERR Unknown option or number of arguments for CONFIG SET - '${name}'`;
      }
      const { flags } = target.directive;
      if ((flags & IMMUTABLE) !== 0) return setFailed(name, "can't set immutable config");
      if ((flags & PROTECTED) !== 0 && !this.#allowsProtected(origin)) {
        return setFailed(name, "can't set protected config");
      }
      if ((flags & DENY_LOADING) !== 0 && origin.loading === true) {
        return "LOADING Redis is loading the dataset in memory";
      }
      // As in Redis, a directive and its older name may stand side by side; the later one wins.
      if (changes.some((change) => change.target === target)) return setFailed(name, "duplicate parameter");
      changes.push({ target, text });
    }
    return changes;
  }

  #allowsProtected(origin: UpdateOrigin): boolean {
    const allowed = this.get("enable-protected-configs");
    return allowed === "yes" || (allowed === "local" && origin.local);
  }

  #applyChanges(
    changed: ReadonlyMap<DirectiveName, NamedDirective>,
    before: ReadonlyMap<DirectiveName, Setting<unknown>>,
  ): string | null {
    const applied: ChangeListener[] = [];
    const undo = () => {
      this.#restore(before);
      for (const apply of applied) apply();
    };
    for (const { names, apply } of this.#subscriptions) {
      const cause = [...changed.values()].find(({ name }) => names.has(name));
      if (cause === undefined) continue;
      applied.push(apply);
      let reason: string | null;
      try {
        reason = apply();
      } catch (error) {
        applied.pop();
        undo();
        throw error;
      }
      if (reason !== null) {
        undo();
        return setFailed(cause.writtenName, reason);
      }
    }
    for (const name of changed.keys()) this.#origins.delete(name);
    return null;
  }

  #restore(settings: ReadonlyMap<DirectiveName, Setting<unknown>>): void {
    for (const [name, setting] of settings) this.#store(name, setting);
  }
}

function isShown(target: NamedDirective): boolean {
  return (target.directive.flags & HIDDEN) === 0;
}

/** A CONFIG SET value as arguments: directives of several words are split at every single space. */
function splitValue(target: NamedDirective, text: string): readonly string[] {
  if ((target.directive.flags & MULTIPLE) === 0) return [text];
  return text === "" ? [] : text.split(" ");
}

function setFailed(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}
