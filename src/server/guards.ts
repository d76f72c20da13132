/**
 * What can keep a command from running: the guards of the dispatcher, in the order in which they are asked.
 *
 * @module
 */

import { type Client, Condition, isLocal } from "../command/client.ts";
import { NO_MULTI } from "../command/flags.ts";
import type { CommandRecord } from "../command/registry.ts";
import type { Services } from "../commands/services.ts";
import { Errors } from "../resp/errors.ts";

/** Sets the guards, and what follows when a command is refused. */
export function installGuards(services: Services): void {
  const { dispatcher } = services;
  dispatcher.onRejected = (ctx, record, message) => onRejected(services, ctx.client, record, message);
  guardProtectedCommands(services);
  dispatcher.setGuard(Condition.UNAUTHENTICATED, (ctx, record) => {
    dispatcher.reject(ctx, record, Errors.NO_AUTH.message);
    return false;
  });
  dispatcher.setGuard(Condition.SUBSCRIBED, (ctx, record) => {
    dispatcher.reject(ctx, record, notWhileSubscribed(record));
    return false;
  });
  guardPause(services);
  guardTransactions(services);
}

/** DEBUG and MODULE run only where the configuration allows it. */
function guardProtectedCommands({ config, dispatcher }: Services): void {
  dispatcher.conditions |= Condition.PROTECTED;
  dispatcher.setGuard(Condition.PROTECTED, (ctx, record) => {
    const isModule = record.fullName.startsWith("module");
    const directive = isModule ? "enable-module-command" : "enable-debug-command";
    const allowed = config.get(directive);
    if (allowed === "yes" || (allowed === "local" && isLocal(ctx.client.transport))) return true;
    dispatcher.reject(ctx, record, notEnabled(isModule ? "MODULE" : "DEBUG", directive));
    return false;
  });
}

function notEnabled(command: string, directive: string): string {
  return `ERR ${command} command not allowed. If the ${directive} option is set to "local", you can run it from a ` +
    "local connection, otherwise you need to set this option in the configuration file, and then restart the server.";
}

function notWhileSubscribed(record: CommandRecord): string {
  return `ERR Can't execute '${record.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are ` +
    "allowed in this context";
}

/** During CLIENT PAUSE a client whose turn it is not waits, with all that it sends. */
function guardPause(
  { config, dispatcher, evictor, expireCycle, keyspace, pause, transactions }: Services,
): void {
  pause.onChange = (paused) => {
    const bit = Condition.PAUSED;
    dispatcher.conditions = paused ? dispatcher.conditions | bit : dispatcher.conditions & ~bit;
    keyspace.expiryPaused = paused;
  };
  // A replica deletes what its master deletes.
  expireCycle.isPaused = () => pause.active || keyspace.replica;
  evictor.isPaused = () => pause.active || (keyspace.replica && config.get("replica-ignore-maxmemory"));
  dispatcher.setGuard(Condition.PAUSED, ({ client }, record) => {
    const isExec = record.fullName === "exec";
    const flags = isExec ? transactions.of(client)?.flags ?? 0 : record.flags;
    // A master and replicas are to stay in step; what they may not do they don't.
    if (client.kind !== "normal" || !pause.concerns(flags)) return true;
    pause.hold(client);
    return false;
  });
}

/** Between MULTI and EXEC commands are queued. */
function guardTransactions({ dispatcher, transactions }: Services): void {
  dispatcher.setGuard(Condition.IN_TRANSACTION, (ctx, record, args) => {
    if ((record.flags & NO_MULTI) !== 0) {
      dispatcher.reject(ctx, record, Errors.NOT_IN_MULTI.message);
      return false;
    }
    const transaction = transactions.of(ctx.client)!;
    // What will be aborted anyhow need not be kept.
    if (!transaction.failed && !transactions.watches.isMarked(ctx.client)) transaction.add(record, args);
    ctx.reply.simpleString("QUEUED");
    return false;
  });
}

/** A refused command makes its transaction fail; a refused EXEC ends it. The text for the client, null for none. */
function onRejected(
  services: Services,
  client: Client,
  record: CommandRecord | null,
  message: string,
): string | null {
  const { log, transactions } = services;
  if (record === null && HTTP_REQUEST.test(message)) {
    log.warning(
      "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is " +
        "likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. " +
        `Connection from ${client.transport.remoteAddress} aborted.`,
    );
    client.transport.close("now");
    return null;
  }
  if (record?.fullName !== "exec") {
    transactions.fail(client);
    return message;
  }
  transactions.end(client);
  return `EXECABORT Transaction discarded because of: ${message.replace(/^ERR /, "")}`;
}

/** The refusal of what a browser, made to talk to this server, would send. */
const HTTP_REQUEST = /^ERR unknown command '(?:post|host:)'/i;
