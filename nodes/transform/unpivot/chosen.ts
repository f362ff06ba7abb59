import type { Schema } from '#app/relation/types.ts';
import type { UnpivotParams } from './node.ts';

/** Names of the columns that become rows, in the table’s order where a rule chooses them. */
export function chosenColumns({ mode, columns }: Pick<UnpivotParams, 'mode' | 'columns'>, schema: Schema): string[] {
  switch (mode) {
    case 'chosen':
      return [...new Set(columns)];
    case 'others':
      return schema.filter(({ name }) => !columns.includes(name)).map(({ name }) => name);
    case 'numbers':
      return schema.filter(({ type }) => type === 'integer' || type === 'float').map(({ name }) => name);
  }
}
