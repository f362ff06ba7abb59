import type { WindowFn } from '#app/relation/types.ts';

/** What a window column can be: in words, what it needs, and what it is made of. */

export const functions = [
  'row_number', 'rank', 'dense_rank', 'percent_rank', 'ntile',
  'lag', 'lead', 'difference', 'percent_change', 'first', 'last',
  'cumulative_sum', 'cumulative_mean', 'cumulative_min', 'cumulative_max', 'cumulative_count',
  'rolling_mean', 'rolling_sum', 'rolling_min', 'rolling_max', 'rolling_median', 'rolling_stddev', 'rolling_count',
  'group_count', 'group_sum', 'group_mean', 'group_min', 'group_max', 'share',
] as const;
export type WindowFunction = (typeof functions)[number];

export const titles: Readonly<Record<WindowFunction, string>> = {
  row_number: 'Row number',
  rank: 'Rank (1, 1, 3)',
  dense_rank: 'Dense rank (1, 1, 2)',
  percent_rank: 'Percent rank (0 to 1)',
  ntile: 'Equal groups (quartiles …)',
  lag: 'Earlier value (lag)',
  lead: 'Later value (lead)',
  difference: 'Difference to an earlier row',
  percent_change: 'Change against an earlier row, as a fraction',
  first: 'First value',
  last: 'Last value',
  cumulative_sum: 'Running sum',
  cumulative_mean: 'Running mean',
  cumulative_min: 'Running minimum',
  cumulative_max: 'Running maximum',
  cumulative_count: 'Running count',
  rolling_mean: 'Rolling mean',
  rolling_sum: 'Rolling sum',
  rolling_min: 'Rolling minimum',
  rolling_max: 'Rolling maximum',
  rolling_median: 'Rolling median',
  rolling_stddev: 'Rolling standard deviation',
  rolling_count: 'Rolling count',
  group_count: 'Count of the group',
  group_sum: 'Sum of the group',
  group_mean: 'Mean of the group',
  group_min: 'Minimum of the group',
  group_max: 'Maximum of the group',
  share: 'Share of the group’s sum',
};

export const isRolling = (fn: WindowFunction): boolean => fn.startsWith('rolling_');
export const isCumulative = (fn: WindowFunction): boolean => fn.startsWith('cumulative_');
export const isGroup = (fn: WindowFunction): boolean => fn.startsWith('group_') || fn === 'share';
export const isRank = (fn: WindowFunction): boolean => ['rank', 'dense_rank', 'percent_rank', 'ntile'].includes(fn);
/** Looks at a row so many places away. */
export const hasOffset = (fn: WindowFunction): boolean => ['lag', 'lead', 'difference', 'percent_change'].includes(fn);
/** Numbers a row; there is no column to take. */
export const needsNoColumn = (fn: WindowFunction): boolean => fn === 'row_number' || isRank(fn);
/** May count rows where no column is given. */
export const countsRows = (fn: WindowFunction): boolean => fn === 'cumulative_count' || fn === 'rolling_count' || fn === 'group_count';
export const needsColumn = (fn: WindowFunction): boolean => !needsNoColumn(fn) && !countsRows(fn);
/** Only numbers can be added up. */
export const needsNumber = (fn: WindowFunction): boolean => ['difference', 'percent_change', 'share'].includes(fn) || /_(sum|mean|median|stddev)$/.test(fn);

export const units = ['rows', 'seconds', 'minutes', 'hours', 'days', 'weeks', 'values'] as const;
export type SpanUnit = (typeof units)[number];
export const secondsOf: Readonly<Record<Exclude<SpanUnit, 'rows' | 'values'>, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 };

/** The operator of a function that is made of one window column. */
export function operatorOf(fn: WindowFunction): WindowFn {
  switch (fn) {
    case 'row_number':
    case 'rank':
    case 'dense_rank':
    case 'percent_rank':
    case 'ntile':
    case 'lag':
    case 'lead':
      return fn;
    case 'difference':
    case 'percent_change':
      return 'lag';
    case 'first':
      return 'first_value';
    case 'last':
      return 'last_value';
    case 'share':
      return 'sum';
    default: {
      const what = fn.replace(/^(cumulative|rolling|group)_/, '');
      return what === 'mean' ? 'avg' : (what as WindowFn);
    }
  }
}
