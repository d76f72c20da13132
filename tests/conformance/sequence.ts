/** Comparing long sequences of generated commands, sent in pipelines. */
import { encodeCommand, type Word, wordText } from "../support/bytes.ts";
import { quote } from "../support/resp_reply.ts";
import { compareScript, type Difference, type Protocol, type Target } from "./compare.ts";
import { FIRST_CONNECTION, type Normaliser, type Step } from "./steps.ts";

/** A generated command: its words, or with what is done with its reply before it is compared. */
export type RandomCommand = Word[] | { words: Word[]; normalise: Normaliser };

/** How many commands are sent before their replies are read: their replies fit into the socket's buffers. */
const CHUNK = 100;
/** How many commands before the one that differs are reported. */
const CONTEXT = 20;

/** Where two servers part: index of the command, and how. */
export interface Mismatch {
  index: number;
  difference: Difference;
}

/** Sends the commands to both servers and finds the first reply that differs. */
export async function compareSequence(
  ours: Target,
  reference: Target,
  commands: readonly RandomCommand[],
  protocol: Protocol,
): Promise<Mismatch | undefined> {
  const [difference] = await compareScript(ours, reference, chunkSteps(commands), protocol);
  if (!difference) return undefined;
  // Every chunk is one step that only sends, followed by one step per reply.
  const chunk = Math.floor((difference.step - 1) / (CHUNK + 1));
  const withinChunk = (difference.step - 1) % (CHUNK + 1) - 1;
  return { index: Math.min(chunk * CHUNK + withinChunk, commands.length - 1), difference };
}

function chunkSteps(commands: readonly RandomCommand[]): Step[] {
  const steps: Step[] = [];
  for (let start = 0; start < commands.length; start += CHUNK) {
    const chunk = commands.slice(start, start + CHUNK);
    const bytes = chunk.map((command) => encodeCommand(wordsOf(command))).join("");
    steps.push({ label: "(pipeline)", connection: FIRST_CONNECTION, bytes, replies: 0, normalise: [] });
    for (const command of chunk) {
      const normalise = Array.isArray(command) ? [] : [command.normalise];
      steps.push({
        label: showCommand(command),
        connection: FIRST_CONNECTION,
        bytes: "",
        replies: 1,
        normalise,
      });
    }
  }
  return steps;
}

function wordsOf(command: RandomCommand): Word[] {
  return Array.isArray(command) ? command : command.words;
}

function showCommand(command: RandomCommand): string {
  return wordsOf(command).map((word) => /^[\w.+*-]+$/.test(wordText(word)) ? word : quote(wordText(word)))
    .join(" ");
}

/** Lines that tell how to repeat a mismatch and which commands led to it. */
export function reportSequence(
  name: string,
  protocol: Protocol,
  seed: number,
  commands: readonly RandomCommand[],
  { index, difference }: Mismatch,
): string {
  const first = Math.max(0, index - CONTEXT + 1);
  const lines = commands.slice(first, index + 1).map((command, i) =>
    `  ${first + i + 1}: ${showCommand(command)}`
  );
  return [
    `${name}, RESP${protocol}: replies to command ${
      index + 1
    } of ${commands.length} differ; CONFORMANCE_SEED=${seed}`,
    ...lines,
    `    ours:   ${quote(difference.ours)}`,
    `    wanted: ${quote(difference.wanted)}`,
  ].join("\n");
}
