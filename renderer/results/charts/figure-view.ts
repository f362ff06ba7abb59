import type { ChartSpec } from '#app/sdk/ports.ts';
import type { SliceMark } from '../../state/slices.ts';

/** What the person does to a chart, apart from what it says. */
export interface FigureView {
  /** Axes switched between linear and logarithmic; absent: as the chart has them. */
  readonly logX?: boolean | undefined;
  readonly logY?: boolean | undefined;
  /** The same chart of the whole table, drawn pale behind that of a part. */
  readonly background?: ChartSpec | null | undefined;
  /** The selection made in this chart. */
  readonly mark?: SliceMark | null | undefined;
  readonly drag?: 'select' | 'zoom' | 'pan' | undefined;
}

/** The chart with its axes as switched. */
export function switched(spec: ChartSpec, { logX, logY }: FigureView): ChartSpec {
  const axis = (one: ChartSpec['x'], log: boolean | undefined): ChartSpec['x'] => (log === undefined || (one.scale !== undefined && one.scale !== 'linear' && one.scale !== 'log') ? one : { ...one, scale: log ? 'log' : 'linear' });
  return logX === undefined && logY === undefined ? spec : { ...spec, x: axis(spec.x, logX), y: axis(spec.y, logY) };
}

/** Whether a logarithmic axis makes sense: a numeric axis whose values are above zero, over a range where it shows more. */
export function canLog(spec: ChartSpec, name: 'x' | 'y'): boolean {
  const axis = spec[name];
  if (axis.scale !== undefined && axis.scale !== 'linear' && axis.scale !== 'log') return false;
  if (axis.percent === true || axis.range !== undefined) return false;
  // Bins and cells are equally wide on the scale they were made on.
  if (spec.series.some(({ mark }) => mark === 'heatmap' || mark === 'hexagons')) return false;
  if (name === 'x' && spec.series.some(({ mark }) => mark === 'bars' || mark === 'boxes')) return false;
  let low = Infinity;
  let high = -Infinity;
  const see = (value: unknown): void => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const series of spec.series) {
    if (series.mark === 'reference') continue;
    series[name].forEach(see);
    if (name === 'y') {
      series.low?.forEach(see);
      for (const shape of series.boxes ?? []) [shape?.low, shape?.high, ...(shape?.outliers ?? [])].forEach(see);
    }
  }
  // Bars begin at zero: there, empty ones are nothing on either scale.
  const bars = spec.series.some(({ mark }) => mark === 'bars');
  return high > 0 && (bars ? low >= 0 : low > 0);
}
