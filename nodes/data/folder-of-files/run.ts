import { PenstockError } from '#app/core/errors.ts';
import { stableHash } from '#app/core/hash.ts';
import { formatCount } from '#app/core/units.ts';
import { cast, col, lit, named, project, scanParquet } from '#app/relation/build.ts';
import type { Column, Relation } from '#app/relation/types.ts';
import { csvColumns, csvOverrides } from '#app/sdk/csv-params.ts';
import { rejectedRows } from '#app/sdk/csv-rejects.ts';
import type { CsvDialect, CsvLayoutColumn, RejectedRow } from '#app/sdk/csv.ts';
import type { Facts, NodeExecutor, ProbeContext, RunContext } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import { folderFacts, type FolderFacts, type FolderOfFilesParams } from './node.ts';
import { commonColumns } from './plan.ts';

const extensions = { csv: ['csv', 'tsv', 'txt', 'gz', 'zst'], parquet: ['parquet', 'pq'] };

const matching = (params: FolderOfFilesParams, { files, resolvePath }: ProbeContext) => files.matchingFiles([resolvePath(params.path)], extensions[params.format], params.below);

/** Names for people: below the folder that all files share. */
function shortNames(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split(/[\\/]/));
  let shared = 0;
  while (parts.every((part) => shared < part.length - 1 && part[shared] === parts[0]?.[shared])) shared += 1;
  return parts.map((part) => part.slice(shared).join('/'));
}

async function probe(params: FolderOfFilesParams, context: ProbeContext): Promise<Facts> {
  if (params.path === '') return {};
  const matched = await matching(params, context);
  if (matched.length === 0) {
    throw new PenstockError('file-missing', `No ${params.format === 'csv' ? 'CSV' : 'Parquet'} file is at ${params.path}.`, { remedy: 'Check the folder or the pattern.', place: { param: ['path'], file: params.path } });
  }
  const names = shortNames(matched.map(({ path }) => path));
  const found = [];
  for (const [i, { path }] of matched.entries()) {
    const name = names[i] ?? fileName(path);
    if (params.format === 'parquet') {
      const { schema } = await context.files.parquetSchema(path);
      found.push({ path, name, dialect: null, columns: schema.map((column) => ({ ...column, header: column.name })), notes: [] });
      continue;
    }
    const { dialect, schema, notes } = await context.files.sniffCsv(path, csvOverrides(params), context.signal, { tolerant: params.badRows === 'reject' });
    const chosen = csvColumns(schema, params.types);
    const typed = new Set(params.types.filter(({ type }) => type !== 'found').map(({ column }) => column));
    const columns = chosen.map((column, c) => ({ ...column, header: schema[c]?.name ?? column.name, empty: schema[c]?.empty === true && !typed.has(schema[c].name) }));
    found.push({ path, name, dialect, columns, notes: notes.filter((note) => note.severity === 'warning' && !typed.has(note.place?.column ?? '')) });
  }
  const { columns, notes } = commonColumns(found, params.columns === 'same');
  const headers = new Map(found.flatMap((file) => file.columns.map(({ header, type }) => [header, { name: header, type }] as const)));
  return {
    files: found.map(({ path, name, dialect, columns: own }) => ({ path, name, dialect, columns: own.map(({ name: column, type, ...rest }) => ({ name: column, type, ...('format' in rest && rest.format !== undefined ? { format: rest.format } : {}) })) })),
    columns,
    found: [...headers.values()],
    // The first file's remarks stand for those of all.
    notes: [...notes, ...(found.find((file) => file.notes.length > 0)?.notes ?? [])],
  };
}

const key = (name: string): string => name.toLowerCase();

export const executor: NodeExecutor<FolderOfFilesParams> = {
  probe,

  async fingerprint(params, context) {
    if (params.path === '') return {};
    const matched = await matching(params, context);
    // By name for a few, so that “why stale” can say which; in one part for many.
    if (matched.length > 50) return { [`${matched.length} files`]: stableHash(matched.map(({ path, size, mtimeMs }) => [path, size, mtimeMs])) };
    const names = shortNames(matched.map(({ path }) => path));
    return Object.fromEntries(matched.map(({ path, size, mtimeMs }, i) => [names[i] ?? path, `${size}:${mtimeMs}`]));
  },

  async run(context) {
    const { params, tables } = context;
    const plan = folderFacts(context.facts ?? (await probe(params, context)));
    if (plan === null) throw new Error('folder-of-files: run without a folder');
    const rejects: RejectedRow[] = [];
    const parts: Relation[] = [];
    for (const [i, file] of plan.files.entries()) {
      context.progress(i / plan.files.length, `Reading ${file.name}`);
      parts.push(file.dialect === null ? parquetPart(file, plan.columns, params.fileColumn) : await csvPart(context, file, plan.columns, rejects));
    }
    const [only] = parts;
    const relation: Relation = parts.length === 1 && only !== undefined ? only : { op: 'union', inputs: parts, by: 'position' };
    const table = await tables.materialise(relation, fileName(params.path) || 'files');
    if (rejects.length > 0) context.report(rejectedRows(rejects));
    context.log('info', `${formatCount(plan.files.length)} files: ${formatCount(await tables.count(table.relation))} rows, ${table.schema.length} columns`);
    const names = new Map(plan.files.map(({ path, name }) => [path, name]));
    return { table, rejects: await tables.rejectsTable(rejects.map((row) => ({ ...row, file: names.get(row.file) ?? row.file })), 'rejects') };
  },
};

type PlannedPart = FolderFacts['files'][number];

async function csvPart({ params, tables }: RunContext<FolderOfFilesParams>, file: PlannedPart, common: readonly Column[], rejects: RejectedRow[]): Promise<Relation> {
  const wanted = new Map(common.map((column) => [key(column.name), column]));
  const columns = file.columns.map(({ name, type, format }) => {
    const to = wanted.get(key(name))?.type ?? type;
    return { name, type: to, ...(format !== undefined && (to === 'date' || to === 'timestamp') ? { format } : {}) };
  });
  const layout: CsvLayoutColumn[] = common.map(({ name, type }) => {
    const from = file.columns.findIndex((column) => key(column.name) === key(name));
    return { name, type, from: from === -1 ? null : from };
  });
  const named: CsvLayoutColumn[] = params.fileColumn === '' ? layout : [{ name: params.fileColumn, type: 'string', from: { text: file.name } }, ...layout];
  const room = params.badRows === 'reject' ? Math.max(0, params.maxRejects - rejects.length) : null;
  const read = await tables.readCsvPart({ path: file.path, dialect: file.dialect as unknown as CsvDialect, columns, layout: named }, room, file.name);
  rejects.push(...read.rejects);
  return read.table.relation;
}

function parquetPart(file: PlannedPart, common: readonly Column[], fileColumn: string): Relation {
  const columns = common.map(({ name, type }) => {
    const own = file.columns.find((column) => key(column.name) === key(name));
    const value = own === undefined ? cast(lit(null), type) : own.type === type ? col(own.name) : cast(col(own.name), type);
    return named(name, value);
  });
  const scan = scanParquet([file.path], file.columns.map(({ name, type }) => ({ name, type })), file.name);
  return project(scan, fileColumn === '' ? columns : [named(fileColumn, lit(file.name)), ...columns]);
}
