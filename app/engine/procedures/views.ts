import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Looking at tables: statistics, search, charts, slices. */
export function viewsProcedures(_os: Implementer, _engine: Engine) {
  return {};
}
