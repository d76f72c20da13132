/**
 * The text of INFO: which sections, in which order.
 *
 * @module
 */

import { clientsSection } from "./clients.ts";
import { commandStatsSection, errorStatsSection, latencyStatsSection } from "./commands.ts";
import { cpuSection } from "./cpu.ts";
import { clusterSection, keyspaceSection, modulesSection } from "./keyspace.ts";
import { memorySection } from "./memory.ts";
import { persistenceSection } from "./persistence.ts";
import { replicationSection } from "./replication.ts";
import { serverSection } from "./server.ts";
import type { InfoSource, Section } from "./source.ts";
import { debugSection, statsSection } from "./stats.ts";

export type { Identity, InfoSource } from "./source.ts";

/** How a section is asked for: always, by `all`, by `everything`, or only by its name. */
type Visibility = "default" | "all" | "everything" | "by-name";

interface Row {
  readonly title: string;
  readonly visibility: Visibility;
  readonly section: Section;
  /** Another name for it. */
  readonly alias?: string;
}

/** All sections in the order in which they are shown. A section's name is its title in lower case. */
const SECTIONS: readonly Row[] = [
  { title: "Server", visibility: "default", section: serverSection },
  { title: "Clients", visibility: "default", section: clientsSection },
  { title: "Memory", visibility: "default", section: memorySection },
  { title: "Persistence", visibility: "default", section: persistenceSection },
  { title: "Stats", visibility: "default", section: statsSection },
  { title: "Replication", visibility: "default", section: replicationSection },
  { title: "CPU", visibility: "default", section: cpuSection },
  { title: "Modules", visibility: "default", section: modulesSection, alias: "module_list" },
  { title: "Commandstats", visibility: "all", section: commandStatsSection },
  { title: "Errorstats", visibility: "default", section: errorStatsSection },
  { title: "Latencystats", visibility: "all", section: latencyStatsSection },
  { title: "Cluster", visibility: "default", section: clusterSection },
  { title: "Keyspace", visibility: "default", section: keyspaceSection },
  { title: "Debug", visibility: "by-name", section: debugSection },
];

const SHOWN_BY: Readonly<Record<string, readonly Visibility[]>> = {
  default: ["default"],
  all: ["default", "all"],
  everything: ["default", "all", "everything"],
};

/**
 * The text for the section names that a client gave, in any case; without one the default sections. Unknown names
 * give nothing, and no section comes twice. Lines end with CR LF, sections are parted by an empty line.
 */
export function infoText(source: InfoSource, names: readonly string[]): string {
  const wanted = new Set(names.length === 0 ? ["default"] : names.map((name) => name.toLowerCase()));
  return SECTIONS.filter((row) => isWanted(row, wanted)).map((row) => render(row, source)).join("\r\n");
}

function isWanted({ title, alias, visibility }: Row, wanted: ReadonlySet<string>): boolean {
  if (wanted.has(title.toLowerCase()) || (alias !== undefined && wanted.has(alias))) return true;
  return Object.entries(SHOWN_BY).some(([name, shown]) => wanted.has(name) && shown.includes(visibility));
}

function render({ title, section }: Row, source: InfoSource): string {
  const lines = section(source).map(([name, value]) => `${name}:${value}\r\n`);
  return `# ${title}\r\n${lines.join("")}`;
}
