import { PenstockError } from '#app/core/errors.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { valueOf } from './cells.ts';
import type { TableCreatorParams } from './node.ts';

export const relation: RelationFn<TableCreatorParams> = (_inputs, { table: { columns, rows } }) => {
  const names = columns.map(({ name }) => name.toLowerCase());
  // Said in words at the column by the node's own checks.
  if (columns.length === 0 || new Set(names).size < names.length || names.includes('')) {
    throw new PenstockError('no-columns', columns.length === 0 ? 'The table has no columns.' : 'Each column needs a name of its own.', { remedy: columns.length === 0 ? 'Add a column, or paste a table.' : 'Rename the columns.', place: { param: ['table'] } });
  }
  return {
    op: 'scan',
    source: { kind: 'values', rows: rows.map((row) => columns.map(({ type }, c) => valueOf(row[c] ?? null, type))) },
    schema: columns.map(({ name, type }) => ({ name, type })),
    label: 'Table',
  };
};
