import { cast, col, lit, named, project, scanParquet } from '#app/relation/build.ts';
import { listSegments, logSchema, readLogColumns } from '#app/store/index.ts';
import type { Database } from '#app/data/index.ts';
import type { FormatFileServices, FormatTableServices } from '#app/sdk/formats.ts';
import type { Relation } from '#app/relation/types.ts';
import { withPlainFile } from '#app/sealing/plain-copy.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { rejectColumns } from '#app/sdk/reader-params.ts';
import { syntheticSchema } from '#app/sdk/synthetic.ts';
import type { ServiceParts } from './parts.ts';

export function formatFileServices({ formats }: Database): FormatFileServices {
  return {
    async requestLog(folders) {
      for (const folder of folders) {
        const columns = await readLogColumns(folder);
        if (columns === null) continue;
        const segments = await listSegments(folder);
        return { folder, schema: logSchema(columns), segments: segments.map(({ file, bytes, mtimeMs }) => ({ path: file, size: bytes, mtimeMs })) };
      }
      return null;
    },
    sniffJson: (path, options, signal) => formats.sniffJson(path, options, signal),
    sniffExcel: (path, options, signal) => formats.sniffExcel(path, options, signal),
    matchingFiles: (patterns, extensions, recursive) => formats.matchingFiles(patterns, extensions, recursive),
    parquetFiles: (files, signal) => formats.parquetFiles(files, signal),
  };
}

export function formatTableServices({ database, artifacts, adopted, watched, profileOf, signal, progress }: ServiceParts): FormatTableServices {
  const { formats } = database;
  const query = { signal, ...progress };

  /** The table that was read, and what did not fit. */
  async function readTwo<T extends { schema: Parameters<typeof adopted>[4] }>(plan: T, label: string, read: (outPath: string, rejectsPath: string) => ReturnType<typeof formats.readJson>) {
    const outPath = await artifacts.temporary('parquet');
    const rejectsPath = await artifacts.temporary('parquet');
    const { table, rejects, notes } = await read(outPath, rejectsPath);
    return {
      table: await adopted(outPath, label, table.rows, table.bytes, plan.schema),
      rejects: await adopted(rejectsPath, `${label} rejects`, rejects.rows, rejects.bytes, rejectColumns),
      notes,
    };
  }

  return {
    async readRequestLog({ schema, segments }, label) {
      const parts: Relation[] = [];
      for (const { path } of segments) {
        // Lines are not kept as they are: the segment becomes Parquet, or goes, while the table is still looked at.
        const isTable = path.endsWith('.parquet');
        // Segments of an encrypted project are read by way of a copy in memory.
        const file = isTable && vaultOf(path) === null ? path : await artifacts.temporary('parquet');
        if (file !== path) await withPlainFile(path, (plain) => (isTable ? formats.copyRows(plain, { from: 0, to: Number.MAX_SAFE_INTEGER }, file, query) : formats.readRequestLines(plain, schema, file, query)));
        const found = await database.parquetSchema(file, signal);
        const columns = schema.map(({ name, type }) => {
          const own = found.schema.find((column) => column.name === name);
          return named(name, own === undefined ? cast(lit(null), type) : own.type === type ? col(name) : cast(col(name), type));
        });
        parts.push(project(scanParquet([file], found.schema, label), columns));
      }
      const [only] = parts;
      const relation: Relation = only === undefined ? { op: 'scan', source: { kind: 'values', rows: [] }, schema, label } : parts.length === 1 ? only : { op: 'union', inputs: parts, by: 'position' };
      const outPath = await artifacts.temporary('parquet');
      const { rows, bytes } = await watched(relation, database.writeParquet(relation, outPath, query));
      return adopted(outPath, label, rows, bytes, schema);
    },
    readJson: (path, plan, misfits, label) => {
      const schema = plan.columns.map(({ name, type }) => ({ name, type }));
      return readTwo({ schema }, label, (outPath, rejectsPath) => formats.readJson({ path, plan, misfits, outPath, rejectsPath }, query));
    },
    readExcel: (path, plan, misfits, label) => readTwo(plan, label, (outPath, rejectsPath) => formats.readExcel({ path, plan, misfits, outPath, rejectsPath }, query)),
    readImages: (folder, options) => formats.readImages(folder, options, signal),
    async synthesise(spec, label) {
      const file = await artifacts.temporary('parquet');
      const { rows, bytes } = await formats.synthesise(spec, file, query);
      return adopted(file, label, rows, bytes, syntheticSchema(spec));
    },
    writeCsv: (relation, path, options) => watched(relation, formats.writeCsv(relation, path, options, query)),
    writeParquetFile: (relation, path, options) => watched(relation, formats.writeParquetFile(relation, path, options, { ...query, profile: profileOf(relation) })),
    writeExcel: (relation, path, options) => watched(relation, formats.writeExcel(relation, path, options, query)),
  };
}
