/** Commands by which a client says who it is: AUTH and HELLO. */

import { DEFAULT_USER } from "../../acl/authenticator.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ALLOW_BUSY, FAST, LOADING, NO_AUTH, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { parseInt64 } from "../../util/number.ts";
import { REDIS_VERSION } from "../../util/version.ts";
import { updateSubscriber } from "../pubsub/subscriber.ts";
import { services } from "../services.ts";
import { checkClientName } from "./client_name.ts";

const NO_PASSWORD_SET = new CommandError(
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your " +
    "configuration is correct?",
);
const HELLO_NEEDS_AUTH = new CommandError(
  "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> " +
    "<pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
);
const NOT_A_PROTOCOL = new CommandError("ERR Protocol version is not an integer or out of range");
const UNSUPPORTED_PROTOCOL = new CommandError("NOPROTO unsupported protocol version");

export const auth = defineCommand({
  name: "AUTH",
  group: "connection",
  since: "1.0.0",
  summary: "Authenticates the connection.",
  complexity: "O(N) with N the number of passwords of the user.",
  syntax: "[username]@6.0.0 password",
  flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
  history: [["6.0.0", "Added ACL users by the argument `username`"]],
  run(ctx, args) {
    if (args.length > 3) throw Errors.SYNTAX;
    const { authenticator } = services(ctx);
    if (args.length === 2 && !authenticator.required) throw NO_PASSWORD_SET;
    logIn(ctx, args.length === 2 ? DEFAULT_USER : args.text(1), args.text(args.length - 1));
    ctx.reply.ok();
  },
});

export const hello = defineCommand({
  name: "HELLO",
  group: "connection",
  since: "6.0.0",
  summary: "Greets the server; may choose the protocol, authenticate and set the name.",
  complexity: "O(1)",
  syntax: "[protover [AUTH (username password)] [SETNAME clientname]]:arguments",
  flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
  history: [["6.2.0", "`protover` may be left out, which reports the present state"]],
  run(ctx, args) {
    const { client } = ctx;
    const protocol = args.length > 1 ? readProtocol(args) : null;
    const options = readOptions(args);
    if (options.login !== null) logIn(ctx, ...options.login);
    if (!client.authenticated) throw HELLO_NEEDS_AUTH;
    if (options.name !== null) client.name = options.name;
    if (protocol !== null) {
      client.resp3 = protocol === 3;
      ctx.reply.resp3 = client.resp3;
      updateSubscriber(services(ctx).pubsub, client);
    }
    greet(ctx);
  },
});

function logIn(ctx: CommandContext, user: string, password: string): void {
  const { authenticator, stats } = services(ctx);
  if (authenticator.login(ctx.client, user, password)) return;
  stats.deniedLogins++;
  throw Errors.WRONG_PASSWORD;
}

function readProtocol(args: Args): 2 | 3 {
  const protocol = parseInt64(args.text(1));
  if (protocol === undefined) throw NOT_A_PROTOCOL;
  if (protocol !== 2n && protocol !== 3n) throw UNSUPPORTED_PROTOCOL;
  return protocol === 2n ? 2 : 3;
}

/** What HELLO's options ask for; of repeated ones the last counts. */
interface HelloOptions {
  login: [user: string, password: string] | null;
  name: string | null;
}

function readOptions(args: Args): HelloOptions {
  const options: HelloOptions = { login: null, name: null };
  for (let i = 2; i < args.length; i++) {
    const following = args.length - 1 - i;
    if (args.is(i, "AUTH") && following >= 2) {
      options.login = [args.text(i + 1), args.text(i + 2)];
      i += 2;
    } else if (args.is(i, "SETNAME") && following >= 1) {
      options.name = checkClientName(args.text(++i));
    } else throw new CommandError(`ERR Syntax error in HELLO option '${args.text(i)}'`);
  }
  return options;
}

function greet(ctx: CommandContext): void {
  const { client, reply } = ctx;
  const { cluster, replication } = services(ctx);
  reply.mapHeader(7);
  reply.bulkText("server");
  reply.bulkText("redis");
  reply.bulkText("version");
  reply.bulkText(REDIS_VERSION);
  reply.bulkText("proto");
  reply.integer(client.resp3 ? 3 : 2);
  reply.bulkText("id");
  reply.integer(client.id);
  reply.bulkText("mode");
  reply.bulkText(cluster === null ? "standalone" : "cluster");
  reply.bulkText("role");
  reply.bulkText(replication.role === "master" ? "master" : "replica");
  reply.bulkText("modules");
  reply.arrayHeader(0);
}
