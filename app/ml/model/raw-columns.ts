import { PenstockError } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { datedNumber, inputWords, isDated } from '#app/sdk/model-input.ts';
import { inputTensorName } from '#app/sdk/ports.ts';
import type { Feed } from '../onnx/runner.ts';

/** Values of one raw column; null, undefined, NaN and "" are missing. Dates are ISO text, or the number that the tensor holds. */
export type RawColumn = Float64Array | readonly (null | undefined | boolean | number | string)[];
export type RawColumns = Readonly<Record<string, RawColumn>>;

/**
 * Rows `from`…`to` of raw columns as the model's input tensors.
 * @throws PenstockError `missing-column`, `wrong-type` (text given for a number or the other way round).
 */
export function toFeeds(inputs: Schema, columns: RawColumns, from: number, to: number): Record<string, Feed> {
  // No prototype: a column may be called __proto__.
  const feeds: Record<string, Feed> = Object.create(null);
  for (const column of inputs) {
    const values = Object.hasOwn(columns, column.name) ? columns[column.name] : undefined;
    if (values === undefined) {
      throw new PenstockError('missing-column', `The model needs the column “${column.name}”, which is not there.`, {
        remedy: 'Give the model every column it was trained on; missing values are allowed.',
        place: { column: column.name },
      });
    }
    feeds[inputTensorName(column.name)] = column.type === 'string' ? texts(column.name, values, from, to) : numbers(column, values, from, to);
  }
  return feeds;
}

function texts(name: string, values: RawColumn, from: number, to: number): string[] {
  const out: string[] = [];
  for (let row = from; row < to; row += 1) {
    const value = values[row];
    if (value === null || value === undefined) out.push('');
    else if (typeof value === 'string') out.push(value);
    else throw wrongType(name, 'text', row);
  }
  return out;
}

function numbers(column: Column, values: RawColumn, from: number, to: number): Float64Array {
  if (values instanceof Float64Array) return values.slice(from, to);
  const out = new Float64Array(to - from);
  for (let row = from; row < to; row += 1) {
    const value = values[row];
    if (value === null || value === undefined) out[row - from] = Number.NaN;
    else if (typeof value === 'string') out[row - from] = datedValue(column, value, row);
    else out[row - from] = Number(value);
  }
  return out;
}

/** A date or moment given as ISO text; the empty text is missing. */
function datedValue(column: Column, text: string, row: number): number {
  if (isDated(column) && text === '') return Number.NaN;
  const value = isDated(column) ? datedNumber(column.type, text) : null;
  if (value === null) throw wrongType(column.name, isDated(column) ? inputWords(column) : 'a number', row);
  return value;
}

function wrongType(name: string, wanted: string, row: number): PenstockError {
  return new PenstockError('wrong-type', `The column “${name}” must be ${wanted}, but is not in row ${row + 1}.`, {
    remedy: 'Convert the column before it reaches the model.',
    place: { column: name, line: row + 1 },
  });
}
