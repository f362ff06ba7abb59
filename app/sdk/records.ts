import { PenstockError } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { datedNumber, inputWords, isDated } from './model-input.ts';

type Value = null | boolean | number | string;

/**
 * JSON records → raw columns of a model. A field that is absent or null is missing; the target may be there and is ignored.
 * @throws PenstockError `record-invalid`, `unknown-field`, `wrong-type`, each naming the record (1-based) and the field.
 */
export function recordsToColumns(records: readonly unknown[], inputs: Schema, target: string): Record<string, Value[]> {
  const byName = new Map(inputs.map((column) => [column.name, column]));
  const columns: Record<string, Value[]> = Object.create(null);
  for (const column of inputs) columns[column.name] = Array.from({ length: records.length }, () => null);
  for (const [index, record] of records.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw invalid('record-invalid', `Record ${index + 1} is not an object with fields.`, 'Send each record as an object, such as {"age": 31}.', index);
    }
    for (const [field, value] of Object.entries(record)) {
      const column = byName.get(field);
      if (column === undefined) {
        if (field === target) continue;
        throw invalid('unknown-field', `Record ${index + 1} has the field “${field}”, which the model does not know.`, `Fields of this model: ${inputs.map((input) => input.name).join(', ')}.`, index, field);
      }
      const list = columns[field];
      if (list !== undefined) list[index] = checked(value, column, index);
    }
  }
  return columns;
}

function checked(value: unknown, column: Column, index: number): Value {
  if (value === null || value === undefined) return null;
  const fits =
    column.type === 'string'
      ? typeof value === 'string'
      : isDated(column)
        ? typeof value === 'string' && (value === '' || datedNumber(column.type, value) !== null)
        : column.type === 'boolean'
        ? typeof value === 'boolean' || value === 0 || value === 1
        : typeof value === 'boolean' || (typeof value === 'number' && (column.type !== 'integer' || Math.abs(value) <= 2 ** 63));
  if (fits && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')) return value;
  const shown = JSON.stringify(value)?.slice(0, 60) ?? String(value);
  throw invalid('wrong-type', `Record ${index + 1}: the field “${column.name}” must be ${inputWords(column)} or null, but is ${shown}.`, 'Correct the value; null stands for missing.', index, column.name);
}

function invalid(code: string, message: string, remedy: string, index: number, column?: string): PenstockError {
  return new PenstockError(code, message, { remedy, place: { line: index + 1, ...(column === undefined ? {} : { column }) } });
}
