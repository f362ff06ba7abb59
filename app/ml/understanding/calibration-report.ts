import { formatCount } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec, MetricItem, Report, ReportBlock } from '#app/sdk/ports.ts';
import { histogramBins, type CalibrateResult, type CalibrationView, type ClassReliability } from './calibrate.ts';
import type { CalibrationMethod } from './calibrators.ts';
import { percentText, pointsText } from './words.ts';

/** Classes drawn one by one. */
const MAX_DRAWN = 8;

export interface CalibrationFindings {
  readonly target: string;
  readonly classes: readonly string[];
  readonly rows: number;
  readonly method: CalibrationMethod | null;
  readonly result: CalibrateResult;
  /** Full sentences. */
  readonly notes: readonly string[];
}

const methodTitles: Readonly<Record<CalibrationMethod, string>> = { platt: 'Platt’s scaling', isotonic: 'isotonic regression' };

export function calibrationReport(findings: CalibrationFindings): Report {
  const { target, classes, result, method, notes } = findings;
  const views = method === null || result.after === null ? [{ name: 'before', view: result.before }] : [{ name: 'before', view: result.before }, { name: 'after', view: result.after }];
  const remarks = [...notes, ...(method === null ? [] : [afterNote(method)])];
  const blocks: ReportBlock[] = [{ type: 'metrics', metrics: items(findings) }, { type: 'text', markdown: [inWords(result, classes), ...remarks.map((note) => `- ${note}`)].join('\n\n') }];
  const drawn = drawnClasses(result.before);
  if (drawn.length === 1) blocks.push({ type: 'chart', chart: reliabilityChart('Reliability', classes, views.map(({ name, view }) => ({ name, of: view.classes })), drawn) });
  else for (const { name, view } of views) blocks.push({ type: 'chart', chart: reliabilityChart(views.length === 1 ? 'Reliability' : `Reliability ${name} calibrating`, classes, [{ name: '', of: view.classes }], drawn) });
  if (drawn.length < result.before.classes.length) blocks.push({ type: 'text', markdown: `The ${drawn.length} most frequent of ${result.before.classes.length} classes are drawn; the table has all.` });
  for (const cls of drawn.slice(0, 3)) blocks.push({ type: 'chart', chart: histogramChart(classes[cls] ?? '', views.map(({ name, view }) => ({ name, of: view.classes.find((one) => one.cls === cls) }))) });
  blocks.push(table(views, classes));
  return { title: `Calibration of ${target}`, blocks };
}

function afterNote(method: CalibrationMethod): string {
  return `The numbers after calibrating (${methodTitles[method]}) are measured by five folds: no row is measured by a calibration that was fitted on it. The model that comes out is calibrated on all rows.`;
}

function drawnClasses(view: CalibrationView): number[] {
  return view.classes
    .filter(({ reliability }) => reliability.positives > 0)
    .toSorted((a, b) => b.reliability.positives - a.reliability.positives)
    .slice(0, MAX_DRAWN)
    .map(({ cls }) => cls);
}

/** Mean calibration error over the classes, weighted by how often each occurs. */
export function expectedError(view: CalibrationView): number {
  if (view.classes.length === 1) return view.classes[0]?.reliability.expectedError ?? Number.NaN;
  const rows = view.classes.reduce((sum, { reliability }) => sum + reliability.positives, 0);
  return view.classes.reduce((sum, { reliability }) => sum + reliability.expectedError * (reliability.positives / rows), 0);
}

function items({ result, rows, classes }: CalibrationFindings): MetricItem[] {
  const { before, after } = result;
  const single = before.classes.length === 1 ? before.classes[0]?.reliability : undefined;
  const pair = (name: string, help: string, value: (view: CalibrationView) => number, format: MetricItem['format'] = 'number'): MetricItem[] => [
    { name, value: value(before), format, help },
    ...(after === null ? [] : [{ name: `${name} after`, value: value(after), format, help: `${help} After calibrating, by five folds.` }]),
  ];
  return [
    ...pair('Calibration error', 'How far probabilities are from what happens, on average over the bins; 0 is best.', expectedError, 'percent'),
    ...pair('Brier score', `Mean squared distance of the probabilities from what happened${classes.length > 2 ? ', summed over the classes' : ''}; lower is better.`, (view) => view.brier),
    ...pair('Log loss', 'How surprised the model is by the true classes; lower is better.', (view) => view.logLoss),
    ...(single === undefined
      ? []
      : ([
          { name: 'Reliability', value: single.reliability, format: 'number', help: 'The part of the Brier score that calibrating can take away; 0 is best.' },
          { name: 'Resolution', value: single.resolution, format: 'number', help: 'How much the probabilities tell rows apart; more is better. Brier score = reliability − resolution + uncertainty.' },
          { name: 'Uncertainty', value: single.uncertainty, format: 'number', help: 'What the Brier score would be for always giving the share of the class; no model changes it.' },
        ] as const)),
    { name: 'Rows', value: rows, format: 'count' },
  ];
}

function inWords({ before, after }: CalibrateResult, classes: readonly string[]): string {
  const error = expectedError(before);
  const single = before.classes.length === 1 ? before.classes[0] : undefined;
  const most = single?.reliability.bins.toSorted((a, b) => Math.abs(b.given - b.observed) - Math.abs(a.given - a.observed))[0];
  const where = single === undefined || most === undefined ? '' : ` It is furthest off where it says about ${percentText(most.given)}: there ${percentText(most.observed)} are “${classes[single.cls] ?? ''}” (${formatCount(most.rows)} rows).`;
  return `The probabilities are off by ${pointsText(error)} on average.${where}${after === null ? '' : changeInWords(before, after)}`;
}

function changeInWords(before: CalibrationView, after: CalibrationView): string {
  const now = pointsText(expectedError(after));
  if (after.brier >= before.brier) return ` Calibrating brings this to ${now}, but the Brier score is not better: keep the model as it was.`;
  return expectedError(after) < expectedError(before) ? ` Calibrating brings this to ${now}.` : ` Calibrating does not bring this down (${now}), but the Brier score is better.`;
}

interface DrawnView {
  readonly name: string;
  readonly of: readonly ClassReliability[];
}

function reliabilityChart(title: string, classes: readonly string[], views: readonly DrawnView[], drawn: readonly number[]): ChartSpec {
  const series = drawn.flatMap((cls) =>
    views.flatMap(({ name, of }): ChartSeries[] => {
      const bins = of.find((one) => one.cls === cls)?.reliability.bins ?? [];
      const label = [drawn.length > 1 || name === '' ? (classes[cls] ?? '') : '', name].filter((part) => part !== '').join(' ');
      const group = `${cls} ${name}`;
      const line: ChartSeries = { name: label, mark: 'line', x: bins.map(({ given }) => given), y: bins.map(({ observed }) => observed), group };
      const points: ChartSeries = { name: `${label}: bins`, mark: 'points', x: line.x, y: line.y, group };
      if (drawn.length > 1) return [line];
      // One series of separate strokes: a gap after each.
      const bars: ChartSeries = { name: `${label}: 95 %`, mark: 'line', x: bins.flatMap(({ given }) => [given, given, null]), y: bins.flatMap(({ interval }) => [interval.low, interval.high, null]), group };
      return [line, points, bars];
    }),
  );
  const only = drawn.length === 1 ? (classes[drawn[0] ?? 0] ?? '') : '';
  return {
    title,
    x: { title: only === '' ? 'probability that was given' : `probability of “${only}” that was given`, percent: true, range: [0, 1] },
    y: { title: only === '' ? 'share that was of the class' : `share that was “${only}”`, percent: true, range: [0, 1] },
    series: [...series, { name: 'perfect', mark: 'reference', x: [0, 1], y: [0, 1] }],
    note: drawn.length === 1 ? 'On the line is right. Below it the model is too sure, above it not sure enough. Strokes are 95 % intervals of a bin.' : 'On the line is right; each class against the rest.',
  };
}

function histogramChart(cls: string, views: readonly { readonly name: string; readonly of: ClassReliability | undefined }[]): ChartSpec {
  const edges = Array.from({ length: histogramBins + 1 }, (_unused, i) => i / histogramBins);
  return {
    title: `How often each probability of “${cls}” is given`,
    x: { title: `probability of “${cls}”`, percent: true, range: [0, 1] },
    y: { title: 'rows' },
    bars: 'overlay',
    series: views.map(({ name, of }): ChartSeries => ({ name, mark: 'bars', x: edges.slice(0, -1).map((edge) => edge + 0.5 / histogramBins), y: of?.histogram ?? [], edges })),
  };
}

function table(views: readonly { readonly name: string; readonly view: CalibrationView }[], classes: readonly string[]): ReportBlock {
  return {
    type: 'table',
    title: 'Each class against the rest',
    columns: [
      { name: 'class', type: 'string' },
      { name: 'probabilities', type: 'string' },
      { name: 'rows', type: 'integer' },
      { name: 'calibration error', type: 'float' },
      { name: 'largest error of a bin', type: 'float' },
      { name: 'Brier score', type: 'float' },
      { name: 'reliability', type: 'float' },
      { name: 'resolution', type: 'float' },
      { name: 'uncertainty', type: 'float' },
    ],
    rows: views.flatMap(({ name, view }) =>
      view.classes.map(({ cls, reliability: one }) => [classes[cls] ?? '', name, one.positives, one.expectedError, one.largestError, one.brier, one.reliability, one.resolution, one.uncertainty]),
    ),
  };
}
