import path from 'node:path';
import { openDatabase, type Database } from '#app/data/index.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Relation } from '#app/relation/types.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { LearnServices } from './learn.ts';

/** For tests: a database, and tables over it that what is learnt from can be written to, in `folder`. */
export async function openTestTables(folder: string): Promise<{ readonly database: Database; readonly tables: LearnServices['tables'] }> {
  const database = await openDatabase({ tempDir: folder });
  let written = 0;
  const materialise = async (relation: Relation, label: string): Promise<TableValue> => {
    const file = path.join(folder, `${(written += 1)}.parquet`);
    await database.writeParquet(relation, file);
    return { kind: 'table', relation: { op: 'scan', source: { kind: 'parquet', paths: [file] }, schema: schemaOf(relation), label }, schema: schemaOf(relation) };
  };
  const fromColumns: LearnServices['tables']['fromColumns'] = async (columns, label) => {
    const rows = Array.from({ length: columns[0]?.values.length ?? 0 }, (_unused, row) => columns.map(({ values }) => values[row] ?? null));
    return materialise({ op: 'scan', source: { kind: 'values', rows }, schema: columns.map(({ name, type }) => ({ name, type })), label }, label);
  };
  return { database, tables: { ...database, materialise, fromColumns } as unknown as LearnServices['tables'] };
}
