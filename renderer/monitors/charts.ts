import type { MonitorEntry } from '#app/protocol/sections/monitoring.ts';
import type { MonitoredColumn, MonitoredWindow } from '#app/sdk/monitoring.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { told } from '../text/told.ts';
import { texts } from '../text/texts.ts';
import { batchName } from './batch-name.ts';

const words = texts.monitors;

/** Batches from the oldest to the newest with their threshold. Equal names are told apart by their number. */
export function historyChart(batches: readonly MonitorEntry[]): ChartSpec {
  const names = batches.map(({ at }, i) => `${i + 1} · ${batchName(at)}`);
  // Thresholds are told apart from nothing only where the axis begins at nothing.
  const isDrift = batches.every(({ batch }) => batch.kind === 'data-drift' || batch.kind === 'prediction-drift' || batch.kind === 'bias');
  const statistic = told(batches.at(-1)?.batch.statistic ?? words.value);
  // A single batch would be a line without length.
  const series: ChartSeries[] = [{ name: statistic, mark: batches.length === 1 ? 'points' : 'line', x: names, y: batches.map(({ batch }) => batch.value) }];
  if (batches.some(({ batch }) => batch.threshold !== null)) series.push({ name: words.threshold, mark: 'reference', x: names, y: batches.map(({ batch }) => batch.threshold) });
  return { title: words.history, x: { title: words.batch, scale: 'category' }, y: { title: statistic, ...(isDrift ? { range: [0, 1.1 * Math.max(1, ...batches.map(({ batch }) => batch.value ?? 0))] as const } : {}) }, series };
}

/** Reference and batch, bin by bin. */
export function columnOverlay({ name, overlay, words: said }: MonitoredColumn): ChartSpec | null {
  if (overlay === undefined) return null;
  return {
    title: words.overlay(name),
    x: { title: '', scale: 'category' },
    y: { title: words.share, percent: true },
    bars: 'group',
    series: [
      { name: words.reference, mark: 'bars', x: overlay.labels, y: overlay.reference },
      { name: words.now, mark: 'bars', x: overlay.labels, y: overlay.current },
    ],
    note: told(said),
  };
}

/** A measure over the windows of one batch with its interval, what is estimated, and how many labels have come. */
export function windowCharts(windows: readonly MonitoredWindow[], statistic: string, threshold: number | null): ChartSpec[] {
  if (windows.length === 0) return [];
  const x = windows.map(({ label }) => label);
  const series: ChartSeries[] = [
    { name: words.interval, mark: 'band', group: 'value', x, y: windows.map(({ value }) => value), low: windows.map(({ low }) => low), high: windows.map(({ high }) => high) },
    { name: told(statistic), mark: 'line', group: 'value', x, y: windows.map(({ value }) => value) },
  ];
  if (windows.some(({ estimate }) => estimate !== undefined && estimate !== null)) series.push({ name: words.estimate, mark: 'line', x, y: windows.map(({ estimate }) => estimate ?? null) });
  if (threshold !== null) series.push({ name: words.threshold, mark: 'reference', x, y: x.map(() => threshold) });
  const charts: ChartSpec[] = [{ title: words.windows, x: { title: '', scale: 'category' }, y: { title: told(statistic) }, series }];
  if (windows.some(({ labelled }) => labelled !== undefined)) {
    charts.push({ title: words.labelled, x: { title: '', scale: 'category' }, y: { title: words.rows }, bars: 'overlay', series: [{ name: words.rows, mark: 'bars', x, y: windows.map(({ rows }) => rows), neutral: true }, { name: words.labelled, mark: 'bars', x, y: windows.map(({ labelled }) => labelled ?? 0) }] });
  }
  return charts;
}
