import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Generator, SyntheticSpec } from '#app/sdk/synthetic.ts';
import type { SyntheticDataParams } from './node.ts';

const name = z.string().max(500).default('').meta({ title: 'Name', control: 'text' });
const missing = z.number().min(0).max(1).default(0).meta({ title: 'Missing', description: 'Share of missing values.', control: 'slider', min: 0, max: 1, step: 0.01 });
const number = (title: string, value: number) => z.number().default(value).meta({ title, control: 'number' });
const day = (title: string, value: string) => z.string().default(value).meta({ title, control: 'text', placeholder: value });

const kind = <K extends string>(value: K, label: string) => z.literal(value).meta({ title: 'Generator', labels: { [value]: label } });

/** A column and how its values are made. */
export const columnParam = z.discriminatedUnion('generator', [
  z.object({ generator: kind('id', 'Number in sequence'), name, start: z.int().default(1).meta({ title: 'From', control: 'number' }) }),
  z.object({ generator: kind('normal', 'Normal'), name, mean: number('Mean', 0), deviation: z.number().min(0).default(1).meta({ title: 'Standard deviation', control: 'number', min: 0 }), missing }),
  z.object({ generator: kind('uniform', 'Uniform'), name, low: number('From', 0), high: number('To', 1), missing }),
  z.object({ generator: kind('integer', 'Whole number in a range'), name, low: z.int().default(1).meta({ title: 'From', control: 'number' }), high: z.int().default(6).meta({ title: 'To', control: 'number' }), missing }),
  z.object({ generator: kind('category', 'Category'), name, values: z.string().default('a:3, b:2, c:1').meta({ title: 'Values', description: 'Separated by commas, each with a weight if you like.', control: 'text', placeholder: 'red:3, green:2, blue' }), missing }),
  z.object({ generator: kind('boolean', 'True or false'), name, share: z.number().min(0).max(1).default(0.5).meta({ title: 'Share of true', control: 'slider', min: 0, max: 1, step: 0.01 }), missing }),
  z.object({ generator: kind('date', 'Date'), name, from: day('From', '2020-01-01'), to: day('To', '2024-12-31'), missing }),
  z.object({ generator: kind('timestamp', 'Date and time'), name, from: day('From', '2020-01-01'), to: day('To', '2024-12-31'), missing }),
  z.object({ generator: kind('pattern', 'Text by a pattern'), name, pattern: z.string().max(200).default('@@-####').meta({ title: 'Pattern', description: '# is a digit, @ a capital letter, ? a small one.', control: 'text', placeholder: '@@-####' }), missing }),
  z.object({ generator: kind('name', 'Name of a person'), name, missing }),
  z.object({
    generator: kind('linear', 'Sum of columns with noise'),
    name,
    terms: z.string().default('').meta({ title: 'Sum', description: 'Columns above with their weights.', control: 'text', placeholder: 'age * 0.5, income * 2' }),
    intercept: number('Constant', 0),
    noise: z.number().min(0).default(1).meta({ title: 'Noise', description: 'Standard deviation of what is added.', control: 'number', min: 0 }),
    above: z.number().nullable().default(null).meta({ title: 'True where above', description: 'Empty: the sum itself. A number: true where the sum is greater, for two classes.', control: 'number', placeholder: 'The sum itself' }),
    missing,
  }),
]);

export type ColumnParam = z.output<typeof columnParam>;

/** `a:3, b` → values with weights, 1 where none is given; null for what cannot be read. */
export function categoriesOf(text: string): { value: string; weight: number }[] | null {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const values = parts.map((part) => {
    const match = /^(.*?)\s*:\s*(\d+\.?\d*|\.\d+)$/.exec(part);
    return match === null ? { value: part, weight: 1 } : { value: match[1] ?? '', weight: Number(match[2]) };
  });
  return values.length > 0 && values.every(({ value }) => value !== '') && values.some(({ weight }) => weight > 0) ? values : null;
}

/** `age * 0.5, income` → columns with weights; null for what cannot be read. */
export function termsOf(text: string): { column: string; weight: number }[] | null {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const terms = parts.map((part) => {
    const match = /^(.*?)\s*\*\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/.exec(part);
    return match === null ? { column: part, weight: 1 } : { column: match[1] ?? '', weight: Number(match[2]) };
  });
  return terms.every(({ column, weight }) => column !== '' && !column.includes('*') && Number.isFinite(weight)) ? terms : null;
}

const moment = (text: string): number => (/^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?$/.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}Z`) : Number.NaN);

const numeric = new Set(['id', 'normal', 'uniform', 'integer', 'boolean', 'linear']);

/** What is wrong with the columns, at the field it is in. */
export function columnFaults(columns: readonly ColumnParam[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const fault = (at: number, field: string, code: string, message: string, remedy: string): void => void found.push({ severity: 'error', code, message, remedy, place: { param: ['columns', at, field] } });
  if (columns.length === 0) found.push({ severity: 'error', code: 'no-columns', message: 'There are no columns.', remedy: 'Add a column.', place: { param: ['columns'] } });
  const seen = new Set<string>();
  columns.forEach((column, i) => {
    const title = column.name === '' ? `Column ${i + 1}` : `“${column.name}”`;
    if (column.name.trim() === '') fault(i, 'name', 'column-name', `Column ${i + 1} has no name.`, 'Give it a name.');
    else if (seen.has(column.name.toLowerCase())) fault(i, 'name', 'duplicate-column', `There are two columns “${column.name}”.`, 'Rename one of them.');
    seen.add(column.name.toLowerCase());
    if ((column.generator === 'uniform' || column.generator === 'integer') && column.high < column.low) fault(i, 'high', 'range', `${title} ends at ${column.high}, before it begins at ${column.low}.`, 'Swap the two.');
    if (column.generator === 'date' || column.generator === 'timestamp') {
      const form = column.generator === 'date' ? /^\d{4}-\d{2}-\d{2}$/ : /./;
      for (const field of ['from', 'to'] as const) if (Number.isNaN(moment(column[field])) || !form.test(column[field])) fault(i, field, 'date', `${title}: “${column[field]}” is not a date like 2024-01-31.`, 'Write year, month, day.');
      if (moment(column.to) < moment(column.from)) fault(i, 'to', 'range', `${title} ends before it begins.`, 'Swap the two dates.');
    }
    if (column.generator === 'category' && categoriesOf(column.values) === null) fault(i, 'values', 'categories', `${title} has no values with a weight.`, 'Write them like red:3, green:2, blue.');
    if (column.generator === 'linear') {
      const terms = termsOf(column.terms);
      if (terms === null) fault(i, 'terms', 'terms', `${title}: “${column.terms}” is not a list of columns with weights.`, 'Write it like age * 0.5, income * 2.');
      for (const { column: other } of terms ?? []) {
        const at = columns.findIndex((one) => one.name === other);
        if (at === -1 || at >= i) fault(i, 'terms', 'unknown-column', `${title} adds up “${other}”, which is not a column above it.`, 'Name a column above, or move it up.');
        else if (!numeric.has(columns[at]?.generator ?? '')) fault(i, 'terms', 'column-type', `${title} adds up “${other}”, which is not a number.`, 'Name a column of numbers, or true and false.');
      }
    }
  });
  return found;
}

function generatorOf(column: ColumnParam): Generator {
  switch (column.generator) {
    case 'category':
      return { kind: 'category', values: categoriesOf(column.values) ?? [] };
    case 'linear':
      return { kind: 'linear', intercept: column.intercept, terms: termsOf(column.terms) ?? [], noise: column.noise, above: column.above };
    case 'id':
      return { kind: 'id', start: column.start };
    case 'normal':
      return { kind: 'normal', mean: column.mean, deviation: column.deviation };
    case 'uniform':
    case 'integer':
      return { kind: column.generator, low: column.low, high: column.high };
    case 'boolean':
      return { kind: 'boolean', share: column.share };
    case 'date':
    case 'timestamp':
      return { kind: column.generator, from: column.from, to: column.to };
    case 'pattern':
      return { kind: 'pattern', pattern: column.pattern };
    case 'name':
      return { kind: 'name' };
  }
}

/** Params without faults as what is to be made. */
export function specOf(params: SyntheticDataParams): SyntheticSpec {
  const { rows, seed, preset, features, informative, noise } = params;
  switch (preset) {
    case 'columns':
      return { rows, seed, preset: null, columns: params.columns.map((column) => ({ name: column.name, missing: column.generator === 'id' ? 0 : column.missing, generator: generatorOf(column) })) };
    case 'moons':
      return { rows, seed, columns: [], preset: { kind: 'moons', noise } };
    case 'circles':
      return { rows, seed, columns: [], preset: { kind: 'circles', noise, factor: params.factor } };
    case 'blobs':
      return { rows, seed, columns: [], preset: { kind: 'blobs', centres: params.classes, features, deviation: params.deviation } };
    case 'classification':
      return { rows, seed, columns: [], preset: { kind: 'classification', features, informative, classes: params.classes, separation: params.separation, flipped: params.flipped } };
    case 'regression':
      return { rows, seed, columns: [], preset: { kind: 'regression', features, informative, noise } };
  }
}
