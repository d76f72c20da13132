/**
 * Where a server keeps its files.
 *
 * @module
 */

/** The directory of snapshot and append-only file. */
export interface DataDirectory {
  /** Whether it is yet to be made, so that there is nothing in it to be loaded. */
  readonly isNew: boolean;
  /** What stands before a file's name: empty, or the directory with a `/` at its end. The directory is there afterwards. */
  root(): string;
  /** Goes to another directory: CONFIG SET dir. Answers its absolute path. Throws what the system says. */
  change(path: string): string;
}

/** The working directory of a process that is the server's alone. */
export const workingDirectory: DataDirectory = {
  isNew: false,
  root: () => "",
  change(path) {
    Deno.chdir(path);
    return Deno.cwd();
  },
};
