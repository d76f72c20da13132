import { conformance, on, pause, replies, since72 } from "./runner.ts";

/** What the listener has received is compared as a whole at the end of the script. */
const LISTENER = on("listener", replies(1, "PSUBSCRIBE __key*"));

const STRING_COMMANDS = `
  SET a 1
  SET a 2 EX 100
  SET a 3 KEEPTTL
  SET a 4 GET
  SET a 5 NX
  SET missing 5 XX
  SETNX a 1
  SETNX b 1
  SETEX c 100 v
  PSETEX c 100000 v
  GETSET a x
  GETSET d x
  APPEND a y
  APPEND e y
  SETRANGE a 3 z
  SETRANGE a 3 ""
  INCR n
  DECRBY n 4
  INCRBYFLOAT n 1.5
  MSET a 1 b 2 f 3
  MSETNX a 1 g 2
  MSETNX g 1 h 2
  GETEX a EX 100
  GETEX a PERSIST
  GETEX a
  GETDEL g
  GETDEL g
  GET nothing
  MGET a nothing b
  STRLEN nothing
`;

const GENERIC_COMMANDS = `
  MSET a 1 b 2 c 3 d 4
  DEL a nothing
  UNLINK b nothing
  EXPIRE c 100
  PEXPIREAT c 99999999999999
  EXPIRE c 100 NX
  PERSIST c
  PERSIST c
  RENAME c e
  RENAMENX d e
  RENAMENX d f
  COPY e g
  COPY e g
  COPY e g REPLACE
  MOVE g 1
  EXPIRE e -1
  TOUCH f
  EXISTS f nothing
  TYPE nothing
  TTL nothing
  SWAPDB 0 1
  FLUSHALL
`;

for (const [name, commands] of [["string", STRING_COMMANDS], ["generic", GENERIC_COMMANDS]]) {
  for (const classes of ["KEA", "KA", "E$", "Kg", "KEAm", "En", "KEAmn"]) {
    conformance(`notifications: ${name} commands, classes ${classes}`, [
      LISTENER,
      `CONFIG SET notify-keyspace-events ${classes}`,
      commands,
      'CONFIG SET notify-keyspace-events ""',
      "SET a unheard",
    ], { protocols: [2] });
  }
}

conformance("notifications: expired keys, other databases, binary keys", [
  LISTENER,
  "CONFIG SET notify-keyspace-events KEA",
  "SET gone 1 PX 20",
  pause(60),
  "GET gone",
  "SELECT 3",
  ["SET", "\x00\r\n\xff", "v"],
  "SELECT 0",
  'CONFIG SET notify-keyspace-events ""',
]);

conformance("notifications: which are configured", [
  `
  CONFIG GET notify-keyspace-events
  CONFIG SET notify-keyspace-events KEg$lshzxetdmn
  CONFIG GET notify-keyspace-events
  CONFIG SET notify-keyspace-events A
  CONFIG GET notify-keyspace-events
  CONFIG SET notify-keyspace-events KEQ
  CONFIG SET notify-keyspace-events ""
  `,
]);

conformance("notifications: to the client itself, behind the reply", [
  "SUBSCRIBE __keyspace@0__:a",
  "CONFIG SET notify-keyspace-events KEA",
  replies(2, since72("SET a 1", "+OK\r\n>3\r\n$7\r\nmessage\r\n$16\r\n__keyspace@0__:a\r\n$3\r\nset")),
  'CONFIG SET notify-keyspace-events ""',
], { protocols: [3] });
