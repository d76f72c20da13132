/**
 * The modes that pretend to be a replica: saving the image, and showing the stream of writes.
 *
 * @module
 */

import { type RedisConnection, ReplyError, startFullSync } from "../../client/mod.ts";
import { encodeCommand } from "../../resp/encode.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import { formatReply } from "./format.ts";
import { Exit, type Session } from "./session.ts";

/** How often a replica says how far it is. */
const ACKNOWLEDGE_MILLISECONDS = 1000;

/** Saves the server's image in a file, or `-` for standard output; `functionsOnly` leaves the keys out. */
export async function saveImage(session: Session, path: string, functionsOnly: boolean): Promise<number> {
  const connection = await session.require();
  await announce(session, connection, "capa", "eof");
  await announce(session, connection, "rdb-only", "1");
  if (functionsOnly) await announce(session, connection, "rdb-filter-only", "functions");
  const { size, pieces } = await startFullSync(connection);
  const amount = size === null ? "bytes of bulk transfer until EOF marker" : `${size} bytes`;
  const tell = (text: string) => session.output.writeError(utf8ToByteString(text));
  tell(`SYNC sent to master, writing ${amount} to '${path}'\n`);
  const file = path === "-" ? null : openFile(session, path);
  let written = 0;
  try {
    for await (const piece of pieces()) {
      for (let rest = piece; rest.length > 0;) rest = rest.subarray((file ?? Deno.stdout).writeSync(rest));
      written += piece.length;
    }
    file?.syncSync();
  } finally {
    file?.close();
  }
  tell(`Transfer finished with success${size === null ? ` after ${written} bytes` : "."}\n`);
  session.disconnect();
  return 0;
}

function openFile(session: Session, path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { write: true, create: true, truncate: true });
  } catch (error) {
    session.output.writeError(utf8ToByteString(`Error opening '${path}': ${systemReason(error)}\n`));
    throw new Exit(1);
  }
}

/** Shows what a master sends its replicas, one command a line. */
export async function showStream(session: Session): Promise<number> {
  const connection = await session.require();
  await announce(session, connection, "capa", "eof");
  await announce(session, connection, "rdb-filter-only", "");
  await receiveStream(session, connection);
  return 0;
}

/**
 * Discards the image and prints the commands behind it, for ever.
 * @throws {Error} when the connection ends
 */
export async function receiveStream(session: Session, connection: RedisConnection): Promise<void> {
  const { size, pieces } = await startFullSync(connection);
  const tell = (text: string) => session.output.writeError(text);
  tell(
    `SYNC with master, discarding ${
      size === null ? "bytes of bulk transfer until EOF marker" : `${size} bytes of bulk transfer`
    }...\n`,
  );
  let discarded = 0;
  for await (const piece of pieces()) discarded += piece.length;
  tell(`SYNC done${size === null ? ` after ${discarded} bytes` : ""}. Logging commands from master.\n`);
  // A master that sent the image without a file goes on only when it hears from its replica; what it hears before it
  // is done with the image is lost, so it is told again.
  if (size === null) tell("sending REPLCONF ACK 0\n");
  const acknowledge = () => connection.send(encodeCommand(["REPLCONF", "ACK", "0"]));
  acknowledge();
  const timer = setInterval(acknowledge, ACKNOWLEDGE_MILLISECONDS);
  try {
    for (;;) {
      session.output.write(formatReply(await connection.read(), { ...session.options, form: "csv" }));
    }
  } finally {
    clearInterval(timer);
  }
}

async function announce(
  session: Session,
  connection: RedisConnection,
  name: string,
  value: string,
): Promise<void> {
  session.output.writeError(`sending REPLCONF ${name} ${value}\n`);
  const reply = await connection.call("REPLCONF", name, value);
  if (!(reply instanceof ReplyError)) return;
  session.output.writeError(`REPLCONF ${name} error: ${reply.message}\n`);
  // A server that doesn't know the option sends more than was asked for, no less.
  if (!reply.message.startsWith("ERR")) throw new Exit(1);
}
