import { inputsOf, mergeAggregates, type Replaced } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { PortValue } from '#app/sdk/ports.ts';

/** A table that is read straight from a file. */
export const isStream = (relation: Relation): boolean => (relation.op === 'scan' ? relation.source.kind === 'backend' : inputsOf(relation).some(isStream));

/** A table for the one query that reads it; behind a streamed file nobody looks at its steps, so they may be fewer. */
export function asAskedOnce(value: PortValue, replaced: Replaced): PortValue {
  return value.kind === 'table' && isStream(value.relation) ? { ...value, relation: mergeAggregates(value.relation, replaced) } : value;
}
