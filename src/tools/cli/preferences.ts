/**
 * What a user can set while the client runs, or in a file: `:set hints`.
 *
 * @module
 */

/** The settings. */
export class Preferences {
  hints = true;

  /** Follows a line such as `:set nohints`; what to tell the user, if anything. */
  apply(line: string): string {
    const [name, value, more] = line.trim().split(/\s+/);
    if (name !== ":set" || more !== undefined) return `unknown internal command '${name}'\n`;
    if (value === "hints" || value === "nohints") this.hints = value === "hints";
    else return `unknown preference '${value ?? ""}'\n`;
    return "";
  }

  /** Follows the lines of `REDISCLI_RCFILE` or `~/.redisclirc`, if there is one; what to tell the user. */
  load(environment: (name: string) => string | undefined): string {
    const home = environment("HOME") ?? environment("USERPROFILE");
    const path = environment("REDISCLI_RCFILE") ?? (home === undefined ? "" : `${home}/.redisclirc`);
    let text: string;
    try {
      text = path === "" ? "" : Deno.readTextFileSync(path);
    } catch {
      return "";
    }
    return text.split("\n").filter((line) => line.trim() !== "").map((line) => this.apply(line)).join("");
  }
}
