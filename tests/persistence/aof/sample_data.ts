/** Commands that make values of every type and encoding, with bytes and numbers that are hard to write. */
export function sampleCommands(): string[] {
  const commands = [
    "SET string value",
    'SET "binary\\x00\\r\\n\\xff" "\\x00\\r\\n$5\\r\\n\\xfe"',
    "SET integer -9223372036854775808",
    'SET empty ""',
    `SET long ${"x".repeat(100_000)}`,
    "SET expiring value PXAT 4000000000000",
    "RPUSH list a 1 -5 300 70000 5000000000",
    'RPUSH list "" "\\xff\\x00"',
    "SADD integers 1 2 3 -70000 5000000000",
    "SADD words a b c 1",
    "HSET hash field value 1 2",
    "PEXPIREAT hash 4000000000001",
    "ZADD scores 1 a 2.5 b -inf c +inf d 1048576 e 0.25 f",
    "XADD stream 1-1 field value other 2",
    "XADD stream 5-0 field value2 other 3",
    "XADD stream 5-1 different 1",
    "XADD stream 7-0 gone 1",
    "XDEL stream 7-0",
    "XGROUP CREATE stream group 0 ENTRIESREAD 0",
    "XGROUP CREATE stream idle $",
    "XGROUP CREATECONSUMER stream group lazy",
    "XREADGROUP GROUP group busy COUNT 2 STREAMS stream >",
    "XADD empty_stream 9-9 a b",
    "XDEL empty_stream 9-9",
    "SELECT 9",
    "SET other_database 1",
  ];
  for (let i = 0; i < 5000; i += 50) {
    const numbers = Array.from({ length: 50 }, (_, j) => i + j);
    commands.push(`RPUSH large_list ${numbers.join(" ")}`);
    commands.push(`SADD large_set ${numbers.map((n) => `m${n}`).join(" ")}`);
    commands.push(`HSET large_hash ${numbers.map((n) => `f${n} v${n}`).join(" ")}`);
    commands.push(`ZADD large_scores ${numbers.map((n) => `${n / 4} m${n}`).join(" ")}`);
  }
  for (let i = 1; i < 2000; i++) commands.push(`XADD large_stream ${i}-0 n ${i}`);
  return commands;
}
