import type { Column, ColumnType, Relation, Schema } from '#app/relation/types.ts';

/** What nodes that look at whole tables share: aggregates beyond those of the algebra, asked in SQL over the fused input. */

type Cell = null | boolean | number | string;

export const quoteColumn = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A relation by SQL over one relation, which the text calls `t`. The text is ours: it is not checked. */
export const sqlOver = (relation: Relation, text: string, schema: Schema): Relation => ({ op: 'sql', inputs: [{ name: 't', relation }], text, schema });

/** What `ask` needs of `TableServices`. */
export interface Asked {
  rows(relation: Relation, limit?: number): Promise<{ schema: Schema; rows: Cell[][] }>;
}

/** Rows of SQL over a relation called `t`; every column is `type` (or as listed). */
export async function ask(tables: Asked, relation: Relation, text: string, columns: readonly ColumnType[], limit = 100_000): Promise<Cell[][]> {
  const schema = columns.map((type, i): Column => ({ name: `c${i}`, type }));
  const named = `select * from (${text}\n) as answer(${schema.map(({ name }) => name).join(', ')})`;
  return (await tables.rows(sqlOver(relation, named, schema), limit)).rows;
}

export const isNumber = (type: ColumnType): boolean => type === 'integer' || type === 'float';

/** A number column as float64 SQL; infinities and NaN count as missing. True/false count as 1 and 0. */
export function numberSql({ name, type }: Column, table = ''): string {
  const sql = `${table}${quoteColumn(name)}`;
  return type === 'float' ? `case when isfinite(${sql}) then ${sql} end` : type === 'boolean' ? `${sql}::int::double` : `${sql}::double`;
}

/** The columns of these types, or those chosen among them where any is. */
export function chosenOf(schema: Schema, chosen: readonly string[], types: readonly ColumnType[]): Column[] {
  const fit = schema.filter(({ type }) => types.includes(type));
  return chosen.length === 0 ? fit : fit.filter(({ name }) => chosen.includes(name));
}

export const toNumber = (cell: Cell | undefined): number => (typeof cell === 'number' ? cell : typeof cell === 'boolean' ? Number(cell) : Number.NaN);
export const toNumberOrNull = (cell: Cell | undefined): number | null => (typeof cell === 'number' && Number.isFinite(cell) ? cell : null);

/** A finite number as SQL that is read back exactly. */
export const sqlNumber = (value: number): string => `(${value.toExponential()})::double`;
