import type { PortKind } from '#app/sdk/ports.ts';
import { texts } from '../text/texts.ts';
import type { ViewKind } from './layout.ts';

const { table, charts, report, model, recipe, learner, log, problems } = texts.views;
const values: Readonly<Record<PortKind, string>> = { table: charts, report, evaluation: report, model, recipe, learner };

/** What a view shows, in a word: the value of a port that is no table has a name of its own. */
export function viewWord(kind: ViewKind, port: PortKind | null): string {
  if (kind === 'charts') return port === null ? charts : values[port];
  return { table, log, problems }[kind];
}
