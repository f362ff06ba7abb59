import { z } from 'zod';
import type { Schema } from '#app/relation/types.ts';
import type { PortMeta, PortSpec } from './ports.ts';

/** What nodes that compare a batch with a reference share. */

const calibrated = { param: 'method', in: ['calibrated', 'holm', 'fdr'] };

export const driftParams = {
  statistic: z
    .enum(['auto', 'ks', 'chi-square', 'psi', 'jensen-shannon', 'wasserstein'])
    .default('auto')
    .meta({ title: 'Statistic', description: 'What a column is judged by; all of them are shown.', control: 'select', labels: { auto: 'By type: Kolmogorov–Smirnov for numbers, chi-square for categories', ks: 'Kolmogorov–Smirnov', 'chi-square': 'Chi-square', psi: 'Stability index (PSI)', 'jensen-shannon': 'Jensen–Shannon distance', wasserstein: 'Wasserstein distance' } }),
  method: z
    .enum(['calibrated', 'holm', 'fdr', 'fixed'])
    .default('calibrated')
    .meta({ title: 'Threshold', description: 'Calibrated: batches are drawn from the reference until it is known what chance does, whatever hangs together.', control: 'select', labels: { calibrated: 'Calibrated on the reference', holm: 'p-values, Holm', fdr: 'p-values, Benjamini–Hochberg', fixed: 'A number of my own' } }),
  batches: z.int().min(5).max(1000).default(100).meta({ title: 'One false alarm in … batches', description: 'Over all columns together.', control: 'number', min: 5, max: 1000, visibleWhen: calibrated }),
  limit: z.number().min(0).max(1_000_000).default(0.2).meta({ title: 'Alarm from', description: 'In the statistic’s own unit.', control: 'number', min: 0, visibleWhen: { param: 'method', in: ['fixed'] } }),
  block: z.int().min(1).max(100_000).default(1).meta({ title: 'Rows that hang together', description: 'Where rows follow each other in time, such as 24 hours of a day: whole blocks of them are drawn. 1: each row is by itself.', control: 'number', min: 1, max: 100_000, advanced: true }),
  order: z.string().default('').meta({ title: 'Order of the reference', description: 'Column by which its rows follow each other; empty: as they come.', control: 'column', from: 'reference', advanced: true }),
};

export const driftOutputPorts: readonly PortSpec[] = [
  { name: 'report', title: 'Report', kind: 'report' },
  { name: 'columns', title: 'Columns', kind: 'table', summary: 'One row for each column, the one that drifts most first.' },
  { name: 'evaluation', title: 'Evaluation', kind: 'evaluation', summary: 'For Alert: how far the batch has drifted.' },
  { name: 'profile', title: 'Reference profile', kind: 'table', summary: 'What is known of the reference, in a few kilobytes a column: write it to a file, and it can be the reference elsewhere.' },
];

const float = (names: readonly string[]): Schema => names.map((name) => ({ name, type: 'float' }));
const string = (names: readonly string[]): Schema => names.map((name) => ({ name, type: 'string' }));

export const driftColumnsSchema: Schema = [
  ...string(['column']),
  { name: 'drifts', type: 'boolean' },
  ...float(['drift']),
  ...string(['finding', 'slice', 'statistic']),
  ...float(['value', 'threshold', 'p_value', 'corrected_p', 'psi', 'jensen_shannon', 'kolmogorov_smirnov', 'chi_square', 'wasserstein', 'missing_reference', 'missing_now', 'unseen']),
];

export const profileSchema: Schema = [...string(['column', 'type']), { name: 'rows', type: 'integer' }, { name: 'missing', type: 'integer' }, ...float(['mean', 'deviation', 'low', 'high']), ...string(['penstock_profile'])];

export const driftOutputMeta: Readonly<Record<string, PortMeta>> = {
  report: { kind: 'report' },
  columns: { kind: 'table', schema: driftColumnsSchema },
  evaluation: { kind: 'evaluation' },
  profile: { kind: 'table', schema: profileSchema },
};

/** `NAME`, `NAME@3`, `NAME@production` … */
export const modelReference = z.string().max(200).regex(/^$|^[A-Za-z0-9][A-Za-z0-9_-]*(@[A-Za-z0-9_-]+)?$/, 'The name of a registered model, as in churn, churn@3 or churn@production.').default('');

/** A version by its number never changes; what an alias means may be another tomorrow. */
export const modelFingerprint = (model: string): Readonly<Record<string, string>> | 'never' => (model === '' ? {} : /@\d+$/.test(model) ? { [model]: 'version' } : 'never');

/** Columns that hold predictions, by the names that Predict, Batch Score and the request log give them. */
export const predictionNames = (schema: Schema): string[] => {
  const targets = schema.flatMap(({ name }) => (name.endsWith('_predicted') ? [name.slice(0, -'_predicted'.length)] : []));
  return schema.flatMap(({ name }) => (name === 'prediction' || name.startsWith('probability_') || name.endsWith('_predicted') || targets.some((target) => name.startsWith(`${target}_p_`)) ? [name] : []));
};

export const windowParam = z.enum(['auto', 'hour', 'day', 'week', 'month']).default('auto').meta({ title: 'Windows', control: 'select', labels: { auto: 'By how much time there is', hour: 'Hours', day: 'Days', week: 'Weeks', month: 'Months' } });
