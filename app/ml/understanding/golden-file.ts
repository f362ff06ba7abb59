import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { datedNumber, isDated } from '#app/sdk/model-input.ts';
import type { ArtifactServices } from '#app/sdk/node.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import type { GoldenRows } from '../model/parity.ts';
import type { RawColumn, RawColumns } from '../model/raw-columns.ts';

const cell = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const goldenSchema = z.looseObject({ rows: z.int().min(0), inputs: z.record(z.string(), z.array(cell)) });

/** Raw values of a model's golden rows. @throws PenstockError `model-unreadable`. */
export async function readGoldenInputs(model: ModelValue, artifacts: Pick<ArtifactServices, 'read'>): Promise<Pick<GoldenRows, 'rows' | 'inputs'>> {
  try {
    const { rows, inputs } = goldenSchema.parse(JSON.parse(new TextDecoder().decode(await artifacts.read(model.golden))));
    return { rows, inputs };
  } catch (error) {
    throw new PenstockError('model-unreadable', 'The test rows of the model cannot be read.', { remedy: 'Train the model again.', cause: error });
  }
}

/** Share of golden rows that must turn up in a table for it to count as the model's own training data. */
const MOST_OF_THEM = 0.9;
/** With fewer different golden rows, finding them says nothing: other data would have the same values. */
const ENOUGH = 20;

/**
 * Whether a table holds the rows a model was fitted on, as far as its golden rows tell: up to 198 training rows are kept with the
 * model, and they are looked for in what `look` is shown. Models of columns with few values cannot be told, and count as not.
 */
export function trainingRows(golden: Pick<GoldenRows, 'rows' | 'inputs'>, inputs: Schema): { look(columns: RawColumns, rows: number): void; found(): boolean } {
  const names = inputs.map(({ name }) => name);
  const kept: RawColumns = Object.fromEntries(inputs.map((column) => [column.name, (golden.inputs[column.name] ?? []).map((value) => (isDated(column) && typeof value === 'string' ? datedNumber(column.type, value) : value))]));
  const keyOf = (columns: RawColumns, row: number): string => names.map((name) => keyPart(columns[name]?.[row])).join('\u0001');
  const wanted = new Map<string, number>();
  for (let row = 0; row < golden.rows; row += 1) {
    // Rows made up for the test (all missing, texts never seen) are in no table.
    if (names.every((name) => keyPart(kept[name]?.[row]) === '') || names.some((name) => kept[name]?.[row] === '\u2603 never seen')) continue;
    const key = keyOf(kept, row);
    wanted.set(key, (wanted.get(key) ?? 0) + 1);
  }
  // One look at the column with the most different values spares most rows the rest.
  const parts = new Map(names.map((name) => [name, new Set(Array.from<null | undefined | boolean | number | string, string>(kept[name] ?? [], keyPart))]));
  const [narrow] = names.toSorted((a, b) => (parts.get(b)?.size ?? 0) - (parts.get(a)?.size ?? 0));
  const narrowed = narrow === undefined ? undefined : parts.get(narrow);
  const seen = new Set<string>();
  return {
    look(columns, rows) {
      if (narrow === undefined || narrowed === undefined || wanted.size < ENOUGH) return;
      const column: RawColumn = columns[narrow] ?? [];
      for (let row = 0; row < rows; row += 1) {
        if (!narrowed.has(keyPart(column[row]))) continue;
        const key = keyOf(columns, row);
        if (wanted.has(key)) seen.add(key);
      }
    },
    found: () => wanted.size >= ENOUGH && seen.size >= MOST_OF_THEM * wanted.size,
  };
}

/** A value as text; true and 1 are the same, as are all that count as missing. */
function keyPart(value: null | undefined | boolean | number | string): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') return value;
  const number = Number(value);
  return Number.isFinite(number) ? String(number) : '';
}
