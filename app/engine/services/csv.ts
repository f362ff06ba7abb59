import { glob, stat } from 'node:fs/promises';
import { isAbsolute, join, parse, relative } from 'node:path';
import { CancelledError } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import { rejectsSchema, type CsvFileServices, type CsvTableServices } from '#app/sdk/csv.ts';
import type { ServiceParts } from './parts.ts';

export function csvFileServices(database: Database): CsvFileServices {
  return {
    sniffCsv: (path, overrides, signal, options) => database.sniffCsv(path, overrides, signal, options),
    listFiles,
  };
}

/** A path that exists as it is written is no pattern, whatever characters it holds; a folder stands for the files in it. Hidden files are left out. */
async function listFiles(pattern: string, signal: AbortSignal): Promise<readonly string[]> {
  const there = await stat(pattern).catch(() => null);
  if (there?.isFile()) return [pattern];
  const wanted = there?.isDirectory() ? join(pattern, '*') : pattern;
  const { root } = parse(wanted);
  const found: string[] = [];
  for await (const entry of glob(isAbsolute(wanted) ? relative(root, wanted) : wanted, { cwd: root === '' ? process.cwd() : root })) {
    if (signal.aborted) throw new CancelledError();
    const path = join(root === '' ? process.cwd() : root, entry);
    const hidden = relative(parse(pattern).dir, path).split(/[\\/]/).some((part) => part.startsWith('.') && part !== '..');
    if (!hidden && (await stat(path).catch(() => null))?.isFile()) found.push(path);
  }
  return [...new Set(found)].sort();
}

export function csvTableServices({ database, artifacts, adopted, signal, progress }: ServiceParts): CsvTableServices {
  return {
    async readCsv(path, dialect, schema, label) {
      const file = await artifacts.temporary('parquet');
      const { rows, bytes } = await database.readCsv(path, dialect, schema, file, { signal, ...progress });
      return adopted(file, label, rows, bytes, schema.map(({ name, type }) => ({ name, type })));
    },
    async readCsvPart(part, maxRejects, label) {
      const file = await artifacts.temporary('parquet');
      const { rows, bytes, rejects } = await database.readCsvPart(part, maxRejects, file, { signal, ...progress });
      const schema = (part.layout ?? part.columns).map(({ name, type }) => ({ name, type }));
      return { table: await adopted(file, label, rows, bytes, schema), rows, rejects };
    },
    async rejectsTable(rejects, label) {
      const file = await artifacts.temporary('parquet');
      const columns = rejectsSchema.map(({ name, type }) => ({ name, type, values: rejects.map((row) => row[name]) }));
      const { rows, bytes } = await database.writeColumns(columns, file, signal);
      return adopted(file, label, rows, bytes, rejectsSchema);
    },
  };
}
