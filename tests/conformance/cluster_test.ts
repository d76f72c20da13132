/**
 * A node of a cluster whose file says that it serves the slots up to 9999, while another node, which is not there, has
 * those up to 15000, and nobody the rest. Slot 449 (`k2`) is leaving for the other node, 12706 (`k1`) is coming from it.
 */

import {
  conformance,
  masked,
  on,
  receive,
  replies,
  sameType,
  serversWith,
  StepList,
  waits,
} from "./runner.ts";

const OURS = "a".repeat(40);
const OTHER = "b".repeat(40);
const NODES =
  `${OURS} 127.0.0.1:1@2 myself,master - 0 0 1 connected 0-9999 [449->-${OTHER}] [12706-<-${OTHER}]
${OTHER} 127.0.0.1:7@8 master - 0 0 2 connected 10000-15000
vars currentEpoch 2 lastVoteEpoch 0
`;

serversWith({
  config: {
    "cluster-enabled": true,
    "cluster-require-full-coverage": "no",
    // The other node counts as working all the time.
    "cluster-node-timeout": 600_000,
  },
  files: { "nodes.conf": NODES },
});

/** A node is careful for the first two seconds. */
const untilOk = new StepList([{
  label: "(until the cluster works)",
  connection: "counting",
  bytes: "*2\r\n$7\r\nCLUSTER\r\n$4\r\nINFO\r\n",
  replies: 1,
  normalise: [],
  until: /cluster_state:ok/,
}]);

conformance("cluster: commands go to the node that has the key", [
  untilOk,
  "SET bar 1\nGET bar\nSET foo 1\nGET foo\nGET a\nSET a 1",
  "MGET bar foo\nMGET {bar}1 {bar}2 bar\nMSET {bar}1 a {bar}2 b\nMGET foo a\nMGET a foo\nMGET a bar",
  "DEL bar foo\nEXISTS foo foo\nTOUCH {bar}1 {bar}2",
  "PING\nDBSIZE\nGET\nSET foo\nOBJECT ENCODING foo\nXGROUP CREATE foo g $\nXADD foo * a 1",
  "XREAD STREAMS foo 0\nXREAD BLOCK 10 STREAMS {bar}s foo 0 0\nBLPOP foo 0\nBLMOVE {bar}1 foo LEFT LEFT 0",
  "ZUNIONSTORE bar 1 foo\nZUNION 2 {bar}1 {bar}2\nZUNION 2 {bar}1 foo\nSORT bar STORE foo\nSORT foo",
  "RENAME bar foo\nRENAME foo {foo}1\nCOPY bar foo\nCOPY foo bar\nLMPOP 2 foo {foo} LEFT",
  "GEORADIUS bar 1 1 1 m STORE foo\nSINTERCARD 2 bar foo\nMEMORY USAGE foo\nDUMP foo\nTTL foo",
  "SELECT 0\nSELECT 1\nSWAPDB 0 1\nMOVE bar 1\nCOPY bar {bar}x DB 1\nREPLICAOF NO ONE\nFAILOVER",
  "CONFIG SET cluster-preferred-endpoint-type hostname\nGET foo",
  "CONFIG SET cluster-preferred-endpoint-type unknown-endpoint\nGET foo\nGET k2",
  "CONFIG SET cluster-preferred-endpoint-type ip\nGET foo",
]);

conformance("cluster: slots on their way", [
  untilOk,
  "GET k2\nSET k2 1\nMGET k2 {k2}1\nDEL k2 {k2}1",
  "GET k1\nSET k1 1\nASKING\nSET k1 1\nGET k1\nASKING\nGET k1\nGET k1",
  "ASKING\nMGET k1 {k1}2\nASKING\nMGET k1 k1\nASKING\nMSET k1 1 {k1}2 2\nASKING\nMSET {k1}3 1\nASKING\nMGET k1 {k1}3",
  "ASKING\nPING\nGET k1\nASKING\nASKING\nGET k1",
  "ASKING\nMULTI\nGET k1\nSET k1 2\nEXEC\nGET k1\nMULTI\nGET k1\nEXEC",
  "ASKING\nGET foo\nASKING\nGET bar\nASKING\nMULTI\nGET bar\nGET k1\nEXEC",
  "RESTORE-ASKING k1 0 x\nRESTORE k1 0 x\nREADONLY\nGET foo\nGET k1\nREADWRITE",
  "SPUBLISH k1 x\nSPUBLISH k2 x",
]);

conformance("cluster: transactions", [
  untilOk,
  "MULTI\nSET bar 1\nGET bar\nEXEC\nMULTI\nGET foo\nGET bar\nEXEC",
  "MULTI\nSET bar 1\nSET hello 1\nEXEC\nGET bar\nGET hello\nEXEC",
  "MULTI\nPING\nEXEC\nMULTI\nGET a\nEXEC\nWATCH foo\nWATCH bar\nWATCH bar hello\nMULTI\nDISCARD",
  "MULTI\nGET k2\nEXEC\nMULTI\nSET bar\nEXEC",
]);

conformance("cluster: while the cluster is down", [
  untilOk,
  "SET bar 1",
  waits("w", "BLPOP {bar}q 0"),
  "CONFIG SET cluster-require-full-coverage yes\nCLUSTER DELSLOTS 1",
  receive("w"),
  "GET bar\nSET bar 1\nGET foo\nGET a\nGET k2\nMGET bar foo\nPING\nMULTI\nGET bar\nEXEC\nEXISTS bar",
  "SPUBLISH bar x\nSPUBLISH foo x\nSPUBLISH a x",
  "CONFIG SET cluster-allow-pubsubshard-when-down no\nSPUBLISH bar x\nSPUBLISH foo x\nSPUBLISH a x",
  "CONFIG SET cluster-allow-pubsubshard-when-down yes\nCONFIG SET cluster-allow-reads-when-down yes",
  "GET bar\nSET bar 1\nGET foo\nSET foo 1\nGET a\nGET k2\nSET k2 1\nMULTI\nGET bar\nSET bar 1\nEXEC",
  "MULTI\nGET bar\nEXEC",
  "CONFIG SET cluster-allow-reads-when-down no\nCONFIG SET cluster-require-full-coverage no\nCLUSTER ADDSLOTS 1",
  untilOk,
  "GET bar",
]);

conformance("cluster: publish and subscribe", [
  untilOk,
  "PUBLISH foo x\nSPUBLISH foo x\nSPUBLISH bar x\nSPUBLISH a x",
  on("s", "SSUBSCRIBE bar", replies(2, "SSUBSCRIBE {bar}1 {bar}2"), "SSUBSCRIBE foo", "SSUBSCRIBE bar hello"),
  on("s", "SUBSCRIBE anything"),
  "SPUBLISH {bar}1 hello\nPUBLISH anything hello",
  receive("s", 2),
  on("s", "SUNSUBSCRIBE bar", "SUNSUBSCRIBE foo", "SUNSUBSCRIBE {bar}1", "SUNSUBSCRIBE"),
]);

conformance("cluster: keys in slots", [
  untilOk,
  "FLUSHALL\nMSET bar 1 {bar}1 2 {bar}2 3\nSET hello 1",
  "CLUSTER COUNTKEYSINSLOT 5061\nCLUSTER COUNTKEYSINSLOT 866\nCLUSTER COUNTKEYSINSLOT 867",
  "CLUSTER GETKEYSINSLOT 866 10\nCLUSTER GETKEYSINSLOT 866 0\nCLUSTER GETKEYSINSLOT 867 10",
  "DEL {bar}1\nCLUSTER COUNTKEYSINSLOT 5061\nEXPIRE bar -1\nCLUSTER COUNTKEYSINSLOT 5061",
  "CLUSTER COUNTKEYSINSLOT -1\nCLUSTER COUNTKEYSINSLOT 16384\nCLUSTER COUNTKEYSINSLOT x\nCLUSTER COUNTKEYSINSLOT",
  "CLUSTER GETKEYSINSLOT -1 1\nCLUSTER GETKEYSINSLOT 1 -1\nCLUSTER GETKEYSINSLOT x 1\nCLUSTER GETKEYSINSLOT 1 x",
  "CLUSTER KEYSLOT foo\nCLUSTER KEYSLOT {foo}bar\nCLUSTER KEYSLOT {}foo\nCLUSTER KEYSLOT ''\nCLUSTER KEYSLOT",
  "FLUSHALL\nCLUSTER COUNTKEYSINSLOT 5061",
]);

conformance("cluster: CLUSTER, what it tells", [
  untilOk,
  "CLUSTER MYID\nCLUSTER MYID x",
  // Its lines come in any order.
  sameType("CLUSTER NODES"),
  masked(/:\d{5}\r/, "CLUSTER SLOTS"),
  // Nobody listens there, but now and then a link is being tried.
  sameType("CLUSTER LINKS"),
  `CLUSTER REPLICAS ${OURS}`,
  `CLUSTER REPLICAS ${"c".repeat(40)}\nCLUSTER REPLICAS x\nCLUSTER SLAVES ${OTHER}`,
  `CLUSTER COUNT-FAILURE-REPORTS ${OTHER}\nCLUSTER COUNT-FAILURE-REPORTS x`,
  masked(/^[$=]\d+|(?:cluster_stats_messages_\w+:\d+\r\n)+|epoch:\d+/, "CLUSTER INFO"),
  "INFO cluster",
]);

conformance("cluster: CLUSTER, what it refuses", [
  untilOk,
  "CLUSTER\nCLUSTER NOSUCH\nCLUSTER INFO x\nCLUSTER NODES x\nCLUSTER SLOTS x\nCLUSTER SHARDS x\nCLUSTER LINKS x",
  "CLUSTER ADDSLOTS\nCLUSTER ADDSLOTS 1\nCLUSTER ADDSLOTS x\nCLUSTER ADDSLOTS 16384\nCLUSTER ADDSLOTS -1",
  "CLUSTER ADDSLOTS 15500 15500\nCLUSTER ADDSLOTS 15500 x\nCLUSTER ADDSLOTS 15500 1",
  "CLUSTER DELSLOTS 16000\nCLUSTER DELSLOTS 1 1\nCLUSTER DELSLOTS 1 x",
  "CLUSTER ADDSLOTSRANGE 1\nCLUSTER ADDSLOTSRANGE 1 2\nCLUSTER ADDSLOTSRANGE 2 1\nCLUSTER ADDSLOTSRANGE 1 2 3",
  "CLUSTER ADDSLOTSRANGE 16000 16001 16001 16002\nCLUSTER ADDSLOTSRANGE x 1\nCLUSTER DELSLOTSRANGE 16000 16001",
  "CLUSTER DELSLOTSRANGE 5 4\nCLUSTER DELSLOTSRANGE 1",
  "CLUSTER SETSLOT 1\nCLUSTER SETSLOT 1 x\nCLUSTER SETSLOT x STABLE\nCLUSTER SETSLOT 16384 STABLE",
  `CLUSTER SETSLOT 1 MIGRATING x\nCLUSTER SETSLOT 10000 MIGRATING ${OTHER}\nCLUSTER SETSLOT 1 MIGRATING`,
  `CLUSTER SETSLOT 1 IMPORTING ${OTHER}\nCLUSTER SETSLOT 10000 IMPORTING x\nCLUSTER SETSLOT 1 STABLE x`,
  `CLUSTER SETSLOT 1 NODE x\nCLUSTER SETSLOT 1 NODE`,
  `SET bar 1\nCLUSTER SETSLOT 5061 NODE ${OTHER}\nDEL bar`,
  "CLUSTER MEET x 1\nCLUSTER MEET 127.0.0.1 x\nCLUSTER MEET 127.0.0.1 1 x\nCLUSTER MEET 127.0.0.1 0",
  "CLUSTER MEET 127.0.0.1 70000\nCLUSTER MEET 127.0.0.1 1 2 3\nCLUSTER MEET\nCLUSTER MEET 1.2.3 1",
  `CLUSTER FORGET x\nCLUSTER FORGET ${OURS}\nCLUSTER FORGET`,
  `CLUSTER REPLICATE x\nCLUSTER REPLICATE ${OURS}\nCLUSTER REPLICATE ${OTHER}\nCLUSTER REPLICATE`,
  "CLUSTER FAILOVER\nCLUSTER FAILOVER x\nCLUSTER FAILOVER FORCE\nCLUSTER FAILOVER TAKEOVER\nCLUSTER FAILOVER FORCE x",
  "CLUSTER SET-CONFIG-EPOCH 5\nCLUSTER SET-CONFIG-EPOCH x\nCLUSTER SET-CONFIG-EPOCH -1\nCLUSTER SET-CONFIG-EPOCH",
  "SET bar 1\nCLUSTER FLUSHSLOTS\nCLUSTER RESET\nCLUSTER RESET x\nCLUSTER RESET HARD x\nDEL bar",
  "CLUSTER SAVECONFIG\nCLUSTER SAVECONFIG x\nCLUSTER BUMPEPOCH x",
]);

conformance("cluster: slots that are given up and taken", [
  untilOk,
  waits("w", "BLPOP {bar}q 0"),
  on("s", "SSUBSCRIBE bar"),
  "CLUSTER DELSLOTS 5061",
  receive("w"),
  receive("s"),
  "GET bar\nCLUSTER ADDSLOTS 5061\nGET bar",
  `CLUSTER SETSLOT 5061 MIGRATING ${OTHER}\nGET bar`,
  waits("w", "BLPOP {bar}q 0", 0),
  "CLUSTER SETSLOT 5061 STABLE",
  waits("w", "BLPOP {bar}q 0"),
  on("s", "SSUBSCRIBE bar"),
  `CLUSTER SETSLOT 5061 NODE ${OTHER}`,
  receive("w", 2),
  receive("s"),
  "GET bar",
  `CLUSTER SETSLOT 5061 NODE ${OURS}\nGET bar`,
]);
