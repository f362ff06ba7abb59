import { diagnosticSchema } from '#app/core/diagnostic-schema.ts';
import { csvColumns, csvOverrides } from '#app/sdk/csv-params.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Columns told to a page; more would not be looked at. */
const shownColumns = 200;

/** The CSV reader’s live preview. */
export function csvProcedures(os: Implementer, engine: Engine) {
  return {
    preview: os.csv.preview.handler(async ({ input, signal }) => {
      const { params, limit } = input;
      const request = { path: engine.resolvePath(input.path), overrides: csvOverrides(params), retype: (found: Parameters<typeof csvColumns>[0]) => csvColumns(found, params.types), rows: limit };
      const { dialect, found, columns, rows, notes } = await engine.database.previewCsv(request, signal);
      return {
        dialect: {
          delimiter: dialect.delimiter,
          quote: dialect.quote,
          header: dialect.header,
          encoding: dialect.encoding,
          nullWords: [...dialect.nullWords],
          decimal: dialect.decimal ?? '.',
          thousands: dialect.thousands ?? '',
          skipLines: dialect.skipLines ?? 0,
        },
        columns: found.slice(0, shownColumns).map((column, i) => ({
          header: column.name,
          name: columns[i]?.name ?? column.name,
          found: column.type,
          type: columns[i]?.type ?? column.type,
          format: columns[i]?.format ?? '',
          why: column.why,
        })),
        columnCount: found.length,
        rows: rows.map(({ line, fault, cells }) => ({ line, ...(fault === undefined ? {} : { fault }), cells: cells.map((cell) => ({ ...cell })) })),
        notes: notes.map((note) => diagnosticSchema.parse(note)),
      };
    }),
  };
}
