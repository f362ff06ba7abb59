import { RelationError } from '#app/relation/error.ts';
import { didYouMean } from '#app/relation/near-miss.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Relation } from '#app/relation/types.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

function requireColumn(name: string, table: Relation, side: 'left' | 'right', index: number): void {
  const names = schemaOf(table).map((column) => column.name);
  if (names.includes(name)) return;
  throw new RelationError('unknown-column', `The ${side} table has no column “${name}”.${didYouMean(name, names)}`, {
    remedy: `Choose a column of the ${side} table.`,
    place: { param: ['on', index, side], column: name },
  });
}

export const relation: RelationFn<Params> = (inputs, params) => {
  const [left] = inputs['left'] ?? [];
  const [right] = inputs['right'] ?? [];
  if (left === undefined || right === undefined) return {};
  const on = params.kind === 'cross' ? [] : params.on.filter((pair) => pair.left !== '' && pair.right !== '');
  on.forEach((pair, index) => {
    requireColumn(pair.left, left, 'left', index);
    requireColumn(pair.right, right, 'right', index);
  });
  // Until keys are chosen the schema is that of the left table; configure says what is missing.
  if (params.kind !== 'cross' && on.length === 0) return left;
  return { op: 'join', kind: params.kind, left, right, on, rightSuffix: params.rightSuffix };
};
