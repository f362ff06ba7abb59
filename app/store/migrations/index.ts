import { automation } from './automation.ts';
import { features } from './features.ts';
import { firstLight } from './first-light.ts';
import { monitoring } from './monitoring.ts';
import { operate } from './operate.ts';
import { resultUse } from './result-use.ts';
import { trace } from './trace.ts';
import { serving } from './serving.ts';

/** Brings the schema from version n to n + 1, where n is the migration's place in the list. Runs in one transaction. */
export interface StoreMigration {
  readonly name: string;
  readonly sql: string;
}

/** In order; never edited once released, only added to. The version of a database is how many were applied. */
export const storeMigrations: readonly StoreMigration[] = [
  firstLight,
  resultUse,
  operate,
  trace,
  monitoring,
  automation,
  serving,
  features,
];
