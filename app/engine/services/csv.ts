import type { Database } from '#app/data/index.ts';
import type { CsvFileServices, CsvTableServices } from '#app/sdk/csv.ts';
import type { ServiceParts } from './parts.ts';

export function csvFileServices(database: Database): CsvFileServices {
  return { sniffCsv: (path, overrides, signal) => database.sniffCsv(path, overrides, signal) };
}

export function csvTableServices({ database, artifacts, adopted, signal, progress }: ServiceParts): CsvTableServices {
  return {
    async readCsv(path, dialect, schema, label) {
      const file = await artifacts.temporary('parquet');
      const { rows, bytes } = await database.readCsv(path, dialect, schema, file, { signal, ...progress });
      return adopted(file, label, rows, bytes, schema);
    },
  };
}
