import type { Column, Relation } from '#app/relation/types.ts';
import { ask, isNumber, quoteColumn, toNumber, type Asked } from '#app/sdk/analysis.ts';

/** Numbers are compared by value, whatever type holds them. */
const plain = ({ name, type }: Column): string => (isNumber(type) ? `${quoteColumn(name)}::double` : quoteColumn(name));

/** Rows that equal another one in every column, by 64-bit hashes. */
export async function repeatedRows(tables: Asked, relation: Relation, columns: readonly Column[], rows: number): Promise<number> {
  const [row = []] = await ask(tables, relation, `select count(distinct hash(${columns.map(plain).join(', ')})) from t`, ['integer']);
  return rows - toNumber(row[0]);
}

/** Columns that share their signature (null: of no interest) with another one: what differs in a count is no copy, and needs no second look. */
export function copyCandidates(columns: readonly Column[], signatures: readonly (string | null)[]): Column[] {
  const times = new Map<string, number>();
  for (const one of signatures) if (one !== null) times.set(one, (times.get(one) ?? 0) + 1);
  return columns.filter((_, i) => (times.get(signatures[i] ?? '') ?? 0) > 1);
}

/**
 * 64-bit hashes of every column with the places of its values, so that equal columns have equal ones. Hashed twice: one hash of value
 * and place is an exclusive or of both, so that only the counts of values would be left of the whole.
 */
export async function fingerprints(tables: Asked, relation: Relation, columns: readonly Column[]): Promise<ReadonlyMap<string, string>> {
  if (columns.length === 0) return new Map();
  const [row = []] = await ask(
    tables,
    relation,
    `select ${columns.map((_, i) => `bit_xor(hash(hash(x${i}, r)))::varchar`).join(', ')} from (select row_number() over () as r, ${columns.map((column, i) => `${plain(column)} as x${i}`).join(', ')} from t)`,
    columns.map(() => 'string' as const),
  );
  return new Map(columns.flatMap(({ name }, i) => (typeof row[i] === 'string' ? [[name, row[i]]] : [])));
}
