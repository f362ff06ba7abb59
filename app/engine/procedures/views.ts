import type { Engine } from '../engine.ts';
import { chartProcedure } from './charts.ts';
import type { Implementer } from './implementer.ts';

/** Looking at tables: statistics, search, charts, slices. */
export function viewsProcedures(os: Implementer, engine: Engine) {
  return {
    chart: chartProcedure(os, engine),
  };
}
