import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Live results of expressions while they are typed. */
export function expressionsProcedures(_os: Implementer, _engine: Engine) {
  return {};
}
