/**
 * The text of `--help`.
 *
 * @module
 */

import { REDIS_VERSION, VERSION } from "../../util/version.ts";

/** The line of `--version`: as redis-cli's, which scripts look for, with our own version behind it. */
export function versionLine(): string {
  return `redis-cli ${REDIS_VERSION} (mini-redis ${VERSION})\n`;
}

/** The whole help text. */
export function usage(): string {
  return `${versionLine()}
Usage: mini-redis cli [OPTIONS] [cmd [arg [arg ...]]]
${OPTIONS}
${EXAMPLES}`;
}

const OPTIONS = `\
  -h <hostname>      Host of the server (default: 127.0.0.1).
  -p <port>          Port of the server (default: 6379).
  -s <socket>        Unix socket of the server, instead of host and port.
  -a <password>      Password. The environment variable REDISCLI_AUTH keeps it out
                     of sight; -a goes first.
  --user <username>  User for 'AUTH username password'; needs a password.
  --pass <password>  The same as -a.
  --askpass          Ask for the password; -a and REDISCLI_AUTH are ignored.
  -u <uri>           redis://user:password@host:port/database, rediss:// over TLS,
                     or unix://user:password@/path/of/socket?db=database.
  -n <db>            Number of the database.
  -r <repeat>        Run the command that many times; -1: for ever.
  -i <interval>      Seconds between repetitions, such as 0.1. Also between the
                     lines of --stat, between samples of --latency and between
                     every 100 keys of --bigkeys, --memkeys and --hotkeys.
  -2, -3             Speak RESP2 or RESP3.
  -x                 Read the last argument from standard input.
  -X <tag>           Read the argument that is <tag> from standard input.
  -d <delimiter>     Between the elements of a reply in raw form (default: \\n).
  -D <delimiter>     Behind each reply in raw form (default: \\n).
  -c                 Follow the redirections of a cluster (-MOVED and -ASK).
  -e                 Exit with an error when the command fails.
  -t, --tls          Connect over TLS.
  --sni <host>       Server name to ask for over TLS.
  --cacert <file>    Authority that the server's certificate must come from.
  --cacertdir <dir>  Directory of such authorities.
  --insecure         Accept any certificate.
  --cert <file>      Certificate of the client.
  --key <file>       Private key of the client's certificate.
  --tls-ciphers <list>, --tls-ciphersuites <list>
                     Cipher suites to offer, separated by colons.
  --raw              Bare values (default when standard output is no terminal).
  --no-raw           Values for people, with types, whatever standard output is.
  --quoted-input     Arguments are quoted strings, such as '"a\\x00b"'.
  --csv              Comma-separated values.
  --json             JSON; speaks RESP3 unless -2 is given.
  --quoted-json      JSON in ASCII only.
  --show-pushes <yn> Print RESP3 push messages (default: on a terminal only).
  --stat             Print figures of the server, a line a second.
  --latency          Measure the round trip of PING without end; for one second if
                     standard output is no terminal, or with --raw or --csv.
  --latency-history  The same, beginning anew every 15 seconds, or as -i says.
  --latency-dist     The same as a line of colours a second, or as -i says.
  --mono             The colours are shades of grey.
  --intrinsic-latency <sec>
                     Measure for that long how late this machine runs a process.
  --replica          Print the commands that the server sends its replicas.
  --rdb <file>       Save the server's data in a file; - is standard output.
  --functions-rdb <file>
                     Save its functions only.
  --pipe             Send commands in RESP from standard input as they are.
  --pipe-timeout <n> Give up that many seconds after all was sent (default: 30;
                     0: never).
  --bigkeys          Look for keys with many elements.
  --memkeys          Look for keys that take much memory.
  --memkeys-samples <n>
                     The same, looking at so many elements of each key.
  --hotkeys          Look for keys used often; needs an lfu maxmemory-policy.
  --scan             List the keys.
  --pattern <pat>    Keys to list or to look at (default: *).
  --quoted-pattern <pat>
                     The same, as a quoted string.
  --count <n>        Keys to ask for at a time while listing.
  --eval <file>      Run a Lua script: the keys follow, a comma, the arguments.
  --verbose          Say more.
  --no-auth-warning  Don't warn of a password on the command line.
  --help             Print this text.
  --version          Print the version.
`;

const EXAMPLES = `\
Examples:
  cat /etc/passwd | mini-redis cli -x set mypasswd
  mini-redis cli -r 100 lpush mylist x
  mini-redis cli -r 100 -i 1 info | grep used_memory_human:
  mini-redis cli --quoted-input set '"null-\\x00-separated"' value
  mini-redis cli --eval myscript.lua key1 key2 , arg1 arg2 arg3
  mini-redis cli --scan --pattern '*:12345*'

Without a command the client asks for commands; "help" is one of them. The
tabulator completes a command, and Ctrl-R goes back to earlier lines that contain
what is typed.
`;
