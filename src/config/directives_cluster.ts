/** Directives about replication, the cluster and TLS. */

import {
  type Bounds,
  choice,
  INT_MAX,
  integer,
  LONG_MAX,
  memory,
  optionalText,
  text,
  ULONG_MAX,
  yesNo,
} from "./builders.ts";
import { DENY_LOADING, HIDDEN, IMMUTABLE, MEANINGLESS, SENSITIVE } from "./types.ts";

const PORT: Bounds = { min: 0n, max: 65535n };
const NATURAL_INT: Bounds = { min: 0n, max: INT_MAX };
const POSITIVE_INT: Bounds = { min: 1n, max: INT_MAX };
const NATURAL_LONG: Bounds = { min: 0n, max: LONG_MAX };
const LONGEST_HOST_NAME = 255;

function checkHostName(name: string): string | null {
  if (name.length > LONGEST_HOST_NAME) return "Hostnames must be less than 256 characters";
  return /^[A-Za-z0-9.-]*$/.test(name)
    ? null
    : "Hostnames may only contain alphanumeric characters, hyphens or dots";
}

function checkNodeName(name: string): string | null {
  return /[!#$%&()*+:;<>?@[\]^{|}~]/.test(name)
    ? "Announced human node name contained invalid character"
    : null;
}

export const replicationDirectives = {
  "masteruser": optionalText(SENSITIVE, "The user for logging in to the primary."),
  "masterauth": optionalText(SENSITIVE, "The password for logging in to the primary."),
  "replica-announce-ip": optionalText(0, "The address under which a replica is known.", "slave-announce-ip"),
  "replica-announce-port": integer(
    0,
    PORT,
    0,
    "The port under which a replica is known.",
    "slave-announce-port",
  ),
  "replica-announced": yesNo(true, 0, "Whether a replica is listed for clients that look for replicas."),
  "replica-ignore-disk-write-errors": yesNo(false, 0, "Lets a replica go on when it cannot write its files."),
  "replica-ignore-maxmemory": yesNo(
    true,
    0,
    "Leaves eviction on a replica to its primary.",
    "slave-ignore-maxmemory",
  ),
  "replica-lazy-flush": yesNo(
    false,
    MEANINGLESS,
    "Frees the old data in the background before a full synchronisation.",
    "slave-lazy-flush",
  ),
  "replica-priority": integer(100, NATURAL_INT, 0, "The rank for promotion; 0 is never.", "slave-priority"),
  "replica-read-only": yesNo(true, 0, "Refuses writes on a replica.", "slave-read-only"),
  "replica-serve-stale-data": yesNo(
    true,
    0,
    "Answers with old data while the link to the primary is down.",
    "slave-serve-stale-data",
  ),
  "min-replicas-to-write": integer(
    0,
    NATURAL_INT,
    0,
    "How many replicas must be in step for writes to be accepted; 0 is off.",
    "min-slaves-to-write",
  ),
  "min-replicas-max-lag": integer(
    10,
    NATURAL_INT,
    0,
    "Seconds of silence after which a replica counts as out of step.",
    "min-slaves-max-lag",
  ),
  "repl-backlog-size": memory(
    1 << 20,
    { min: 1n, max: LONG_MAX },
    0,
    "How much recent change is kept for replicas.",
  ),
  "repl-backlog-ttl": integer(
    3600,
    NATURAL_LONG,
    0,
    "Seconds without replicas until that memory is released.",
  ),
  "repl-disable-tcp-nodelay": yesNo(false, 0, "Sends fewer, larger packets to replicas."),
  "repl-diskless-load": choice(
    ["disabled", "on-empty-db", "swapdb"],
    "disabled",
    DENY_LOADING,
    "Whether a replica loads a snapshot straight from the connection.",
  ),
  "repl-diskless-sync": yesNo(true, 0, "Sends snapshots to replicas without a file in between."),
  "repl-diskless-sync-delay": integer(
    5,
    NATURAL_INT,
    0,
    "Seconds to wait for further replicas before sending.",
  ),
  "repl-diskless-sync-max-replicas": integer(
    0,
    NATURAL_INT,
    0,
    "Stops that wait once so many replicas are there.",
  ),
  "repl-ping-replica-period": integer(
    10,
    POSITIVE_INT,
    0,
    "Seconds between pings to replicas.",
    "repl-ping-slave-period",
  ),
  "repl-timeout": integer(
    60,
    POSITIVE_INT,
    0,
    "Seconds of silence after which a replication link is given up.",
  ),
};

export const clusterDirectives = {
  "cluster-enabled": yesNo(false, IMMUTABLE, "Makes this server a node of a cluster."),
  "cluster-config-file": text(
    "nodes.conf",
    IMMUTABLE,
    "The file in which a node keeps the state of the cluster.",
  ),
  "cluster-node-timeout": integer(
    15000,
    NATURAL_LONG,
    0,
    "Milliseconds after which a silent node counts as down.",
  ),
  "cluster-ping-interval": integer(1000, NATURAL_INT, HIDDEN, "Milliseconds between pings to random nodes."),
  "cluster-port": integer(
    0,
    PORT,
    IMMUTABLE,
    "The port of the cluster bus; 0 is the client port plus 10000.",
  ),
  "cluster-announce-ip": optionalText(0, "The address under which a node is known."),
  "cluster-announce-hostname": optionalText(
    0,
    "The host name under which a node is known.",
    undefined,
    checkHostName,
  ),
  "cluster-announce-human-nodename": optionalText(
    0,
    "A name of the node for people.",
    undefined,
    checkNodeName,
  ),
  "cluster-announce-port": integer(0, PORT, 0, "The port under which a node is known; 0 is its own."),
  "cluster-announce-tls-port": integer(0, PORT, 0, "The TLS port under which a node is known; 0 is its own."),
  "cluster-announce-bus-port": integer(0, PORT, 0, "The bus port under which a node is known; 0 is its own."),
  "cluster-preferred-endpoint-type": choice(
    ["ip", "hostname", "unknown-endpoint"],
    "ip",
    0,
    "Whether clients are sent to addresses or to host names.",
  ),
  "cluster-allow-pubsubshard-when-down": yesNo(true, 0, "Serves shard channels while the cluster is down."),
  "cluster-allow-reads-when-down": yesNo(false, 0, "Serves reads while the cluster is down."),
  "cluster-allow-replica-migration": yesNo(true, 0, "Lets replicas move to primaries that have none."),
  "cluster-migration-barrier": integer(
    1,
    NATURAL_INT,
    0,
    "How many replicas a primary keeps when others move.",
  ),
  "cluster-replica-no-failover": yesNo(
    false,
    0,
    "Keeps a replica from taking over by itself.",
    "cluster-slave-no-failover",
  ),
  "cluster-replica-validity-factor": integer(
    10,
    NATURAL_INT,
    0,
    "How old a replica's data may be for it to take over; 0 is any age.",
    "cluster-slave-validity-factor",
  ),
  "cluster-require-full-coverage": yesNo(true, 0, "Stops serving when a slot is not covered."),
  "cluster-link-sendbuf-limit": memory(
    0,
    { min: 0n, max: ULONG_MAX },
    0,
    "The most bytes that may wait on a cluster link; 0 is no limit.",
  ),
};

export const tlsDirectives = {
  "tls-port": integer(0, PORT, 0, "The port for TLS connections; 0 is none."),
  "tls-cluster": yesNo(false, 0, "Uses TLS on the cluster bus."),
  "tls-replication": yesNo(false, 0, "Uses TLS towards the primary."),
  "tls-auth-clients": choice(["no", "yes", "optional"], "yes", 0, "Whether clients must show a certificate."),
  "tls-cert-file": optionalText(0, "The certificate of the server."),
  "tls-key-file": optionalText(0, "The private key of the server."),
  "tls-key-file-pass": optionalText(SENSITIVE, "The passphrase of the private key."),
  "tls-client-cert-file": optionalText(0, "The certificate for outgoing connections."),
  "tls-client-key-file": optionalText(0, "The private key for outgoing connections."),
  "tls-client-key-file-pass": optionalText(SENSITIVE, "The passphrase of that key."),
  "tls-ca-cert-file": optionalText(0, "The certificates of the trusted authorities."),
  "tls-ca-cert-dir": optionalText(0, "A directory with the certificates of the trusted authorities."),
  "tls-protocols": optionalText(MEANINGLESS, "The TLS versions to allow."),
  "tls-ciphers": optionalText(MEANINGLESS, "The ciphers to allow up to TLS 1.2."),
  "tls-ciphersuites": optionalText(MEANINGLESS, "The cipher suites to allow in TLS 1.3."),
  "tls-prefer-server-ciphers": yesNo(false, MEANINGLESS, "Prefers the server's order of ciphers."),
  "tls-dh-params-file": optionalText(MEANINGLESS, "Parameters for the Diffie-Hellman exchange."),
  "tls-session-caching": yesNo(true, MEANINGLESS, "Lets clients resume TLS sessions."),
  "tls-session-cache-size": integer(20 * 1024, NATURAL_INT, MEANINGLESS, "How many TLS sessions are kept."),
  "tls-session-cache-timeout": integer(300, NATURAL_INT, MEANINGLESS, "Seconds that TLS sessions are kept."),
};
