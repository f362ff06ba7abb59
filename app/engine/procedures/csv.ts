import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** The CSV reader’s live preview. */
export function csvProcedures(_os: Implementer, _engine: Engine) {
  return {};
}
