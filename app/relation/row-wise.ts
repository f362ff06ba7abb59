import type { Relation } from './types.ts';

/**
 * Whether every output row comes from exactly one input row, looked at alone: scans, projections and filters.
 * Such a relation can be applied to one record at a time when a model is served.
 */
export function isRowWise(relation: Relation): boolean {
  let current = relation;
  while (current.op === 'project' || current.op === 'filter') current = current.input;
  return current.op === 'scan';
}
