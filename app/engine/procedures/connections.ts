import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Database connections of the project. */
export function connectionsProcedures(_os: Implementer, _engine: Engine) {
  return {};
}
