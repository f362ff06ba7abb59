import { metricTitle } from '../text/metric-text.ts';
import { chartWords, type ChartWords } from '../chart/summary.ts';
import type { MetricChange } from '../text/change.ts';

/** What an exported page says besides what is in the report; a front end that speaks another language gives its own. */
export interface PageWords {
  /** As HTML names it. */
  readonly language: string;
  readonly charts: ChartWords;
  readonly metricTitle: (name: string) => string;
  readonly change: (change: MetricChange) => string;
  readonly stale: (why: string) => string;
  readonly noPart: string;
  readonly firstRows: (shown: string, all: string) => string;
  readonly rowsWith: string;
  readonly table: string;
  readonly all: string;
  readonly dark: string;
  readonly light: string;
  /** `{0}` of `{1}`: filled in by the page's own script. */
  readonly found: string;
  readonly madeAt: (at: string) => string;
  readonly madeFrom: (at: string, runs: string) => string;
  readonly run: (pipeline: string, at: string) => string;
}

export const pageWords: PageWords = {
  language: 'en',
  charts: chartWords,
  metricTitle,
  change: ({ direction, amount, points, before }) =>
    direction === 'unknown' ? `the run before: ${before}` : direction === 'same' ? 'as in the run before' : `${direction === 'up' ? '▲' : '▼'} ${amount}${points ? ' points' : ''} since the run before (${before})`,
  stale: (why) => `Out of date: ${why}`,
  noPart: 'No rows of this chart have that value.',
  firstRows: (shown, all) => `The first ${shown} of ${all} rows.`,
  rowsWith: 'Rows with',
  table: 'Table',
  all: 'all',
  dark: 'Dark',
  light: 'Light',
  found: '{0} of {1} rows',
  madeAt: (at) => `Made with Penstock on ${at}.`,
  madeFrom: (at, runs) => `Made with Penstock on ${at} from ${runs}.`,
  run: (pipeline, at) => `${pipeline}, run of ${at}`,
};
