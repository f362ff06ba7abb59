import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { cast, col, named, project } from '#app/relation/build.ts';
import { commonType, nameKey } from '#app/relation/index.ts';
import type { Column, ColumnType, NamedExpr, Relation } from '#app/relation/types.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { TransposeParams } from './node.ts';

type Cell = null | boolean | number | string;

/** A table this wide is for machines already; every row of the input becomes a column. */
const maxColumns = 10_000;
const maxCells = 1_000_000;

export const executor: NodeExecutor<TransposeParams> = {
  async run({ inputs, params, tables, report }) {
    const table = inputs['table']?.[0];
    if (table?.kind !== 'table') throw new Error('transpose: no table');
    const { relation, schema } = table;
    const rows = await tables.count(relation);
    const turned = schema.filter(({ name }) => name !== params.header);
    if (rows > maxColumns || rows * turned.length > maxCells) {
      const [many, most] = rows > maxColumns ? [`${formatCount(rows)} rows, and each would become a column`, `${formatCount(maxColumns)} columns`] : [`${formatCount(rows * turned.length)} values`, formatCount(maxCells)];
      throw new PenstockError('too-large', `The table has ${many}; at most ${most} can be turned.`, { remedy: 'Filter, group or sample it first; for long tables use Pivot or Unpivot.' });
    }
    const type = turned.reduce<ColumnType | null>((all, column) => (all === null ? null : commonType(all, column.type)), turned[0]?.type ?? 'string') ?? 'string';
    if (turned.some((column) => commonType(column.type, turned[0]?.type ?? column.type) === null)) {
      report({ severity: 'info', code: 'types-differ', message: 'The columns are of different kinds, so all values become text.', remedy: 'Keep only the columns of one kind to keep it.' });
    }
    const read = await tables.rows(project(relation, [...turned, ...schema.filter(({ name }) => name === params.header)].map((column) => readable(column, column.name === params.header ? 'string' : type))), maxColumns);
    if (type === 'integer' && read.rows.some((row) => row.some((cell) => typeof cell === 'number' && !Number.isSafeInteger(cell)))) {
      throw new PenstockError('too-large', 'The table holds whole numbers beyond 2⁵³, which would lose their last digits here.', { remedy: 'Retype those columns to text first.' });
    }
    const headers = params.header === '' ? read.rows.map((_, i) => `row_${i + 1}`) : read.rows.map((row) => row[turned.length] ?? null);
    const names = uniqueNames([params.nameColumn.trim(), ...headers.map((header) => (header === null ? 'missing' : String(header).trim() === '' ? '(empty)' : String(header)))]);
    const stored = carrier(type);
    const columns = names.map((name, i) =>
      i === 0 ? { name, type: 'string' as const, values: turned.map((column) => column.name) } : { name, type: stored, values: turned.map((_, at) => asStored(read.rows[i - 1]?.[at] ?? null, stored)) },
    );
    const written = await tables.fromColumns(columns, 'transposed');
    if (stored === type) return { table: written };
    return { table: await tables.materialise(retyped(written.relation, names, type), 'transposed') };
  },
};

/** How values are handed over: dates and times as text, converted afterwards. */
const carrier = (type: ColumnType): 'boolean' | 'integer' | 'float' | 'string' => (type === 'boolean' || type === 'integer' || type === 'float' ? type : 'string');

function readable({ name, type }: Column, to: ColumnType): NamedExpr {
  return named(name, type === to ? col(name) : cast(col(name), to));
}

function asStored(cell: Cell, type: ReturnType<typeof carrier>): number | string | null {
  if (cell === null) return null;
  return type === 'string' ? String(cell) : Number(cell);
}

function retyped(relation: Relation, names: readonly string[], type: ColumnType): Relation {
  return project(relation, names.map((name, i) => named(name, i === 0 ? col(name) : cast(col(name), type))));
}

/** Equal names get a number behind them: a, a_2, a_3. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((wanted) => {
    let name = wanted;
    for (let n = 2; taken.has(nameKey(name)); n += 1) name = `${wanted}_${n}`;
    taken.add(nameKey(name));
    return name;
  });
}
