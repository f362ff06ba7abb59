import type { Relation } from './types.ts';

/** Whether no two rows can be equal in all of `columns`, as far as the relation itself says: what grouping, pivoting or removing duplicates left. */
export function isUniqueBy(relation: Relation, columns: readonly string[]): boolean {
  switch (relation.op) {
    case 'filter':
    case 'sort':
    case 'limit':
    case 'sample':
    case 'window':
      return isUniqueBy(relation.input, columns);
    case 'project': {
      // Only a column that is passed on as it is still tells rows apart.
      const sources = relation.columns.flatMap(({ name, expr }) => (columns.includes(name) && expr.op === 'col' ? [expr.name] : []));
      return isUniqueBy(relation.input, sources);
    }
    case 'aggregate':
      return relation.keys.every(({ name }) => columns.includes(name));
    case 'pivot':
      return relation.keys.every((name) => columns.includes(name));
    case 'distinct':
      return (relation.on !== undefined && relation.on.length > 0 && relation.on.every((name) => columns.includes(name))) || isUniqueBy(relation.input, columns);
    default:
      return false;
  }
}
