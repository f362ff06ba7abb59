import type { Database } from '#app/data/index.ts';
import { rejectsSchema, type CsvFileServices, type CsvTableServices } from '#app/sdk/csv.ts';
import type { ServiceParts } from './parts.ts';

export function csvFileServices(database: Database): CsvFileServices {
  return {
    sniffCsv: (path, overrides, signal, options) => database.sniffCsv(path, overrides, signal, options),
    async csvHead(part, rows, label, signal) {
      const head = await database.csvHead(part, rows, signal);
      if (head === null) return null;
      const schema = part.columns.map(({ name, type }) => ({ name, type }));
      return { kind: 'table', relation: { op: 'scan', source: { kind: 'parquet', paths: [head.path] }, schema, label }, schema };
    },
  };
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
    async streamCsvPart(part, label) {
      const sql = await database.csvStream(part, signal);
      if (sql === null) return null;
      const schema = (part.layout ?? part.columns).map(({ name, type }) => ({ name, type }));
      return { kind: 'table', relation: { op: 'scan', source: { kind: 'backend', sql }, schema, label }, schema };
    },
    async rejectsTable(rejects, label) {
      const file = await artifacts.temporary('parquet');
      const columns = rejectsSchema.map(({ name, type }) => ({ name, type, values: rejects.map((row) => row[name]) }));
      const { rows, bytes } = await database.writeColumns(columns, file, signal);
      return adopted(file, label, rows, bytes, rejectsSchema);
    },
  };
}
