import { cast, col, lit, named, project } from '#app/relation/build.ts';
import { nameKey, RelationError, schemaOf } from '#app/relation/index.ts';
import type { NamedExpr, Relation } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { align } from './align.ts';
import type { ConcatenateParams } from './node.ts';

export const relation: RelationFn<ConcatenateParams> = (inputs, params) => {
  const first = tableInput(inputs, 'tables');
  const tables = inputs['tables'] ?? [first];
  const { columns } = align(tables.map(schemaOf), params);
  if (columns.length === 0) {
    throw new RelationError('no-common-columns', 'No column is in every table, so nothing would be left.', { remedy: 'Rename columns that mean the same, match by position, or keep all columns.', place: { param: ['columns'] } });
  }
  const source = params.kind === 'all' ? params.source.trim() : '';
  if (source !== '' && columns.some((column) => nameKey(column.name) === nameKey(source))) {
    throw new RelationError('duplicate-column', `The tables already have a column “${source}”.`, { remedy: 'Choose another name for the source column.', place: { param: ['source'], column: source } });
  }
  const aligned = tables.map((table, at): Relation => {
    const exprs: NamedExpr[] = columns.map(({ name, type, sources }) => {
      const from = sources[at] ?? null;
      if (from === null) return named(name, lit(null, type));
      return named(name, from.type === type ? col(from.name) : cast(col(from.name), type));
    });
    const name = params.names[at]?.trim() ?? '';
    if (source !== '') exprs.unshift(named(source, lit(name === '' ? String(at + 1) : name, 'string')));
    return project(table, exprs);
  });
  const [left, ...others] = aligned;
  if (left === undefined) return first;
  switch (params.kind) {
    case 'all':
      return { op: 'union', inputs: aligned, by: 'name' };
    case 'distinct':
      return { op: 'distinct', input: { op: 'union', inputs: aligned, by: 'name' } };
    case 'intersect':
    case 'except':
      return others.reduce((sum, right): Relation => ({ op: 'set', kind: params.kind === 'intersect' ? 'intersect' : 'except', left: sum, right }), left);
  }
};
