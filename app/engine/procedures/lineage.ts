import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Paths of a column through the canvas. */
export function lineageProcedures(_os: Implementer, _engine: Engine) {
  return {};
}
