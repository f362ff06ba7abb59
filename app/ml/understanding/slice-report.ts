import { formatCount, formatNumber } from '#app/core/units.ts';
import { call, lit, when } from '#app/relation/build.ts';
import type { Expr } from '#app/relation/types.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ReportBlock, TableValue } from '#app/sdk/ports.ts';
import type { PredictionColumns } from '#app/sdk/prediction.ts';
import type { SliceParams } from '#app/sdk/slices.ts';
import { labelExpression } from '../model/target.ts';
import { baseExpression } from '../recipe/columns.ts';
import { percentText, quotedList } from './words.ts';
import { sliceColumns, worstSlices, type Slices } from './slices.ts';

/** The block “Where it fails worst” of an evaluation of predictions; nothing where it is not asked for. */
export async function sliceBlocks(table: TableValue, columns: PredictionColumns, params: SliceParams, { tables, progress }: Pick<RunContext<unknown>, 'tables' | 'progress'>): Promise<ReportBlock[]> {
  if (!params.slices) return [];
  const looked = sliceColumns(table, columns, params.sliceColumns);
  if (looked.length === 0) return [{ type: 'text', markdown: '**Where it fails worst:** the table has no column to look at besides the target and the predictions.' }];
  progress(0.5, 'Looking for where it fails worst');
  const shares = columns.task === 'classification';
  return blocksOf(await worstSlices(tables, table, looked, shares ? mistake(columns) : distance(columns), shares, params), shares);
}

/** 1 where the prediction is another class than the true one. */
function mistake({ target, predicted }: PredictionColumns): Expr {
  const [truth, found] = [labelExpression(target), labelExpression(predicted)];
  return when([
    { when: call('equals', truth, found), then: lit(0, 'float') },
    { when: call('not_equals', truth, found), then: lit(1, 'float') },
  ]);
}

function distance({ target, predicted }: PredictionColumns): Expr {
  return call('abs', call('subtract', baseExpression(target), baseExpression(predicted)));
}

function blocksOf({ overall, looked, slices, leftOut }: Slices, shares: boolean): ReportBlock[] {
  const said = (value: number): string => (shares ? `${percentText(value)} wrong` : `a mean error of ${formatNumber(value)}`);
  const notes = leftOut.length === 0 ? '' : ` Not looked at, because of more than 50 different values: ${quotedList(leftOut)}.`;
  const [worst] = slices;
  if (worst === undefined) {
    return [{ type: 'text', markdown: `**Where it fails worst:** no part stands out beyond chance, of ${formatCount(looked)} that were looked at.${notes}` }];
  }
  return [
    {
      type: 'text',
      markdown: `**Where it fails worst:** ${worst.title}, with ${said(worst.errors.mean)} against ${said(overall.mean)} over all rows. These are ${formatCount(worst.errors.rows)} rows (${percentText(worst.errors.rows / overall.rows)}) with ${percentText(worst.share)} of all ${shares ? 'mistakes' : 'error'}. Of ${formatCount(looked)} parts looked at, ${slices.length === 1 ? 'one stands' : `${slices.length} are shown that stand`} out beyond chance (p < 0.05, corrected by Holm for all of them).${notes}`,
    },
    {
      type: 'chart',
      chart: {
        title: 'Where it fails worst',
        x: { title: '', scale: 'category' },
        y: { title: shares ? 'share wrong' : 'mean absolute error', ...(shares ? { percent: true } : {}) },
        series: [
          { name: shares ? 'share wrong' : 'mean absolute error', mark: 'bars', x: slices.map(({ title }) => title), y: slices.map(({ errors }) => errors.mean) },
          { name: 'all rows', mark: 'reference', x: [slices[0]?.title ?? '', slices.at(-1)?.title ?? ''], y: [overall.mean, overall.mean] },
        ],
        note: 'The dashed line is the mean over all rows.',
      },
    },
    {
      type: 'table',
      title: 'Parts that are predicted worst',
      columns: [
        { name: 'part', type: 'string' },
        { name: 'rows', type: 'integer' },
        { name: 'share of the rows', type: 'float' },
        { name: shares ? 'share wrong' : 'mean error', type: 'float' },
        { name: shares ? 'share of all mistakes' : 'share of all error', type: 'float' },
        { name: 'p corrected', type: 'float' },
      ],
      rows: slices.map(({ title, errors, share: part, p }) => [title, errors.rows, errors.rows / overall.rows, errors.mean, part, p]),
    },
  ];
}
