/**
 * A thread of the load: opens its connections, says so, and runs when it is told to.
 *
 * @module
 */

import { systemReason } from "../../util/system_reason.ts";
import type { HistogramState } from "./histogram.ts";
import { Load, type LoadPlan, type Tally } from "./load.ts";

/** What a thread is told: its task first, then to start. */
export type Order = { kind: "prepare"; plan: LoadPlan; tally: Tally; thread: number } | { kind: "start" };

/** What a thread says. */
export type Message =
  | { kind: "ready" }
  | { kind: "done"; histogram: HistogramState }
  | { kind: "failed"; reason: string };

/** A worker's global scope, as far as it is used. */
interface Scope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(message: Message): void;
}

const scope = globalThis as unknown as Scope;
let load: Load | null = null;

scope.onmessage = async ({ data }) => {
  try {
    if (data.kind === "prepare") {
      load = new Load(data.plan, data.tally, data.thread);
      await load.open();
      scope.postMessage({ kind: "ready" });
    } else if (load !== null) {
      await load.run();
      load.close();
      scope.postMessage({ kind: "done", histogram: load.histogram.state() });
    }
  } catch (error) {
    scope.postMessage({ kind: "failed", reason: systemReason(error) });
  }
};
