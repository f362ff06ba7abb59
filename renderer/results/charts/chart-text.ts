import { chartSummary as summaryOf } from '#app/reports/chart/summary.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { toTsv } from '../table/cell-format.ts';
import type { Cell } from '../table/cell-format.ts';
import { texts } from '../../text/texts.ts';

/** What a person who cannot see the chart is told, in the page's language. */
export const chartSummary = (spec: ChartSpec): string => summaryOf(spec, texts.charts);

export interface ChartTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The chart's numbers as one table: series, x, y (and z for heat maps and hexagons); bins by their edges, boxes by their numbers. */
export function chartTable(spec: ChartSpec): ChartTable {
  const x = spec.x.title || 'x';
  const y = spec.y.title || 'y';
  const heatmap = spec.series.find((series) => series.mark === 'heatmap');
  if (heatmap) {
    const rows = heatmap.y.flatMap((yValue, row) => heatmap.x.map((xValue, column): Cell[] => [yValue, xValue, heatmap.z?.[row]?.[column] ?? null]));
    return { header: [y, x, heatmap.name || texts.charts.table.value], rows };
  }
  const hexagons = spec.series.find((series) => series.mark === 'hexagons');
  if (hexagons) {
    const { rows } = hexagons;
    return { header: [texts.charts.table.about(x), texts.charts.table.about(y), hexagons.name, ...(rows === undefined ? [] : [texts.charts.table.rows])], rows: hexagons.x.map((value, place): Cell[] => [value, hexagons.y[place] ?? null, hexagons.z?.[0]?.[place] ?? null, ...(rows === undefined ? [] : [rows[place] ?? null])]) };
  }
  const drawn = spec.series.filter((series) => series.mark !== 'reference');
  const withName = drawn.length > 1;
  const named = (series: ChartSeries, cells: Cell[]): Cell[] => (withName ? [series.name, ...cells] : cells);
  const header = (...names: string[]): string[] => (withName ? [texts.charts.table.series, ...names] : names);
  if (drawn.some(({ mark }) => mark === 'boxes')) {
    return {
      header: header(x === 'x' ? texts.charts.table.column : x, texts.charts.table.rows, texts.charts.table.lowerWhisker, texts.charts.table.q1, texts.charts.table.median, texts.charts.table.q3, texts.charts.table.upperWhisker, texts.charts.table.mean, texts.charts.table.beyond),
      rows: drawn.flatMap((series) => (series.boxes ?? []).flatMap((box, place) => (box === null ? [] : [named(series, [series.x[place] ?? null, box.rows, box.low, box.q1, box.median, box.q3, box.high, box.mean, box.outside])]))),
    };
  }
  if (drawn.some(({ edges }) => edges !== undefined)) {
    return { header: header(texts.charts.table.from(x), texts.charts.table.to(x), y), rows: drawn.flatMap((series) => series.x.map((_, place) => named(series, [series.edges?.[place] ?? null, series.edges?.[place + 1] ?? null, series.y[place] ?? null]))) };
  }
  const rows = drawn.flatMap((series) => (series.mark === 'band' ? [...pairs(series, 'low'), ...pairs(series, 'high')] : series.x.map((value, index): Cell[] => [value, series.y[index] ?? null])).map((cells) => named(series, cells)));
  return { header: header(x, y), rows };
}

const pairs = (series: ChartSeries, end: 'low' | 'high'): Cell[][] => series.x.map((value, place): Cell[] => [value, series[end]?.[place] ?? null]);

export function chartCsv(spec: ChartSpec): string {
  const { header, rows } = chartTable(spec);
  const cell = (value: Cell | undefined): string => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

export function chartTsv(spec: ChartSpec): string {
  const { header, rows } = chartTable(spec);
  return toTsv(header, rows);
}

/** File name for a download: the title in plain letters. */
export function chartFileName(spec: Pick<ChartSpec, 'title'>, extension: string): string {
  const stem = spec.title
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
  return `${stem || texts.charts.fileName}.${extension}`;
}
