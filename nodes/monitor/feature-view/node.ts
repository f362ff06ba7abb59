import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { didYouMean } from '#app/relation/index.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { featureTable, featureTestChecks, viewNamePattern, type FeatureTest, type ViewDefinition } from '#app/sdk/features.ts';
import { defineNode } from '#app/sdk/node.ts';

const times = ['timestamp', 'date'];
const units = ['seconds', 'minutes', 'hours', 'days', 'weeks'] as const;
const unitTitles = { seconds: 'Seconds', minutes: 'Minutes', hours: 'Hours', days: 'Days', weeks: 'Weeks' };
const secondsOf = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 } as const;

const checkedBy = (...checks: (typeof featureTestChecks)[number][]) => ({ visibleWhen: { param: 'check', in: checks } });

const test = z.object({
  check: z.enum(featureTestChecks).default('present').meta({
    title: 'Test',
    control: 'select',
    labels: { present: 'Not missing', range: 'Between two values', 'one-of': 'One of a list', unique: 'One row for each key and time', fresh: 'Newest event not too old', rows: 'Number of rows' },
  }),
  column: z.string().default('').meta({ title: 'Column', control: 'column', ...checkedBy('present', 'range', 'one-of') }),
  share: z.number().min(0).max(1).default(1).meta({ title: 'In at least', description: 'Share of the rows; 1 is all of them.', control: 'number', min: 0, max: 1, step: 0.01, ...checkedBy('present', 'range', 'one-of') }),
  min: z.number().nullable().default(null).meta({ title: 'At least', control: 'number', placeholder: 'any', ...checkedBy('range', 'rows') }),
  max: z.number().nullable().default(null).meta({ title: 'At most', control: 'number', placeholder: 'any', ...checkedBy('range', 'rows') }),
  values: z.string().max(20_000).default('').meta({ title: 'Values', control: 'text', placeholder: 'gold, silver', description: 'With commas between them.', ...checkedBy('one-of') }),
  hours: z.number().min(0).default(24).meta({ title: 'Oldest', control: 'number', unit: 'hours', min: 0, ...checkedBy('fresh') }),
});

const note = z.object({
  feature: z.string().default('').meta({ title: 'Feature', control: 'column' }),
  text: z.string().max(2000).default('').meta({ title: 'What it is', control: 'text' }),
});

export const paramsSchema = z.object({
  name: z.string().regex(viewNamePattern, 'may hold only letters, digits, hyphens and underscores, at most 63, and begins with a letter').default('features').meta({ title: 'Name', control: 'text', placeholder: 'customers', description: 'How the view is found: VIEW:FEATURE.' }),
  keys: z.array(z.string()).max(8).default([]).meta({ title: 'Key columns', control: 'columns', types: ['string', 'integer', 'boolean', 'date', 'timestamp'], description: 'Whose features these are: the customer, the shop and the product …' }),
  time: z.string().default('').meta({ title: 'Event time', control: 'column', types: times, description: 'Since when the values of a row hold. Times are taken as UTC.' }),
  created: z.string().default('').meta({ title: 'Written at', control: 'column', types: times, description: 'Where rows are corrected later: when a row was written. Before that nobody could know it.' }),
  columns: z.array(z.string()).default([]).meta({ title: 'Features', control: 'columns', description: 'None chosen: every other column.' }),
  expires: z.boolean().default(false).meta({ title: 'Values expire', control: 'switch', description: 'On: values older than the time to live count as missing.' }),
  ttl: z.number().min(0).max(1_000_000).default(7).meta({ title: 'Time to live', control: 'number', min: 0, visibleWhen: { param: 'expires', in: [true] } }),
  ttlUnit: z.enum(units).default('days').meta({ title: 'Unit', control: 'select', labels: unitTitles, visibleWhen: { param: 'expires', in: [true] } }),
  delay: z.number().min(0).max(1_000_000).default(0).meta({ title: 'Known after', control: 'number', min: 0, advanced: true, description: 'How long after its event time a row is known: the sum of a day, dated by its beginning, is known 1 day later.' }),
  delayUnit: z.enum(units).default('days').meta({ title: 'Unit of “known after”', control: 'select', labels: unitTitles, advanced: true }),
  owner: z.string().max(200).default('').meta({ title: 'Owner', control: 'text', placeholder: 'team or person' }),
  description: z.string().max(4000).default('').meta({ title: 'Description', control: 'textarea' }),
  notes: z.array(note).default([]).meta({ title: 'Feature by feature', control: 'rows', description: 'What each feature is.' }),
  tests: z.array(test).default([]).meta({ title: 'Tests', control: 'rows', description: 'Rows that fail one are kept back: the last good ones stay in use.' }),
  whenFailing: z.enum(['stop', 'keep-last']).default('stop').meta({ title: 'When a test fails', control: 'select', labels: { stop: 'Stop here', 'keep-last': 'Go on with the last good rows' } }),
  online: z.boolean().default(true).meta({ title: 'For lookups by key', control: 'switch', advanced: true, description: 'Keeps the latest row of each key where a model server finds it.' }),
});
export type Params = z.output<typeof paramsSchema>;

/** The view that params and a schema make; null while something is open. */
export function viewOf(params: Params, schema: Schema): ViewDefinition | null {
  const find = (name: string): Column | undefined => schema.find((column) => column.name === name);
  const keys = params.keys.flatMap((name) => find(name) ?? []);
  const time = find(params.time);
  const created = params.created === '' ? undefined : find(params.created);
  if (keys.length === 0 || keys.length < params.keys.length || time === undefined || (params.created !== '' && created === undefined)) return null;
  const taken = new Set([...params.keys, params.time, params.created]);
  const features = (params.columns.length === 0 ? schema.map(({ name }) => name) : params.columns).filter((name) => !taken.has(name)).flatMap((name) => find(name) ?? []);
  const plain = ({ name, type }: Column): { name: string; type: Column['type'] } => ({ name, type });
  return {
    keys: keys.map(plain),
    time: params.time,
    created: created === undefined ? null : created.name,
    times: [time, ...(created === undefined ? [] : [created])].map(plain),
    delay: Math.round(params.delay * secondsOf[params.delayUnit]),
    ttl: params.expires ? Math.round(params.ttl * secondsOf[params.ttlUnit]) : null,
    features: features.map(plain),
  };
}

/** Columns of the kept rows, in order. */
export const storedColumns = ({ keys, times: timed, features }: ViewDefinition): Schema => [...keys, ...timed, ...features];

export function testsOf({ tests }: Params): FeatureTest[] {
  return tests.map(({ check, column, share, min, max, values, hours }) => ({
    check,
    column: check === 'present' || check === 'range' || check === 'one-of' ? column : '',
    share,
    min,
    max,
    values: values.split(',').map((value) => value.trim()).filter((value) => value !== ''),
    age: check === 'fresh' ? Math.round(hours * 3600) : null,
  }));
}

export const definition = defineNode({
  type: 'monitor/feature-view',
  version: 1,
  title: 'Feature View',
  summary: 'Puts features into the project’s feature store: whose they are, since when they are known, how long they count, and what must be true of them.',
  keywords: ['feature store', 'feature group', 'entity', 'event time', 'time to live', 'ttl', 'expectations', 'data quality', 'freshness', 'online store', 'materialise', 'feast', 'tecton', 'hopsworks'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'One row for each key and event time.' }],
  outputs: [
    { name: 'table', title: 'Features', kind: 'table', summary: 'The rows as they are kept: keys, times, features.' },
    { name: 'report', title: 'Report', kind: 'report', summary: 'What was registered, and how the tests went.' },
  ],
  params: paramsSchema,
  describe: ({ name, keys, expires, ttl, ttlUnit }, say) => {
    if (keys.length === 0) return say`${name}: no key yet`;
    const by = say`${name} by ${keys.join(', ')}`;
    const lives = { seconds: say`${ttl} seconds`, minutes: say`${ttl} minutes`, hours: say`${ttl} hours`, days: say`${ttl} days`, weeks: say`${ttl} weeks` }[ttlUnit];
    const line = expires ? say`${by}, for ${lives}` : by;
    return line.length > 59 ? `${line.slice(0, 58)}…` : line;
  },
  configure: (context) => {
    const { params } = context;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = [];
    if (params.keys.length === 0) diagnostics.push(paramMissing(['keys'], 'No key is chosen.', 'Choose the columns that say whose features these are.'));
    if (params.time === '') diagnostics.push(paramMissing(['time'], 'The event time is not chosen.', 'Choose the column that says since when a row holds.'));
    if (schema === null) return { outputs: { table: { kind: 'table', schema: null }, report: { kind: 'report' } }, diagnostics };
    const check = (name: string, param: (string | number)[], types?: readonly string[]): void => {
      if (name === '') return;
      const column = schema.find((one) => one.name === name);
      if (column === undefined) diagnostics.push({ severity: 'error', code: 'unknown-column', message: `There is no column “${name}” in the table.${didYouMean(name, schema.map((one) => one.name))}`, remedy: 'Choose the column again.', place: { param, column: name } });
      else if (types !== undefined && !types.includes(column.type)) diagnostics.push({ severity: 'error', code: 'feature-type', message: `“${name}” cannot be used here, as it is of the type ${column.type}.`, remedy: param[0] === 'keys' ? 'Keys are text, whole numbers, true/false or dates.' : 'Choose a date or a date with time; text can be parsed with Date and Time.', place: { param, column: name } });
    };
    params.keys.forEach((name, i) => check(name, ['keys', i], ['string', 'integer', 'boolean', 'date', 'timestamp']));
    check(params.time, ['time'], times);
    check(params.created, ['created'], times);
    params.columns.forEach((name, i) => check(name, ['columns', i]));
    params.tests.forEach((one, i) => {
      if (!['present', 'range', 'one-of'].includes(one.check)) return;
      if (one.column === '') diagnostics.push(paramMissing(['tests', i, 'column'], `Test ${i + 1} has no column.`, 'Choose a column, or remove the test.'));
      check(one.column, ['tests', i, 'column'], one.check === 'range' ? ['integer', 'float'] : undefined);
    });
    const view = viewOf(params, schema);
    if (view !== null && view.features.length === 0) diagnostics.push({ severity: 'error', code: 'no-features', message: 'There is no column left that could be a feature.', remedy: 'Bring a table with more than keys and times.', place: { param: ['columns'] } });
    const unset = [params.owner === '' ? 'an owner' : '', params.description === '' ? 'a description' : ''].filter((word) => word !== '');
    if (view !== null && unset.length > 0) diagnostics.push({ severity: 'info', code: 'view-undescribed', message: `The view has not got ${unset.join(' and ')} yet.`, remedy: 'Say whom to ask and what it is: others will use it.', place: { param: [params.owner === '' ? 'owner' : 'description'] } });
    return {
      outputs: { table: view === null ? { kind: 'table', schema: null } : { kind: 'table', schema: storedColumns(view), features: featureTable(params.name, undefined, view) }, report: { kind: 'report' } },
      diagnostics,
    };
  },
  suggest: (context) => {
    const { keys, time } = context.params;
    const schema = schemaAt(context);
    if (schema === null || keys.length > 0 || time !== '') return null;
    const key = schema.find(({ name, type }) => (type === 'string' || type === 'integer') && /(^|_|[a-z])(id|key|code|symbol|station|sensor)$/i.test(name)) ?? schema.find(({ type }) => type === 'string');
    const at = schema.find(({ type }) => type === 'timestamp') ?? schema.find(({ type }) => type === 'date');
    return key === undefined && at === undefined ? null : { ...(key === undefined ? {} : { keys: [key.name] }), ...(at === undefined ? {} : { time: at.name }) };
  },
});
