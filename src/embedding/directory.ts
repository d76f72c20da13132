/**
 * Where an embedded server keeps its files, if it has any.
 *
 * @module
 */

import type { DataDirectory } from "../persistence/data_directory.ts";

/**
 * A directory that was given, or a temporary one, made when the first file is. The working directory is the program's, and
 * stays what it is.
 */
export class EmbeddedDirectory implements DataDirectory {
  /** Absolute, with a `/` at its end; null while there is none. */
  #root: string | null = null;
  readonly #isTemporary: boolean;
  readonly #onMade: (path: string) => void;

  /**
   * `path` is a directory that is there; without one `onMade` will be told the path of the temporary one. Throws what the
   * system says.
   */
  constructor(path: string | undefined, onMade: (path: string) => void) {
    this.#isTemporary = path === undefined;
    this.#onMade = onMade;
    if (path !== undefined) this.#enter(Deno.realPathSync(path));
  }

  get isNew(): boolean {
    return this.#root === null;
  }

  root(): string {
    return this.#root ?? this.#enter(Deno.makeTempDirSync({ prefix: "mini-redis-" }));
  }

  change(): string {
    throw new Error("the directory of an embedded server can't be changed");
  }

  /** Removes what is temporary. */
  async remove(): Promise<void> {
    if (this.#isTemporary && this.#root !== null) await Deno.remove(this.#root, { recursive: true });
    this.#root = null;
  }

  #enter(path: string): string {
    this.#root = `${path}/`;
    this.#onMade(path);
    return this.#root;
  }
}
