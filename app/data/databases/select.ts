import type { DatabaseSource } from '#app/sdk/databases.ts';
import type { PlannedRead, SqlValue } from './types.ts';

/** A table or the person's SELECT as something to select from. */
export function fromSource(source: DatabaseSource, quote: (name: string) => string): string {
  if (source.kind === 'table') return source.schema === '' ? quote(source.table) : `${quote(source.schema)}.${quote(source.table)}`;
  // On lines of its own: it may end in a comment.
  return `(\n${trimmed(source.text)}\n) as penstock_query`;
}

/** Without the semicolon that people end statements with. */
export const trimmed = (text: string): string => text.replace(/[\s;]+$/, '');

/** The SELECT of a read: the column list, filter and limit are the database's work. */
export function selectText(plan: PlannedRead, quote: (name: string) => string, read: (column: PlannedRead['columns'][number]) => string): { sql: string; values: readonly SqlValue[] } {
  const { source, columns, where, limit } = plan;
  const cells = columns.map((column) => `${read(column)} as ${quote(column.name)}`).join(', ');
  const parts = [`select ${cells}`, `from ${fromSource(source, quote)}`];
  if (where !== null) parts.push(`where ${where.sql}`);
  if (limit !== null) parts.push(`limit ${Math.floor(limit)}`);
  return { sql: parts.join('\n'), values: where?.values ?? [] };
}
