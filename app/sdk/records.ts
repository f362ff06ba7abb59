import { PenstockError } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { datedNumber, inputWords, isDated } from './model-input.ts';

type Value = null | boolean | number | string;

/**
 * JSON records → raw columns of a model. A field that is absent or null is missing; the target may be there and is ignored.
 * @throws PenstockError `record-invalid`, `unknown-field`, `wrong-type`, each naming the record (1-based) and the field.
 */
export function recordsToColumns(records: readonly unknown[], inputs: Schema, target: string): Record<string, Value[]> {
  return columnByColumn(records, inputs, target) ?? recordByRecord(records, inputs, target);
}

/**
 * The quick way, for records without a fault: a column at a time, so that one kind of value is looked for in one field. Null where
 * anything is amiss; going through the records again then finds the first fault.
 */
function columnByColumn(records: readonly unknown[], inputs: Schema, target: string): Record<string, Value[]> | null {
  const known = new Uint16Array(records.length);
  const columns: Record<string, Value[]> = Object.create(null);
  if (!records.every((record) => typeof record === 'object' && record !== null && !Array.isArray(record))) return null;
  const fields = records as readonly Readonly<Record<string, unknown>>[];
  for (const column of inputs) {
    const { name } = column;
    // What every object has is no field of the record.
    if (name in Object.prototype) return null;
    const values: Value[] = Array.from({ length: fields.length });
    const isText = column.type === 'string';
    const isNumber = column.type === 'float';
    for (let i = 0; i < fields.length; i += 1) {
      const value = fields[i]?.[name];
      if (value === undefined) {
        values[i] = null;
        continue;
      }
      if (value === null) values[i] = null;
      else if (isText) {
        if (typeof value !== 'string') return null;
        values[i] = value;
      } else if (isNumber && typeof value === 'number') values[i] = value;
      else {
        const fit = fitting(value, column);
        if (fit === undefined) return null;
        values[i] = fit;
      }
      known[i] = (known[i] as number) + 1;
    }
    columns[name] = values;
  }
  const others = inputs.some(({ name }) => name === target) ? 0 : 1;
  for (const [i, record] of fields.entries()) {
    const count = Object.keys(record).length - (known[i] as number);
    if (count !== 0 && !(count === 1 && others === 1 && Object.hasOwn(record, target))) return null;
  }
  return columns;
}

function recordByRecord(records: readonly unknown[], inputs: Schema, target: string): Record<string, Value[]> {
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

/** The value where it fits the column; undefined where it does not. */
function fitting(value: unknown, column: Column): Value | undefined {
  const fits =
    column.type === 'string'
      ? typeof value === 'string'
      : isDated(column)
        ? typeof value === 'string' && (value === '' || datedNumber(column.type, value) !== null)
        : column.type === 'boolean'
        ? typeof value === 'boolean' || value === 0 || value === 1
        : typeof value === 'boolean' || (typeof value === 'number' && (column.type !== 'integer' || Math.abs(value) <= 2 ** 63));
  return fits && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') ? value : undefined;
}

function checked(value: unknown, column: Column, index: number): Value {
  if (value === null || value === undefined) return null;
  const fit = fitting(value, column);
  if (fit !== undefined) return fit;
  const shown = JSON.stringify(value)?.slice(0, 60) ?? String(value);
  throw invalid('wrong-type', `Record ${index + 1}: the field “${column.name}” must be ${inputWords(column)} or null, but is ${shown}.`, 'Correct the value; null stands for missing.', index, column.name);
}

function invalid(code: string, message: string, remedy: string, index: number, column?: string): PenstockError {
  return new PenstockError(code, message, { remedy, place: { line: index + 1, ...(column === undefined ? {} : { column }) } });
}
