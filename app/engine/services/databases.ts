import type { DatabaseProbes, DatabaseServices } from '#app/sdk/databases.ts';

/** What node runs and probes ask of outside databases. */
export interface OutsideDatabases {
  probes(signal: AbortSignal): DatabaseProbes;
  services(signal: AbortSignal): DatabaseServices;
}

export const noDatabases: OutsideDatabases = { probes: () => ({}), services: () => ({}) };
