/**
 * Where a dump goes: a file or standard output.
 *
 * @module
 */

import { SafeFile } from "../persistence/safe_file.ts";
import { systemReason } from "../util/system_reason.ts";
import { TransferError } from "./entry.ts";
import { forgetTemporary, noteTemporary } from "./temporary_file.ts";

/** Writes at once, so that whoever writes is never faster than the file or pipe takes it. */
export interface Output {
  write(bytes: Uint8Array): void;
  /** Everything was written: it has to last. */
  commit(): Promise<void>;
  /** Leaves nothing behind, as far as that can be. */
  discard(): void;
}

/** Standard output. */
class StandardOutput implements Output {
  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      try {
        done += Deno.stdout.writeSync(bytes.subarray(done));
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw refusal("standard output", error);
        pause();
      }
    }
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  discard(): void {}
}

/** A file that appears under its name when it is whole; what was there before stays until then. */
class FileOutput implements Output {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: SafeFile;

  constructor(path: string) {
    this.#path = path;
    this.#temporary = `${path}.${Deno.pid}.tmp`;
    noteTemporary(this.#temporary);
    try {
      this.#file = new SafeFile(this.#temporary, false);
    } catch (error) {
      forgetTemporary(this.#temporary);
      throw refusal(path, error);
    }
  }

  write(bytes: Uint8Array): void {
    try {
      this.#file.writeSync(bytes);
    } catch (error) {
      throw refusal(this.#path, error);
    }
  }

  async commit(): Promise<void> {
    try {
      await this.#file.commit(this.#path);
      forgetTemporary(this.#temporary);
    } catch (error) {
      throw refusal(this.#path, error);
    }
  }

  discard(): void {
    this.#file.discard();
    forgetTemporary(this.#temporary);
  }
}

/** Opens an output: a path, or null for standard output. */
export function openOutput(path: string | null): Output {
  return path === null ? new StandardOutput() : new FileOutput(path);
}

function refusal(name: string, error: unknown): TransferError {
  return new TransferError(`can't write ${name}: ${systemReason(error)}`);
}

/** Waits a little for a pipe that takes nothing at the moment. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
