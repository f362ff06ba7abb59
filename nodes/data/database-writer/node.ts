import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { writeModes } from '#app/sdk/databases.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  connection: z.string().max(63).default('').meta({ title: 'Connection', control: 'connection', description: 'A database of the project’s connections.' }),
  schema: z.string().max(255).default('').meta({ title: 'Schema', control: 'text', placeholder: 'the usual one' }),
  table: z.string().max(255).default('').meta({ title: 'Table', control: 'text', placeholder: 'predictions' }),
  mode: z
    .enum(writeModes)
    .default('append')
    .meta({
      title: 'Write',
      control: 'select',
      labels: { append: 'Append', replace: 'Replace all rows', create: 'Create the table', upsert: 'Update or add' },
      description: 'All in one transaction: if anything fails, the table is as it was. “Replace all rows” and “Update or add” make the table where there is none.',
    }),
  keys: z.array(z.string()).default([]).meta({ title: 'Key columns', control: 'columns', from: 'table', visibleWhen: { param: 'mode', in: ['upsert'] }, description: 'Rows with an equal key are updated, others added. The table needs a unique key over them.' }),
});

export type DatabaseWriterParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'data/database-writer',
  version: 1,
  title: 'Database Writer',
  summary: 'Writes a table into PostgreSQL, MySQL, MariaDB, SQLite or DuckDB, all of it or nothing.',
  keywords: ['sql', 'postgres', 'mysql', 'mariadb', 'sqlite', 'duckdb', 'db writer', 'db insert', 'output data', 'to_sql', 'insert', 'upsert', 'merge', 'load', 'export', 'save'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'The rows to write.' }],
  outputs: [{ name: 'report', title: 'Report', kind: 'report', summary: 'How many rows went where.' }],
  params,
  describe: ({ connection, table, mode }, say) => {
    if (connection === '') return say`No connection yet`;
    if (table === '') return say`${connection}: no table yet`;
    const to = `${connection}: ${table}`;
    return { append: say`append to ${to}`, replace: say`replace ${to}`, create: say`create ${to}`, upsert: say`update ${to}` }[mode].slice(0, 59);
  },
  configure(context) {
    const { connection, table, mode, keys } = context.params;
    const diagnostics: Diagnostic[] = [];
    if (connection === '') diagnostics.push(paramMissing(['connection'], 'No connection is chosen.', 'Choose one, or add one in Data → Connections.'));
    if (table.trim() === '') diagnostics.push(paramMissing(['table'], 'No table is named.', 'Type the name of the table to write to.'));
    if (mode === 'upsert') {
      if (keys.length === 0) diagnostics.push(paramMissing(['keys'], 'No key columns are chosen.', 'Choose the columns that say which row is which.'));
      const schema = schemaAt(context);
      for (const key of schema === null ? [] : keys) {
        if (schema?.some(({ name }) => name === key)) continue;
        diagnostics.push({ severity: 'error', code: 'unknown-column', message: `The table has no column “${key}” to be a key.`, remedy: 'Choose other key columns.', place: { param: ['keys'], column: key } });
      }
    }
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
});
