/**
 * Errors of the system, told to people.
 *
 * @module
 */

/** What went wrong, such as "No such file or directory": the error's message without the number behind it. */
export function systemReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error.*$/s, "");
}
