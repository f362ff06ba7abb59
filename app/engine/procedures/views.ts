import type { Engine } from '../engine.ts';
import { columnDetailProcedure } from './column-detail.ts';
import { chartProcedure } from './charts.ts';
import type { Implementer } from './implementer.ts';

/** Looking at tables: statistics, search, charts, slices. */
export function viewsProcedures(os: Implementer, engine: Engine) {
  return {
    column: columnDetailProcedure(os, engine),
    chart: chartProcedure(os, engine),
  };
}
