import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec, MetricItem, Report, ReportBlock } from '#app/sdk/ports.ts';
import type { FairnessGoal, FairThresholds } from './fair-thresholds.ts';
import { disparities, extremes, type ClassGroup, type Disparities, type Extremes, type NumberGroup, type Rate } from './fairness.ts';
import { differenceInterval } from './intervals.ts';
import { hundredths, percentText as percent, pointsText as points, quotedList } from './words.ts';

/** The rule of thumb of US employers' guidelines (1978): the lowest selection rate is at least four fifths of the highest. */
export const FOUR_FIFTHS = 0.8;

export interface ClassFairness {
  readonly column: string;
  readonly groups: readonly ClassGroup[];
}
export interface NumberFairness {
  readonly column: string;
  readonly groups: readonly NumberGroup[];
}

export interface Mitigation {
  readonly column: string;
  readonly goal: FairnessGoal;
  readonly before: readonly ClassGroup[];
  readonly after: readonly ClassGroup[];
  /** By thresholds that were chosen on the other half of the rows. */
  readonly unseen: readonly ClassGroup[];
  readonly thresholds: FairThresholds;
}

const metricBlocks = (metrics: readonly MetricItem[]): ReportBlock[] => (metrics.length === 0 ? [] : [{ type: 'metrics', metrics }]);
const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function classFairnessReport(target: string, favourable: string, found: readonly ClassFairness[], mitigation: Mitigation | null, notes: readonly string[]): Report {
  const all = found.map((one) => ({ ...one, gaps: disparities(one.groups) }));
  // −1 stands for “cannot be compared”.
  const worst = (of: (gaps: Disparities) => number): number => all.map(({ gaps }) => of(gaps)).filter((value) => !Number.isNaN(value)).reduce((a, b) => Math.max(a, b), -1);
  const ratio = all.map(({ gaps }) => gaps.parityRatio).filter((value) => !Number.isNaN(value)).reduce((a, b) => Math.min(a, b), 2);
  const items: MetricItem[] = [
    { name: 'Selection gap', value: worst((gaps) => gaps.demographicParity), format: 'percent', help: `Demographic parity: how far apart groups are in how often they are given “${favourable}”; 0 is even. Of the column with the largest.` },
    { name: 'Selection ratio', value: ratio > 1 ? -1 : ratio, format: 'percent', help: 'Lowest selection rate ÷ highest; under the four-fifths rule at least 80 %.' },
    { name: 'Equal opportunity gap', value: worst((gaps) => gaps.equalOpportunity), format: 'percent', help: `How far apart groups are in how often those who are “${favourable}” are found; 0 is even.` },
    { name: 'Equalised odds gap', value: worst((gaps) => gaps.equalisedOdds), format: 'percent', help: 'The larger gap of true and of false positive rates; 0 is even.' },
    { name: 'Accuracy gap', value: worst((gaps) => gaps.accuracy), format: 'percent', help: 'How far apart groups are in how often they are judged right.' },
  ];
  const blocks: ReportBlock[] = [
    ...metricBlocks(items.filter(({ value }) => value >= 0)),
    { type: 'text', markdown: [...all.map(({ column, groups, gaps }) => sentences(column, favourable, groups, gaps)), ...smallNote(found.flatMap(({ groups }) => groups)), ...notes].map((note) => `- ${note}`).join('\n') },
    gapTable(all),
  ];
  for (const { column, groups } of found) blocks.push({ type: 'chart', chart: selectionChart(column, favourable, groups) }, { type: 'chart', chart: ratesChart(column, groups) }, groupTable(column, groups));
  if (mitigation !== null) blocks.push(...mitigationBlocks(mitigation, favourable));
  return { title: `Fairness of the model of ${target}`, blocks };
}

function sentences(column: string, favourable: string, groups: readonly ClassGroup[], gaps: Disparities): string {
  const { selection, truePositive } = gaps;
  if (selection === null) return `**${column}**: fewer than two groups have enough rows to be compared.`;
  const [high, low] = [groups.find(({ group }) => group === selection.highest), groups.find(({ group }) => group === selection.lowest)];
  const interval = high === undefined || low === undefined ? '' : chance(high.selection, low.selection);
  const rule = gaps.parityRatio < FOUR_FIFTHS ? `That is ${percent(gaps.parityRatio)} of it: **below four fifths**.` : `That is ${percent(gaps.parityRatio)} of it, which keeps the four-fifths rule.`;
  const opportunity = truePositive === null ? '' : ` Of those who are “${favourable}”, it finds ${percent(truePositive.high)} of “${truePositive.highest}” and ${percent(truePositive.low)} of “${truePositive.lowest}”.`;
  return `**${column}**: the model gives “${favourable}” to ${percent(selection.high)} of “${selection.highest}” and to ${percent(selection.low)} of “${selection.lowest}”${interval}. ${rule}${opportunity}`;
}

function chance(high: Rate, low: Rate): string {
  const { low: from, high: to } = differenceInterval(high, low);
  const range = `${hundredths(from)} to ${hundredths(to)}`;
  return from > 0 ? ` (${points(high.value - low.value)}, 95 %: ${range})` : ` (${points(high.value - low.value)}, which may be chance: 95 % reach from ${range})`;
}

function smallNote(groups: readonly { readonly group: string; readonly small: boolean; readonly rows: number }[]): string[] {
  const small = groups.filter((one) => one.small);
  if (small.length === 0) return [];
  return [`Too few rows to compare, shown all the same and marked: ${quotedList(small.map(({ group, rows }) => `${group} (${formatCount(rows)})`))}.`];
}

function gapTable(all: readonly { readonly column: string; readonly groups: readonly ClassGroup[]; readonly gaps: Disparities }[]): ReportBlock {
  const gapText = (groups: readonly ClassGroup[], ends: Extremes | null, of: (group: ClassGroup) => Rate): string => {
    const [high, low] = [ends?.highest, ends?.lowest].map((name) => groups.find(({ group }) => group === name));
    if (high === undefined || low === undefined) return '—';
    const interval = differenceInterval(of(high), of(low));
    return `${hundredths(of(high).value - of(low).value)} (${hundredths(interval.low)} to ${hundredths(interval.high)})`;
  };
  const floats = ['selection ratio', 'equalised odds gap', 'accuracy gap'];
  return {
    type: 'table',
    title: 'How far groups are apart: largest less smallest in percentage points, with 95 % intervals of these two groups',
    columns: [{ name: 'column', type: 'string' }, { name: 'groups', type: 'integer' }, { name: 'selection gap', type: 'string' }, { name: 'equal opportunity gap', type: 'string' }, ...floats.map((name) => ({ name, type: 'float' as const })), { name: 'four fifths', type: 'string' }],
    rows: all.map(({ column, groups, gaps }) => [
      column,
      groups.length,
      gapText(groups, gaps.selection, ({ selection }) => selection),
      gapText(groups, gaps.truePositive, ({ truePositive }) => truePositive),
      ...[gaps.parityRatio, gaps.equalisedOdds, gaps.accuracy].map(known),
      Number.isNaN(gaps.parityRatio) ? '' : gaps.parityRatio < FOUR_FIFTHS ? 'broken' : 'kept',
    ]),
  };
}

const label = ({ group, small, rows }: { readonly group: string; readonly small: boolean; readonly rows: number }): string => (small ? `${group} (only ${formatCount(rows)})` : group);

function strokes(groups: readonly ClassGroup[], of: (group: ClassGroup) => { readonly low: number; readonly high: number }): ChartSeries {
  return { name: '95 % interval', mark: 'line', x: groups.flatMap((group) => [label(group), label(group), null]), y: groups.flatMap((group) => [known(of(group).low), known(of(group).high), null]) };
}

function selectionChart(column: string, favourable: string, groups: readonly ClassGroup[]): ChartSpec {
  const spread = extremes(groups.filter(({ small }) => !small), ({ selection }) => selection.value);
  const ends = [groups[0], groups.at(-1)].flatMap((group) => (group === undefined ? [] : [label(group)]));
  return {
    title: `How often “${favourable}” is given, by ${column}`,
    x: { title: column, scale: 'category' },
    y: { title: 'selection rate', percent: true },
    series: [
      { name: 'selection rate', mark: 'bars', x: groups.map(label), y: groups.map(({ selection }) => known(selection.value)) },
      strokes(groups, ({ selection }) => selection),
      ...(spread === null ? [] : [{ name: 'four fifths of the highest', mark: 'reference' as const, x: ends, y: ends.map(() => FOUR_FIFTHS * spread.high) }]),
    ],
    note: 'The dashed line is four fifths of the highest rate. Strokes are 95 % intervals.',
  };
}

function ratesChart(column: string, groups: readonly ClassGroup[]): ChartSpec {
  const bars = (name: string, of: (group: ClassGroup) => Rate): ChartSeries => ({ name, mark: 'bars', x: groups.map(label), y: groups.map((group) => known(of(group).value)) });
  return {
    title: `Hits and false alarms, by ${column}`,
    x: { title: column, scale: 'category' },
    y: { title: 'share', percent: true, range: [0, 1] },
    series: [bars('true positive rate', (group) => group.truePositive), bars('false positive rate', (group) => group.falsePositive), bars('precision', (group) => group.precision), bars('accuracy', (group) => group.accuracy)],
  };
}

function groupTable(column: string, groups: readonly ClassGroup[]): ReportBlock {
  const said = ({ value, low, high }: Rate): string => (Number.isNaN(value) ? '—' : `${percent(value)} (${hundredths(low)} to ${hundredths(high)})`);
  return {
    type: 'table',
    title: `By ${column}, with 95 % intervals`,
    columns: [{ name: 'group', type: 'string' }, { name: 'rows', type: 'integer' }, ...['selection rate', 'true positive rate', 'false positive rate', 'precision', 'accuracy'].map((name) => ({ name, type: 'string' as const })), { name: 'remark', type: 'string' }],
    rows: groups.map((group) => [group.group, group.rows, ...[group.selection, group.truePositive, group.falsePositive, group.precision, group.accuracy].map(said), group.small ? 'few rows' : '']),
  };
}

const goalWords: Readonly<Record<FairnessGoal, string>> = { 'demographic-parity': 'are selected equally often', 'equal-opportunity': 'are found equally often among those who should be' };

function mitigationBlocks({ column, goal, before, after, unseen, thresholds }: Mitigation, favourable: string): ReportBlock[] {
  const right = (groups: readonly ClassGroup[]): number => groups.reduce((sum, { accuracy }) => sum + accuracy.hits, 0) / groups.reduce((sum, { rows }) => sum + rows, 0);
  const gapOf = (groups: readonly ClassGroup[]): number => (goal === 'demographic-parity' ? disparities(groups).demographicParity : disparities(groups).equalOpportunity);
  const loss = right(before) - right(after);
  const gap = [gapOf(before), gapOf(after)];
  const elsewhere = gapOf(unseen);
  const honest = Number.isNaN(elsewhere) ? '' : ` These are numbers of the rows that the thresholds were chosen on. **Chosen on one half of the rows and measured on the other, the gap is ${points(elsewhere)} and accuracy ${percent(right(unseen))}**: that is nearer to what new rows will show.`;
  const change = loss > 0 ? `costs ${points(loss)} of accuracy` : loss < 0 ? `even gains ${points(-loss)} of accuracy` : 'costs no accuracy';
  return [
    {
      type: 'text',
      markdown: `**What it would take:** with a threshold of its own for each group of ${column}, so that all ${goalWords[goal]}, the gap goes from ${points(gap[0] ?? Number.NaN)} to ${points(gap[1] ?? Number.NaN)} and ${change} (${percent(right(before))} to ${percent(right(after))}). Of all thresholds that come within what is allowed, these are right most often.${honest} Treating groups by different rules may itself not be allowed: that is for people to judge, not for this page.`,
    },
    {
      type: 'table',
      title: `Thresholds by ${column}`,
      columns: [
        { name: 'group', type: 'string' },
        { name: `“${favourable}” from`, type: 'float' },
        ...['selection rate before', 'after', 'true positive rate before', 'after ', 'accuracy before', 'after  '].map((name) => ({ name, type: 'float' as const })),
      ],
      rows: after.map((group, index) => {
        const was = before[index];
        return [label(group), thresholds.groups[index]?.threshold ?? null, ...[was?.selection.value, group.selection.value, was?.truePositive.value, group.truePositive.value, was?.accuracy.value, group.accuracy.value].map((value) => known(value ?? Number.NaN))];
      }),
    },
  ];
}

export function numberFairnessReport(target: string, found: readonly NumberFairness[], notes: readonly string[]): Report {
  const all = found.map((one) => {
    const compared = one.groups.filter(({ small }) => !small);
    return { ...one, residual: extremes(compared, ({ residual }) => residual.value), absolute: extremes(compared, ({ absoluteError }) => absoluteError.value) };
  });
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const items: MetricItem[] = [
    { name: 'Gap of the mean residual', value: most(all.flatMap(({ residual }) => (residual === null ? [] : [residual.high - residual.low]))), format: 'number', help: 'How much more the predictions are too low for one group than for another; 0 is even.' },
    { name: 'Gap of MAE', value: most(all.flatMap(({ absolute }) => (absolute === null ? [] : [absolute.high - absolute.low]))), format: 'number', help: 'How much larger the mean error is for one group than for another; 0 is even.' },
  ];
  const said = all.map(({ column, residual, absolute }) => {
    if (residual === null || absolute === null) return `**${column}**: fewer than two groups have enough rows to be compared.`;
    const side = (value: number): string => (value >= 0 ? `too low by ${formatNumber(value)}` : `too high by ${formatNumber(-value)}`);
    return `**${column}**: predictions are ${side(residual.high)} for “${residual.highest}” and ${side(residual.low)} for “${residual.lowest}” on average. They miss most for “${absolute.highest}” (by ${formatNumber(absolute.high)}) and least for “${absolute.lowest}” (by ${formatNumber(absolute.low)}).`;
  });
  const blocks: ReportBlock[] = [
    ...metricBlocks(items.filter(({ value }) => Number.isFinite(value))),
    { type: 'text', markdown: [...said, ...smallNote(found.flatMap(({ groups }) => groups)), ...notes].map((note) => `- ${note}`).join('\n') },
  ];
  for (const { column, groups } of found) {
    const stroke = (of: (group: NumberGroup) => { readonly low: number; readonly high: number }): ChartSeries => ({ name: '95 % interval', mark: 'line', x: groups.flatMap((group) => [label(group), label(group), null]), y: groups.flatMap((group) => [known(of(group).low), known(of(group).high), null]) });
    const chart = (title: string, y: string, of: (group: NumberGroup) => { readonly value: number; readonly low: number; readonly high: number }): ReportBlock => ({
      type: 'chart',
      chart: { title, x: { title: column, scale: 'category' }, y: { title: y }, series: [{ name: y, mark: 'bars', x: groups.map(label), y: groups.map((group) => known(of(group).value)) }, stroke(of)], note: 'Strokes are 95 % intervals.' },
    });
    blocks.push(
      chart(`Mean residual by ${column}`, 'truth − prediction', ({ residual }) => residual),
      chart(`Mean absolute error by ${column}`, 'MAE', ({ absoluteError }) => absoluteError),
      {
        type: 'table',
        title: `By ${column}`,
        columns: [{ name: 'group', type: 'string' }, { name: 'rows', type: 'integer' }, { name: 'mean residual', type: 'float' }, { name: 'MAE', type: 'float' }, { name: 'remark', type: 'string' }],
        rows: groups.map(({ group, rows, residual, absoluteError, small }) => [group, rows, known(residual.value), known(absoluteError.value), small ? 'few rows' : '']),
      },
    );
  }
  return { title: `Fairness of the model of ${target}`, blocks };
}
