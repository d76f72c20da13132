/**
 * Who may connect.
 *
 * @module
 */

import { isLocal } from "../command/client.ts";
import type { Services } from "../commands/services.ts";
import { toBytes } from "../util/byte_string.ts";
import { formatAddress } from "./addresses.ts";

/** Milliseconds to wait after a failure, such as that there are no file descriptors left. */
const RETRY_DELAY = 100;

const TOO_MANY_CLIENTS = toBytes("-ERR max number of clients reached\r\n");
const PROTECTED_MODE = toBytes(
  "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the " +
    "default user. In this mode connections are only accepted from the loopback interface. If you want to connect " +
    "from external computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode " +
    "sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the " +
    "same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. " +
    "Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just disable the protected mode by " +
    "editing the Redis configuration file, and setting the protected mode option to 'no', and then restarting the " +
    "server. 3) If you started the server manually just for testing, restart it with the '--protected-mode no' " +
    "option. 4) Set up an authentication password for the default user. NOTE: You only need to do one of the above " +
    "things in order for the server to start accepting connections from the outside.\r\n",
);

/** Accepts connections until the listener is closed; hands those that are admitted to `serve`. Never rejects. */
export async function acceptConnections(
  listener: Deno.Listener,
  services: Services,
  serve: (connection: Deno.Conn) => void,
): Promise<void> {
  for (;;) {
    try {
      const connection = await listener.accept();
      const refusal = refusalOf(services, connection);
      if (refusal !== null) refuse(services, connection, refusal);
      else {
        services.stats.connectionsReceived++;
        setOptions(services, connection);
        serve(connection);
      }
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
      if (isPeerGone(error)) continue;
      services.log.warning(`Error accepting a client connection: ${error}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
    }
  }
}

/**
 * Whether the peer was faster than us and took its connection back, as port scanners and health checks do. Nothing is
 * wrong then, and the next one in the queue must not wait.
 */
function isPeerGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset;
}

/** What a connection that is not admitted is told. */
function refusalOf({ authenticator, clients, config }: Services, connection: Deno.Conn): Uint8Array | null {
  if (clients.size >= config.get("maxclients")) return TOO_MANY_CLIENTS;
  if (!config.get("protected-mode") || authenticator.required) return null;
  const unix = connection.localAddr.transport === "unix";
  return isLocal({ unix, remoteAddress: formatAddress(connection.remoteAddr) }) ? null : PROTECTED_MODE;
}

async function refuse({ stats }: Services, connection: Deno.Conn, message: Uint8Array): Promise<void> {
  stats.connectionsRejected++;
  try {
    await connection.write(message);
    connection.close();
  } catch {
    // It was told as well as could be.
  }
}

function setOptions({ config }: Services, connection: Deno.Conn): void {
  if (!("setNoDelay" in connection)) return;
  const tcp = connection as Deno.TcpConn;
  try {
    tcp.setNoDelay(true);
    tcp.setKeepAlive(config.get("tcp-keepalive") > 0);
  } catch {
    // The peer is gone already; reading will tell.
  }
}
