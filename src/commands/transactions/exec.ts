/** EXEC. */

import { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { LOADING, NOSCRIPT, SKIP_SLOWLOG, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { Errors } from "../../resp/errors.ts";
import type { Transaction } from "../../tx/mod.ts";
import { services } from "../services.ts";

export const exec = defineCommand({
  name: "EXEC",
  group: "transactions",
  since: "1.2.0",
  summary: "Runs the queued commands of a transaction.",
  complexity: "Depends on the queued commands.",
  flags: NOSCRIPT | LOADING | STALE | SKIP_SLOWLOG,
  run(ctx) {
    const { transactions } = services(ctx);
    const { client, reply } = ctx;
    const transaction = transactions.of(client);
    if (transaction === undefined) throw Errors.EXEC_WITHOUT_MULTI;
    const isDirty = transactions.watches.isDirty(client);
    transactions.watches.clear(client);
    if (transaction.failed || isDirty) {
      transactions.end(client);
      if (transaction.failed) throw Errors.EXEC_ABORT;
      return reply.nullArray();
    }
    reply.arrayHeader(transaction.length);
    services(ctx).dispatcher.together(() => runQueue(ctx, transaction));
    // What the queue changed has been told; EXEC itself is not.
    ctx.suppress();
    transactions.end(client);
  },
});

/** Arguments of the command being run. EXEC is never queued, so that one object is enough. */
const queuedArgs = new Args();

function runQueue(ctx: CommandContext, transaction: Transaction): void {
  const { dispatcher } = services(ctx);
  for (let i = 0; i < transaction.length; i++) {
    dispatcher.call(ctx, transaction.load(i, queuedArgs), queuedArgs);
  }
  queuedArgs.trim();
  queuedArgs.forget();
}
