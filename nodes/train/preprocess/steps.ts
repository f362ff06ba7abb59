import { z } from 'zod';
import { datedNumber } from '#app/sdk/model-input.ts';
import { DEFAULT_MAX_CATEGORIES, DEFAULT_MAX_CODES } from '#app/sdk/recipe.ts';

const selectionSchema = z
  .discriminatedUnion('by', [
    z.object({ by: z.literal('all-numeric') }),
    z.object({ by: z.literal('all-categorical') }),
    z.object({ by: z.literal('names'), names: z.array(z.string()).default([]) }),
  ])
  .meta({ title: 'Columns', description: 'Which features the step changes: every number (and true/false) column, every text column, or named ones.' });

const dateSelectionSchema = z
  .discriminatedUnion('by', [z.object({ by: z.literal('all-dates') }), z.object({ by: z.literal('names'), names: z.array(z.string()).default([]) })])
  .meta({ title: 'Columns', description: 'Every column of dates (with or without a time), or named ones.' });

const imputeSchema = z.object({
  step: z.literal('impute'),
  columns: selectionSchema.default({ by: 'all-numeric' }),
  numeric: z
    .enum(['median', 'mean', 'zero', 'none'])
    .default('median')
    .meta({ title: 'Missing numbers become', labels: { median: 'the median', mean: 'the mean', zero: 'zero', none: 'left alone' } }),
  categorical: z
    .enum(['most-frequent', 'constant', 'none'])
    .default('most-frequent')
    .meta({ title: 'Missing text becomes', labels: { 'most-frequent': 'the most frequent value', constant: 'a fixed text', none: 'left alone' } }),
  constant: z.string().default('missing').meta({ title: 'Fixed text', visibleWhen: { param: 'categorical', in: ['constant'] } }),
  indicator: z.boolean().default(false).meta({ title: 'Remember what was missing', description: 'Adds a feature “<column>_missing” that is 1 where the value was missing.' }),
});

const scaleSchema = z.object({
  step: z.literal('scale'),
  columns: selectionSchema.default({ by: 'all-numeric' }),
  method: z
    .enum(['standard', 'min-max', 'robust', 'power', 'quantile'])
    .default('standard')
    .meta({
      title: 'Method',
      labels: { standard: 'Standard: mean 0, deviation 1', 'min-max': 'Min-max: 0 to 1', robust: 'Robust: median 0, quartile range 1', power: 'Power: skew taken away, then standard', quantile: 'Quantile: share of rows below, 0 to 1' },
    }),
});

const oneHotSchema = z.object({
  step: z.literal('one-hot'),
  columns: selectionSchema.default({ by: 'all-categorical' }),
  maxCategories: z.int().min(1).max(1000).default(DEFAULT_MAX_CATEGORIES).meta({ title: 'Most categories', description: 'The most frequent values get a feature each.', min: 1, max: 1000 }),
  other: z.boolean().default(false).meta({ title: 'A feature for all others', description: 'Rare and never seen values share the feature “<column>=(other)”; otherwise all features of the column are 0.' }),
  dropFirst: z.boolean().default(false).meta({ title: 'Leave out the first category', description: 'Removes the redundancy that makes coefficients of unpenalised linear models arbitrary.' }),
});

const ordinalSchema = z.object({
  step: z.literal('ordinal'),
  columns: selectionSchema.default({ by: 'all-categorical' }),
  maxCategories: z.int().min(1).max(10_000).default(DEFAULT_MAX_CODES).meta({ title: 'Most categories', description: 'The most frequent values get a code each.', min: 1, max: 10_000 }),
  order: z
    .enum(['frequency', 'alphabetical'])
    .default('frequency')
    .meta({ title: 'Codes go by', labels: { frequency: 'how often a value occurs, most frequent first', alphabetical: 'the value: alphabetical, numbers by size' } }),
  missing: z
    .enum(['nan', 'code'])
    .default('nan')
    .meta({
      title: 'Missing, rare and never seen values',
      description: 'Learners that cannot work with missing features get the code in any case.',
      labels: { nan: 'stay missing', code: 'share one code' },
    }),
});

const targetEncodeSchema = z.object({
  step: z.literal('target-encode'),
  columns: selectionSchema.default({ by: 'all-categorical' }),
  smoothing: z
    .enum(['auto', 'fixed'])
    .default('auto')
    .meta({
      title: 'Rare categories',
      description: 'A category with few rows says little, so its mean is drawn towards the mean of all rows.',
      labels: { auto: 'as the variances say (empirical Bayes)', fixed: 'by a fixed number of rows' },
    }),
  weight: z.number().min(0).max(1e6).default(10).meta({ title: 'Rows of the overall mean', description: 'A category of that many rows counts half.', min: 0, max: 1_000_000, visibleWhen: { param: 'smoothing', in: ['fixed'] } }),
  folds: z.int().min(2).max(20).default(5).meta({ title: 'Folds', description: 'While training, rows see encodings fitted on the other folds, so that none sees its own target.', min: 2, max: 20, advanced: true }),
  maxCategories: z.int().min(1).max(100_000).default(10_000).meta({ title: 'Most categories', description: 'Rarer ones are encoded as the overall mean.', min: 1, max: 100_000, advanced: true }),
});

const datePartsSchema = z.object({
  step: z.literal('date-parts'),
  columns: dateSelectionSchema.default({ by: 'all-dates' }),
  parts: z
    .array(z.enum(['year', 'month', 'day', 'weekday', 'hour', 'weekend', 'days', 'month-cycle', 'weekday-cycle', 'hour-cycle']))
    .default(['year', 'month-cycle', 'weekday-cycle', 'days'])
    .meta({
      title: 'Parts',
      description: 'Each becomes a feature. A cycle is a sine and a cosine, so that December lies beside January. Hours are of dates with a time only.',
      labels: {
        year: 'year',
        month: 'month, 1 to 12',
        day: 'day of the month, 1 to 31',
        weekday: 'day of the week, Monday 1 to Sunday 7',
        hour: 'hour, 0 to 23',
        weekend: 'weekend, 0 or 1',
        days: 'days since a fixed day',
        'month-cycle': 'month as a cycle',
        'weekday-cycle': 'day of the week as a cycle',
        'hour-cycle': 'hour as a cycle',
      },
    }),
  since: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2000-01-01')
    .refine((text) => datedNumber('date', text) !== null, 'must be a day of the calendar')
    .default('2000-01-01')
    .meta({ title: 'Days are counted from', placeholder: '2000-01-01', advanced: true }),
});

const textSchema = z.object({
  step: z.literal('text'),
  columns: selectionSchema.default({ by: 'names', names: [] }),
  weighting: z
    .enum(['tf-idf', 'counts', 'presence'])
    .default('tf-idf')
    .meta({ title: 'Weights', labels: { 'tf-idf': 'TF-IDF: terms in few rows weigh more, rows have length 1', counts: 'how often the term occurs', presence: '1 where the term occurs' } }),
  longest: z.int().min(1).max(3).default(1).meta({ title: 'Words in a term, at most', description: '2 adds pairs such as “not good”, 3 runs of three.', min: 1, max: 3 }),
  lowerCase: z.boolean().default(true).meta({ title: 'Capital letters do not matter' }),
  shortest: z.int().min(1).max(10).default(2).meta({ title: 'Letters in a word, at least', min: 1, max: 10, advanced: true }),
  minRows: z.int().min(1).max(1_000_000).default(2).meta({ title: 'Rows with a term, at least', description: 'Terms in fewer rows are left out.', min: 1, max: 1_000_000 }),
  maxTerms: z.int().min(1).max(10_000).default(500).meta({ title: 'Most terms', description: 'The terms in most rows get a feature each.', min: 1, max: 10_000 }),
});

const selectSchema = z.object({
  step: z.literal('select'),
  columns: z
    .discriminatedUnion('by', [
      z.object({ by: z.literal('all') }),
      z.object({ by: z.literal('all-numeric') }),
      z.object({ by: z.literal('all-categorical') }),
      z.object({ by: z.literal('all-dates') }),
      z.object({ by: z.literal('names'), names: z.array(z.string()).default([]) }),
    ])
    .default({ by: 'all' })
    .meta({ title: 'Columns', description: 'Which features the step looks at, as the steps before it made them.' }),
  action: z
    .enum(['drop-constant', 'drop-correlated', 'drop', 'keep'])
    .default('drop-constant')
    .meta({
      title: 'Leave out',
      labels: {
        'drop-constant': 'those with nearly the same value in every row',
        'drop-correlated': 'numbers that say the same as an earlier one',
        drop: 'these columns',
        keep: 'every column but these',
      },
    }),
  constantShare: z
    .number()
    .min(0.5)
    .max(1)
    .default(1)
    .meta({ title: 'Share of rows with one value', description: '1: only columns that are the same in every row.', control: 'slider', min: 0.5, max: 1, step: 0.005, visibleWhen: { param: 'action', in: ['drop-constant'] } }),
  correlation: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.98)
    .meta({ title: 'Correlation', description: 'From here on, the later of two columns goes; the sign does not matter.', control: 'slider', min: 0.5, max: 1, step: 0.01, visibleWhen: { param: 'action', in: ['drop-correlated'] } }),
});

/** One step of the form, as `RecipeStep` with titles, limits and defaults. */
export const stepSchema = z.discriminatedUnion('step', [imputeSchema, scaleSchema, oneHotSchema, ordinalSchema, targetEncodeSchema, datePartsSchema, textSchema, selectSchema]);

export type StepParams = z.output<typeof stepSchema>;

export const stepTitles: Readonly<Record<StepParams['step'], string>> = {
  impute: 'impute',
  scale: 'scale',
  'one-hot': 'one-hot',
  ordinal: 'ordinal',
  'target-encode': 'target-encode',
  'date-parts': 'date parts',
  text: 'text',
  select: 'select',
};
