import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { functions, hasOffset, isGroup, isRank, isRolling, needsColumn, needsNoColumn, titles, units } from './functions.ts';

const columnSchema = z.object({
  fn: z.enum(functions).default('row_number').meta({ title: 'Function', control: 'select', labels: titles }),
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table', visibleWhen: { param: 'fn', in: functions.filter((fn) => !needsNoColumn(fn)) } }),
  offset: z.int().min(1).max(1_000_000).default(1).meta({ title: 'Rows away', control: 'number', min: 1, visibleWhen: { param: 'fn', in: functions.filter(hasOffset) } }),
  groups: z.int().min(1).max(1_000_000).default(4).meta({ title: 'Groups', control: 'number', min: 1, visibleWhen: { param: 'fn', in: ['ntile'] } }),
  size: z.number().gt(0).default(7).meta({ title: 'Window', control: 'number', min: 0, visibleWhen: { param: 'fn', in: functions.filter(isRolling) }, description: 'How many rows, or how long a span of the order column.' }),
  unit: z
    .enum(units)
    .default('rows')
    .meta({ title: 'Window in', control: 'select', labels: { rows: 'Rows', seconds: 'Seconds', minutes: 'Minutes', hours: 'Hours', days: 'Days', weeks: 'Weeks', values: 'Units of the order column (numbers)' }, visibleWhen: { param: 'fn', in: functions.filter(isRolling) } }),
  place: z.enum(['before', 'centred', 'after']).default('before').meta({ title: 'The row is', control: 'select', labels: { before: 'At its end', centred: 'In its middle', after: 'At its start' }, visibleWhen: { param: 'fn', in: functions.filter(isRolling) } }),
  atLeast: z.int().min(1).default(1).meta({ title: 'At least', control: 'number', min: 1, unit: 'values', visibleWhen: { param: 'fn', in: functions.filter(isRolling) }, description: 'With fewer values in the window the result is missing.' }),
  name: z.string().default('').meta({ title: 'Name', control: 'text', placeholder: 'automatic' }),
});

const order = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  direction: z.enum(['ascending', 'descending']).default('ascending').meta({ title: 'Direction', control: 'select', labels: { ascending: 'Ascending', descending: 'Descending' } }),
});

const params = z.object({
  partitionBy: z.array(z.string()).default([]).meta({ title: 'For each', control: 'columns', from: 'table', description: 'Rows with equal values here are looked at for themselves; without a column, all rows together.' }),
  orderBy: z.array(order).default([]).meta({ title: 'In the order of', control: 'rows', description: 'Without a column: the order in which the rows come in.' }),
  columns: z.array(columnSchema).default([]).meta({ title: 'New columns', control: 'rows' }),
});

export type WindowParams = z.output<typeof params>;
export type WindowColumnParams = z.output<typeof columnSchema>;

const unitLetters = { rows: '', seconds: 's', minutes: 'min', hours: 'h', days: 'd', weeks: 'w', values: '' } as const;

/** Name of a new column: the one given, else made of column and function (`sales_rolling_mean_7d`). */
export function windowName({ fn, column, offset, groups, size, unit, name }: WindowColumnParams): string {
  if (name.trim() !== '') return name.trim();
  const base = column === '' || needsNoColumn(fn) ? fn : `${column}_${fn}`;
  if (fn === 'ntile') return `${base}_${groups}`;
  if (hasOffset(fn) && offset !== 1) return `${base}_${offset}`;
  return isRolling(fn) ? `${base}_${String(size).replace('.', '_')}${unitLetters[unit]}` : base;
}

export const definition = defineNode({
  type: 'transform/window',
  version: 1,
  title: 'Window',
  summary: 'Adds columns that look at other rows: ranks, earlier and later values, running and rolling measures, shares of a group.',
  keywords: ['lag', 'lead', 'shift', 'rolling', 'moving average', 'rank', 'cumulative', 'cumsum', 'running total', 'row number', 'difference', 'percent change', 'pct_change', 'over', 'partition by', 'multi-row formula', 'moving aggregation', 'lag column'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'All columns and the new ones. The order of the rows is not fixed.' }],
  params,
  describe: ({ partitionBy, orderBy, columns }, say) => {
    if (columns.length === 0) return say`No new column yet`;
    const names = columns.length <= 2 ? columns.map(windowName).join(', ') : say`${columns.length} columns`;
    const keys = orderBy.filter(({ column }) => column !== '').map(({ column, direction }) => (direction === 'ascending' ? column : `${column} ↓`));
    const line = partitionBy.length > 0 ? say`${names} per ${partitionBy.join(', ')}` : names;
    return keys.length > 0 ? say`${line} by ${keys.join(', ')}` : line;
  },
  configure: ({ params: { columns, orderBy } }) => {
    const keys = orderBy.filter(({ column }) => column !== '');
    const diagnostics: Diagnostic[] = columns.length === 0 ? [paramMissing(['columns'], 'There is no new column.', 'Add one and choose its function.')] : [];
    orderBy.forEach(({ column }, i) => {
      if (column === '') diagnostics.push(paramMissing(['orderBy', i, 'column'], `Order ${i + 1} has no column.`, 'Choose a column, or remove the row.'));
    });
    columns.forEach(({ fn, column, unit, size }, i) => {
      const at = (param: string): (string | number)[] => ['columns', i, param];
      if (needsColumn(fn) && column === '') diagnostics.push(paramMissing(at('column'), `New column ${i + 1} (${titles[fn].toLowerCase()}) has no column to take.`, 'Choose a column.'));
      if (isRank(fn) && keys.length === 0) diagnostics.push(paramMissing(['orderBy'], `New column ${i + 1} is a rank, and there is no order to rank by.`, 'Add a column to the order.'));
      if (isRolling(fn) && unit === 'rows' && !Number.isInteger(size)) diagnostics.push({ severity: 'error', code: 'param-invalid', message: `A window of ${size} rows is not possible.`, remedy: 'Give a whole number of rows.', place: { param: at('size') } });
      if (isRolling(fn) && unit !== 'rows' && keys.length !== 1) diagnostics.push(paramMissing(['orderBy'], `New column ${i + 1} has a window of ${size} ${unit}, which needs exactly one column in the order.`, 'Order by the one date, time or number that the span is measured in.'));
    });
    const unordered = columns.find(({ fn }) => keys.length === 0 && !isGroup(fn) && !isRank(fn));
    if (unordered) {
      diagnostics.push({ severity: 'info', code: 'window-unordered', message: 'There is no order, so rows count in the order in which they come in.', remedy: 'Add a column to the order to be sure of it.', place: { param: ['orderBy'] } });
    }
    return { diagnostics };
  },
  suggest: (context) => {
    if (context.params.orderBy.length > 0 || context.params.columns.length > 0) return null;
    const time = schemaAt(context)?.find(({ type }) => type === 'timestamp' || type === 'date');
    return time === undefined ? null : { orderBy: [{ column: time.name, direction: 'ascending' as const }] };
  },
});
