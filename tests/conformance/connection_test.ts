import {
  closes,
  conformance,
  masked,
  on,
  replies,
  sameType,
  serversWith,
  since72,
  unordered,
} from "./runner.ts";

serversWith({ config: { maxclients: 200 } });

/** Numbers and versions that are each server's own in a reply to HELLO. */
const HELLO_OWN = /:\d+\r|\$\d+\r\n\d+\.\d+\.\d+/;

const HELLO_REFUSED =
  "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> " +
  "option can be used to authenticate the client and select the RESP protocol version at the same time";

conformance("connection: PING, ECHO, SELECT, QUIT", [
  `
  PING
  PING hello
  ping ""
  PING a b
  ECHO hello
  ECHO ""
  ECHO
  ECHO a b
  SELECT 0
  SELECT 15
  SELECT 16
  NOSUCHCOMMAND
  nosuch a b c
  "" a
  `,
  ["ECHO", "\x00\r\n\xff"],
  ["PING", "\x80\r\n"],
  ["no\r\nsuch", "a\x00b", "\xff"],
  ["x".repeat(300), "y".repeat(300), "z".repeat(50)],
  ["FOO", ...Array.from({ length: 50 }, (_, i) => `argument-number-${i}`)],
  ["GET'quoted\"", "'", '"'],
  closes("QUIT"),
  on("b", closes("QUIT with arguments")),
]);

conformance("connection: HELLO", [
  masked(HELLO_OWN, "HELLO", "HELLO 2", "HELLO 3", "hello 3 setname tester", "HELLO 2 SETNAME other"),
  `
  CLIENT GETNAME
  HELLO 1
  HELLO 4
  HELLO abc
  HELLO ""
  HELLO 3 FOO
  HELLO 3 SETNAME
  HELLO 3 AUTH
  HELLO 3 AUTH default
  HELLO 3 AUTH nobody wrong
  HELLO 3 SETNAME "with space"
  HELLO 2.0
  HELLO 9223372036854775808
  CLIENT GETNAME
  `,
  masked(HELLO_OWN, "HELLO 3 AUTH default anything SETNAME x"),
  "CLIENT GETNAME\nGET missing",
  masked(HELLO_OWN, "HELLO 2"),
  "GET missing",
]);

conformance("connection: RESET", [
  masked(HELLO_OWN, "CLIENT SETNAME x", "SELECT 3", "HELLO 3"),
  "SET a 1\nRESET\nCLIENT GETNAME\nGET a\nDBSIZE\nRESET x",
  replies(2, "SUBSCRIBE a b"),
  "RESET\nPING\nMULTI\nRESET\nEXEC\nCLIENT REPLY ON",
]);

conformance("connection: AUTH without a password", [
  "AUTH\nAUTH x\nAUTH default x\nAUTH nobody x\nAUTH a b c\nPING",
]);

conformance("connection: requirepass", [
  "CONFIG SET requirepass secret",
  "PING",
  on("late", "PING"),
  "AUTH wrong\nAUTH default wrong\nAUTH nobody secret\nAUTH secret\nAUTH default secret\nPING",
  "CONFIG GET requirepass",
  'CONFIG SET requirepass ""',
  on("b", "PING", "AUTH x"),
]);

conformance("connection: commands before authentication", [
  on("admin", "CONFIG SET requirepass secret"),
  "RESET",
  `
  PING
  GET a
  NOSUCH
  GET
  HELLO 3 AUTH default wrong
  MULTI
  SUBSCRIBE a
  CLIENT ID
  COMMAND
  RESET
  AUTH
  `,
  since72("HELLO", HELLO_REFUSED),
  since72("HELLO 3", HELLO_REFUSED),
  masked(HELLO_OWN, "HELLO 3 AUTH default secret"),
  "PING\nRESET\nPING",
  on("admin", 'CONFIG SET requirepass ""'),
  "AUTH secret\nPING",
  on("c", closes("QUIT")),
]);

conformance("connection: CLIENT names and ids", [
  `
  CLIENT GETNAME
  CLIENT SETNAME bob
  CLIENT GETNAME
  client getname
  CLIENT SETNAME "with space"
  CLIENT SETNAME ""
  CLIENT GETNAME
  CLIENT SETNAME
  CLIENT SETNAME a b
  CLIENT GETNAME x
  CLIENT ID x
  CLIENT
  CLIENT FOO
  CLIENT FOO BAR
  CLIENT INFO x
  `,
  ["CLIENT", "SETNAME", "new\nline"],
  ["CLIENT", "SETNAME", "\xff"],
  ["CLIENT", "SETNAME", "~!#"],
  "CLIENT GETNAME",
  masked(/\d+/, "CLIENT ID"),
]);

conformance("connection: CLIENT LIST and INFO", [
  "CLIENT SETNAME lister",
  sameType("CLIENT LIST", "CLIENT INFO", "CLIENT LIST TYPE normal", "client list type NORMAL"),
  `
  CLIENT LIST TYPE
  CLIENT LIST TYPE foo
  CLIENT LIST TYPE master
  CLIENT LIST TYPE replica
  CLIENT LIST TYPE slave
  CLIENT LIST TYPE pubsub
  CLIENT LIST ID
  CLIENT LIST ID abc
  CLIENT LIST ID 0
  CLIENT LIST ID -1
  CLIENT LIST ID 99999999 99999998
  CLIENT LIST FOO
  CLIENT LIST FOO BAR
  CLIENT LIST TYPE normal extra
  `,
]);

conformance("connection: CLIENT KILL", [
  `
  CLIENT KILL
  CLIENT KILL 127.0.0.1:1
  CLIENT KILL nonsense
  CLIENT KILL ID
  CLIENT KILL ID abc
  CLIENT KILL ID 0
  CLIENT KILL ID -1
  CLIENT KILL ID 99999999
  CLIENT KILL ADDR 127.0.0.1:1
  CLIENT KILL LADDR 127.0.0.1:1
  CLIENT KILL TYPE foo
  CLIENT KILL TYPE master
  CLIENT KILL TYPE slave
  CLIENT KILL TYPE pubsub
  CLIENT KILL USER nobody
  CLIENT KILL SKIPME maybe
  CLIENT KILL SKIPME yes ID
  CLIENT KILL FOO BAR
  CLIENT KILL ID 99999999 FOO
  CLIENT KILL ID 99999999 TYPE pubsub SKIPME no
  `,
  on("victim", "SUBSCRIBE x"),
  "CLIENT KILL TYPE pubsub",
  on("victim", closes("PING")),
  "PUBSUB NUMSUB x",
  on("suicide", closes("CLIENT KILL TYPE normal SKIPME no USER default")),
], { protocols: [2] });

conformance("connection: CLIENT REPLY", [
  "CLIENT REPLY ON\nCLIENT REPLY FOO\nCLIENT REPLY\nCLIENT REPLY ON x",
  replies(0, "CLIENT REPLY SKIP", "PING"),
  "PING visible",
  replies(0, "CLIENT REPLY OFF", "PING", "SET a 1", "NOSUCH", "CLIENT REPLY SKIP", "PING"),
  "CLIENT REPLY ON\nGET a",
  replies(0, "CLIENT REPLY SKIP", "CLIENT REPLY SKIP"),
  replies(0, "PING"),
  "PING again",
]);

conformance("connection: CLIENT REPLY, subscriptions and messages", [
  replies(0, "CLIENT REPLY OFF", "PING"),
  replies(2, "SUBSCRIBE x y"),
  on("b", "PUBLISH x hello", "CLIENT REPLY ON"),
  replies(1, ["PSUBSCRIBE", "p*"]),
  on("b", "PUBLISH py hello"),
  replies(1, "UNSUBSCRIBE x"),
  replies(2, "RESET", "PING"),
  replies(0, "CLIENT REPLY SKIP"),
  replies(1, "SUBSCRIBE z"),
  "PING",
  replies(0, "CLIENT REPLY OFF"),
]);

conformance("connection: CLIENT REPLY and RESET", [
  "SELECT 1",
  replies(0, "CLIENT REPLY SKIP", "RESET"),
  "PING",
  replies(0, "CLIENT REPLY OFF"),
  "RESET",
  "PING",
]);

conformance("connection: CLIENT NO-EVICT, PAUSE, UNPAUSE, UNBLOCK, others", [
  `
  CLIENT NO-EVICT on
  CLIENT NO-EVICT OFF
  CLIENT NO-EVICT maybe
  CLIENT NO-EVICT
  CLIENT PAUSE
  CLIENT PAUSE abc
  CLIENT PAUSE -1
  CLIENT PAUSE 100 FOO
  CLIENT PAUSE 100 WRITE x
  CLIENT PAUSE 0
  CLIENT UNPAUSE
  CLIENT UNPAUSE x
  CLIENT PAUSE 100000 WRITE
  GET a
  CLIENT UNPAUSE
  SET a 1
  CLIENT UNBLOCK
  CLIENT UNBLOCK abc
  CLIENT UNBLOCK 99999999
  CLIENT UNBLOCK 99999999 FOO
  CLIENT UNBLOCK 99999999 TIMEOUT
  CLIENT UNBLOCK 99999999 ERROR
  CLIENT UNBLOCK -1
  CLIENT UNBLOCK 1 TIMEOUT x
  `,
  since72("CLIENT NO-TOUCH ON", "+OK"),
  since72("CLIENT NO-TOUCH off", "+OK"),
  since72("CLIENT NO-TOUCH maybe", "-ERR syntax error"),
  since72("CLIENT NO-TOUCH", "-ERR wrong number of arguments for 'client|no-touch' command"),
  since72("CLIENT SETINFO LIB-NAME tester", "+OK"),
  since72("CLIENT SETINFO lib-ver 1.2.3", "+OK"),
  since72("CLIENT SETINFO FOO bar", "-ERR Unrecognized option 'FOO'"),
  since72(
    'CLIENT SETINFO LIB-NAME "with space"',
    "-ERR LIB-NAME cannot contain spaces, newlines or special characters.",
  ),
  since72("CLIENT SETINFO LIB-NAME", "-ERR wrong number of arguments for 'client|setinfo' command"),
]);

conformance("connection: paused writes wait, and go on afterwards", [
  "CLIENT PAUSE 100000 WRITE",
  on("writer", replies(0, "SET a 1", "GET a")),
  "GET a\nPING\nCLIENT UNPAUSE",
  on("writer", replies(3, "PING")),
  "GET a",
]);

conformance("connection: replies of each RESP3 type", [
  `
  DEBUG PROTOCOL string
  DEBUG PROTOCOL integer
  DEBUG PROTOCOL double
  DEBUG PROTOCOL null
  DEBUG PROTOCOL array
  DEBUG PROTOCOL set
  DEBUG PROTOCOL map
  DEBUG PROTOCOL attrib
  DEBUG PROTOCOL verbatim
  DEBUG PROTOCOL true
  DEBUG PROTOCOL false
  DEBUG PROTOCOL bignum
  DEBUG PROTOCOL foo
  `,
]);
conformance("connection: a RESP3 push as reply", ["DEBUG PROTOCOL push"], { protocols: [3] });

conformance("connection: COMMAND basics", [
  `
  COMMAND COUNT x
  COMMAND FOO
  COMMAND INFO nosuch
  COMMAND GETKEYS
  COMMAND GETKEYS nosuch a
  `,
  // Redis 7.2 takes a command without arguments here.
  since72("COMMAND GETKEYS PING", "-ERR The command has no key arguments"),
  since72("COMMAND GETKEYS GET", "-ERR Invalid number of arguments specified for command"),
  `
  COMMAND GETKEYS GET k
  COMMAND GETKEYS MSET a 1 b 2
  COMMAND GETKEYS SET k v EX 10
  COMMAND GETKEYSANDFLAGS SET k v
  COMMAND GETKEYSANDFLAGS SET k v GET
  COMMAND GETKEYSANDFLAGS COPY a b
  COMMAND GETKEYSANDFLAGS LCS a b
  COMMAND LIST FOO
  COMMAND LIST FILTERBY FOO x
  COMMAND LIST FILTERBY MODULE nosuch
  COMMAND LIST FILTERBY PATTERN xyz*
  `,
  unordered("COMMAND LIST FILTERBY PATTERN getr*", "COMMAND LIST FILTERBY PATTERN p*ex"),
]);
