import { on, receive, replies, type StepInput } from "./runner.ts";

/** Runs each command on the first connection, and reads as many messages about events on another. */
export function withEvents(...commands: [command: string, events: number][]): StepInput[] {
  return [
    "CONFIG SET notify-keyspace-events EAmn",
    replies(1, on("listener", "PSUBSCRIBE __keyevent@*")),
    ...commands.flatMap(([command, events]) =>
      events === 0 ? [command] : [command, receive("listener", events)]
    ),
    // Whatever was raised unexpectedly would come before this one's.
    "SET last 1",
    receive("listener", 2),
    'CONFIG SET notify-keyspace-events ""',
  ];
}
