import { schemaOf } from '../../schema.ts';
import { setColumns } from '../../set-columns.ts';
import type { Relation } from '../../types.ts';
import { duckdbTypes, quoteName } from './literal.ts';
import { fromClause, nested, queryText, type Query } from './query.ts';

export function setOf(relation: Relation & { op: 'set' }, emit: (input: Relation) => Query): Query {
  const schemas = { left: schemaOf(relation.left), right: schemaOf(relation.right) };
  const columns = setColumns(relation, schemas.left, schemas.right);
  const side = (which: 'left' | 'right'): string => {
    const select = columns.map((column) => {
      const source = which === 'left' ? column.name : column.right;
      const asItIs = schemas[which].find(({ name }) => name === source)?.type === column.type;
      return { name: quoteName(column.name), sql: asItIs ? quoteName(source) : `${quoteName(source)}::${duckdbTypes[column.type]}` };
    });
    return `(${queryText({ ...nested(emit(relation[which])), select })})`;
  };
  return fromClause(`(${side('left')} ${relation.kind} ${side('right')})`);
}
