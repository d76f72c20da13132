/**
 * The server's log, in the line format of redis-server.
 *
 * @module
 */

/** Levels in ascending order, with the mark that a line of that level carries. */
const LEVELS = { debug: ".", verbose: "-", notice: "*", warning: "#", nothing: " " } as const;

/** Values of the `loglevel` directive. */
export type LogLevel = keyof typeof LEVELS;

const RANKS = Object.keys(LEVELS);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Where lines go: standard output or the `logfile`. */
export interface LogTarget {
  write(line: Uint8Array): void;
}

/** Writes a line at once, so that nothing is lost when the process dies. */
export class Log {
  level: LogLevel;
  target: LogTarget;
  /** What the server is, as each line says: a master or a replica. */
  role: "M" | "S" = "M";
  readonly #encoder = new TextEncoder();

  constructor(level: LogLevel, target: LogTarget) {
    this.level = level;
    this.target = target;
  }

  debug(message: string): void {
    this.#write("debug", message);
  }

  verbose(message: string): void {
    this.#write("verbose", message);
  }

  notice(message: string): void {
    this.#write("notice", message);
  }

  warning(message: string): void {
    this.#write("warning", message);
  }

  /** Writes text as it is, whatever the level. */
  raw(text: string): void {
    try {
      this.target.write(this.#encoder.encode(text));
    } catch {
      // A full disk or a terminal that was closed must not stop the server.
    }
  }

  #write(level: LogLevel, message: string): void {
    if (RANKS.indexOf(level) < RANKS.indexOf(this.level)) return;
    this.raw(`${Deno.pid}:${this.role} ${timestamp(new Date())} ${LEVELS[level]} ${message}\n`);
  }
}

/** `22 Nov 2026 09:30:00.123` */
function timestamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Standard output, or a file that is appended to and may be moved away: it is opened anew for each line. */
export function logTarget(file: string): LogTarget {
  if (file === "") return { write: (line) => writeAll(Deno.stdout, line) };
  return {
    write(line) {
      using handle = Deno.openSync(file, { append: true, create: true });
      writeAll(handle, line);
    },
  };
}

function writeAll(target: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let sent = 0; sent < bytes.length;) sent += target.writeSync(bytes.subarray(sent));
}
