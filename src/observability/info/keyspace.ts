/** INFO keyspace, cluster and modules. */

import type { Field, InfoSource } from "./source.ts";

/** One line for each database that has keys. */
export function keyspaceSection({ keyspace }: InfoSource): Field[] {
  const fields: Field[] = [];
  for (const database of keyspace.databases()) {
    if (database.size === 0) continue;
    const averageTtl = Math.round(database.averageTtl);
    fields.push([
      `db${database.index}`,
      `keys=${database.size},expires=${database.expiring},avg_ttl=${averageTtl}`,
    ]);
  }
  return fields;
}

/** The lines of INFO cluster. */
export function clusterSection({ config }: InfoSource): Field[] {
  return [["cluster_enabled", config.get("cluster-enabled") ? 1 : 0]];
}

/** There are no modules. */
export function modulesSection(): Field[] {
  return [];
}
