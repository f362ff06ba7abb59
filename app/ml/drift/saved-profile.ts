import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import { tableProfileSchema, type TableProfile } from './profile.ts';

/** A profile as a table, one row a column, so that it can be written to a file and be the reference of other pipelines. */
export const profileColumns: Schema = [
  { name: 'column', type: 'string' },
  { name: 'type', type: 'string' },
  { name: 'rows', type: 'integer' },
  { name: 'missing', type: 'integer' },
  { name: 'mean', type: 'float' },
  { name: 'deviation', type: 'float' },
  { name: 'low', type: 'float' },
  { name: 'high', type: 'float' },
  { name: 'penstock_profile', type: 'string' },
];

export const isSavedProfile = (schema: readonly Column[]): boolean => profileColumns.every(({ name }) => schema.some((one) => one.name === name));

/** Everything of a row's column, and once what is of the whole table. */
const rowSchema = z.object({ column: tableProfileSchema.shape.columns.element, codes: z.string(), of: tableProfileSchema.omit({ columns: true }).extend({ sample: z.object({ rows: z.number(), block: z.number() }) }) });

export function savedProfile(tables: Pick<TableServices, 'fromColumns'>, profile: TableProfile): Promise<TableValue> {
  const { columns, sample, ...of } = profile;
  const rows = columns.map((column, i) => JSON.stringify({ column, codes: sample.codes[i] ?? '', of: { ...of, sample: { rows: sample.rows, block: sample.block } } }));
  const values: Record<string, (string | number | null)[]> = {
    column: columns.map(({ name }) => name),
    type: columns.map(({ type }) => type),
    rows: columns.map(() => profile.rows),
    missing: columns.map(({ missing }) => missing),
    mean: columns.map(({ mean }) => mean),
    deviation: columns.map(({ deviation }) => deviation),
    low: columns.map(({ low }) => low),
    high: columns.map(({ high }) => high),
    penstock_profile: rows,
  };
  return tables.fromColumns(profileColumns.map((column) => ({ ...column, values: values[column.name] ?? [] })), 'reference profile');
}

/** @throws PenstockError `profile-unreadable`. */
export async function readProfile(tables: Pick<TableServices, 'column'>, table: TableValue): Promise<TableProfile> {
  const texts = await tables.column(table.relation, 'penstock_profile');
  try {
    const rows = [...texts].map((text) => rowSchema.parse(JSON.parse(String(text))));
    const first = rows[0];
    if (first === undefined) throw new Error('no rows');
    return tableProfileSchema.parse({ ...first.of, columns: rows.map(({ column }) => column), sample: { ...first.of.sample, codes: rows.map(({ codes }) => codes) } });
  } catch {
    throw new PenstockError('profile-unreadable', 'The reference looks like a saved profile, but cannot be read as one.', { remedy: 'Connect the reference table itself, or save its profile again.', place: { port: 'reference' } });
  }
}
