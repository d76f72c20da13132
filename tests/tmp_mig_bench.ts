import { startRedis, startServer } from "./harness.ts";
for (const [name, from, to] of [["real→real", startRedis, startRedis], ["ours→real", startServer, startRedis], ["real→ours", startRedis, startServer], ["ours→ours", startServer, startServer]] as const) {
  await using s = await from({ config: { "enable-debug-command": true } }); await using t = await to();
  using a = await s.connect();
  for (const batch of [10, 1000]) {
    await a.ask("DEBUG", "POPULATE", 50000, `k${batch}`, 100);
    const t0 = performance.now();
    for (let i = 0; i < 50000; i += batch) {
      const r = await a.ask("MIGRATE", "127.0.0.1", t.port, "", 0, 5000, "KEYS", ...Array.from({ length: batch }, (_, j) => `k${batch}:${i + j}`));
      if (r !== "OK") throw new Error(String(r));
    }
    console.log(name, batch, "keys a call:", (50000 / (performance.now() - t0) * 1000).toFixed(0), "keys/s");
  }
}
