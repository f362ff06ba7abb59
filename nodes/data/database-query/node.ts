import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import type { DatabaseQuery, DatabaseSource, DescribedQuery } from '#app/sdk/databases.ts';
import { defineNode, type Facts } from '#app/sdk/node.ts';

const inTable = { param: 'mode', in: ['table'] } as const;

const params = z.object({
  connection: z.string().max(63).default('').meta({ title: 'Connection', control: 'connection', description: 'A database of the project’s connections. Passwords are kept outside the project.' }),
  mode: z.enum(['table', 'sql']).default('table').meta({ title: 'Read', control: 'select', labels: { table: 'A table', sql: 'A query' } }),
  schema: z.string().max(255).default('').meta({ title: 'Schema', control: 'text', placeholder: 'the usual one', visibleWhen: inTable, description: 'Empty: PostgreSQL’s search path, MySQL’s database of the connection.' }),
  table: z.string().max(255).default('').meta({ title: 'Table', control: 'text', placeholder: 'orders', visibleWhen: inTable }),
  sql: z.string().max(100_000).default('').meta({ title: 'SQL', control: 'sql', placeholder: 'select * from orders', visibleWhen: { param: 'mode', in: ['sql'] }, description: 'One SELECT in the database’s own SQL. It runs in a read-only transaction.' }),
  columns: z.array(z.string()).nullable().default(null).meta({ title: 'Columns', control: 'columns', description: 'Only these are read. Empty: all of them.' }),
  filter: z.string().max(20_000).default('').meta({ title: 'Rows where', control: 'expression', placeholder: "country = 'NO' and total > 100", description: 'What the database can do with the same result, it does; the rest is applied after reading.' }),
  limit: z.int().min(1).max(2_000_000_000).nullable().default(null).meta({ title: 'At most', control: 'number', unit: 'rows', min: 1, placeholder: 'all' }),
  refresh: z
    .enum(['age', 'each-run', 'check', 'settings'])
    .default('age')
    .meta({
      title: 'Read again',
      control: 'select',
      labels: { age: 'When the data are old', 'each-run': 'In each run', check: 'When a check says so', settings: 'Only when the settings change' },
      description: 'SQLite and DuckDB files are read again when the file has changed, whichever of the first two is chosen.',
    }),
  maxAge: z.number().min(0).max(100_000).default(10).meta({ title: 'Old after', control: 'number', unit: 'minutes', min: 0, visibleWhen: { param: 'refresh', in: ['age'] }, description: 'A run that begins later than this after the last reading reads again.' }),
  checkColumn: z.string().max(255).default('').meta({ title: 'Greatest value of', control: 'column', visibleWhen: { param: 'refresh', in: ['check'] }, description: 'A column that grows with each change: a time of the last update, a running number. Cheap where it has an index.' }),
  checkCount: z.boolean().default(true).meta({ title: 'Number of rows', control: 'switch', visibleWhen: { param: 'refresh', in: ['check'] }, description: 'Notices deleted rows. PostgreSQL and MySQL count slowly where tables are large.' }),
  decimals: z
    .enum(['number', 'text'])
    .default('number')
    .meta({ title: 'Exact numbers', control: 'select', advanced: true, labels: { number: 'As numbers', text: 'As text' }, description: 'Decimals of more than 15 digits and whole numbers beyond 64 bits: as numbers they may lose digits, as text they never do.' }),
  timeout: z.number().min(0).max(86_400).default(0).meta({ title: 'Time limit', control: 'number', unit: 's', min: 0, advanced: true, description: '0: none. The database gives up after this long.' }),
});

export type DatabaseQueryParams = z.output<typeof params>;

export function sourceOf({ mode, schema, table, sql }: DatabaseQueryParams): DatabaseSource | null {
  if (mode === 'sql') return sql.trim() === '' ? null : { kind: 'sql', text: sql };
  return table.trim() === '' ? null : { kind: 'table', schema: schema.trim(), table: table.trim() };
}

/** Null while something is still to be chosen. */
export function queryOf(given: DatabaseQueryParams): DatabaseQuery | null {
  const source = sourceOf(given);
  if (given.connection === '' || source === null) return null;
  const { connection, columns, filter, limit, decimals } = given;
  return { connection, source, columns: columns === null || columns.length === 0 ? null : columns, filter, limit, decimals };
}

const found = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']), sourceType: z.string(), note: z.string().optional() })),
  pushed: z.array(z.string()),
  local: z.array(z.string()),
  limitPushed: z.boolean(),
  filterProblem: z.custom<Diagnostic>((value) => typeof value === 'object').nullable(),
});

export function describedFacts(facts: Facts | null): DescribedQuery | null {
  const parsed = found.safeParse(facts);
  return parsed.success ? (parsed.data as DescribedQuery) : null;
}

/** What is to be known of a query that is well: which part is not the database's work, and what conversions do. */
export function queryNotes(described: DescribedQuery, chosen: readonly string[] | null, limit: number | null): Diagnostic[] {
  const notes: Diagnostic[] = [];
  if (described.filterProblem !== null) notes.push(described.filterProblem);
  for (const part of described.local) {
    notes.push({ severity: 'info', code: 'filter-not-pushed', message: `“${part}” is applied here after reading; the database does not do it in the same way.`, remedy: 'To read less, put the condition into SQL of your own.', place: { param: ['filter'] } });
  }
  if (limit !== null && !described.limitPushed && described.local.length > 0) notes.push({ severity: 'info', code: 'limit-not-pushed', message: 'The limit is applied here after reading, because part of the filter is.', place: { param: ['limit'] } });
  const byNote = new Map<string, string[]>();
  for (const { name, note } of described.columns) {
    if (note === undefined || (chosen !== null && !chosen.includes(name))) continue;
    byNote.set(note, [...(byNote.get(note) ?? []), `“${name}”`]);
  }
  for (const [note, names] of byNote) notes.push({ severity: 'info', code: 'database-conversion', message: `${names.slice(0, 6).join(', ')}${names.length > 6 ? ' …' : ''}: ${note}` });
  return notes;
}

export const definition = defineNode({
  type: 'data/database-query',
  version: 1,
  title: 'Database Query',
  summary: 'Reads a table or a query of PostgreSQL, MySQL, MariaDB, SQLite or DuckDB; the database does columns, filter and limit.',
  keywords: ['sql', 'postgres', 'postgresql', 'mysql', 'mariadb', 'sqlite', 'duckdb', 'db reader', 'db query reader', 'db connector', 'input data', 'read_sql', 'select', 'warehouse', 'connection'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows that the query gives.' }],
  params,
  describe(given, say) {
    if (given.connection === '') return say`No connection yet`;
    const source = sourceOf(given);
    if (source === null) return say`${given.connection}: nothing chosen yet`;
    const what = source.kind === 'sql' ? source.text.replace(/\s+/g, ' ').trim() : source.table;
    const filter = given.filter.replace(/\s+/g, ' ').trim();
    const line = `${given.connection}: ${what}${filter === '' ? '' : say` where ${filter}`}`;
    return line.length > 59 ? `${line.slice(0, 58)}…` : line;
  },
  configure({ params: given, facts }) {
    const diagnostics: Diagnostic[] = [];
    if (given.connection === '') diagnostics.push(paramMissing(['connection'], 'No connection is chosen.', 'Choose one, or add one in Data → Connections.'));
    else if (sourceOf(given) === null) diagnostics.push(given.mode === 'sql' ? paramMissing(['sql'], 'There is no SQL yet.', 'Type a SELECT.') : paramMissing(['table'], 'No table is chosen.', 'Choose a table, or switch to a query.'));
    if (given.refresh === 'check' && given.checkColumn === '' && !given.checkCount) diagnostics.push(paramMissing(['checkColumn'], 'The check asks for nothing.', 'Choose a column, or count the rows.'));
    const described = describedFacts(facts);
    if (described === null || diagnostics.length > 0) return { diagnostics };
    const chosen = given.columns === null || given.columns.length === 0 ? null : given.columns;
    const schema = (chosen ?? described.columns.map(({ name }) => name)).flatMap((name) => described.columns.filter((column) => column.name === name).map(({ type }) => ({ name, type })));
    return { outputs: { table: { kind: 'table', schema } }, diagnostics: queryNotes(described, chosen, given.limit) };
  },
});
