/** Directives about the process, its log, its connections and its diagnosis. */

import {
  type Bounds,
  choice,
  flagSet,
  INT_MAX,
  INT_MIN,
  integer,
  LONG_MAX,
  memory,
  memoryOrPercent,
  octal,
  optionalText,
  text,
  UINT_MAX,
  yesNo,
} from "./builders.ts";
import { HIDDEN, IMMUTABLE, MEANINGLESS, MULTIPLE, SENSITIVE } from "./types.ts";

const PORT: Bounds = { min: 0n, max: 65535n };
const POSITIVE_INT: Bounds = { min: 1n, max: INT_MAX };
const NATURAL_INT: Bounds = { min: 0n, max: INT_MAX };
const NATURAL_LONG: Bounds = { min: 0n, max: LONG_MAX };
const FROM_ONE_MEBIBYTE: Bounds = { min: 1024n * 1024n, max: LONG_MAX };

const SIGNAL_ACTIONS = ["default", "save", "nosave", "now", "force"] as const;

function checkSignalActions(chosen: ReadonlySet<string>): string | null {
  const both = chosen.has("save") && chosen.has("nosave");
  return both ? "shutdown options SAVE and NOSAVE can't be used simultaneously" : null;
}

const TITLE_VARIABLES = new Set([
  "title",
  "listen-addr",
  "server-mode",
  "port",
  "tls-port",
  "unixsocket",
  "config-file",
]);

/** The template must not be empty, and every `{` must open a known `{variable}` or be doubled. */
function checkTitleTemplate(template: string): string | null {
  const rest = template.replace(/\{(?:\{|([^}]*)\})/g, (found, name: string | undefined) => {
    return name === undefined || TITLE_VARIABLES.has(name) ? "" : found;
  });
  return template === "" || rest.includes("{")
    ? "template format is invalid or contains unknown variables"
    : null;
}

export const connectionDirectives = {
  "port": integer(6379, PORT, 0, "The TCP port to listen on; 0 is none."),
  "unixsocket": optionalText(IMMUTABLE, "The path of a Unix socket to listen on besides the TCP port."),
  "unixsocketperm": octal(0, 0o777n, IMMUTABLE, "The file permissions of the Unix socket; 0 leaves them."),
  "tcp-backlog": integer(
    511,
    NATURAL_INT,
    IMMUTABLE,
    "How many connections may wait to be accepted.",
  ),
  "tcp-keepalive": integer(300, NATURAL_INT, 0, "Seconds between TCP keep-alive probes; 0 is none."),
  "timeout": integer(0, NATURAL_INT, 0, "Closes a client that was idle for so many seconds; 0 is never."),
  "maxclients": integer(10000, { min: 1n, max: UINT_MAX }, 0, "How many clients may be connected at once."),
  "protected-mode": yesNo(
    true,
    0,
    "Refuses clients from other hosts while the default user has no password.",
  ),
  "requirepass": optionalText(SENSITIVE, "The password of the default user."),
  "bind-source-addr": optionalText(0, "The local address for outgoing connections."),
  "socket-mark-id": integer(
    0,
    { min: 0n, max: UINT_MAX },
    IMMUTABLE | MEANINGLESS,
    "A packet mark for sockets.",
  ),
  "client-query-buffer-limit": memory(
    1 << 30,
    FROM_ONE_MEBIBYTE,
    0,
    "How large an unfinished request may grow.",
  ),
  "proto-max-bulk-len": memory(512 << 20, FROM_ONE_MEBIBYTE, 0, "The longest single string in a request."),
  "maxmemory-clients": memoryOrPercent(0, 0, "How much memory all clients may use together; 0 is no limit."),
  "tracking-table-max-keys": integer(
    1000000,
    NATURAL_LONG,
    0,
    "How many keys client-side caching remembers.",
  ),
};

export const processDirectives = {
  "daemonize": yesNo(false, IMMUTABLE | MEANINGLESS, "Runs the server in the background."),
  "supervised": choice(
    ["upstart", "systemd", "auto", "no"],
    "no",
    IMMUTABLE | MEANINGLESS,
    "Reports readiness to a service supervisor.",
  ),
  "pidfile": optionalText(IMMUTABLE, "A file that holds the process id while the server runs."),
  "loglevel": choice(
    ["debug", "verbose", "notice", "warning"],
    "notice",
    0,
    "How much is written to the log.",
  ),
  "logfile": text("", IMMUTABLE, "The file of the log; empty is the standard output."),
  "syslog-enabled": yesNo(false, IMMUTABLE | MEANINGLESS, "Sends the log to the system logger."),
  "syslog-ident": text("redis", IMMUTABLE | MEANINGLESS, "The name of the server in the system log."),
  "syslog-facility": choice(
    ["user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"],
    "local0",
    IMMUTABLE | MEANINGLESS,
    "The facility of the system log.",
  ),
  "always-show-logo": yesNo(false, IMMUTABLE, "Shows the logo in the log at start."),
  "set-proc-title": yesNo(true, IMMUTABLE | MEANINGLESS, "Changes the title of the process."),
  "proc-title-template": text(
    "{title} {listen-addr} {server-mode}",
    MEANINGLESS,
    "The template of the title of the process.",
    checkTitleTemplate,
  ),
  "locale-collate": text("", MEANINGLESS, "The locale that string comparisons in scripts follow."),
  "ignore-warnings": text("", MEANINGLESS, "Warnings about the system that do not stop the start."),
  "databases": integer(16, POSITIVE_INT, IMMUTABLE, "The number of databases."),
  "hz": integer(
    10,
    { ...NATURAL_INT, clamp: [1n, 500n] },
    0,
    "How often a second the periodic work runs; held between 1 and 500.",
  ),
  "dynamic-hz": yesNo(true, 0, "Runs the periodic work more often when there are many clients."),
  "shutdown-timeout": integer(10, NATURAL_INT, 0, "Seconds that a shutdown waits for replicas to catch up."),
  "shutdown-on-sigint": flagSet(
    SIGNAL_ACTIONS,
    MULTIPLE,
    "How the server shuts down on SIGINT.",
    checkSignalActions,
  ),
  "shutdown-on-sigterm": flagSet(
    SIGNAL_ACTIONS,
    MULTIPLE,
    "How the server shuts down on SIGTERM.",
    checkSignalActions,
  ),
  "io-threads": integer(1, { min: 1n, max: 128n }, IMMUTABLE | MEANINGLESS, "The number of I/O threads."),
  "io-threads-do-reads": yesNo(false, IMMUTABLE | MEANINGLESS, "Lets the I/O threads read as well."),
  "server_cpulist": optionalText(IMMUTABLE | MEANINGLESS, "The processors for the main thread."),
  "bio_cpulist": optionalText(IMMUTABLE | MEANINGLESS, "The processors for background threads."),
  "aof_rewrite_cpulist": optionalText(IMMUTABLE | MEANINGLESS, "The processors for rewrites of the AOF."),
  "bgsave_cpulist": optionalText(IMMUTABLE | MEANINGLESS, "The processors for background snapshots."),
  "disable-thp": yesNo(true, IMMUTABLE | MEANINGLESS, "Switches transparent huge pages off for the process."),
  "oom-score-adj": choice(
    ["no", "yes", "relative", "absolute"],
    "no",
    MEANINGLESS,
    "Adjusts how the kernel's out-of-memory killer ranks the process.",
    { relative: "yes" },
  ),
  "crash-log-enabled": yesNo(true, MEANINGLESS, "Writes a report to the log on a crash."),
  "crash-memcheck-enabled": yesNo(true, MEANINGLESS, "Tests the memory on a crash."),
  "use-exit-on-panic": yesNo(false, HIDDEN | MEANINGLESS, "Exits in place of aborting on a panic."),
  "watchdog-period": integer(0, NATURAL_INT, HIDDEN | MEANINGLESS, "Milliseconds of the software watchdog."),
};

const PROTECTED_ACTION = ["no", "yes", "local"] as const;

export const accessDirectives = {
  "aclfile": text("", IMMUTABLE, "A file with the users and their permissions."),
  "acl-pubsub-default": choice(
    ["allchannels", "resetchannels"],
    "resetchannels",
    0,
    "Whether new users may use all pub/sub channels or none.",
  ),
  "acllog-max-len": integer(128, NATURAL_LONG, 0, "How many refusals ACL LOG keeps."),
  "enable-protected-configs": choice(
    PROTECTED_ACTION,
    "no",
    IMMUTABLE,
    "Who may change protected directives with CONFIG SET.",
  ),
  "enable-debug-command": choice(PROTECTED_ACTION, "no", IMMUTABLE, "Who may use the DEBUG command."),
  "enable-module-command": choice(
    PROTECTED_ACTION,
    "no",
    IMMUTABLE | MEANINGLESS,
    "Who may use the MODULE command.",
  ),
  "busy-reply-threshold": integer(
    5000,
    NATURAL_LONG,
    0,
    "Milliseconds after which a running script makes the server answer BUSY.",
    "lua-time-limit",
  ),
  "lua-enable-deprecated-api": yesNo(
    false,
    IMMUTABLE | HIDDEN,
    "Gives scripts the deprecated parts of the Lua API.",
  ),
  "propagation-error-behavior": choice(
    ["ignore", "panic", "panic-on-replicas"],
    "ignore",
    0,
    "What happens when a replicated or replayed command fails.",
  ),
};

export const diagnosisDirectives = {
  "slowlog-log-slower-than": integer(
    10000,
    { min: -1n, max: LONG_MAX },
    0,
    "Microseconds from which a command enters the slow log; 0 is every command, -1 none.",
  ),
  "slowlog-max-len": integer(128, NATURAL_LONG, 0, "How many entries the slow log keeps."),
  "latency-monitor-threshold": integer(
    0,
    NATURAL_LONG,
    0,
    "Milliseconds from which the latency monitor records an event; 0 is off.",
  ),
  "latency-tracking": yesNo(true, 0, "Records how long each command takes."),
  "key-load-delay": integer(
    0,
    { min: INT_MIN, max: INT_MAX },
    HIDDEN,
    "For tests: microseconds to wait after every key that is loaded; negative: 1 for so many keys.",
  ),
  "rdb-key-save-delay": integer(
    0,
    { min: INT_MIN, max: INT_MAX },
    HIDDEN,
    "For tests: microseconds to wait after every key that is saved.",
  ),
  "loading-process-events-interval-bytes": integer(
    2 << 20,
    { min: 1024n, max: INT_MAX },
    HIDDEN | MEANINGLESS,
    "How many bytes are loaded between turns of the event loop.",
  ),
};
