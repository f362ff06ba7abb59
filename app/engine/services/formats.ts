import type { Database } from '#app/data/index.ts';
import type { FormatFileServices, FormatTableServices } from '#app/sdk/formats.ts';
import { rejectColumns } from '#app/sdk/reader-params.ts';
import { syntheticSchema } from '#app/sdk/synthetic.ts';
import type { ServiceParts } from './parts.ts';

export function formatFileServices({ formats }: Database): FormatFileServices {
  return {
    sniffJson: (path, options, signal) => formats.sniffJson(path, options, signal),
    sniffExcel: (path, options, signal) => formats.sniffExcel(path, options, signal),
    matchingFiles: (patterns, extensions, recursive) => formats.matchingFiles(patterns, extensions, recursive),
    parquetFiles: (files, signal) => formats.parquetFiles(files, signal),
  };
}

export function formatTableServices({ database: { formats }, artifacts, adopted, watched, profileOf, signal, progress }: ServiceParts): FormatTableServices {
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
