import { col, limit } from '#app/relation/build.ts';
import { atParam, joinColumns, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { JoinParams } from './node.ts';

export const relation: RelationFn<JoinParams> = (inputs, { kind, keys, suffix }) => {
  const left = tableInput(inputs, 'left');
  const right = tableInput(inputs, 'right');
  const join = (joinKind: JoinParams['kind'], on: JoinParams['keys']): Relation & { op: 'join' } => ({ op: 'join', kind: joinKind, left, right, on, rightSuffix: suffix });
  if (kind === 'cross') return join('cross', []);
  const complete = keys.filter((pair) => pair.left !== '' && pair.right !== '');
  // Until there is a key the columns are known, but no rows: configure asks for one.
  if (complete.length === 0) return limit(join('cross', []), 0);
  keys.forEach((pair, i) => {
    if (pair.left === '' || pair.right === '') return;
    atParam(['keys', i, 'left'], () => typeOf(col(pair.left), schemaOf(left)));
    atParam(['keys', i, 'right'], () => typeOf(col(pair.right), schemaOf(right)));
    atParam(['keys', i], () => joinColumns(join(kind, [pair]), schemaOf(left), schemaOf(right)));
  });
  return join(kind, complete);
};
