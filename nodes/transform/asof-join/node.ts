import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { commonType, nameKey } from '#app/relation/index.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const timeTypes = ['timestamp', 'date', 'integer', 'float'];

const pair = z.object({
  left: z.string().default('').meta({ title: 'Left column', control: 'column', from: 'left' }),
  right: z.string().default('').meta({ title: 'Right column', control: 'column', from: 'right' }),
});

const params = z.object({
  leftTime: z.string().default('').meta({ title: 'Time in the left table', control: 'column', from: 'left', types: timeTypes }),
  rightTime: z.string().default('').meta({ title: 'Time in the right table', control: 'column', from: 'right', types: timeTypes }),
  keys: z.array(pair).default([]).meta({ title: 'And where equal', control: 'rows', description: 'For example the customer. Missing values never match.' }),
  direction: z
    .enum(['backward', 'forward', 'nearest'])
    .default('backward')
    .meta({ title: 'Take the right row', control: 'select', labels: { backward: 'Last one before (backward)', forward: 'First one after (forward)', nearest: 'Nearest, before or after' } }),
  strict: z.boolean().default(false).meta({ title: 'Never at the very same time', control: 'switch', description: 'On: a right row at exactly the left row’s time does not match.' }),
  limited: z.boolean().default(false).meta({ title: 'Limit the distance', control: 'switch' }),
  tolerance: z.number().min(0).default(1).meta({ title: 'At most', control: 'number', min: 0, visibleWhen: { param: 'limited', in: [true] } }),
  unit: z
    .enum(['seconds', 'minutes', 'hours', 'days', 'weeks', 'values'])
    .default('days')
    .meta({ title: 'Unit', control: 'select', labels: { seconds: 'Seconds', minutes: 'Minutes', hours: 'Hours', days: 'Days', weeks: 'Weeks', values: 'Units of the column (numbers)' }, visibleWhen: { param: 'limited', in: [true] } }),
  kind: z.enum(['left', 'inner']).default('left').meta({ title: 'Rows to keep', control: 'select', labels: { left: 'All left rows', inner: 'Only rows that match' } }),
  suffix: z.string().default('_right').meta({ title: 'Suffix', control: 'text', advanced: true, description: 'Put behind the name of a right column that the left table has, too.' }),
});

export type AsofJoinParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/asof-join',
  version: 1,
  title: 'As-of / Point-in-time Join',
  summary: 'Point-in-time join: to each row, the row of another table that was last known at its time, or is nearest to it.',
  keywords: ['point in time', 'asof', 'merge_asof', 'time series join', 'nearest', 'latest value', 'history', 'feature store', 'rolling join', 'snapshot'],
  inputs: [
    { name: 'left', title: 'Left table', kind: 'table', arity: 'one' },
    { name: 'right', title: 'Right table', kind: 'table', arity: 'one' },
  ],
  outputs: [{ name: 'table', title: 'Joined rows', kind: 'table', summary: 'Left columns, then right columns with the time of the row that was taken.' }],
  params,
  describe: ({ leftTime, rightTime, keys, direction, limited, tolerance, unit }, say) => {
    if (leftTime === '' || rightTime === '') return say`No time columns yet`;
    const by = keys.filter(({ left, right }) => left !== '' && right !== '').map(({ left, right }) => (left === right ? left : `${left} = ${right}`));
    const which = { backward: say`last before ${leftTime}`, forward: say`first after ${leftTime}`, nearest: say`nearest to ${leftTime}` }[direction];
    const line = by.length > 0 ? say`${which} per ${by.join(', ')}` : which;
    if (!limited) return line;
    const within = { seconds: say`${tolerance} seconds`, minutes: say`${tolerance} minutes`, hours: say`${tolerance} hours`, days: say`${tolerance} days`, weeks: say`${tolerance} weeks`, values: `${tolerance}` }[unit];
    return say`${line} within ${within}`;
  },
  configure: (context) => {
    const { leftTime, rightTime, keys, direction, limited } = context.params;
    const diagnostics: Diagnostic[] = [];
    if (leftTime === '') diagnostics.push(paramMissing(['leftTime'], 'The left table’s time column is not chosen.', 'Choose the column that says when each row is.'));
    if (rightTime === '') diagnostics.push(paramMissing(['rightTime'], 'The right table’s time column is not chosen.', 'Choose the column that says since when each row is known.'));
    keys.forEach(({ left, right }, i) => {
      const open = left === '' ? 'left' : right === '' ? 'right' : null;
      if (open !== null) diagnostics.push(paramMissing(['keys', i, open], `Key pair ${i + 1} has no ${open} column.`, 'Choose a column, or remove the row.'));
    });
    if (direction !== 'backward' && typeAt(context, 'left', leftTime) !== null && ['date', 'timestamp'].includes(typeAt(context, 'left', leftTime) ?? '')) {
      diagnostics.push({ severity: 'info', code: 'looks-ahead', message: 'Rows later than the left row are taken too, so what comes out may not have been known at its time.', remedy: 'Use backward for the features of a model.', place: { param: ['direction'] } });
    }
    if (!limited && direction === 'nearest') {
      diagnostics.push({ severity: 'info', code: 'no-tolerance', message: 'Without a limit, the nearest row may be arbitrarily far away.', remedy: 'Limit the distance where that makes no sense.', place: { param: ['limited'] } });
    }
    return { diagnostics };
  },
  suggest: (context) => {
    const { leftTime, rightTime, keys } = context.params;
    if (leftTime !== '' || rightTime !== '' || keys.length > 0) return null;
    const left = schemaAt(context, 'left');
    const right = schemaAt(context, 'right');
    if (left === null || right === null) return null;
    const times = likelyTimes(left, right);
    const key = left.find(({ name, type }) => /(^|_|[a-z])(id|key|code|symbol|ticker|sensor)$/i.test(name) && right.some((other) => nameKey(other.name) === nameKey(name) && commonType(other.type, type) !== null));
    const partner = key && right.find(({ name }) => nameKey(name) === nameKey(key.name));
    return times === null ? null : { ...times, ...(key && partner ? { keys: [{ left: key.name, right: partner.name }] } : {}) };
  },
});

function typeAt(context: Parameters<typeof schemaAt>[0], port: string, name: string): Column['type'] | null {
  return schemaAt(context, port)?.find((column) => column.name === name)?.type ?? null;
}

function likelyTimes(left: Schema, right: Schema): { leftTime: string; rightTime: string } | null {
  const times = (schema: Schema): Column[] => schema.filter(({ type }) => type === 'timestamp' || type === 'date');
  for (const a of times(left)) {
    const b = times(right).find(({ name }) => nameKey(name) === nameKey(a.name)) ?? times(right).find(({ type }) => type === a.type);
    if (b) return { leftTime: a.name, rightTime: b.name };
  }
  return null;
}
