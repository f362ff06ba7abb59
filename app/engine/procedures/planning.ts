import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Before a run: estimates; why tables are kept; what the disk holds. */
export function planningProcedures(_os: Implementer, _engine: Engine) {
  return {};
}
